// SPDX-License-Identifier: Apache-2.0
#include "simulator/workload/workload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "simulator/workload/cluster.hpp"
#include "simulator/workload/log_lines.hpp"
#include "simulator/workload/names.hpp"
#include "simulator/workload/network.hpp"
#include "simulator/workload/sessions.hpp"
#include "simulator/workload/snmp.hpp"
#include "simulator/workload/spans.hpp"

namespace confd::sim::workload {
namespace {

constexpr std::uint16_t netconf_port = 830;

bool contains(std::span<const std::uint32_t> types, std::uint32_t type) {
    return std::ranges::find(types, type) != types.end();
}

}  // namespace

/// One event of each kind after another, from what has come before.
class Workload::State {
  public:
    State(std::span<const std::uint32_t> types, const WireContext& wire,
          const std::vector<UserInfo>& sessions)
        : wire_(wire),
          sessions_(sessions, {.sessions = contains(types, NOTIF_USER_SESSION),
                               .audit = contains(types, NOTIF_AUDIT)}),
          network_(wire),
          spans_(wire) {}

    Notification next(Choices& c, std::uint32_t type, TimePoint now) {
        switch (type) {
            case NOTIF_AUDIT:
                return {type, audit(c, now)};
            case NOTIF_DAEMON:
            case NOTIF_NETCONF:
            case NOTIF_DEVEL:
            case NOTIF_JSONRPC:
            case NOTIF_WEBUI:
                return {type, syslog(c, type)};
            case NOTIF_COMMIT_SIMPLE:
                return {type, commit(c, now)};
            case NOTIF_COMMIT_DIFF:
                return {type, commit_diff(c, now)};
            case NOTIF_USER_SESSION:
                return {type, user_session(c, now)};
            case NOTIF_HA_INFO:
                return {type, cluster_.ha(c)};
            case NOTIF_SUBAGENT_INFO:
                return {type, cluster_.subagent(c)};
            case NOTIF_COMMIT_FAILED:
                return {type, commit_failed(c)};
            case NOTIF_SNMPA:
                return {type, snmp_.next(c)};
            case NOTIF_FORWARD_INFO:
                return {type, forward(c, now)};
            case NOTIF_CONFIRMED_COMMIT:
                return {type, confirmed_commit(c, now)};
            case NOTIF_UPGRADE_EVENT:
                return {type, cluster_.upgrade(c)};
            case NOTIF_COMMIT_PROGRESS:
            case NOTIF_PROGRESS:
                return progress(c, type, now);
            case NCS_NOTIF_CQ_PROGRESS:
                return {type, network_.queue(c, now)};
            case NCS_NOTIF_CALL_HOME_INFO:
                return {type, network_.call_home(c)};
            case NCS_NOTIF_AUDIT_NETWORK:
                return {type, network_.audit(c, sessions_.writer(c, now))};
            case NOTIF_COMPACTION:
                return {type, compaction(c, now)};
            default:
                assert(type != NOTIF_STREAM_EVENT);
                return {type, SignalNotification{}};
        }
    }

  private:
    AuditNotification audit(Choices& c, TimePoint now) {
        const auto [uinfo, what] = sessions_.audit(c, now);
        auto line = audit_line(c, uinfo, what, wire_.product);
        return {line.logno, uinfo.username, uinfo.usid, std::move(line.text)};
    }

    SyslogNotification syslog(Choices& c, std::uint32_t type) const {
        auto line = syslog_line(c, type, wire_.product);
        return {line.logno, line.prio, std::move(line.text)};
    }

    CommitNotification commit(Choices& c, TimePoint now) {
        const auto& session = sessions_.writer(c, now);
        return {.database = session.transaction->database,
                .uinfo = session.uinfo,
                .diff_available = c.flip() ? 1 : 0,
                .flags = session.confirming ? NOTIF_COMMIT_FLAG_CONFIRMED : 0};
    }

    CommitDiffNotification commit_diff(Choices& c, TimePoint now) {
        const auto& session = sessions_.committer(c, now);
        CommitDiffNotification out{.database = session.transaction->database,
                                   .uinfo = session.uinfo,
                                   .tctx = {session.transaction->handle},
                                   .flags = session.confirming ? NOTIF_COMMIT_FLAG_CONFIRMED : 0,
                                   .comment = std::nullopt,
                                   .label = std::nullopt};
        if (c.below(3) == 2) {
            out.comment = fmt::format("change of {}", config_path(c));
            out.label = fmt::format("CR-{}", 4000 + c.below(1000));
        }
        return out;
    }

    UserSessNotification user_session(Choices& c, TimePoint now) {
        auto change = sessions_.change(c, now);
        return {change.type, std::move(change.uinfo), change.database};
    }

    Notification progress(Choices& c, std::uint32_t type, TimePoint now) {
        spans_.drop_unless([this](std::int64_t usid) { return sessions_.at_work(usid); });
        return spans_.next(c, type, sessions_.writer(c, now), now);
    }

    static CommitFailedNotification commit_failed(Choices& c) {
        CommitFailedNotification out;
        out.provider = one_of_all<DataProvider>(c);
        out.dbname = c.below(4) == 3 ? Datastore::CANDIDATE : Datastore::RUNNING;
        if (out.provider == DP_NETCONF) {
            out.ip = address(c);
            out.port = netconf_port;
        }
        if (out.provider == DP_EXTERNAL) out.daemon_name = daemon(c);
        return out;
    }

    ForwardNotification forward(Choices& c, TimePoint now) {
        cluster_.drop_unless([this](std::int64_t usid) { return sessions_.at_work(usid); });
        return cluster_.forward(c, sessions_.any(c, now).uinfo);
    }

    /// Each is confirmed or aborted by the session that began it.
    ConfirmedCommitNotification confirmed_commit(Choices& c, TimePoint now) {
        if (auto* session = sessions_.confirming()) {
            session->confirming = false;
            return {c.below(3) == 2 ? ABORT_COMMIT : CONFIRMING_COMMIT, 0, session->uinfo};
        }
        constexpr std::int64_t timeouts[] = {60, 120, 300, 600};
        auto& session = sessions_.writer(c, now);
        session.confirming = true;
        return {CONFIRMED_COMMIT, c.of(timeouts), session.uinfo};
    }

    CompactionNotification compaction(Choices& c, TimePoint now) {
        constexpr std::int64_t mebibyte = 1 << 20;
        CompactionNotification out;
        out.dbfile = one_of_all<CompactionFile>(c);
        out.type = c.below(4) == 3 ? COMPACTION_MANUAL : COMPACTION_AUTOMATIC;
        auto& last = sizes_[static_cast<std::size_t>(out.dbfile)];
        if (last == 0) last = mebibyte + static_cast<std::int64_t>(c.below(4 * mebibyte));
        out.fsize_last = last;
        out.fsize_end = last + static_cast<std::int64_t>(c.below(64 * 1024));
        out.fsize_start =
            out.fsize_end + mebibyte + static_cast<std::int64_t>(c.below(8 * mebibyte));
        last = out.fsize_end;
        out.duration = 20'000 + static_cast<std::int64_t>(c.below(400'000));
        out.time_start = microseconds_of(now) - out.duration;
        out.ntrans = 1 + static_cast<std::int64_t>(c.below(2000));
        return out;
    }

    WireContext wire_;
    Sessions sessions_;
    Cluster cluster_;
    Network network_;
    Spans spans_;
    SnmpAgent snmp_;
    std::int64_t sizes_[COMPACTION_S_CDB + 1] = {};  // of files after their last compaction
};

Workload::Workload(std::span<const std::uint32_t> types, const WireContext& wire,
                   const std::vector<UserInfo>& sessions)
    : state_(std::make_unique<State>(types, wire, sessions)) {}
Workload::~Workload() = default;
Workload::Workload(Workload&&) noexcept = default;
Workload& Workload::operator=(Workload&&) noexcept = default;

Notification Workload::next(Choices& choices, std::uint32_t type, TimePoint now) {
    return state_->next(choices, type, now);
}

}  // namespace confd::sim::workload
