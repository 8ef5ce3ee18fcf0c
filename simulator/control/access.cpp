// SPDX-License-Identifier: Apache-2.0
#include "simulator/control/access.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace confd::sim::control {
namespace {

/// An IPv4 or IPv6 address: 4 or 16 bytes.
std::optional<std::string> parse_address(const std::string& text) {
    std::array<char, 16> bytes{};
    if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return std::string(bytes.data(), 4);
    if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1)
        return std::string(bytes.data(), 16);
    return std::nullopt;
}

bool is_loopback(const std::string& address) {
    if (address.size() == 4) return address[0] == 127;
    return address == std::string(15, '\0') + '\1';
}

bool is_wildcard(const std::string& address) {
    return address.find_first_not_of('\0') == std::string::npos;
}

/// The host of "localhost:80", "127.0.0.1" or "[::1]:80", in lower case and without brackets.
std::string host_of(std::string_view authority) {
    auto host = authority;
    if (host.starts_with('[')) {
        host = host.substr(1, host.find(']') - 1);
    } else {
        host = host.substr(0, host.rfind(':'));
    }
    std::string out(host);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c;
    });
    return out;
}

}  // namespace

bool host_allowed(std::string_view host, const std::vector<std::string>& bound) {
    const auto name = host_of(host);
    if (name == "localhost" || std::ranges::find(bound, name) != bound.end()) return true;
    const auto address = parse_address(name);
    if (!address) return false;
    return is_loopback(*address) || std::ranges::any_of(bound, [&](const std::string& text) {
               const auto own = parse_address(text);
               return own && (is_wildcard(*own) || *own == *address);
           });
}

bool same_origin(const Request& request) {
    if (request.fetch_site && *request.fetch_site != "same-origin" && *request.fetch_site != "none")
        return false;
    return !request.origin || *request.origin == "http://" + request.host;
}

}  // namespace confd::sim::control
