// SPDX-License-Identifier: Apache-2.0
// Which clients are let in, and as what.
#include <fmt/format.h>

#include <utility>

#include "simulator/hub/hub.hpp"

namespace confd::sim {

void Hub::decide(Instant now, Subscriber& subscriber) {
    const auto limit = context_.config.max_subscribers;
    if (limit > 0 && fan_out_.count() >= limit) {
        return subscriber.refuse(
            {ERR_PROTOUSAGE, fmt::format("Too many subscribers, at most {} are served", limit)});
    }
    // The session then says that it is closed, and why.
    if (auto opened = open_stream(subscriber); !opened) return subscriber.refuse(opened.error());
    admit(now, subscriber);
}

std::expected<void, PeerError> Hub::open_stream(Subscriber& subscriber) const {
    const auto& subscription = subscriber.session().subscription();
    if (!subscription.stream || (subscription.mask & NOTIF_STREAM_EVENT) == 0) return {};
    auto cursor = streams_.subscribe(*subscription.stream);
    if (!cursor) return std::unexpected(cursor.error());
    subscriber.open_stream(std::move(*cursor));
    return {};
}

void Hub::admit(Instant now, Subscriber& subscriber) {
    const auto& subscription = subscriber.session().subscription();
    subscriber.admit(now, role_for(subscription));
    if (!subscriber.output().closes()) fan_out_.join(subscriber);
    ++subscriptions_;
    context_.events.add(Subscribed{.peer = subscriber.id(),
                                   .role = subscriber.role(),
                                   .mask = subscription.mask,
                                   .stream = subscription.stream ? subscription.stream->name : "",
                                   .again = takes_place(subscriber.role())});
    if (subscriber.takes_syslog() && syslog_takers_++ == 0) {
        context_.events.add(SyslogTaken{true});
    }
    subscriber.pump(now);
}

/// Empty for one that fits none.
std::string Hub::role_for(const Subscription& subscription) const {
    const auto& roles = context_.config.roles;
    if (roles.empty()) return std::string(all_roles);
    for (const auto& role : roles) {
        const bool room = role.count == 0 || fan_out_.count(role.name) < role.count;
        if (room && role.fits(subscription)) return role.name;
    }
    return {};
}

/// Whether a subscriber takes the place of one that left.
bool Hub::takes_place(const std::string& role) {
    auto& left = vacancies_[role];
    if (left == 0) return false;
    --left;
    return true;
}

}  // namespace confd::sim
