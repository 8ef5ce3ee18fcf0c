// SPDX-License-Identifier: Apache-2.0
// A case of the conformance kit: data. What it means to run one is the affair of its part.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/release.hpp"

namespace confd::sim {
struct YamlNode;
}

namespace confd::kit {

/// Who is judged.
enum class Part : std::uint8_t {
    client,  ///< an application that subscribes; the kit plays the server
    server,  ///< a server; the kit is the client
    codec,   ///< a decoder of payloads
};

/// What a peer must be able to do before the case makes sense.
enum class Level : std::uint8_t {
    l0,  ///< survives and closes properly
    l1,  ///< owes and gives the right acknowledgements, or waits for them
    l2,  ///< tells what it decoded
};

enum class Strength : std::uint8_t {
    must,    ///< a failure fails the run
    should,  ///< a failure is a warning, unless --strict
};

/// Where the requirement comes from.
enum class Source : std::uint8_t { documented, observed, robustness };

/// What a client's access file holds.
enum class Secret : std::uint8_t {
    none,   ///< there is no file
    right,  ///< what the server knows
    wrong,  ///< something else
};

/// What a client under test is to do, and what is looked at once it has been served. Times are
/// milliseconds.
struct ClientSetup {
    Release release;
    Product product = Product::confd;
    bool about_release = false;  ///< the case is about that release's dialect alone
    bool about_product = false;  ///< and about that product alone; others are played for any
    std::uint32_t mask = 0;      ///< bits it asks for
    std::uint32_t without = 0;   ///< bits it must not ask for; others do no harm
    std::int64_t heartbeat = 0;
    std::int64_t health_check = 0;
    std::int64_t verbosity = 0;
    std::string stream;  ///< with NOTIF_STREAM_EVENT
    std::string start;   ///< RFC 3339; empty for none
    std::string stop;
    std::string filter;
    std::int64_t usid = 0;
    Secret secret = Secret::none;
    bool server_secret = false;  ///< the server runs the access check
    bool unix_socket = false;    ///< the server listens on a UNIX socket only

    bool prints = false;    ///< what it prints is compared with what was sent
    bool in_order = false;  ///< acknowledgements come in the order of their events
    std::string hello;  ///< the client id in its hello, in hex; empty: not looked at. Its version
                        ///< must be that of the release
    std::string subscription;  ///< the term of its subscription; empty: not looked at. Releases
                               ///< that have no fifth element are not asked for it
};

struct Case {
    /// "client/ack/audit-sync-once": never renumbered, never used for something else.
    std::string id;
    std::string title;
    Part part{};
    Level level{};
    Strength strength{};
    Source source{};
    /// Anchors of docs/protocol.md, such as REQ-SYNC-2; at least one.
    std::vector<std::string> requirements;
    /// What the peer must have declared; else the case is skipped.
    std::vector<std::string> features;
    std::string rationale;
    /// Why it is no MUST, or what a client can do about it; empty when there is nothing to say.
    std::string note;
    /// What is played, as text: a scenario, a server's steps, a decoder's payloads.
    std::string script;
    std::optional<ClientSetup> client;  ///< of a client's case
    /// Of a client's and a server's case: the same as `script`, with the places that messages name.
    std::shared_ptr<const sim::YamlNode> played;
    std::string file;  ///< "client/ack.yaml", below conformance/cases
    int line = 0;      ///< where the case begins in the file

    // What shows that the case finds what it is for: mutants of conformance/selftest, by name.
    std::vector<std::string> catches;    ///< they must fail the case
    std::vector<std::string> may_catch;  ///< meant for cases of other files, and may fail this too

    bool needs(std::string_view feature) const {
        return std::ranges::find(features, feature) != features.end();
    }
};

std::string_view to_string(Part part);
std::string_view to_string(Level level);
std::string_view to_string(Strength strength);
std::string_view to_string(Source source);

}  // namespace confd::kit
