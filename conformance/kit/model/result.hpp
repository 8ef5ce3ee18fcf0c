// SPDX-License-Identifier: Apache-2.0
// What became of cases: what reports are made of.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/kit/model/case.hpp"

namespace confd::kit {

enum class Status : std::uint8_t {
    passed,
    failed,
    warned,           ///< a SHOULD was not kept; a failure with --strict
    skipped,          ///< not run: see the reason
    known_failure,    ///< failed, and is listed in --expect-fail
    unexpected_pass,  ///< passed, though it is listed there: a failure
    broken,           ///< the kit itself could not run the case; a failure
};
std::string_view to_string(Status status);

/// One message between the kit and the peer, for the sequence diagram.
struct Exchange {
    double at = 0;           ///< seconds since the case began
    bool from_peer = false;  ///< else from the kit
    std::string kind;        ///< "hello", "subscribe", "event", "ack", "raw", "connect", "close" ..
    std::string summary;     ///< one line
    std::string bytes;       ///< hex; may be empty
    std::string term;        ///< in text notation; may be empty
    std::string fields;      ///< the event as JSON, or name=value pairs; may be empty
};

struct Result {
    const Case* test = nullptr;
    Status status = Status::broken;
    std::string expected;  ///< what should have happened, a sentence
    std::string reason;    ///< what happened instead, or why it was skipped
    std::vector<std::string> details;
    std::vector<Exchange> exchange;
    std::string output;  ///< what the peer printed, cut in the middle when long
    std::string rerun;   ///< the command that runs this case again
    std::string folder;  ///< with scenario, transcript and output, of failures
    std::chrono::milliseconds duration{};
};

/// One run of the kit against one peer.
struct Run {
    Part part{};
    std::string peer;     ///< its name in reports: --name, or the command
    std::string started;  ///< RFC 3339
    std::uint64_t seed = 0;
    std::string version;  ///< of the kit
    std::vector<Result> results;
};

}  // namespace confd::kit
