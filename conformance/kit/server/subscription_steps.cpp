// SPDX-License-Identifier: Apache-2.0
// The subscription and its answer.
#include <fmt/format.h>

#include "conformance/kit/server/lab.hpp"
#include "protocol/mask.hpp"
#include "protocol/session/subscription.hpp"
#include "protocol/term/notation.hpp"
#include "protocol/term/tree.hpp"
#include "simulator/text/scalars.hpp"

namespace confd::kit::server {
namespace {

using sim::Key;
using sim::key;
using sim::KeyRules;
using sim::Presence;

/// Beats of subscribers that are not about beats: rare enough not to come.
constexpr std::int64_t rare_beats = 600'000;

std::uint32_t mask_for(const SubscriptionKeys& keys, const WireContext& context) {
    constexpr auto on_their_own = NOTIF_HEARTBEAT | NOTIF_HEALTH_CHECK | NOTIF_STREAM_EVENT;
    auto mask = keys.mask.bits;
    if (keys.mask.asks == Asks::all) mask = known_bits(context);
    if (keys.mask.asks == Asks::every) mask = known_bits(context) & ~flag_bits & ~on_their_own;
    return mask & ~keys.without;
}

Subscription subscription_for(const Lab& lab, const Peer& peer, const SubscriptionKeys& keys) {
    Subscription out;
    out.mask = mask_for(keys, peer.context());
    const auto beats = [&](std::uint32_t bit) { return (out.mask & bit) != 0 ? rare_beats : 0; };
    out.heartbeat_interval = keys.heartbeat.value_or(beats(NOTIF_HEARTBEAT));
    out.health_check_interval = keys.health_check.value_or(beats(NOTIF_HEALTH_CHECK));
    if (!keys.stream && (out.mask & NOTIF_STREAM_EVENT) == 0) return out;
    out.stream.emplace();
    out.stream->name = keys.stream.value_or(lab.target.stream);
    out.stream->xpath_filter = keys.filter;
    out.stream->usid = keys.usid;
    out.stream->use_ikp = keys.use_ikp;
    return out;
}

Bytes payload_for(const Lab& lab, Peer& peer, const SubscriptionKeys& keys) {
    if (keys.hex) return *keys.hex;
    if (keys.term) return *keys.term;
    const auto subscription = subscription_for(lab, peer, keys);
    peer.mask = subscription.mask;
    Bytes payload;
    encode_subscription(subscription, payload, peer.context().dialect);
    return payload;
}

/// Everything up to the answer ok.
Checked open(Lab& lab, Peer& peer, const HelloKeys& hello, const SubscriptionKeys& subscription) {
    auto checked = say_hello(lab, peer, hello);
    if (checked) checked = expect_accepted(lab, peer);
    if (checked) checked = subscribe(lab, peer, subscription);
    if (checked) checked = expect_ok(peer);
    return checked;
}

// ---- Steps. ----

struct Open : OpeningStep {
    SubscriptionKeys subscription;

    Checked run_on(Lab& lab, Peer& peer) const override {
        return open(lab, peer, hello, subscription);
    }
};

struct Subscribe : PeerStep {
    SubscriptionKeys subscription;
    Pace pace;

    Checked run_on(Lab& lab, Peer& peer) const override {
        return subscribe(lab, peer, subscription, pace);
    }
};

/// Every bit that the product has in this dialect, each on a connection of its own.
struct EveryBit : Step {
    std::uint16_t version = 0;

    Checked run(Lab& lab) const override {
        const WireContext context{dialect_of(version), lab.target.product};
        for (const auto& constant : mask_constants) {
            const auto bit = static_cast<std::uint32_t>(constant.value);
            const bool single = (bit & (bit - 1)) == 0;
            if (!single || (known_bits(context) & bit) == 0) continue;
            if (bit == NOTIF_STREAM_EVENT && lab.target.stream.empty()) continue;
            auto peer = lab.make_peer(std::string(constant.name));
            auto checked = open(lab, peer, {.version = version}, {.mask = {.bits = bit}});
            if (checked) continue;
            checked.error().reason =
                fmt::format("mask {}: {}", constant.name, checked.error().reason);
            return checked;
        }
        return {};
    }
};

constexpr Key every_bit_keys[] = {
    key<&EveryBit::version>(
        "version", "the protocol version",
        {.presence = Presence::required, .alone = true, .low = 0, .high = UINT16_MAX}),
};

/// Hello and subscription, cut at every place there is: pieces of n bytes are cut after n first.
struct CutEverywhere : Step {
    SubscriptionKeys subscription;

    Checked run(Lab& lab) const override {
        constexpr std::size_t longest = 9 + 4 + 64;
        constexpr std::chrono::milliseconds gap{2};
        for (std::size_t piece = 1; piece < longest; ++piece) {
            auto peer = lab.make_peer(fmt::format("cut{}", piece));
            if (auto done = say_hello(lab, peer, {.challenge = false, .hold = true}); !done)
                return done;
            const auto payload = payload_for(lab, peer, subscription);
            const auto size = hello_size + frame_header_size + payload.size();
            if (piece >= size) break;
            peer.send_frame("subscribe",
                            fmt::format("hello and subscription in pieces of {}", piece), payload,
                            {piece, gap});
            auto checked = expect_accepted(lab, peer);
            if (checked) checked = expect_ok(peer);
            if (!checked) return checked;
        }
        return {};
    }
};

// ---- What is expected. ----

/// Why the term is no {error, Code, Text} with this code; empty when it is.
std::string refusal_fault(const Term& term, std::optional<std::int64_t> code) {
    const auto elements = term.elements();
    if (term.kind() != TermKind::tuple || elements.size() != 3 || !elements[0].is_atom("error")) {
        return "the answer is " + to_string(term);
    }
    if (!elements[1].as_integer()) return "the code is " + to_string(elements[1]);
    if (!elements[2].as_binary()) return "the text is " + to_string(elements[2]);
    if (!code || elements[1] == Term(*code)) return {};
    return "the code is " + to_string(elements[1]);
}

struct ExpectOk : PeerStep {
    Checked run_on(Lab&, Peer& peer) const override { return expect_ok(peer); }
};

struct ExpectRefused : PeerStep {
    std::int64_t code = 0;

    Checked run_on(Lab&, Peer& peer) const override {
        const auto expected = fmt::format("the answer {{error, {}, <<\"..\">>}}", code);
        const auto incoming = peer.next(peer.soon());
        if (incoming.kind != Incoming::Kind::payload) return failed(expected, describe(incoming));
        const auto term = read_payload(incoming.payload);
        if (!term) return failed(expected, to_string(term.error()));
        const auto fault = refusal_fault(*term, code);
        return fault.empty() ? Checked() : failed(expected, fault);
    }
};
constexpr Key refused_keys[] = {
    key<&ExpectRefused::code>("refused", "the code of the error",
                              {.presence = Presence::required, .low = 1, .high = 1000}),
};

/// The server refuses in one way or the other: an error, or it closes.
struct ExpectRejected : PeerStep {
    Checked run_on(Lab&, Peer& peer) const override {
        const auto incoming = peer.next(peer.soon());
        if (incoming.kind == Incoming::Kind::closed) return {};
        const std::string expected = "the connection is closed, or an answer {error, Code, Text}";
        if (incoming.kind != Incoming::Kind::payload) return failed(expected, describe(incoming));
        const auto term = read_payload(incoming.payload);
        const auto fault = term ? refusal_fault(*term, std::nullopt) : to_string(term.error());
        return fault.empty() ? Checked() : failed(expected, fault);
    }
};

/// A server may do what it likes on such a connection but serve events.
struct ExpectNeverOk : PeerStep {
    void prepare(Lab& lab) const override { lab.settle(lab.target.quiet); }
    Checked run_on(Lab&, Peer& peer) const override {
        const auto reply = peer.take(hello_size, peer.now());
        if (reply.kind != Incoming::Kind::payload) return {};
        const auto incoming = peer.next(peer.now());
        if (incoming.kind != Incoming::Kind::payload) return {};
        const auto term = read_payload(incoming.payload);
        if (!term || !term->is_atom("ok")) return {};
        return failed("a subscription is not served here", "the answer is ok");
    }
};

// ---- How the mask is written. ----

/// "all", "every", or names of events.
void read_mask(const sim::YamlPtr& node, WantedMask& into, const Key&, sim::Reading& reading) {
    if (node->text == "all") {
        into.asks = Asks::all;
    } else if (node->text == "every") {
        into.asks = Asks::every;
    } else {
        into.bits = sim::parse_mask(*node, reading.diagnostics).value_or(0);
    }
}
constexpr auto mask_form = sim::forms::make<WantedMask, read_mask>(sim::forms::any_schema);

}  // namespace

Checked subscribe(Lab& lab, Peer& peer, const SubscriptionKeys& keys, Pace pace) {
    const auto payload = payload_for(lab, peer, keys);
    peer.send_frame("subscribe", "subscription", payload, pace);
    return {};
}

Checked expect_ok(Peer& peer) {
    const auto incoming = peer.next(peer.soon());
    const std::string expected = "the answer ok to the subscription";
    if (incoming.kind != Incoming::Kind::payload) return failed(expected, describe(incoming));
    const auto term = read_payload(incoming.payload);
    if (!term) return failed(expected, to_string(term.error()));
    if (term->is_atom("ok")) return {};
    return failed(expected, "the answer is " + to_string(*term));
}

std::span<const Key> subscription_keys() {
    using Keys = SubscriptionKeys;
    constexpr KeyRules interval{.low = 0, .high = INT32_MAX};
    static constexpr Key keys[] = {
        key<&Keys::mask>("mask", mask_form,
                         "names of events; all: every bit of product and dialect; every: those of "
                         "events that something has to cause"),
        key<&Keys::without>("without", sim::forms::mask, "bits that are taken away"),
        key<&Keys::heartbeat>("heartbeat", "milliseconds", interval),
        key<&Keys::health_check>("health_check", "milliseconds", interval),
        key<&Keys::stream>("stream", sim::forms::name, "another than the one that the server has"),
        key<&Keys::filter>("filter", sim::forms::text, "XPath"),
        key<&Keys::usid>("usid", "the user session", interval),
        key<&Keys::use_ikp>("ikp", "UseIKP", interval),
        key<&Keys::term>("term", forms::term, "another term in place of all that"),
        key<&Keys::hex>("hex", sim::forms::hex, "another payload in place of all that"),
    };
    return keys;
}

std::span<const StepKind> subscription_steps() {
    static constexpr StepKind kinds[] = {
        step_kind<Open>("open"),
        step_kind<Subscribe>("subscribe"),
        step_kind<EveryBit>("every_bit", every_bit_keys),
        step_kind<CutEverywhere>("cut_everywhere"),
    };
    return kinds;
}

std::span<const StepKind> subscription_expectations() {
    static constexpr StepKind kinds[] = {
        expectation_on<ExpectOk>("ok"),
        step_kind<ExpectRefused>("refused", refused_keys),
        expectation_on<ExpectRejected>("rejected"),
        expectation_on<ExpectNeverOk>("never_ok"),
    };
    return kinds;
}

}  // namespace confd::kit::server
