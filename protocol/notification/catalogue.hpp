// SPDX-License-Identifier: Apache-2.0
// The events this library knows: one line each. Everything that goes by event type (decoding,
// encoding, JSON, scenario files, random streams, the JSON Schema) goes by this list.
#pragma once

#include <cstdint>
#include <type_traits>
#include <variant>

#include "protocol/bytes.hpp"
#include "protocol/constants.hpp"
#include "protocol/notification/events/audit.hpp"
#include "protocol/notification/events/audit_network.hpp"
#include "protocol/notification/events/call_home.hpp"
#include "protocol/notification/events/commit.hpp"
#include "protocol/notification/events/commit_diff.hpp"
#include "protocol/notification/events/commit_failed.hpp"
#include "protocol/notification/events/commit_progress.hpp"
#include "protocol/notification/events/compaction.hpp"
#include "protocol/notification/events/confirmed_commit.hpp"
#include "protocol/notification/events/cq_progress.hpp"
#include "protocol/notification/events/forward.hpp"
#include "protocol/notification/events/ha_info.hpp"
#include "protocol/notification/events/progress.hpp"
#include "protocol/notification/events/progress_span.hpp"
#include "protocol/notification/events/signal.hpp"
#include "protocol/notification/events/snmpa.hpp"
#include "protocol/notification/events/stream.hpp"
#include "protocol/notification/events/subagent.hpp"
#include "protocol/notification/events/syslog.hpp"
#include "protocol/notification/events/upgrade.hpp"
#include "protocol/notification/events/user_session.hpp"

namespace confd {

/// An event type, what it carries, and the dialects in which it is laid out that way. An event that
/// newer releases added has its layout in every dialect: only the mask decides which subscriber
/// gets it.
template <std::uint32_t Type, class BodyType, Dialect First = Dialect::v6x,
          Dialect Last = Dialect::v8x>
struct Event {
    using Body = BodyType;
    static constexpr std::uint32_t type = Type;
    static constexpr bool in(Dialect dialect) { return dialect >= First && dialect <= Last; }
};

template <class... Events>
struct EventList {};

// clang-format off
using Catalogue = EventList<
    Event<NOTIF_AUDIT, AuditNotification>,
    Event<NOTIF_DAEMON, SyslogNotification>,
    Event<NOTIF_NETCONF, SyslogNotification>,
    Event<NOTIF_DEVEL, SyslogNotification>,
    Event<NOTIF_JSONRPC, SyslogNotification>,
    Event<NOTIF_WEBUI, SyslogNotification>,
    Event<NOTIF_COMMIT_SIMPLE, CommitNotification>,
    Event<NOTIF_COMMIT_DIFF, CommitDiffNotification>,
    Event<NOTIF_USER_SESSION, UserSessNotification>,
    Event<NOTIF_HA_INFO, HaNotification>,
    Event<NOTIF_SUBAGENT_INFO, SubagentNotification>,
    Event<NOTIF_COMMIT_FAILED, CommitFailedNotification>,
    Event<NOTIF_SNMPA, SnmpaNotification>,
    Event<NOTIF_FORWARD_INFO, ForwardNotification>,
    Event<NOTIF_HEARTBEAT, SignalNotification>,
    Event<NOTIF_HEALTH_CHECK, SignalNotification>,
    Event<NOTIF_REOPEN_LOGS, SignalNotification>,
    Event<NOTIF_CONFIRMED_COMMIT, ConfirmedCommitNotification>,
    Event<NOTIF_UPGRADE_EVENT, UpgradeNotification>,
    Event<NOTIF_COMMIT_PROGRESS, CommitProgressNotification, Dialect::v6x, Dialect::v6x>,
    Event<NOTIF_COMMIT_PROGRESS, ProgressNotification, Dialect::v7x, Dialect::v7x>,
    Event<NOTIF_COMMIT_PROGRESS, ProgressSpanNotification, Dialect::v8x>,
    Event<NOTIF_PROGRESS, ProgressNotification, Dialect::v6x, Dialect::v7x>,
    Event<NOTIF_PROGRESS, ProgressSpanNotification, Dialect::v8x>,
    Event<NOTIF_STREAM_EVENT, StreamNotification>,
    Event<NCS_NOTIF_PACKAGE_RELOAD, SignalNotification>,
    Event<NCS_NOTIF_CQ_PROGRESS, CqProgressNotification>,
    Event<NCS_NOTIF_CALL_HOME_INFO, CallHomeNotification>,
    Event<NCS_NOTIF_AUDIT_NETWORK, AuditNetworkNotification>,
    Event<NOTIF_COMPACTION, CompactionNotification>,
    Event<NOTIF_SYSTEM_GOING_DOWN, SignalNotification>>;
// clang-format on

/// An event of a type that this library does not know: a newer server does not break a client.
struct GenericNotification {
    /// The whole event as an encoded, checked term without the version byte. read_term() in
    /// protocol/term/tree.hpp makes a tree of it.
    Bytes term;
    bool operator==(const GenericNotification&) const = default;
};

namespace detail {

template <class List, class... Known>
struct BodiesOf;
template <class... Known>
struct BodiesOf<EventList<>, Known...> {
    using type = std::variant<Known..., GenericNotification>;
};
template <class First, class... Rest, class... Known>
struct BodiesOf<EventList<First, Rest...>, Known...> {
    using Body = typename First::Body;
    using type = typename std::conditional_t<(std::is_same_v<Body, Known> || ...),
                                             BodiesOf<EventList<Rest...>, Known...>,
                                             BodiesOf<EventList<Rest...>, Known..., Body>>::type;
};

}  // namespace detail

/// Every struct that an event can carry, once each.
using NotificationBody = detail::BodiesOf<Catalogue>::type;

/// Calls `f.operator()<Event>()` for each event of the catalogue.
template <class F>
constexpr void for_each_event(F&& f) {
    [&]<class... Events>(EventList<Events...>) {
        (f.template operator()<Events>(), ...);
    }(Catalogue{});
}

}  // namespace confd
