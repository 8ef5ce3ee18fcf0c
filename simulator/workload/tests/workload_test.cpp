// SPDX-License-Identifier: Apache-2.0
// Random events keep the ranges of the protocol, and agree with each other.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <chrono>
#include <concepts>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "protocol/log_symbols.hpp"
#include "protocol/render/render.hpp"
#include "simulator/base/random.hpp"
#include "simulator/workload/defaults.hpp"
#include "simulator/workload/workload.hpp"

namespace confd::sim::workload {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint start = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + 10h;

constexpr WireContext contexts[] = {
    {Dialect::v6x, Product::confd}, {Dialect::v6x, Product::nso},   {Dialect::v7x, Product::confd},
    {Dialect::v7x, Product::nso},   {Dialect::v8x, Product::confd}, {Dialect::v8x, Product::nso},
};

std::vector<std::uint32_t> types_of(const WireContext& wire) {
    std::vector<std::uint32_t> out;
    for (const auto type : event_types()) {
        const bool known = (type & nso_bits) == 0 || wire.product == Product::nso;
        const bool since_7 = (type & since_7_bits) == 0 || wire.dialect >= Dialect::v7x;
        const bool since_8 = (type & since_8_bits) == 0 || wire.dialect >= Dialect::v8x;
        if (known && since_7 && since_8 && type != NOTIF_STREAM_EVENT) out.push_back(type);
    }
    return out;
}

bool is_private(const Ip& ip) {
    if (const auto* v4 = std::get_if<Ip4>(&ip)) {
        const auto& a = *v4;
        return a[0] == 10 || a[0] == 127 || (a[0] == 192 && a[1] == 168) ||
               (a[0] == 192 && a[1] == 0 && a[2] == 2) ||
               (a[0] == 198 && a[1] == 51 && a[2] == 100) ||
               (a[0] == 203 && a[1] == 0 && a[2] == 113);
    }
    const auto& a = std::get<Ip6>(ip);
    return (a[0] == 0x2001 && a[1] == 0xdb8) || (a[0] & 0xfe00) == 0xfc00;
}

bool is_uuid(const std::string& text) {
    static const std::regex form(
        "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-"
        "[0-9a-f]{12}");
    return std::regex_match(text, form);
}

bool is_span(const std::string& text) {
    static const std::regex form("[0-9a-f]{16}");
    return std::regex_match(text, form) && text.find_first_not_of('0') != std::string::npos;
}

/// What is out of its range, each as a word.
class Ranges {
  public:
    /// Defaults lack what is optional.
    Ranges(const Notification& event, const WireContext& wire, TimePoint now, bool whole = true)
        : wire_(wire), now_(now), whole_(whole) {
        std::visit([this](const auto& body) { check(body); }, event.body);
    }
    const std::string& found() const { return found_; }

  private:
    void need(bool holds, std::string_view what) {
        if (!holds) found_ += fmt::format(" {}", what);
    }
    template <class E>
    void known(E value, std::string_view what) {
        need(name_of(constants<E>, static_cast<std::int64_t>(value)).has_value(), what);
    }
    /// Not in the future, and not before the life of this network.
    void time(std::int64_t micros) {
        const auto latest = now_.time_since_epoch().count();
        need(micros <= latest && micros > latest - 86'400'000'000, "timestamp");
    }
    void logno(LogNumber number) {
        need(name_of(log_symbols(wire_.product), number).has_value(), "logno");
    }
    void trace(const OptionalText& id) {
        if (id) need(is_uuid(*id), "trace_id");
    }
    void text(const std::string& value, std::string_view what) {
        need(!value.empty() && value.size() < 8192 && value.find('\0') == std::string::npos, what);
    }

    void check(const UserInfo& u) {
        need(u.usid > 0, "usid");
        text(u.username, "username");
        text(u.context, "context");
        known(u.proto, "proto");
        need(is_private(u.addr.ip), "addr");
        need(u.port > 0 || u.proto == SessionProto::SYSTEM, "port");
        need(u.clearpass.empty() && u.flags == 0, "flags");
        const auto now = std::chrono::floor<std::chrono::seconds>(now_).time_since_epoch().count();
        need(u.logintime.seconds > now - 86'400 && u.logintime.seconds <= now, "logintime");
    }

    void check(const AuditNotification& b) {
        logno(b.logno);
        text(b.user, "user");
        text(b.msg, "msg");
        need(b.usid > 0, "usid");
    }
    void check(const SyslogNotification& b) {
        logno(b.logno);
        need(b.prio >= 0 && b.prio <= 7, "prio");
        text(b.msg, "msg");
        need(b.msg.find('{') == std::string::npos || b.msg.find('}') != std::string::npos, "msg");
    }
    void check(const CommitNotification& b) {
        known(b.database, "database");
        check(b.uinfo);
        need(b.diff_available == 0 || b.diff_available == 1, "diff_available");
        need(b.flags >= 0 && b.flags <= 3, "flags");
    }
    void check(const CommitDiffNotification& b) {
        known(b.database, "database");
        check(b.uinfo);
        need(b.tctx.th > 0, "th");
        need(b.flags >= 0 && b.flags <= 3, "flags");
    }
    void check(const UserSessNotification& b) {
        known(b.type, "type");
        known(b.database, "database");
        check(b.uinfo);
    }
    void check(const HaNotification& b) {
        known(b.type, "type");
        if (b.type == HA_INFO_NOMASTER) known(b.nomaster, "nomaster");
        if (b.beslave_result != HaErrorCode{}) known(b.beslave_result, "beslave_result");
        need(b.cdb_initialized_by_copy == 0 || b.cdb_initialized_by_copy == 1, "copy");
        for (const auto* node : {&b.slave_died, &b.slave_arrived}) {
            const bool there =
                b.type == (node == &b.slave_died ? HA_INFO_SLAVE_DIED : HA_INFO_SLAVE_ARRIVED);
            if (there) text(std::get<std::string>(node->nodeid.payload), "nodeid");
        }
    }
    void check(const SubagentNotification& b) {
        known(b.type, "type");
        text(b.name, "name");
    }
    void check(const ForwardNotification& b) {
        known(b.type, "type");
        text(b.target, "target");
        check(b.uinfo);
    }
    void check(const CommitFailedNotification& b) {
        known(b.provider, "provider");
        known(b.dbname, "dbname");
        if (b.provider == DP_NETCONF) need(is_private(b.ip) && b.port > 0, "ip");
        if (b.provider == DP_EXTERNAL) text(b.daemon_name, "daemon_name");
    }
    void check(const SnmpaNotification& b) {
        known(b.pdu_type, "pdu_type");
        need(is_private(b.ip) && b.port > 0, "ip");
        need(b.pdu_type == SNMPA_PDU_V1TRAP ? b.generic_trap <= 6 && !b.enterprise.empty()
                                            : b.request_id > 0,
             "request_id");
        for (const auto& bind : b.vb) {
            known(bind.var.type, "var");
            known(bind.var.vartype, "vartype");
        }
    }
    void check(const ConfirmedCommitNotification& b) {
        known(b.type, "type");
        check(b.uinfo);
        need((b.timeout > 0) == (b.type == CONFIRMED_COMMIT), "timeout");
    }
    void check(const UpgradeNotification& b) { known(b.event, "event"); }
    void check(const CommitProgressNotification& b) {
        known(b.database, "database");
        need(b.usid > 0 && b.thandle > 0, "usid");
        text(b.msg, "msg");
    }
    void progress(const auto& b) {
        known(b.type, "type");
        known(b.datastore, "datastore");
        time(b.timestamp);
        need(b.usid > 0 && b.tid > 0, "usid");
        need(b.duration.has_value() == (whole_ && b.type == PROGRESS_STOP), "duration");
        need(!b.duration || *b.duration > 0, "duration");
        trace(b.trace_id);
    }
    void check(const ProgressNotification& b) { progress(b); }
    void check(const ProgressSpanNotification& b) {
        progress(b);
        need(b.span_id ? is_span(*b.span_id) : !whole_, "span_id");
        need(!b.parent_span_id || is_span(*b.parent_span_id), "parent_span_id");
        for (const auto& link : b.links)
            need(link.span_id && is_span(*link.span_id), "link");
    }
    void check(const StreamNotification& b) {
        const auto time_of = to_time_point(b.event_time);
        need(time_of == now_, "event_time");
    }
    void check(const CqProgressNotification& b) {
        known(b.type, "type");
        need(to_time_point(b.timestamp) == now_, "timestamp");
        need(b.cq_id > 0, "cq_id");
        trace(b.trace_id);
    }
    void check(const CallHomeNotification& b) {
        known(b.type, "type");
        need(b.device.empty() == (b.type == CALL_HOME_UNKNOWN_DEVICE), "device");
        if (b.type != CALL_HOME_DEVICE_DISCONNECTED) need(is_private(b.ip) && b.port > 0, "ip");
    }
    void check(const AuditNetworkNotification& b) {
        need(b.usid > 0 && b.tid > 0, "usid");
        text(b.user, "user");
        text(b.device, "device");
        text(b.config, "config");
        trace(b.trace_id);
    }
    void check(const CompactionNotification& b) {
        known(b.dbfile, "dbfile");
        known(b.type, "type");
        time(b.time_start);
        need(b.fsize_end < b.fsize_start && b.fsize_last <= b.fsize_end && b.fsize_last > 0,
             "size");
        need(b.duration > 0 && b.ntrans > 0, "duration");
    }
    void check(const SignalNotification&) {}
    void check(const GenericNotification&) { need(false, "known"); }

    WireContext wire_;
    TimePoint now_;
    bool whole_;
    std::string found_;
};

/// Some events after one another, a few milliseconds apart.
struct Draw {
    Notification event;
    TimePoint at;
};
std::vector<Draw> draw(const WireContext& wire, std::uint64_t seed, int count,
                       std::vector<std::uint32_t> types = {},
                       const std::vector<UserInfo>& sessions = {}) {
    if (types.empty()) types = types_of(wire);
    Random random(seed);
    Workload load(types, wire, sessions);
    std::vector<Draw> out;
    auto now = start;
    for (int i = 0; i < count; ++i) {
        const auto type = types[random.below(types.size())];
        out.push_back({load.next(random, type, now), now});
        now += std::chrono::microseconds(1 + random.below(20'000));
    }
    return out;
}

/// The session of an event: its number, its user.
struct Actor {
    std::int64_t usid = 0;
    std::string user;
    const UserInfo* uinfo = nullptr;
};
Actor actor_of(const Notification& event) {
    if (const auto* b = event.get<AuditNotification>()) return {b->usid, b->user, nullptr};
    if (const auto* b = event.get<AuditNetworkNotification>()) return {b->usid, b->user, nullptr};
    const UserInfo* uinfo = nullptr;
    if (const auto* b = event.get<CommitNotification>()) uinfo = &b->uinfo;
    if (const auto* b = event.get<CommitDiffNotification>()) uinfo = &b->uinfo;
    if (const auto* b = event.get<UserSessNotification>()) uinfo = &b->uinfo;
    if (const auto* b = event.get<ForwardNotification>()) uinfo = &b->uinfo;
    if (const auto* b = event.get<ConfirmedCommitNotification>()) uinfo = &b->uinfo;
    if (uinfo != nullptr) return {uinfo->usid, uinfo->username, uinfo};
    if (const auto* b = event.get<ProgressNotification>()) return {b->usid, {}, nullptr};
    if (const auto* b = event.get<ProgressSpanNotification>()) return {b->usid, {}, nullptr};
    return {};
}

RC_GTEST_PROP(Workload, KeepsTheRangesOfTheProtocol, (std::uint64_t seed)) {
    for (const auto& wire : contexts) {
        for (const auto& [event, at] : draw(wire, seed, 60)) {
            const auto text = to_text(event, {.context = wire});
            RC_ASSERT(Ranges(event, wire, at).found() + " of " + text == " of " + text);
            Bytes payload;
            RC_ASSERT(encode_notification(event, payload, wire).has_value());
            const auto back = decode_notification(payload, {.context = wire, .limits = {}});
            RC_ASSERT(back.has_value());
            RC_ASSERT(to_text(*back) == to_text(event));
            RC_ASSERT(*back == event);
        }
    }
}

RC_GTEST_PROP(Workload, HasOneUserInfoForOneSession, (std::uint64_t seed)) {
    std::map<std::int64_t, std::string> users;
    std::map<std::int64_t, UserInfo> uinfos;
    std::set<std::int64_t> gone;
    for (const auto& [event, at] : draw({Dialect::v7x, Product::nso}, seed, 300,
                                        {NOTIF_USER_SESSION, NOTIF_AUDIT, NOTIF_COMMIT_SIMPLE,
                                         NOTIF_COMMIT_DIFF, NOTIF_FORWARD_INFO, NOTIF_PROGRESS,
                                         NOTIF_CONFIRMED_COMMIT, NCS_NOTIF_AUDIT_NETWORK})) {
        const auto actor = actor_of(event);
        if (actor.usid == 0) continue;
        RC_ASSERT(!gone.contains(actor.usid));
        if (!actor.user.empty()) {
            RC_ASSERT(users.emplace(actor.usid, actor.user).first->second == actor.user);
        }
        if (actor.uinfo != nullptr) {
            RC_ASSERT(uinfos.emplace(actor.usid, *actor.uinfo).first->second == *actor.uinfo);
        }
        const auto* change = event.get<UserSessNotification>();
        if (change != nullptr && change->type == USER_SESS_START) {
            RC_ASSERT(change->uinfo.logintime.seconds ==
                      std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
        }
        if (change != nullptr && change->type == USER_SESS_STOP) gone.insert(actor.usid);
    }
    RC_CLASSIFY(!gone.empty(), "with sessions that end");
}

RC_GTEST_PROP(Workload, GivesBackLocksAndEndsTransactions, (std::uint64_t seed)) {
    std::map<std::int64_t, Datastore> transactions;
    std::map<Datastore, std::int64_t> locks;
    std::set<std::int64_t> handles;
    for (const auto& [event, at] : draw({Dialect::v7x, Product::confd}, seed, 500)) {
        if (const auto* commit = event.get<CommitDiffNotification>()) {
            RC_ASSERT(handles.insert(commit->tctx.th).second);
        }
        const auto* change = event.get<UserSessNotification>();
        if (change == nullptr) continue;
        const auto usid = change->uinfo.usid;
        switch (change->type) {
            case USER_SESS_START_TRANS:
                RC_ASSERT(transactions.emplace(usid, change->database).second);
                break;
            case USER_SESS_LOCK:
                RC_ASSERT(transactions.at(usid) == change->database);
                RC_ASSERT(locks.emplace(change->database, usid).second);
                break;
            case USER_SESS_UNLOCK:
                RC_ASSERT(locks.at(change->database) == usid);
                locks.erase(change->database);
                break;
            case USER_SESS_STOP_TRANS:
                RC_ASSERT(transactions.at(usid) == change->database);
                transactions.erase(usid);
                break;
            case USER_SESS_STOP:
                RC_ASSERT(!transactions.contains(usid));
                break;
            case USER_SESS_START:
                break;
        }
    }
    RC_ASSERT(!handles.empty());
}

RC_GTEST_PROP(Workload, LogsInOnceAndOutOnce, (std::uint64_t seed)) {
    const WireContext wire{Dialect::v7x, Product::confd};
    const auto login = *log_number(Product::confd, "AUTH_LOGIN_SUCCESS");
    const auto logout = *log_number(Product::confd, "AUTH_LOGOUT");
    std::set<std::int64_t> in;
    std::set<std::int64_t> out;
    for (const auto& [event, at] : draw(wire, seed, 400, {NOTIF_AUDIT, NOTIF_COMMIT_SIMPLE})) {
        const auto actor = actor_of(event);
        RC_ASSERT(!out.contains(actor.usid));
        const auto* audit = event.get<AuditNotification>();
        if (audit == nullptr) continue;
        if (audit->logno.number == login) RC_ASSERT(in.insert(actor.usid).second);
        if (audit->logno.number == logout) out.insert(actor.usid);
    }
    RC_ASSERT(!in.empty() && !out.empty());
}

RC_GTEST_PROP(Workload, StopsWhatHasStarted, (std::uint64_t seed)) {
    std::map<std::string, std::int64_t> started;
    for (const auto& [event, at] :
         draw({Dialect::v8x, Product::nso}, seed, 300, {NOTIF_PROGRESS})) {
        const auto& span = *event.get<ProgressSpanNotification>();
        if (span.type == PROGRESS_START) started.emplace(*span.span_id, span.timestamp);
        if (span.type != PROGRESS_STOP) continue;
        RC_ASSERT(started.contains(*span.span_id));
        RC_ASSERT(span.timestamp - started[*span.span_id] == *span.duration);
    }
    RC_ASSERT(!started.empty());
}

TEST(Workload, IsOfTheSessionsThatThereAre) {
    const auto admin = default_session(start);
    for (const auto& [event, at] : draw({Dialect::v7x, Product::nso}, 7, 500, {}, {admin})) {
        const auto actor = actor_of(event);
        if (actor.usid != 0) EXPECT_EQ(actor.usid, admin.usid);
        if (actor.uinfo != nullptr) EXPECT_EQ(*actor.uinfo, admin);
        const auto* change = event.get<UserSessNotification>();
        if (change != nullptr) EXPECT_NE(change->type, USER_SESS_STOP);
    }
}

TEST(Workload, IsDrawnFromTheSeed) {
    const auto texts = [](std::uint64_t seed) {
        std::string out;
        for (const auto& [event, at] : draw({Dialect::v7x, Product::nso}, seed, 200))
            out += to_text(event) + "\n";
        return out;
    };
    EXPECT_EQ(texts(1), texts(1));
    EXPECT_NE(texts(1), texts(2));
}

/// Every type of event that has types is of each of them sooner or later.
TEST(Workload, LeavesNothingOut) {
    std::set<std::string> seen;
    for (const auto& [event, at] : draw({Dialect::v8x, Product::nso}, 3, 5000)) {
        const auto text = to_text(event, {.context = {Dialect::v8x, Product::nso}});
        const auto type = text.find("type=");
        if (type == std::string::npos) continue;
        seen.insert(text.substr(type + 5, text.find(' ', type) - type - 5));
    }
    const auto expect_all = [&]<class E>(E) {
        for (const auto& constant : constants<E>) {
            const auto shown = *name_of(constants<E>, constant.value);
            EXPECT_TRUE(seen.contains(std::string(shown))) << shown;
        }
    };
    expect_all(HaInfoType{});
    expect_all(UserSessType{});
    expect_all(CqItemType{});
    expect_all(CallHomeType{});
    expect_all(ConfirmedCommitType{});
    expect_all(ProgressType{});
    expect_all(ForwardInfoType{});
    expect_all(SubagentInfoType{});
    expect_all(CompactionType{});
}

TEST(Defaults, AreInTheRangesOfTheProtocol) {
    for (const auto& wire : contexts) {
        auto types = types_of(wire);
        types.push_back(NOTIF_STREAM_EVENT);
        for (const auto type : types) {
            auto event = *make_notification(type, wire.dialect);
            fill_defaults(event, wire, {start, start});
            EXPECT_EQ(Ranges(event, wire, start, false).found(), "")
                << to_text(event, {.context = wire});
        }
    }
}

template <class Body, class Type>
Notification defaults_of(std::uint32_t event, Type Body::* member, Type type) {
    Body body;
    body.*member = type;
    Notification out{event, body};
    fill_defaults(out, {Dialect::v8x, Product::nso}, {start, start});
    return out;
}

/// What goes with a type that is written is in its range too.
TEST(Defaults, GoWithTheType) {
    const auto check = [&]<class Body, class E>(std::uint32_t event, E Body::* member) {
        for (const auto& constant : constants<E>) {
            const auto type = static_cast<E>(constant.value);
            const auto filled = defaults_of(event, member, type);
            EXPECT_EQ(filled.template get<Body>()->*member, type);
            EXPECT_EQ(Ranges(filled, {Dialect::v8x, Product::nso}, start, false).found(), "")
                << to_text(filled);
        }
    };
    check(NOTIF_HA_INFO, &HaNotification::type);
    check(NOTIF_USER_SESSION, &UserSessNotification::type);
    check(NOTIF_CONFIRMED_COMMIT, &ConfirmedCommitNotification::type);
    check(NOTIF_PROGRESS, &ProgressSpanNotification::type);
    check(NOTIF_SNMPA, &SnmpaNotification::pdu_type);
    check(NCS_NOTIF_CALL_HOME_INFO, &CallHomeNotification::type);
    check(NCS_NOTIF_CQ_PROGRESS, &CqProgressNotification::type);
}

TEST(Defaults, OfTheSystemComeFromNowhere) {
    CommitNotification commit;
    commit.uinfo.context = "system";
    Notification event{NOTIF_COMMIT_SIMPLE, commit};
    fill_defaults(event, {}, {start, start});
    EXPECT_EQ(event.get<CommitNotification>()->uinfo, default_system_session(start));
}

}  // namespace
}  // namespace confd::sim::workload
