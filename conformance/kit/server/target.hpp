// SPDX-License-Identifier: Apache-2.0
// What the server part is told about the server under test.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "protocol/bytes.hpp"
#include "protocol/release.hpp"

namespace confd::kit::server {

struct Target {
    std::string host = "127.0.0.1";
    std::uint16_t port = default_port(Product::confd);
    std::string path;  ///< of a UNIX socket; wins over host and port
    Product product = Product::confd;
    Release release;              ///< what the kit claims to be where a case does not say
    std::optional<Bytes> secret;  ///< contents of the access file, when the server has one
    /// A stream that the server has; empty when there is none to test with.
    std::string stream = "NETCONF";
    /// Shell command that makes the server emit an event: {event} becomes its name, {count} how
    /// often. It returns once whatever the server holds up for it has gone on. Empty for none.
    std::string trigger;
    /// It serves MAAPI sockets for certain: one that it refuses is a failure, and skips nothing.
    bool maapi = false;
    std::chrono::milliseconds timeout{5000};  ///< within which what must happen has to happen
    std::chrono::milliseconds quiet{300};     ///< for which what must not happen is waited for
};

/// With this exit code a trigger says that it cannot make the event: the case is skipped.
inline constexpr int trigger_cannot = 77;

}  // namespace confd::kit::server
