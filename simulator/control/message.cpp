// SPDX-License-Identifier: Apache-2.0
#include "simulator/control/message.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <iterator>

#include "protocol/utf8.hpp"

namespace confd::sim::control {
namespace {

std::string_view reason(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 413:
            return "Content Too Large";
        case 431:
            return "Request Header Fields Too Large";
        case 503:
            return "Service Unavailable";
        default:
            return "Bad Request";
    }
}

/// A document that shows something of a peer must not be able to do anything by it, even if a
/// browser took it for a page.
constexpr std::string_view nothing_allowed = "default-src 'none'; frame-ancestors 'none'";

}  // namespace

Response error_response(int status, std::string_view text) {
    const boost::json::object body{{"errors", boost::json::array{utf8_sanitized(text)}}};
    return {.status = status, .body = boost::json::serialize(body)};
}

std::string to_bytes(const Response& response, const Request& request) {
    std::string out;
    const auto put = [&](std::string_view name, std::string_view value) {
        fmt::format_to(std::back_inserter(out), "{}: {}\r\n", name, value);
    };
    fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", response.status,
                   reason(response.status));
    put("Content-Type", response.type);
    if (!response.feed) put("Content-Length", std::to_string(response.body.size()));
    if (!response.allow.empty()) put("Allow", response.allow);
    put("Connection", request.keep_alive && !response.feed ? "keep-alive" : "close");
    put("Cache-Control", "no-store");
    put("Content-Security-Policy",
        response.security_policy.empty() ? nothing_allowed : response.security_policy);
    put("Cross-Origin-Resource-Policy", "same-origin");
    put("Referrer-Policy", "no-referrer");
    put("X-Content-Type-Options", "nosniff");
    out += "\r\n";
    if (!request.head()) out += response.body;
    return out;
}

}  // namespace confd::sim::control
