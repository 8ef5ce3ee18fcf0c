// SPDX-License-Identifier: Apache-2.0
// Requests and responses without sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <map>

#include "simulator/control/access.hpp"
#include "simulator/control/page.hpp"
#include "simulator/control/routes.hpp"
#include "simulator/control/tests/fake_target.hpp"

namespace confd::sim::control {
namespace {

namespace json = boost::json;
using test::busy_state;
using test::FakeTarget;
using testing::HasSubstr;
using testing::Not;

struct Routes : testing::Test {
    FakeTarget target;
    Control control{.target = target, .feed = RecordFeed(7), .counters = {}, .bound = {}};

    Response ask(const std::string& method, const std::string& path, const std::string& body = {}) {
        return handle({.method = method, .target = path, .host = "localhost:80", .body = body},
                      control);
    }
    json::value get(const std::string& path) { return json::parse(ask("GET", path).body); }
};

TEST_F(Routes, StateHasEveryPartWithAllOfItsMembers) {
    target.now = busy_state("x");
    const auto state = get("/api/state").as_object();
    EXPECT_EQ(json::value(state.at("run")), json::parse(R"({
        "scenario": "audit-sync x", "product": "confd", "release": "7.8.2",
        "seed": 18446744073709551615, "status": "running", "elapsed_ms": 12345,
        "steps": ["audit-sync.yaml:17:9: barrier"]})"));
    EXPECT_EQ(state.at("subscribers").at(0), json::parse(R"({
        "id": 1, "role": "auditor", "address": "127.0.0.1:51234", "version": "7.8",
        "mask": ["NOTIF_AUDIT", "NOTIF_AUDIT_SYNC"], "stream": null, "queued_bytes": 0, "owes": 1,
        "events": 3, "filter_ends": 2, "acks": {"known": 2, "duplicate": 0, "late": 0, "unknown": 1},
        "connected_ms": 10000})"));
    EXPECT_EQ(state.at("barriers").at(0), json::parse(R"({
        "send": 12, "event": "NOTIF_AUDIT", "open_ms": 1500, "deadline_ms": 500,
        "missing": [{"peer": 1, "role": "auditor",
                     "ack": {"call": "sync_audit_notification", "id": 17}}]})"));
    EXPECT_EQ(state.at("faults").at(0), json::parse(R"({
        "id": 3, "kind": "delay", "role": "auditor", "description": "x", "hits": 2})"));
}

TEST_F(Routes, PartsAreThoseOfTheState) {
    target.now = busy_state("x");
    const auto state = get("/api/state");
    EXPECT_EQ(get("/api/subscribers"), state.at("subscribers"));
    EXPECT_EQ(get("/api/barriers"), state.at("barriers"));
    EXPECT_EQ(get("/api/faults"), state.at("faults"));
}

TEST_F(Routes, CountersComeFromTheRecords) {
    target.now.filter_ends = 5;
    const Notification event(NOTIF_AUDIT, AuditNotification{});
    const Bytes bytes(10);
    control.counters.count({.direction = LogDirection::out,
                            .kind = RecordKind::event,
                            .event = &event,
                            .bytes = ByteView(bytes)});
    control.counters.count(
        {.direction = LogDirection::in, .kind = RecordKind::ack, .verdict = AckVerdict::late});
    control.counters.count({.kind = RecordKind::barrier, .barrier = BarrierChange::expired});
    EXPECT_EQ(get("/api/state").at("counters"), json::parse(R"({
        "events": {"NOTIF_AUDIT": 1},
        "acks": {"known": 0, "duplicate": 0, "late": 1, "unknown": 0},
        "barriers": {"opened": 0, "released": 0, "expired": 1},
        "received": {"ack": 1}, "sent": {"event": 1},
        "received_bytes": 0, "sent_bytes": 10, "records_not_shown": 0, "filter_ends": 5})"));
}

TEST_F(Routes, SendsAnEventAndSaysWhatBecameOfIt) {
    EXPECT_EQ(json::parse(ask("POST", "/api/send", "event: X").body),
              json::parse(R"({"send": 12, "recipients": 2, "owed": 1})"));
    EXPECT_EQ(target.sent, "event: X");
}

TEST_F(Routes, ErrorsOfTheBodyComeBack) {
    const auto response = ask("POST", "/api/send");
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(response.body, R"({"errors":["control:1:1: expected an event"]})");
    EXPECT_EQ(ask("POST", "/api/faults").status, 400);
}

TEST_F(Routes, FaultsAreAddedAndRemoved) {
    EXPECT_EQ(ask("POST", "/api/faults", "delay: 1s").body, R"({"fault":1})");
    EXPECT_EQ(get("/api/faults").as_array().size(), 1U);
    EXPECT_EQ(ask("DELETE", "/api/faults/1").body, R"({"fault":1})");
    for (const auto* path : {"/api/faults/1", "/api/faults/", "/api/faults/1x", "/api/faults/-1",
                             "/api/faults/99999999999999999999999"})
        EXPECT_EQ(ask("DELETE", path).status, 404) << path;
}

TEST_F(Routes, PausesAndResumes) {
    EXPECT_EQ(ask("POST", "/api/pause").body, R"({"status":"paused"})");
    EXPECT_EQ(ask("POST", "/api/resume").body, R"({"status":"running"})");
}

TEST_F(Routes, WhatIsNotThereIs404) {
    for (const auto* path : {"", "/api", "/api/state/", "//", "/../etc/passwd", "*",
                             "http://localhost/api/state", "/metrics%00"})
        EXPECT_EQ(ask("GET", path).status, 404) << path;
    EXPECT_EQ(ask("GET", "/api/state?now").status, 200);
}

TEST_F(Routes, OtherMethodsAre405WithThoseThatDo) {
    const std::map<std::string, std::string> allowed{{"/", "GET, HEAD"},
                                                     {"/api/faults", "GET, HEAD, POST"},
                                                     {"/api/faults/1", "DELETE"},
                                                     {"/api/send", "POST"},
                                                     {"/events", "GET, HEAD"}};
    for (const auto& [path, methods] : allowed) {
        for (const auto* method : {"PUT", "OPTIONS", "TRACE", "get", "WHATEVER"}) {
            const auto response = ask(method, path);
            EXPECT_EQ(response.status, 405) << method << path;
            EXPECT_EQ(response.allow, methods);
        }
    }
    EXPECT_EQ(ask("GET", "/api/pause").status, 405);
}

TEST_F(Routes, HeadIsGetWithoutTheBody) {
    const Request request{.method = "HEAD", .target = "/api/state", .host = "localhost"};
    const auto response = handle(request, control);
    const auto bytes = to_bytes(response, request);
    EXPECT_THAT(bytes, HasSubstr("Content-Length: " + std::to_string(response.body.size())));
    EXPECT_TRUE(bytes.ends_with("\r\n\r\n"));
}

TEST_F(Routes, HostileTextsStayText) {
    const std::string hostile = "<img src=x>\"\\\n\xff";
    target.now = busy_state(hostile);
    EXPECT_EQ(get("/api/state").at("faults").at(0).at("description"),
              "<img src=x>\"\\\n\xef\xbf\xbd");
}

TEST_F(Routes, OnlyThePageMayRunScripts) {
    const Request request{.method = "GET", .target = "/", .host = "localhost"};
    const auto page_bytes = to_bytes(handle(request, control), request);
    EXPECT_THAT(page_bytes, HasSubstr("script-src 'sha256-"));
    EXPECT_THAT(page_bytes, Not(HasSubstr("unsafe")));
    EXPECT_THAT(to_bytes(ask("GET", "/api/state"), request),
                HasSubstr("Content-Security-Policy: default-src 'none'"));
}

TEST_F(Routes, PageLoadsNothingFromElsewhere) {
    EXPECT_THAT(std::string(page()), Not(HasSubstr("http")));
    EXPECT_THAT(std::string(page()), Not(HasSubstr("innerHTML")));
}

TEST_F(Routes, OtherHostsAreRefused) {
    for (const auto* host : {"evil.example", "localhost.evil.example:80", "192.0.2.1", "",
                             "127.0.0.1.nip.io", "[::2]", "[", ":80", "127.1"}) {
        const auto response =
            handle({.method = "GET", .target = "/api/state", .host = host}, control);
        EXPECT_EQ(response.status, 403) << host;
    }
    for (const auto* host :
         {"localhost", "LocalHost:99", "127.0.0.1", "127.8.9.10:1", "[::1]", "[::1]:80"}) {
        const auto response =
            handle({.method = "GET", .target = "/api/state", .host = host}, control);
        EXPECT_EQ(response.status, 200) << host;
    }
}

TEST_F(Routes, TheBoundAddressIsAHostToo) {
    EXPECT_TRUE(host_allowed("sim.lan:80", {"sim.lan", "192.0.2.1"}));
    EXPECT_TRUE(host_allowed("192.0.2.1", {"sim.lan", "192.0.2.1"}));
    EXPECT_FALSE(host_allowed("192.0.2.2", {"sim.lan", "192.0.2.1"}));
    EXPECT_TRUE(host_allowed("[2001:db8::1]:80", {"2001:db8:0::1"}));
}

TEST_F(Routes, OnAWildcardAnyAddressDoesButNoName) {
    EXPECT_TRUE(host_allowed("192.0.2.2:80", {"0.0.0.0"}));
    EXPECT_TRUE(host_allowed("[2001:db8::1]:80", {"::"}));
    EXPECT_FALSE(host_allowed("evil.example", {"0.0.0.0"}));
}

TEST_F(Routes, OtherSitesMayNotChangeAnything) {
    Request request{.method = "POST", .target = "/api/pause", .host = "localhost:80"};
    for (const auto* origin : {"http://evil.example", "null", "", "http://localhost:81",
                               "https://localhost:80", "http://localhost:80.evil.example"}) {
        request.origin = origin;
        EXPECT_EQ(handle(request, control).status, 403) << origin;
    }
    request.origin = "http://localhost:80";
    EXPECT_EQ(handle(request, control).status, 200);
    request.fetch_site = "cross-site";
    EXPECT_EQ(handle(request, control).status, 403);
    request.fetch_site = "same-site";
    EXPECT_EQ(handle(request, control).status, 403);
    request.fetch_site = "same-origin";
    EXPECT_EQ(handle(request, control).status, 200);
    // A link to the page is fine wherever it stands.
    request = {.method = "GET", .target = "/", .host = "localhost", .fetch_site = "cross-site"};
    EXPECT_EQ(handle(request, control).status, 200);
}

}  // namespace
}  // namespace confd::sim::control
