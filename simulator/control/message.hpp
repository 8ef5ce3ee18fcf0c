// SPDX-License-Identifier: Apache-2.0
// What the interface needs to know of an HTTP request and says in a response.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace confd::sim::control {

struct Request {
    std::string method;
    std::string target;  ///< as it came: path and query
    std::string host;
    std::optional<std::string> origin;
    std::optional<std::string> fetch_site;  ///< Sec-Fetch-Site: only browsers send it
    std::string last_event_id;
    std::string body;
    bool keep_alive = true;

    bool head() const { return method == "HEAD"; }
};

struct Response {
    int status = 200;
    std::string_view type = "application/json";
    std::string body;
    std::string allow;            ///< methods, for 405
    std::string security_policy;  ///< of a page; empty: nothing may be loaded or run
    /// The body goes on with the records that follow, until one side closes.
    bool feed = false;
};

/// `{"errors": ["..."]}`.
Response error_response(int status, std::string_view text);

/// The response as it goes out: without its body for HEAD, and without a length for a feed.
std::string to_bytes(const Response& response, const Request& request);

}  // namespace confd::sim::control
