// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "simulator/hub/describe.hpp"
#include "simulator/scenario/steps/expectation.hpp"
#include "simulator/scenario/steps/steps.hpp"
#include "text/mask.hpp"

namespace confd::sim {
namespace {

bool is_role(std::string_view expected, std::string_view role) {
    return expected == all_roles || expected == role;
}

// ---- ack ----

constexpr std::string_view verdicts[] = {"known", "duplicate", "late", "unknown"};

struct AckExpected : Expectation {
    std::optional<std::string> of;
    std::string from = std::string(all_roles);
    AckVerdict verdict = AckVerdict::known;

    bool met_by(const HubEvent& event, const World& world) const override {
        return could_accept(event) && (!of || world.sent(*of) == std::get<AckReceived>(event).send);
    }
    bool could_accept(const HubEvent& event) const override {
        const auto* ack = std::get_if<AckReceived>(&event);
        return ack != nullptr && ack->verdict == verdict && is_role(from, ack->role);
    }
    std::string text() const override {
        const auto adjective =
            verdict == AckVerdict::known ? std::string() : fmt::format("{} ", to_string(verdict));
        const bool vowel = adjective.empty() || verdict == AckVerdict::unknown;
        return fmt::format("{} {}acknowledgement{}{}", vowel ? "an" : "a", adjective,
                           of ? fmt::format(" of '{}'", *of) : "",
                           from == all_roles ? "" : " from " + from);
    }
};

constexpr Key ack_keys[] = {
    key<&AckExpected::of>("of", forms::send_id, "of the event with this id",
                          {.alone = true, .otherwise = "any"}),
    key<&AckExpected::from>("from", forms::role, "from a subscriber of this role"),
    key<&AckExpected::verdict>(
        "verdict",
        "known: it was owed; duplicate: given before; late: its barrier had expired; unknown: "
        "nothing ever waited for it",
        {.choices = verdicts}),
};

// ---- disconnect, reconnect ----

bool has_gone(const HubEvent& event, std::string_view role) {
    const auto* gone = std::get_if<Disconnected>(&event);
    return gone != nullptr && gone->subscribed && is_role(role, gone->role);
}

bool is_slow(const HubEvent& event, std::string_view role) {
    const auto* slow = std::get_if<SlowConsumer>(&event);
    return slow != nullptr && is_role(role, slow->role);
}

std::string a_subscriber(std::string_view role) {
    return "a subscriber" + of_role(role);
}

/// What some subscriber of a role does.
struct RoleExpected : Expectation {
    std::string role = std::string(all_roles);
};

template <class T>
constexpr Key role_key(KeyRules rules = {.alone = true}) {
    return key<&RoleExpected::role, T>("role", forms::role, "a subscriber of this role", rules);
}

struct DisconnectExpected : RoleExpected {
    bool anybody = false;

    bool met_by(const HubEvent& event, const World&) const override {
        return anybody ? std::holds_alternative<Disconnected>(event) : has_gone(event, role);
    }
    /// One that is closed for being slow goes too.
    bool part_of(const HubEvent& event) const override {
        return is_slow(event, anybody ? all_roles : std::string_view(role));
    }
    bool could_accept(const HubEvent& event) const override {
        return part_of(event) ||
               (anybody ? std::holds_alternative<Disconnected>(event) : has_gone(event, role));
    }
    std::string text() const override {
        return (anybody ? "a client" : a_subscriber(role)) + " to disconnect";
    }
};

constexpr Key disconnect_keys[] = {
    role_key<DisconnectExpected>({.alone = true, .without = "anybody"}),
    key<&DisconnectExpected::anybody>("anybody",
                                      "of whatever role, and whether it had subscribed or not"),
};

struct ReconnectExpected : RoleExpected {
    bool met_by(const HubEvent& event, const World&) const override {
        const auto* subscribed = std::get_if<Subscribed>(&event);
        return subscribed != nullptr && subscribed->again && is_role(role, subscribed->role);
    }
    bool part_of(const HubEvent& event) const override {
        return has_gone(event, role) || is_slow(event, role);
    }
    bool could_accept(const HubEvent& event) const override {
        return std::holds_alternative<Subscribed>(event) || part_of(event);
    }
    std::string text() const override { return a_subscriber(role) + " to come back"; }
};

constexpr Key reconnect_keys[] = {role_key<ReconnectExpected>()};

// ---- subscription ----

struct SubscriptionExpected : RoleExpected {
    std::uint32_t must = 0;
    std::uint32_t must_not = 0;
    std::string stream;

    bool could_accept(const HubEvent& event) const override {
        const auto* subscribed = std::get_if<Subscribed>(&event);
        return subscribed != nullptr && is_role(role, subscribed->role) &&
               (subscribed->mask & must) == must && (subscribed->mask & must_not) == 0 &&
               (stream.empty() || subscribed->stream == stream);
    }
    std::string text() const override {
        auto out = "a new subscription" + of_role(role);
        if (must != 0) out += " with " + mask_text(must);
        if (must_not != 0) out += " without " + mask_text(must_not);
        if (!stream.empty()) out += " to stream " + stream;
        return out;
    }
};

constexpr Key subscription_keys[] = {
    key<&SubscriptionExpected::role, SubscriptionExpected>("role", forms::role, "of this role",
                                                           {.alone = true}),
    key<&SubscriptionExpected::must>("must", forms::mask, "bits that its mask has"),
    key<&SubscriptionExpected::must_not>("must_not", forms::mask, "bits that its mask lacks"),
    key<&SubscriptionExpected::stream>("stream", forms::stream, "the stream it asks for"),
};

// ---- refused ----

struct RefusedExpected : Expectation {
    std::optional<std::int64_t> code;

    bool could_accept(const HubEvent& event) const override {
        const auto* refused = std::get_if<Refused>(&event);
        return refused != nullptr && (!code || refused->code == *code);
    }
    std::string text() const override {
        return "a client to be turned down" + (code ? fmt::format(" with code {}", *code) : "");
    }
};

constexpr Key refused_keys[] = {
    key<&RefusedExpected::code>("code", "1 NOEXISTS, 21 PROTOUSAGE, 22 NOSESSION, 50 XPATH",
                                {.alone = true, .otherwise = "any", .low = 0, .high = 1000}),
};

// ---- syslog ----

enum class SyslogState : std::uint8_t { taken, returned };
constexpr std::string_view syslog_states[] = {"taken", "returned"};

struct SyslogExpected : Expectation {
    SyslogState state = SyslogState::taken;

    bool could_accept(const HubEvent& event) const override {
        const auto* syslog = std::get_if<SyslogTaken>(&event);
        return syslog != nullptr && syslog->taken == (state == SyslogState::taken);
    }
    std::string text() const override {
        return state == SyslogState::taken ? "the syslog to be taken over"
                                           : "the syslog to be returned";
    }
};

constexpr Key syslog_keys[] = {
    key<&SyslogExpected::state>(
        "state",
        "taken: the first subscriber with NOTIF_TAKEOVER_SYSLOG has come; "
        "returned: the last has gone",
        {.presence = Presence::required, .alone = true, .choices = syslog_states}),
};

// ---- slow ----

struct SlowExpected : RoleExpected {
    bool could_accept(const HubEvent& event) const override { return is_slow(event, role); }
    std::string text() const override { return a_subscriber(role) + " to be closed as too slow"; }
};

constexpr Key slow_keys[] = {role_key<SlowExpected>()};

}  // namespace

constexpr ExpectationKind ack_expectation =
    expectation_kind<AckExpected>("the keys of ack", "An acknowledgement.", ack_keys);
constexpr ExpectationKind disconnect_expectation = expectation_kind<DisconnectExpected>(
    "the keys of disconnect", "A subscriber goes.", disconnect_keys);
constexpr ExpectationKind reconnect_expectation = expectation_kind<ReconnectExpected>(
    "the keys of reconnect", "A subscriber goes, and one of its role comes back.", reconnect_keys);
constexpr ExpectationKind subscription_expectation = expectation_kind<SubscriptionExpected>(
    "the keys of subscription", "A new subscription.", subscription_keys);
constexpr ExpectationKind refused_expectation = expectation_kind<RefusedExpected>(
    "the keys of refused", "A client is turned down: its subscription, or its handshake.",
    refused_keys);
constexpr ExpectationKind syslog_expectation = expectation_kind<SyslogExpected>(
    "the keys of syslog", "The server's own syslog goes off or on.", syslog_keys);
constexpr ExpectationKind slow_expectation = expectation_kind<SlowExpected>(
    "the keys of slow", "A subscriber is closed because it does not read.", slow_keys);

}  // namespace confd::sim
