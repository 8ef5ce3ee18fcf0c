// The subscription and its answer.
#include <fmt/format.h>

#include <stdexcept>

#include "conformance/kit/server/lab.hpp"
#include "protocol/mask.hpp"
#include "protocol/session/subscription.hpp"
#include "protocol/term/notation.hpp"
#include "protocol/term/tree.hpp"
#include "protocol/value/text.hpp"

namespace confd::kit::server {
namespace {

/// Beats of subscribers that are not about beats: rare enough not to come.
constexpr std::int64_t rare_beats = 600'000;

std::optional<Datetime> time_in(const Step& step, std::string_view key) {
    if (!has(step, key)) return std::nullopt;
    auto time = parse_datetime(text_of(step, key));
    if (!time) throw std::invalid_argument(fmt::format("'{}': {} is no time", step.text, key));
    return time;
}

std::string stream_name(const Lab& lab, const Step& step) {
    const auto name = text_of(step, "stream", "$stream");
    return name == "$stream" ? lab.target.stream : name;
}

Subscription subscription_of(const Lab& lab, const Peer& peer, const Step& step) {
    Subscription out;
    out.mask = mask_of(text_of(step, "mask", "0"), peer.context());
    const auto beats = [&](std::uint32_t bit) { return (out.mask & bit) != 0 ? rare_beats : 0; };
    out.heartbeat_interval = number_of(step, "heartbeat", beats(NOTIF_HEARTBEAT));
    out.health_check_interval = number_of(step, "health", beats(NOTIF_HEALTH_CHECK));
    out.verbosity = number_of(step, "verbosity", 0);
    if (!has(step, "stream") && (out.mask & NOTIF_STREAM_EVENT) == 0) return out;
    out.stream.emplace();
    out.stream->name = stream_name(lab, step);
    out.stream->start_time = time_in(step, "start");
    out.stream->stop_time = time_in(step, "stop");
    if (has(step, "filter")) out.stream->xpath_filter = text_of(step, "filter");
    out.stream->usid = number_of(step, "usid", 0);
    out.stream->use_ikp = number_of(step, "ikp", 0);
    return out;
}

Bytes payload_for(const Lab& lab, Peer& peer, const Step& step) {
    if (has(step, "bytes")) return bytes_of(step, "bytes");
    if (has(step, "term")) return payload_of(text_of(step, "term"));
    const auto subscription = subscription_of(lab, peer, step);
    peer.mask = subscription.mask;
    Bytes payload;
    encode_subscription(subscription, payload, peer.context().dialect);
    return payload;
}

Checked each(Lab& lab, const Step& step, auto&& run) {
    for (auto& peer : lab.group(step.connection)) {
        if (auto checked = run(peer); !checked) return checked;
    }
    return {};
}

/// Everything up to the answer ok.
Checked open(Lab& lab, Peer& peer, const Step& step) {
    auto checked = say_hello(lab, peer, step);
    if (checked) checked = expect_reply(lab, peer, "0");
    if (checked) checked = subscribe(lab, peer, step);
    if (checked) checked = expect_ok(peer);
    return checked;
}

Checked probe_open(Lab& lab, const Step& step) {
    lab.create(step.connection, static_cast<std::size_t>(number_of(step, "count", 1)));
    return each(lab, step, [&](Peer& peer) { return open(lab, peer, step); });
}

Checked probe_subscribe(Lab& lab, const Step& step) {
    return each(lab, step, [&](Peer& peer) { return subscribe(lab, peer, step); });
}

Checked probe_ok(Lab& lab, const Step& step) {
    return each(lab, step, [](Peer& peer) { return expect_ok(peer); });
}

/// Why the term is no {error, Code, Text} with this code; empty when it is. A code of 0 is any.
std::string refusal_fault(const Term& term, std::int64_t code) {
    const auto elements = term.elements();
    if (term.kind() != TermKind::tuple || elements.size() != 3 || !elements[0].is_atom("error")) {
        return "the answer is " + to_string(term);
    }
    if (!elements[1].as_integer()) return "the code is " + to_string(elements[1]);
    if (!elements[2].as_binary()) return "the text is " + to_string(elements[2]);
    if (code == 0 || elements[1] == Term(code)) return {};
    return "the code is " + to_string(elements[1]);
}

Checked expect_refusal(Peer& peer, std::int64_t code) {
    const auto expected = fmt::format("the answer {{error, {}, <<\"..\">>}}",
                                      code == 0 ? "Code" : std::to_string(code));
    const auto incoming = peer.next(peer.soon());
    if (incoming.kind != Incoming::Kind::payload) return failed(expected, describe(incoming));
    const auto term = read_payload(incoming.payload);
    if (!term) return failed(expected, to_string(term.error()));
    const auto fault = refusal_fault(*term, code);
    return fault.empty() ? Checked() : failed(expected, fault);
}

Checked probe_refused(Lab& lab, const Step& step) {
    Step numbered = step;
    numbered.parameters.emplace("code", step.what.empty() ? "0" : step.what);
    const auto code = number_of(numbered, "code", 0);
    return each(lab, step, [&](Peer& peer) { return expect_refusal(peer, code); });
}

/// The server refuses in one way or the other: an error, or it closes.
Checked probe_rejected(Lab& lab, const Step& step) {
    return each(lab, step, [](Peer& peer) -> Checked {
        const auto incoming = peer.next(peer.soon());
        if (incoming.kind == Incoming::Kind::closed) return {};
        const std::string expected = "the connection is closed, or an answer {error, Code, Text}";
        if (incoming.kind != Incoming::Kind::payload) return failed(expected, describe(incoming));
        const auto term = read_payload(incoming.payload);
        const auto fault = term ? refusal_fault(*term, 0) : to_string(term.error());
        return fault.empty() ? Checked() : failed(expected, fault);
    });
}

/// A server may do what it likes on such a connection but serve events.
Checked probe_never_ok(Lab& lab, const Step& step) {
    lab.settle(lab.target.quiet);
    return each(lab, step, [&](Peer& peer) -> Checked {
        const auto reply = peer.take(hello_size, peer.now());
        if (reply.kind != Incoming::Kind::payload) return {};
        const auto incoming = peer.next(peer.now());
        if (incoming.kind != Incoming::Kind::payload) return {};
        const auto term = read_payload(incoming.payload);
        if (!term || !term->is_atom("ok")) return {};
        return failed("a subscription is not served here", "the answer is ok");
    });
}

/// Every bit that the product has in this dialect, each on a connection of its own.
Checked probe_every_bit(Lab& lab, const Step& step) {
    const WireContext context{dialect_of(static_cast<std::uint16_t>(number_of(
                                  step, "version", lab.target.release.protocol_version()))),
                              lab.target.product};
    for (const auto& constant : mask_constants) {
        const auto bit = static_cast<std::uint32_t>(constant.value);
        const bool single = (bit & (bit - 1)) == 0;
        if (!single || (known_bits(context) & bit) == 0) continue;
        if (bit == NOTIF_STREAM_EVENT && lab.target.stream.empty()) continue;
        auto peer = lab.make_peer(std::string(constant.name));
        Step one = step;
        one.parameters.insert_or_assign("mask", std::string(constant.name));
        if (auto checked = open(lab, peer, one); !checked) {
            checked.error().reason =
                fmt::format("mask {}: {}", constant.name, checked.error().reason);
            return checked;
        }
    }
    return {};
}

/// Hello and subscription, cut at every place there is: pieces of n bytes are cut after n first.
Checked probe_cut_everywhere(Lab& lab, const Step& step) {
    constexpr std::size_t longest = 9 + 4 + 64;
    constexpr std::chrono::milliseconds gap{2};
    for (std::size_t piece = 1; piece < longest; ++piece) {
        auto peer = lab.make_peer(fmt::format("cut{}", piece));
        Step held = step;
        held.parameters.insert_or_assign("hold", "1");
        held.parameters.insert_or_assign("challenge", "0");
        if (auto done = say_hello(lab, peer, held); !done) return done;
        const auto payload = payload_for(lab, peer, step);
        const auto size = hello_size + frame_header_size + payload.size();
        if (piece >= size) break;
        peer.send_frame("subscribe", fmt::format("hello and subscription in pieces of {}", piece),
                        payload, {piece, gap});
        auto checked = expect_reply(lab, peer, "0");
        if (checked) checked = expect_ok(peer);
        if (!checked) return checked;
    }
    return {};
}

}  // namespace

Checked subscribe(Lab& lab, Peer& peer, const Step& step) {
    const auto payload = payload_for(lab, peer, step);
    peer.send_frame("subscribe", "subscription", payload, pace_of(step));
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

std::span<const Probe> subscription_probes() {
    constexpr std::string_view subscription =
        "mask heartbeat health verbosity stream start stop filter usid ikp term bytes piece pause";
    constexpr std::string_view open =
        "version depth key count buffer mask heartbeat health verbosity stream start stop filter "
        "usid ikp";
    static constexpr Probe probes[] = {
        {"open", probe_open, open},
        {"subscribe", probe_subscribe, subscription},
        {"ok", probe_ok, ""},
        {"refused", probe_refused, ""},
        {"rejected", probe_rejected, ""},
        {"never-ok", probe_never_ok, ""},
        {"every-bit", probe_every_bit, "version"},
        {"cut-everywhere", probe_cut_everywhere, "mask"},
    };
    return probes;
}

}  // namespace confd::kit::server
