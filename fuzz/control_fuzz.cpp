// SPDX-License-Identifier: Apache-2.0
// The control interface without sockets: bytes of HTTP, and JSON in the bodies of requests, to a
// simulator with a subscriber. The first byte says what the rest is: bytes of a connection, cut
// into pieces of its value, or, when it is odd, bodies with a letter before each and a NUL between
// them.
#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fuzz/oracle.hpp"
#include "protocol/bytes.hpp"
#include "protocol/session/client_session.hpp"
#include "simulator/control/http_session.hpp"
#include "simulator/control/limits.hpp"
#include "simulator/control/routes.hpp"
#include "simulator/scenario/engine.hpp"
#include "simulator/scenario/scenario.hpp"
#include "simulator/server/control_target.hpp"

using namespace confd;
using namespace confd::sim;
using namespace confd::sim::control;

namespace {

namespace json = boost::json;

constexpr std::string_view scenario_text =
    "format: 1\n"
    "allow: [acks, disconnects, malformed]\n"
    "vars: {admin: {usid: 17, username: admin}, msg: hello}\n"
    "streams: [{name: NETCONF}]\n"
    "subscribers: [{role: auditor, must: NOTIF_AUDIT}]\n"
    "steps: [{await: {count: 1000, within: 1h}}]\n";

/// Requests of one input; each is a round of the simulator.
constexpr std::size_t max_requests = 64;

const Scenario& scenario() {
    static const auto loaded = load_scenario(scenario_text, "fuzz.yaml", {});
    FUZZ_REQUIRE(loaded);
    return *loaded;
}

const HubConfig& hub_config() {
    static const auto config = scenario().hub_config();
    return config;
}

ClientConfig client_config() {
    ClientConfig config;
    config.subscription.mask = NOTIF_AUDIT | NOTIF_AUDIT_SYNC | NOTIF_COMMIT_DIFF |
                               NOTIF_USER_SESSION | NOTIF_STREAM_EVENT | NOTIF_HA_INFO;
    config.subscription.stream.emplace().name = "NETCONF";
    return config;
}

/// Where the hub writes to.
struct Written : Connection {
    void write(Instant, ByteView some) override {
        bytes.insert(bytes.end(), some.begin(), some.end());
    }
    void close(CloseHow) override { closed = true; }
    void pause_reading(bool) override {}
    std::size_t unsent() const override { return 0; }

    Bytes bytes;
    bool closed = false;
};

/// A run with one subscriber, which acknowledges nothing.
class Run {
  public:
    Run() : client_(client_config()), peer_(hub_.connect(now_, {})) {
        hub_.on_send([this](const Notification& event, const Sent& sent) {
            target_.event_sent(now_, event, sent);
        });
        hub_.attach(peer_, connection_);
        go_on();
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    Response ask(const Request& request) {
        control_.feed.add({.at = at(), .text = request.target});
        auto response = handle(request, control_);
        now_ += std::chrono::milliseconds(100);
        go_on();
        return response;
    }

    const control::RecordFeed& feed() const { return control_.feed; }

  private:
    std::chrono::microseconds at() const {
        return std::chrono::duration_cast<std::chrono::microseconds>(now_.time_since_epoch());
    }

    void go_on() {
        auto events = hub_.poll(now_);
        for (const auto& event : events)
            target_.happened(now_, event);
        if (!target_.paused()) engine_.poll(now_, std::move(events));
        exchange();
    }

    void exchange() {
        if (hub_.session(peer_) == nullptr) return;
        if (client_.has_output()) hub_.feed(now_, peer_, client_.take_output());
        hub_.flush(now_);
        client_.feed(std::exchange(connection_.bytes, {}));
        if (connection_.closed) return hub_.forget(peer_);
        while (client_.poll() == ClientSession::Poll::notification)
            continue;
        if (client_.has_output()) hub_.feed(now_, peer_, client_.take_output());
    }

    Instant now_{};
    Hub hub_{hub_config()};
    Engine engine_{scenario(), hub_, {}};
    RunTarget target_{{.scenario = scenario(),
                       .hub = hub_,
                       .engine = engine_,
                       .now = [this] { return now_; },
                       .address = [](PeerId) { return std::string("unix"); },
                       .changed = [] {}}};
    control::Control control_{
        .target = target_, .feed = control::RecordFeed(7), .counters = {}, .bound = {"127.0.0.1"}};
    ClientSession client_;
    Written connection_;
    PeerId peer_;
};

json::value parsed(std::string_view text) {
    boost::system::error_code error;
    auto value = json::parse(text, error);
    FUZZ_REQUIRE(!error);
    return value;
}

/// What was wrong with a body has its place in it.
void check_errors(const Response& response, const Request& request) {
    const auto errors = parsed(response.body).as_object().at("errors").as_array();
    FUZZ_REQUIRE(!errors.empty());
    const bool body = response.status == 400 &&
                      (request.target.starts_with("/api/send") || request.target == "/api/faults");
    if (!body) return;
    const auto lines =
        2 + std::ranges::count(request.body, '\n') + std::ranges::count(request.body, '\r');
    for (const auto& error : errors) {
        const std::string text(error.as_string());
        constexpr std::string_view prefix = "control:";
        // What only playing it shows has the place of the step, which is the body's.
        FUZZ_REQUIRE(text.starts_with(prefix));
        const auto line = std::atoll(text.c_str() + prefix.size());
        FUZZ_REQUIRE(line >= 1 && line <= lines);
    }
}

void check_feed(std::string_view text) {
    FUZZ_REQUIRE(text.starts_with(feed_preamble));
    text.remove_prefix(feed_preamble.size());
    while (!text.empty()) {
        const auto end = text.find("\n\n");
        FUZZ_REQUIRE(end != std::string_view::npos);
        const auto message = text.substr(0, end);
        const auto data = message.find("\ndata: ");
        FUZZ_REQUIRE(message.starts_with("id: 7-") && data != std::string_view::npos);
        parsed(message.substr(data + 7));
        text.remove_prefix(end + 2);
    }
}

void check_response(const Response& response, const Request& request) {
    constexpr std::array statuses{200, 400, 403, 404, 405};
    FUZZ_REQUIRE(std::ranges::find(statuses, response.status) != statuses.end());
    if (response.status != 200) check_errors(response, request);
    if (response.status == 200 && response.type == "application/json") parsed(response.body);
    if (response.feed) check_feed(response.body);
    const auto bytes = to_bytes(response, request);
    const auto head = bytes.find("\r\n\r\n");
    FUZZ_REQUIRE(bytes.starts_with("HTTP/1.1 ") && head != std::string::npos);
    const auto body = bytes.substr(head + 4);
    FUZZ_REQUIRE(body == (request.head() ? "" : response.body));
    const auto length = "\r\nContent-Length: " + std::to_string(response.body.size()) + "\r\n";
    FUZZ_REQUIRE(bytes.contains(length) == !response.feed);
}

/// What came of the bytes of a connection.
struct Parsed {
    std::vector<Request> requests;
    int failed = 0;
    int expectations = 0;
};

Parsed parse(std::string_view bytes, std::size_t piece) {
    using Poll = HttpSession::Poll;
    HttpSession session;
    Parsed out;
    while (!bytes.empty()) {
        const auto size = std::min(piece, bytes.size());
        const auto room = session.prepare(std::max<std::size_t>(size, 1024));
        std::ranges::copy(bytes.substr(0, size), room.begin());
        session.commit(size);
        bytes.remove_prefix(size);
        for (auto poll = session.poll(); poll != Poll::need_input; poll = session.poll()) {
            if (poll == Poll::expectation) ++out.expectations;
            if (poll == Poll::request) out.requests.push_back(session.request());
            if (poll != Poll::failed) continue;
            out.failed = session.failure().status;
            FUZZ_REQUIRE(out.failed == 400 || out.failed == 413 || out.failed == 431);
            return out;
        }
    }
    return out;
}

bool same(const Request& a, const Request& b) {
    return a.method == b.method && a.target == b.target && a.host == b.host &&
           a.origin == b.origin && a.fetch_site == b.fetch_site &&
           a.last_event_id == b.last_event_id && a.body == b.body && a.keep_alive == b.keep_alive;
}

void play_stream(std::string_view bytes, std::size_t piece) {
    // A header is looked at once it may be whole, which depends on where it is cut: both end so
    // that what is begun is looked at.
    const auto ended = std::string(bytes) + "\r\n\r\n";
    const auto whole = parse(ended, ended.size());
    const auto cut = parse(ended, piece);
    FUZZ_REQUIRE(whole.failed == cut.failed);
    FUZZ_REQUIRE(std::ranges::equal(whole.requests, cut.requests, same));
    Run run;
    for (std::size_t i = 0; i < std::min(whole.requests.size(), max_requests); ++i)
        check_response(run.ask(whole.requests[i]), whole.requests[i]);
}

Request request_of(std::string_view text) {
    Request out{.method = "POST", .target = "/api/send", .host = "127.0.0.1"};
    if (text.empty()) return out;
    const char kind = text.front();
    out.body = text.substr(1);
    if (kind == 'f') out.target = "/api/faults";
    if (kind == 'p') out.target = "/api/pause";
    if (kind == 'r') out.target = "/api/resume";
    if (kind == 'd') {
        out.method = "DELETE";
        out.target = "/api/faults/" + std::exchange(out.body, {});
    }
    if (kind == 'e') {
        out.method = "GET";
        out.target = "/events";
        out.last_event_id = std::exchange(out.body, {});
    }
    if (kind == 'g') {
        out.method = "GET";
        out.target = std::exchange(out.body, {});
    }
    return out;
}

void play_bodies(std::string_view text) {
    Run run;
    for (std::size_t i = 0; i < max_requests; ++i) {
        const auto end = text.find('\0');
        const auto request = request_of(text.substr(0, end));
        check_response(run.ask(request), request);
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    const Request state{.method = "GET", .target = "/api/state", .host = "127.0.0.1"};
    check_response(run.ask(state), state);
    check_feed(run.feed().since(""));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto rest = as_text(ByteView(data, size)).substr(1);
    if (data[0] % 2 == 1) {
        play_bodies(rest);
    } else if (!rest.empty()) {
        play_stream(rest, 1U + data[0] / 2U);
    }
    return 0;
}
