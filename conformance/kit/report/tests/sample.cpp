// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/report/tests/sample.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace confd::kit::test {
namespace {

struct Group {
    Part part;
    Level level;
    std::string_view name;
    std::size_t cases;
};
constexpr std::array groups{
    Group{Part::client, Level::l0, "client/handshake", 12},
    Group{Part::client, Level::l0, "client/robust", 14},
    Group{Part::client, Level::l1, "client/ack", 16},
    Group{Part::client, Level::l2, "client/decode", 24},
    Group{Part::server, Level::l0, "server/handshake", 10},
    Group{Part::server, Level::l0, "server/subscribe", 16},
    Group{Part::server, Level::l1, "server/sync", 16},
    Group{Part::codec, Level::l2, "codec/events", 22},
};
constexpr std::array topics{
    "audit-sync-once",    "audit-without-the-flag", "commit-diff-handle",  "unknown-event-type",
    "hello-in-one-byte",  "frame-cut-at-any-byte",  "ha-info-in-order",    "closes-when-refused",
    "heartbeat-interval", "stream-replay-complete", "snmp-trap-two-forms", "atom-for-text",
};
constexpr std::array titles{
    "An AUDIT event is acknowledged once, with its own user session",
    "Nothing is acknowledged that nobody waits for",
    "The handle of a COMMIT_DIFF comes back in its acknowledgement",
    "An event of an unknown type is survived",
    "A hello that arrives byte by byte is understood",
    "A connection that breaks off in a frame is reported, not waited for",
};

Case make_case(const Group& group, std::size_t i) {
    const auto* topic = topics.at(i % topics.size());
    return {.id = fmt::format("{}/{}{}", group.name, topic,
                              i < topics.size() ? "" : fmt::format("-{}", i)),
            .title = titles.at(i % titles.size()),
            .part = group.part,
            .level = group.level,
            .strength = i % 4 == 3 ? Strength::should : Strength::must,
            .source = i % 3 == 0 ? Source::documented : Source::observed,
            .requirements = {"REQ-ACK-2", "REQ-SYNC-2"},
            .features = i % 5 == 0 ? std::vector<std::string>{"acks"} : std::vector<std::string>{},
            .rationale =
                "A user session hangs until every subscriber has answered; a second "
                "answer may release the next one too early.",
            .note = i % 4 == 3 ? "The vendor's library cuts such texts." : "",
            .script = "format: 1\nname: audit-sync-once\nsteps:\n  - send: {event: NOTIF_AUDIT}\n",
            .client = {},
            .file = {}};
}

std::vector<Exchange> exchange() {
    return {
        {0.0002, true, "connect", "from 127.0.0.1:51234", "", "", ""},
        {0.0011, true, "hello", "event notifications, version 78", "0b004e070802001409", "",
         "client id=11\nprotocol version=78"},
        {0.0012, false, "hello", "accepted, release 7.8.2", "00004e070802001409", "", ""},
        {0.0019, true, "subscribe", "NOTIF_AUDIT, NOTIF_AUDIT_SYNC",
         "0000001983680562000200016100610077 09756e646566696e65646100",
         "{131073, 0, 0, undefined, 0}", ""},
        {0.0020, false, "reply", "ok", "00000006836400026f6b", "ok", ""},
        {0.0034, false, "event", "NOTIF_AUDIT logno=115 user=\"admin\" usid=9007199254740993",
         "0000002f83680561016179 6d0000000d7463622e20653465747569655c627fffffff"
         "6d0000000c697677663465306235 2d612f",
         "{1, 115, <<\"admin\">>, 9007199254740993, <<\"logged in\">>}",
         R"({"type":1,"name":"NOTIF_AUDIT","audit":{"logno":115,"user":"admin",)"
         R"("usid":9007199254740993,"msg":"logged in","uinfo":{"proto":2,"port":52114}}})"},
        {0.0093, true, "ack", "sync_audit_notification(17)", "0000000c8368026111770673796e636564",
         "{17, synced}", ""},
        {0.0121, true, "ack", "sync_audit_notification(17) a second time",
         "0000000c8368026111770673796e636564", "{17, synced}", ""},
        {0.2001, false, "raw", hostile, "ff00zz", hostile, hostile},
        {0.2100, false, "close", "the kit closes the connection", "", "", ""},
    };
}

Status status_of(std::size_t peer, std::size_t i) {
    if (i == 3) return peer == 0 ? Status::passed : Status::warned;
    if (peer == 0) return i % 41 == 40 ? Status::known_failure : Status::passed;
    if (peer == 1 && i % 11 == 5) return Status::skipped;
    if (peer == 1) return i % 17 == 7 ? Status::failed : Status::passed;
    constexpr std::array rare{Status::failed, Status::unexpected_pass, Status::broken,
                              Status::warned};
    return i % 6 == 2 ? rare.at(i / 6 % rare.size()) : Status::passed;
}

Result make_result(const Case& test, Status status, std::size_t i) {
    Result result{.test = &test,
                  .status = status,
                  .expected = "{17, synced}, once, after the event was read",
                  .reason = {},
                  .details = {},
                  .exchange = exchange(),
                  .output = "{\"type\":1,\"name\":\"NOTIF_AUDIT\"}\n",
                  .rerun = "confd-conformance client --filter " + test.id + " --seed 7 -- ./app",
                  .folder = {},
                  .duration = std::chrono::milliseconds(3 + i * 37 % 1900)};
    if (status == Status::passed) return result;
    result.reason = status == Status::skipped ? "the peer has not declared the feature acks"
                                              : "{17, synced} came twice, 2.8 ms apart";
    if (status == Status::skipped) return result;
    result.details = {"acknowledgement 1 at 0.0093 s", "acknowledgement 2 at 0.0121 s", hostile};
    result.folder = "conformance-failures/" + test.id;
    result.output += hostile;
    return result;
}

}  // namespace

Sample sample() {
    Sample out;
    for (const auto& group : groups)
        for (std::size_t i = 0; i < group.cases; ++i)
            out.cases.push_back(make_case(group, i));
    constexpr std::array peers{"confd-listen 0.1.0", hostile,
                               "./build/my-subscriber --port {port}"};
    for (std::size_t peer = 0; peer < peers.size(); ++peer) {
        for (const auto part : {Part::client, Part::server, Part::codec}) {
            Run run{.part = part,
                    .peer = peers.at(peer),
                    .started = "2026-11-22T10:00:00Z",
                    .seed = 18446744073709551615U,
                    .version = "0.1.0",
                    .results = {}};
            for (std::size_t i = 0; i < out.cases.size(); ++i)
                if (out.cases[i].part == part)
                    run.results.push_back(make_result(out.cases[i], status_of(peer, i), i));
            out.runs.push_back(std::move(run));
        }
    }
    return out;
}

}  // namespace confd::kit::test
