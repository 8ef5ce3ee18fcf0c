// SPDX-License-Identifier: Apache-2.0
#include "simulator/workload/sessions.hpp"

#include <algorithm>
#include <chrono>
#include <span>

#include "simulator/workload/names.hpp"

namespace confd::sim::workload {
namespace {

/// Sessions that are there at once, when they come and go.
constexpr std::size_t few = 3;
constexpr std::size_t many = 6;

/// How sessions of a kind come, and whose they are.
struct Access {
    std::string_view context;
    SessionProto proto;
    std::span<const std::string_view> users;
};
constexpr std::string_view people[] = {"admin", "oper", "alice", "bob"};
constexpr std::string_view programs[] = {"automation", "nms"};
constexpr Access accesses[] = {
    {"cli", SessionProto::SSH, people},     {"netconf", SessionProto::SSH, programs},
    {"cli", SessionProto::SSH, people},     {"rest", SessionProto::HTTPS, programs},
    {"webui", SessionProto::HTTPS, people}, {"netconf", SessionProto::TLS, programs},
    {"cli", SessionProto::CONSOLE, people},
};

/// Whether events may be about it: it has logged in, and does not log out.
bool acts(const Session& session) {
    return session.in_log && !session.leaving;
}

}  // namespace

Sessions::Sessions(const std::vector<UserInfo>& known, Told told)
    : fixed_(!known.empty()), told_(told) {
    for (const auto& uinfo : known)
        sessions_.push_back({.uinfo = uinfo, .stays = true, .in_log = true});
}

/// There are sessions before the first event.
void Sessions::settle_in(Choices& choices, TimePoint now) {
    while (!fixed_ && sessions_.size() < few)
        log_in_before(choices, now);
}

Session& Sessions::log_in_before(Choices& choices, TimePoint now) {
    auto& session = log_in(choices, now - std::chrono::seconds(60 + choices.below(4 * 3600)));
    session.in_log = true;
    return session;
}

Session& Sessions::log_in(Choices& choices, TimePoint since) {
    const auto& access = choices.of(accesses);
    UserInfo uinfo;
    uinfo.usid = last_usid_ += static_cast<std::int64_t>(1 + choices.below(4));
    uinfo.username = access.users[choices.below(access.users.size())];
    uinfo.context = std::string(access.context);
    uinfo.proto = access.proto;
    uinfo.logintime.seconds = seconds_of(since);
    const bool local = access.proto == SessionProto::CONSOLE;
    uinfo.addr.ip = local ? Ip(Ip4{127, 0, 0, 1}) : address(choices);
    uinfo.port = client_port(choices);
    return sessions_.emplace_back(Session{.uinfo = std::move(uinfo), .in_log = !told_.audit});
}

void Sessions::log_out(Session& session) {
    sessions_.erase(sessions_.begin() + (&session - sessions_.data()));
}

Session& Sessions::any(Choices& choices, TimePoint now) {
    settle_in(choices, now);
    std::vector<Session*> at_work;
    for (auto& session : sessions_) {
        if (acts(session)) at_work.push_back(&session);
    }
    if (at_work.empty()) return log_in_before(choices, now);
    return *at_work[choices.below(at_work.size())];
}

Session& Sessions::writer(Choices& choices, TimePoint now) {
    return with_transaction(choices, now, false);
}

Session& Sessions::committer(Choices& choices, TimePoint now) {
    auto& session = with_transaction(choices, now, true);
    session.transaction->committed = true;
    return session;
}

Session& Sessions::with_transaction(Choices& choices, TimePoint now, bool uncommitted) {
    settle_in(choices, now);
    std::vector<Session*> writers;
    for (auto& session : sessions_) {
        const bool fits = session.transaction && !(uncommitted && session.transaction->committed);
        if (fits && acts(session)) writers.push_back(&session);
    }
    // Where nothing tells of their ends, transactions end all the same.
    const bool new_one = writers.empty() || (!told_.sessions && choices.below(4) == 3);
    if (!new_one) return *writers[choices.below(writers.size())];
    auto& session = any(choices, now);
    begin(choices, session);
    return session;
}

bool Sessions::at_work(std::int64_t usid) const {
    const auto found = std::ranges::find(sessions_, usid,
                                         [](const Session& session) { return session.uinfo.usid; });
    return found != sessions_.end() && !found->leaving;
}

Session* Sessions::confirming() {
    const auto found = std::ranges::find(sessions_, true, &Session::confirming);
    return found == sessions_.end() ? nullptr : &*found;
}

void Sessions::begin(Choices& choices, Session& session) {
    auto& transaction = session.transaction;
    if (!transaction || !transaction->told) {
        transaction.emplace();
        if (choices.below(4) == 3) transaction->database = Datastore::CANDIDATE;
    }
    // One that has been told of goes on, with a handle for its next commit.
    transaction->handle = ++last_handle_;
    transaction->trace_id = trace_id(choices);
    transaction->committed = false;
}

bool Sessions::is_locked(Datastore database) const {
    return std::ranges::any_of(sessions_, [&](const Session& session) {
        return session.transaction && session.transaction->locked &&
               session.transaction->database == database;
    });
}

Sessions::Change Sessions::change(Choices& choices, TimePoint now) {
    settle_in(choices, now);
    const auto leaving = std::ranges::find(sessions_, true, &Session::leaving);
    if (leaving != sessions_.end()) return change_of(choices, *leaving);
    const bool room = !fixed_ && sessions_.size() < many;
    if (room && choices.below(4) == 3) {
        return {USER_SESS_START, log_in(choices, now).uinfo, Datastore::NO_DB};
    }
    return change_of(choices, any(choices, now));
}

Sessions::Change Sessions::change_of(Choices& choices, Session& session) {
    const auto told = [&](UserSessType type, Datastore database) {
        return Change{type, session.uinfo, database};
    };
    auto& transaction = session.transaction;
    if (!transaction || !transaction->told) {
        const bool goes = !session.stays && !session.confirming && choices.below(3) == 2;
        if (session.leaving || goes) {
            auto out = told(USER_SESS_STOP, Datastore::NO_DB);
            log_out(session);
            return out;
        }
        begin(choices, session);
        transaction->told = true;
        return told(USER_SESS_START_TRANS, transaction->database);
    }
    const auto database = transaction->database;
    if (transaction->locked) {
        transaction->locked = false;
        return told(USER_SESS_UNLOCK, database);
    }
    if (!session.leaving && !is_locked(database) && choices.flip()) {
        transaction->locked = true;
        return told(USER_SESS_LOCK, database);
    }
    transaction.reset();
    return told(USER_SESS_STOP_TRANS, database);
}

Sessions::Audit Sessions::audit(Choices& choices, TimePoint now) {
    settle_in(choices, now);
    const auto newest = std::ranges::find(sessions_, false, &Session::in_log);
    if (newest != sessions_.end()) {
        newest->in_log = true;
        return {newest->uinfo, Audited::login};
    }
    auto& session = any(choices, now);
    const bool goes = !session.stays && !session.confirming && choices.below(12) == 11;
    if (!goes) return {session.uinfo, Audited::action};
    const Audit out{session.uinfo, Audited::logout};
    if (told_.sessions) {
        session.leaving = true;
    } else {
        log_out(session);
        log_in(choices, now);
    }
    return out;
}

}  // namespace confd::sim::workload
