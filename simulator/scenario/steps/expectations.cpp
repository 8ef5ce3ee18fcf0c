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

constexpr Key ack_keys[] = {
    {.name = "of", .takes = Takes::send_id, .doc = "of the event with this id", .otherwise = "any"},
    {.name = "from",
     .takes = Takes::role,
     .doc = "from a subscriber of this role",
     .otherwise = "all"},
    {.name = "verdict",
     .takes = Takes::choice,
     .doc = "known: it was owed; duplicate: given before; late: its barrier had expired; unknown: "
            "nothing ever waited for it",
     .otherwise = "known",
     .choices = verdicts},
};
constexpr MapShape ack_shape{"the keys of ack", "An acknowledgement.", ack_keys, "of"};

struct AckExpected : Expectation {
    std::optional<std::string> of;
    std::string from;
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

std::unique_ptr<Expectation> parse_ack(const YamlPtr& body, Loading& loading) {
    auto ack = std::make_unique<AckExpected>();
    const DeclaredMap map(body, ack_shape, loading);
    if (const auto of = map.get("of")) ack->of = loading.parse_send_id(*of);
    ack->from = map.role("from");
    ack->verdict = static_cast<AckVerdict>(map.choice("verdict", 0));
    return ack;
}

// ---- disconnect, reconnect ----

constexpr Key role_keys[] = {
    {.name = "role", .takes = Takes::role, .doc = "a subscriber of this role", .otherwise = "all"}};
constexpr Key disconnect_keys[] = {role_keys[0],
                                   {.name = "anybody",
                                    .takes = Takes::flag,
                                    .doc = "of whatever role, and whether it had subscribed or not",
                                    .otherwise = "false"}};
constexpr MapShape disconnect_shape{"the keys of disconnect", "A subscriber goes.", disconnect_keys,
                                    "role"};
constexpr MapShape reconnect_shape{"the keys of reconnect",
                                   "A subscriber goes, and one of its role comes back.", role_keys,
                                   "role"};

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

struct DisconnectExpected : Expectation {
    std::string role;
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

struct ReconnectExpected : Expectation {
    std::string role;

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

template <class Expected>
std::unique_ptr<Expectation> parse_role_of(const YamlPtr& body, const MapShape& shape,
                                           Loading& loading) {
    auto expected = std::make_unique<Expected>();
    expected->role = DeclaredMap(body, shape, loading).role("role");
    return expected;
}
std::unique_ptr<Expectation> parse_disconnect(const YamlPtr& body, Loading& loading) {
    auto expected = std::make_unique<DisconnectExpected>();
    const DeclaredMap map(body, disconnect_shape, loading);
    expected->role = map.role("role");
    expected->anybody = map.flag("anybody", false);
    if (expected->anybody && map.has("role")) {
        loading.diagnostics.report(map.raw("role")->place, "'role' does not go with 'anybody'");
    }
    return expected;
}
std::unique_ptr<Expectation> parse_reconnect(const YamlPtr& body, Loading& loading) {
    return parse_role_of<ReconnectExpected>(body, reconnect_shape, loading);
}

// ---- subscription ----

constexpr Key subscription_keys[] = {
    {.name = "role", .takes = Takes::role, .doc = "of this role", .otherwise = "all"},
    {.name = "must", .takes = Takes::mask, .doc = "bits that its mask has"},
    {.name = "must_not", .takes = Takes::mask, .doc = "bits that its mask lacks"},
    {.name = "stream", .takes = Takes::name, .doc = "the stream it asks for"},
};
constexpr MapShape subscription_shape{"the keys of subscription", "A new subscription.",
                                      subscription_keys, "role"};

struct SubscriptionExpected : Expectation {
    std::string role;
    std::uint32_t must = 0;
    std::uint32_t must_not = 0;
    std::string stream;

    bool met_by(const HubEvent& event, const World&) const override { return could_accept(event); }
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

std::unique_ptr<Expectation> parse_subscription(const YamlPtr& body, Loading& loading) {
    auto expected = std::make_unique<SubscriptionExpected>();
    const DeclaredMap map(body, subscription_shape, loading);
    expected->role = map.role("role");
    expected->must = map.mask("must");
    expected->must_not = map.mask("must_not");
    if (const auto stream = map.get("stream")) {
        expected->stream = loading.parse_stream(*stream).value_or("");
    }
    return expected;
}

// ---- refused ----

constexpr Key refused_keys[] = {{.name = "code",
                                 .takes = Takes::integer,
                                 .doc = "1 NOEXISTS, 21 PROTOUSAGE, 22 NOSESSION, 50 XPATH",
                                 .otherwise = "any",
                                 .low = 0,
                                 .high = 1000}};
constexpr MapShape refused_shape{"the keys of refused",
                                 "A client is turned down: its subscription, or its handshake.",
                                 refused_keys, "code"};

struct RefusedExpected : Expectation {
    std::optional<std::int64_t> code;

    bool met_by(const HubEvent& event, const World&) const override { return could_accept(event); }
    bool could_accept(const HubEvent& event) const override {
        const auto* refused = std::get_if<Refused>(&event);
        return refused != nullptr && (!code || refused->code == *code);
    }
    std::string text() const override {
        return "a client to be turned down" + (code ? fmt::format(" with code {}", *code) : "");
    }
};

std::unique_ptr<Expectation> parse_refused(const YamlPtr& body, Loading& loading) {
    auto expected = std::make_unique<RefusedExpected>();
    const DeclaredMap map(body, refused_shape, loading);
    if (map.has("code")) expected->code = map.integer("code", 0);
    return expected;
}

// ---- syslog ----

constexpr std::string_view syslog_states[] = {"taken", "returned"};
constexpr Key syslog_keys[] = {{.name = "state",
                                .takes = Takes::choice,
                                .doc = "taken: the first subscriber with NOTIF_TAKEOVER_SYSLOG has "
                                       "come; returned: the last has gone",
                                .required = true,
                                .choices = syslog_states}};
constexpr MapShape syslog_shape{"the keys of syslog", "The server's own syslog goes off or on.",
                                syslog_keys, "state"};

struct SyslogExpected : Expectation {
    bool taken = true;

    bool met_by(const HubEvent& event, const World&) const override { return could_accept(event); }
    bool could_accept(const HubEvent& event) const override {
        const auto* syslog = std::get_if<SyslogTaken>(&event);
        return syslog != nullptr && syslog->taken == taken;
    }
    std::string text() const override {
        return taken ? "the syslog to be taken over" : "the syslog to be returned";
    }
};

std::unique_ptr<Expectation> parse_syslog(const YamlPtr& body, Loading& loading) {
    auto expected = std::make_unique<SyslogExpected>();
    expected->taken = DeclaredMap(body, syslog_shape, loading).choice("state", 0) == 0;
    return expected;
}

// ---- slow ----

constexpr MapShape slow_shape{
    "the keys of slow", "A subscriber is closed because it does not read.", role_keys, "role"};

struct SlowExpected : Expectation {
    std::string role;

    bool met_by(const HubEvent& event, const World&) const override { return could_accept(event); }
    bool could_accept(const HubEvent& event) const override { return is_slow(event, role); }
    std::string text() const override { return a_subscriber(role) + " to be closed as too slow"; }
};

std::unique_ptr<Expectation> parse_slow(const YamlPtr& body, Loading& loading) {
    return parse_role_of<SlowExpected>(body, slow_shape, loading);
}

// ---- the step ----

constexpr Key expect_keys[] = {
    {.name = "ack", .takes = Takes::map, .doc = "an acknowledgement", .map = &ack_shape},
    {.name = "disconnect",
     .takes = Takes::map,
     .doc = "a subscriber goes",
     .map = &disconnect_shape},
    {.name = "reconnect",
     .takes = Takes::map,
     .doc = "a subscriber goes and comes back",
     .map = &reconnect_shape},
    {.name = "subscription",
     .takes = Takes::map,
     .doc = "a new subscription",
     .map = &subscription_shape},
    {.name = "refused",
     .takes = Takes::map,
     .doc = "a client is turned down",
     .map = &refused_shape},
    {.name = "syslog",
     .takes = Takes::map,
     .doc = "the server's own syslog goes off or on",
     .map = &syslog_shape},
    {.name = "slow",
     .takes = Takes::map,
     .doc = "a subscriber is closed because it does not read",
     .map = &slow_shape},
    {.name = "maapi",
     .takes = Takes::map,
     .doc = "a MAAPI peer, such as a reader of a diff, has been answered",
     .map = &maapi_shape},
    {.name = "nothing", .takes = Takes::duration, .doc = "no client does anything for so long"},
    {.name = "within", .takes = Takes::duration, .doc = "how long to wait", .otherwise = "10s"},
};

}  // namespace

const MapShape expect_shape{"the keys of expect",
                            "Waits for something that subscribers do. What came before counts too, "
                            "unless another expectation was met by it.",
                            expect_keys};

const ExpectationKind ack_expectation{"ack", parse_ack};
const ExpectationKind disconnect_expectation{"disconnect", parse_disconnect};
const ExpectationKind reconnect_expectation{"reconnect", parse_reconnect};
const ExpectationKind subscription_expectation{"subscription", parse_subscription};
const ExpectationKind refused_expectation{"refused", parse_refused};
const ExpectationKind syslog_expectation{"syslog", parse_syslog};
const ExpectationKind slow_expectation{"slow", parse_slow};

}  // namespace confd::sim
