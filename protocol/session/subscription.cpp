// SPDX-License-Identifier: Apache-2.0
#include "protocol/session/subscription.hpp"

#include <fmt/format.h>

#include <limits>

#include "protocol/term/reader.hpp"
#include "protocol/term/writer.hpp"

namespace confd {
namespace {

constexpr std::uint32_t stream_arity = 6;

std::uint32_t subscription_arity(Dialect dialect) {
    return dialect == Dialect::v6x ? 4 : 5;
}

/// A value, or the atom `undefined` in its place.
template <class T>
bool read_optional(TermReader& r, std::optional<T>& out, auto&& read_value_of) {
    if (r.peek() != TermKind::atom) return read_value_of(out.emplace());
    const auto at = r.offset();
    AtomView atom;
    if (!r.atom(atom)) return false;
    out.reset();
    if (atom == "undefined") return true;
    return r.fail(Errc::bad_value, at, "expected a value or undefined, found another atom");
}

bool read_time(TermReader& r, std::optional<Datetime>& out) {
    return read_optional(r, out, [&](Datetime& time) { return read_datetime(r, time); });
}

bool read_stream(TermReader& r, StreamRequest& out) {
    if (!r.tuple_of(stream_arity)) return false;
    if (!r.text(out.name)) return r.within("name");
    if (!read_time(r, out.start_time)) return r.within("start_time");
    const auto stop_at = r.offset();
    if (!read_time(r, out.stop_time)) return r.within("stop_time");
    if (out.stop_time && !out.start_time) {
        r.fail(Errc::bad_value, stop_at, "a stop time needs a start time");
        return r.within("stop_time");
    }
    if (!read_optional(r, out.xpath_filter, [&](std::string& text) { return r.text(text); })) {
        return r.within("xpath_filter");
    }
    if (!r.integer(out.usid)) return r.within("usid");
    if (!r.integer(out.use_ikp)) return r.within("use_ikp");
    r.leave();
    return true;
}

bool read_stream_field(TermReader& r, Subscription& out) {
    const bool wanted = (out.mask & NOTIF_STREAM_EVENT) != 0;
    const auto at = r.offset();
    if (!read_optional(r, out.stream, [&](StreamRequest& s) { return read_stream(r, s); })) {
        return false;
    }
    // A stream without the bit has no effect, like an interval without its bit.
    if (!wanted || out.stream) return true;
    return r.fail(Errc::bad_value, at, "the mask has NOTIF_STREAM_EVENT, but no stream is named");
}

/// In C the mask is an int: with bit 31 it arrives negative.
bool read_mask(TermReader& r, std::uint32_t& out) {
    const auto at = r.offset();
    std::int64_t number = 0;
    if (!r.integer(number)) return false;
    if (number < std::numeric_limits<std::int32_t>::min() ||
        number > std::numeric_limits<std::uint32_t>::max())
        return r.fail(Errc::out_of_range, at, "a mask has 32 bits");
    out = static_cast<std::uint32_t>(number);
    return true;
}

bool read_subscription(TermReader& r, Subscription& out, Dialect dialect) {
    if (!r.version() || !r.tuple_of(subscription_arity(dialect))) return false;
    if (!read_mask(r, out.mask)) return r.within("mask");
    if (!r.integer(out.heartbeat_interval)) return r.within("heartbeat_interval");
    if (!r.integer(out.health_check_interval)) return r.within("health_check_interval");
    if (!read_stream_field(r, out)) return r.within("stream");
    if (dialect != Dialect::v6x && !r.integer(out.verbosity)) return r.within("verbosity");
    r.leave();
    return r.finish();
}

void write_time(TermWriter& w, const std::optional<Datetime>& time) {
    if (time) {
        write_datetime(w, *time);
    } else {
        w.atom("undefined");
    }
}

void write_stream(TermWriter& w, const StreamRequest& stream) {
    w.tuple(stream_arity);
    if (fits_atom(stream.name)) {
        w.atom(stream.name);
    } else {
        w.text(stream.name);
    }
    write_time(w, stream.start_time);
    write_time(w, stream.stop_time);
    if (stream.xpath_filter) {
        w.text(*stream.xpath_filter);
    } else {
        w.atom("undefined");
    }
    w.integer(stream.usid);
    w.integer(stream.use_ikp);
}

bool read_reply(TermReader& r, SubscribeReply& out) {
    if (!r.version()) return false;
    const auto at = r.offset();
    AtomView atom;
    if (r.peek() == TermKind::atom) {
        if (!r.atom(atom)) return false;
        if (atom == "ok") return r.finish();
        return r.fail(Errc::bad_value, at, "expected ok or {error, Code, Text}");
    }
    if (r.peek() != TermKind::tuple) return r.fail_type("ok or {error, Code, Text}");
    PeerError error;
    if (!r.tuple_of(3) || !r.atom(atom)) return false;
    if (!(atom == "error")) return r.fail(Errc::bad_value, at, "expected {error, Code, Text}");
    if (!r.integer(error.code)) return r.within("code");
    if (!r.text(error.text)) return r.within("text");
    r.leave();
    out = std::unexpected(std::move(error));
    return r.finish();
}

}  // namespace

Subscription without_unused(Subscription subscription) {
    const auto lacks = [&](std::uint32_t bits) { return (subscription.mask & bits) == 0; };
    if (lacks(NOTIF_HEARTBEAT)) subscription.heartbeat_interval = 0;
    if (lacks(NOTIF_HEALTH_CHECK)) subscription.health_check_interval = 0;
    if (lacks(NOTIF_STREAM_EVENT)) subscription.stream.reset();
    if (lacks(NOTIF_PROGRESS | NOTIF_COMMIT_PROGRESS)) subscription.verbosity = VERBOSITY_NORMAL;
    if (subscription.stream && !subscription.stream->start_time) {
        subscription.stream->stop_time.reset();
    }
    return subscription;
}

void encode_subscription(const Subscription& subscription, Bytes& out, Dialect dialect) {
    TermWriter w(out);
    w.version();
    w.tuple(subscription_arity(dialect));
    w.integer(subscription.mask);
    w.integer(subscription.heartbeat_interval);
    w.integer(subscription.health_check_interval);
    if (subscription.stream) {
        write_stream(w, *subscription.stream);
    } else {
        w.atom("undefined");
    }
    if (dialect != Dialect::v6x) w.integer(subscription.verbosity);
}

Result<Subscription> decode_subscription(ByteView payload, Dialect dialect, const Limits& limits) {
    TermReader reader(payload, limits);
    Subscription out;
    if (!read_subscription(reader, out, dialect)) return std::unexpected(reader.take_error());
    return out;
}

void encode_reply(const SubscribeReply& reply, Bytes& out) {
    TermWriter w(out);
    w.version();
    if (reply) return w.atom("ok");
    w.tuple(3);
    w.atom("error");
    w.integer(reply.error().code);
    w.text(reply.error().text);
}

Result<SubscribeReply> decode_reply(ByteView payload, const Limits& limits) {
    TermReader reader(payload, limits);
    SubscribeReply out;
    if (!read_reply(reader, out)) return std::unexpected(reader.take_error());
    return out;
}

}  // namespace confd
