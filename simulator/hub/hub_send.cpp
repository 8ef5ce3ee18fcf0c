// SPDX-License-Identifier: Apache-2.0
// Events, from the scenario to the subscribers that get them.
#include <fmt/format.h>

#include <utility>

#include "protocol/log_symbols.hpp"
#include "simulator/hub/describe.hpp"
#include "simulator/hub/hub.hpp"

namespace confd::sim {
namespace {

/// The priority of the daemon log's line is the simulator's own: no page gives it.
constexpr std::int64_t syslog_error = 3;

}  // namespace

Sent Hub::send(Instant now, const Notification& notification, const Target& target,
               maapi::DiffPtr diff) {
    if (notification.type == NOTIF_STREAM_EVENT) {
        return send(now, StreamEvent{wall(now), notification, nullptr}, target);
    }
    auto sent = new_send();
    fan_out_.publish(sent, notification, target.role, context_.events.observed());
    for (const auto& debt : sent.owed)
        barriers_.owe(sent.id, debt, now);
    open_transaction(notification, sent.id, std::move(diff));
    if (on_send_) on_send_(notification, sent);
    return sent;
}

/// There is a transaction as long as its event is not acknowledged by all.
void Hub::open_transaction(const Notification& notification, SendId send, maapi::DiffPtr diff) {
    const auto* commit = notification.get<CommitDiffNotification>();
    if (commit == nullptr || !barriers_.is_open(send)) return;
    context_.transactions.open(send, {commit->tctx.th, commit->uinfo.usid, std::move(diff)});
}

Sent Hub::send(Instant now, const StreamEvent& event, const Target& target) {
    auto sent = new_send();
    streams_.append(target.stream, event, target.role, wall(now), sent.id);
    for (const auto& member : fan_out_) {
        if (!member.subscriber->has_stream()) continue;
        const Access subscriber(*this, member.subscriber);
        if (subscriber->pump(now) > 0) ++sent.recipients;
    }
    if (on_send_) on_send_(event.notification, sent);
    return sent;
}

void Hub::send_bytes(ByteView bytes, std::string_view role) {
    for (const auto& member : fan_out_) {
        if (!member.has_role(role)) continue;
        const Access subscriber(*this, member.subscriber);
        subscriber->output().session().send_raw(bytes);
    }
}

/// REQ-SLOW-2: the daemon logs it, and its log is an event.
void Hub::tell_others(Instant now, const Subscriber& subscriber, const std::string& text) {
    SyslogNotification line;
    line.logno = log_number(context_.config.server.product, "EVENT_SOCKET_WRITE_BLOCK").value_or(0);
    line.prio = syslog_error;
    line.msg = fmt::format("{} closed: {}", peer_name(subscriber.id(), subscriber.role()), text);
    send(now, {NOTIF_DAEMON, line});
}

}  // namespace confd::sim
