// SPDX-License-Identifier: Apache-2.0
// Where a socket listens or connects to: TCP or a UNIX socket.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <variant>

namespace confd::transport {

/// A host name or numeric address (IPv4, or IPv6 without brackets), and a port.
struct TcpEndpoint {
    std::string host;
    std::uint16_t port = 0;  ///< 0: any free port, for listening only
    bool operator==(const TcpEndpoint&) const = default;
};

struct UnixEndpoint {
    std::string path;
    bool operator==(const UnixEndpoint&) const = default;
};

using Endpoint = std::variant<TcpEndpoint, UnixEndpoint>;

/// Longest path of a UNIX socket, in bytes: what the kernel's address structure holds.
inline constexpr std::size_t max_unix_path = 107;

/// What keeps a path from being a UNIX socket's; empty for nothing.
std::string why_no_unix_path(std::string_view path);

/// "127.0.0.1:4565", "[::1]:4565", "localhost:0"; for a UNIX socket "unix:PATH", or anything with a
/// '/' in it. The error is a sentence that says what was expected.
std::expected<Endpoint, std::string> parse_endpoint(std::string_view text);

/// A decimal port, or a sentence that says what was expected.
std::expected<std::uint16_t, std::string> parse_port(std::string_view text);

/// What parse_endpoint() takes.
std::string to_string(const Endpoint& endpoint);

}  // namespace confd::transport
