// SPDX-License-Identifier: Apache-2.0
#include "simulator/control/routes.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <optional>
#include <span>

#include "protocol/utf8.hpp"
#include "simulator/control/access.hpp"
#include "simulator/control/metrics.hpp"
#include "simulator/control/page.hpp"
#include "simulator/control/state_json.hpp"

namespace confd::sim::control {
namespace {

namespace json = boost::json;

Response ok(const json::value& body) {
    return {.body = json::serialize(body)};
}

Response refused(const Errors& errors) {
    json::array list;
    for (const auto& error : errors)
        list.push_back(json::value(utf8_sanitized(error)));
    return {.status = 400, .body = json::serialize(json::object{{"errors", std::move(list)}})};
}

Response not_found() {
    return error_response(404, "there is no such thing here");
}

// One function for each endpoint. `name` is what stands in the place of * in its path.

Response show_page(const Request&, Control&, std::string_view) {
    return {.type = "text/html; charset=utf-8",
            .body = std::string(page()),
            .security_policy = std::string(page_security_policy())};
}

Response show_state(const Request&, Control& control, std::string_view) {
    return ok(to_json(control.target.state(), control.counters));
}

Response show_subscribers(const Request&, Control& control, std::string_view) {
    return ok(to_json(std::span<const SubscriberState>(control.target.state().subscribers)));
}

Response show_barriers(const Request&, Control& control, std::string_view) {
    return ok(to_json(std::span<const BarrierState>(control.target.state().barriers)));
}

Response show_faults(const Request&, Control& control, std::string_view) {
    return ok(to_json(std::span<const FaultState>(control.target.state().faults)));
}

Response show_metrics(const Request&, Control& control, std::string_view) {
    return {.type = metrics_type, .body = metrics_text(control.target.state(), control.counters)};
}

Response show_events(const Request& request, Control& control, std::string_view) {
    return {.type = "text/event-stream",
            .body = control.feed.since(request.last_event_id),
            .feed = true};
}

Response send(const Request& request, Control& control, std::string_view) {
    const auto sent = control.target.send(request.body);
    if (!sent) return refused(sent.error());
    return ok({{"send", sent->send}, {"recipients", sent->recipients}, {"owed", sent->owed}});
}

Response add_fault(const Request& request, Control& control, std::string_view) {
    const auto id = control.target.add_fault(request.body);
    if (!id) return refused(id.error());
    return ok({{"fault", *id}});
}

Response remove_fault(const Request&, Control& control, std::string_view name) {
    std::uint64_t id = 0;
    const auto [end, code] = std::from_chars(name.data(), name.data() + name.size(), id);
    if (code != std::errc{} || end != name.data() + name.size()) return not_found();
    if (!control.target.remove_fault(id)) return not_found();
    return ok({{"fault", id}});
}

Response show_status(const Control& control) {
    return ok({{"status", to_string(control.target.state().run.status)}});
}

Response pause(const Request&, Control& control, std::string_view) {
    control.target.pause();
    return show_status(control);
}

Response resume(const Request&, Control& control, std::string_view) {
    control.target.resume();
    return show_status(control);
}

struct Route {
    std::string_view path;  ///< a * at the end stands for a name
    std::string_view method;
    Response (*answer)(const Request&, Control&, std::string_view);
};

constexpr std::array routes{
    Route{"/", "GET", show_page},
    Route{"/api/state", "GET", show_state},
    Route{"/api/subscribers", "GET", show_subscribers},
    Route{"/api/barriers", "GET", show_barriers},
    Route{"/api/faults", "GET", show_faults},
    Route{"/api/faults", "POST", add_fault},
    Route{"/api/faults/*", "DELETE", remove_fault},
    Route{"/api/send", "POST", send},
    Route{"/api/pause", "POST", pause},
    Route{"/api/resume", "POST", resume},
    Route{"/metrics", "GET", show_metrics},
    Route{"/events", "GET", show_events},
};

/// The name in the place of *, empty when there is none; nothing when the path is another.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path) {
    if (!pattern.ends_with('*')) {
        return pattern == path ? std::optional(std::string_view()) : std::nullopt;
    }
    pattern.remove_suffix(1);
    if (!path.starts_with(pattern)) return std::nullopt;
    return path.substr(pattern.size());
}

Response dispatch(const Request& request, Control& control) {
    const auto path = std::string_view(request.target).substr(0, request.target.find('?'));
    const std::string_view method = request.head() ? "GET" : std::string_view(request.method);
    std::string allow;
    for (const auto& route : routes) {
        const auto name = match(route.path, path);
        if (!name) continue;
        if (route.method == method) return route.answer(request, control, *name);
        if (!allow.empty()) allow += ", ";
        allow += route.method == "GET" ? "GET, HEAD" : route.method;
    }
    if (allow.empty()) return not_found();
    auto response = error_response(405, "expected " + allow);
    response.allow = allow;
    return response;
}

bool changes_something(const Request& request) {
    return request.method != "GET" && !request.head();
}

}  // namespace

Response handle(const Request& request, Control& control) {
    if (!host_allowed(request.host, control.bound)) {
        return error_response(403, "the Host field names another machine");
    }
    if (changes_something(request) && !same_origin(request)) {
        return error_response(403, "pages of other sites may not change anything");
    }
    return dispatch(request, control);
}

}  // namespace confd::sim::control
