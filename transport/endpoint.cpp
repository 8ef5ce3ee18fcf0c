// SPDX-License-Identifier: Apache-2.0
#include "transport/endpoint.hpp"

#include <fmt/format.h>

#include <charconv>

namespace confd::transport {
namespace {

constexpr std::string_view unix_prefix = "unix:";

std::unexpected<std::string> not_an_endpoint(std::string_view text, std::string_view why) {
    return std::unexpected(
        fmt::format("'{}' is no address: {}; expected HOST:PORT such as 127.0.0.1:4565 or "
                    "[::1]:4565, or a UNIX socket: its path, or unix:PATH",
                    text, why));
}

std::string to_text(const TcpEndpoint& tcp) {
    const bool ip6 = tcp.host.contains(':');
    return fmt::format("{}{}{}:{}", ip6 ? "[" : "", tcp.host, ip6 ? "]" : "", tcp.port);
}

std::string to_text(const UnixEndpoint& unix_socket) {
    const auto& path = unix_socket.path;
    const bool plain = path.contains('/') && !path.starts_with(unix_prefix);
    return plain ? path : fmt::format("{}{}", unix_prefix, path);
}

}  // namespace

std::expected<std::uint16_t, std::string> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (code == std::errc{} && end == text.data() + text.size()) return port;
    return std::unexpected(fmt::format("'{}' is no port; expected a number up to 65535", text));
}

std::string why_no_unix_path(std::string_view path) {
    if (path.empty()) return "the path is empty";
    if (path.starts_with('@') || path.contains('\0'))
        return "a UNIX socket is a file here: clients know no abstract ones";
    if (path.size() <= max_unix_path) return {};
    return fmt::format("the path of a UNIX socket holds at most {} bytes, this one has {}",
                       max_unix_path, path.size());
}

std::expected<Endpoint, std::string> parse_endpoint(std::string_view text) {
    if (text.starts_with(unix_prefix) || text.contains('/')) {
        const auto path = text.starts_with(unix_prefix) ? text.substr(unix_prefix.size()) : text;
        const auto why = why_no_unix_path(path);
        if (why.empty()) return UnixEndpoint{std::string(path)};
        return not_an_endpoint(text, why);
    }
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return not_an_endpoint(text, "the port is missing");
    auto host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    } else if (host.contains(':')) {
        return not_an_endpoint(text, "an IPv6 address stands in brackets");
    }
    if (host.empty()) return not_an_endpoint(text, "the host is missing");
    const auto port = parse_port(text.substr(colon + 1));
    if (!port) return not_an_endpoint(text, "the port is no number up to 65535");
    return TcpEndpoint{std::string(host), *port};
}

std::string to_string(const Endpoint& endpoint) {
    return std::visit([](const auto& form) { return to_text(form); }, endpoint);
}

}  // namespace confd::transport
