// SPDX-License-Identifier: Apache-2.0
// Any bytes as an event, in every dialect and product: an event that survives a round trip, or an
// error with a place in the bytes.
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstddef>
#include <cstdint>

#include "fuzz/input.hpp"
#include "fuzz/libei.hpp"
#include "fuzz/oracle.hpp"
#include "protocol/notification/notification.hpp"
#include "protocol/render/render.hpp"
#include "protocol/session/ack.hpp"
#include "protocol/term/tree.hpp"
#include "protocol/utf8.hpp"

using namespace confd;

namespace {

DecodeOptions options_of(std::uint8_t selector) {
    return {.context = fuzz::context_of(selector), .strict = (selector & 0x80U) != 0, .limits = {}};
}

void check_error(const Error& error, ByteView payload) {
    FUZZ_REQUIRE(error.offset <= payload.size());
    FUZZ_REQUIRE(!error.message.empty());
    FUZZ_REQUIRE(to_json(error).contains("error"));
    FUZZ_REQUIRE(to_string(error).starts_with(name_of(error.code)));
    // What is no term at all is no event; and an end inside a term is told from other mistakes.
    const auto tree = read_payload(payload);
    if (tree) FUZZ_REQUIRE(error.code != Errc::trailing_bytes && error.code != Errc::bad_version);
}

void check_printed(const Notification& event, const WireContext& context) {
    const auto json = to_json(event, {.context = context});
    FUZZ_REQUIRE(json.contains("type") && json.contains("name"));
    FUZZ_REQUIRE(json.contains(key_of(event)) || key_of(event).empty());
    FUZZ_REQUIRE(utf8_length(boost::json::serialize(json)).has_value());
    const auto line = to_text(event, {.context = context, .show_clearpass = true});
    FUZZ_REQUIRE(!line.empty() && line.find('\n') == std::string::npos);
}

void check_event(ByteView payload, const Notification& event, const DecodeOptions& options) {
    FUZZ_REQUIRE(read_payload(payload).has_value());
    fuzz::require_libei_agrees(payload);
    Bytes encoded;
    FUZZ_REQUIRE(encode_notification(event, encoded, options.context).has_value());
    const auto again = decode_notification(encoded, options);
    FUZZ_REQUIRE(again.has_value() && *again == event);
    Bytes canonical;
    FUZZ_REQUIRE(encode_notification(*again, canonical, options.context).has_value());
    FUZZ_REQUIRE(canonical == encoded);
    check_printed(event, options.context);
    // Without a subscription nothing is owed.
    FUZZ_REQUIRE(!ack_owed(event, 0));
    fuzz::each_cut(payload.size(), [&](std::size_t cut) {
        const auto prefix = decode_notification(payload.first(cut), options);
        FUZZ_REQUIRE(!prefix.has_value() && prefix.error().code == Errc::truncated);
    });
}

/// One object takes one event after the other and shows nothing of those before.
void check_reuse(ByteView payload, const Notification& event, const DecodeOptions& options) {
    static Notification reused;
    const auto decoded = decode_notification(payload, reused, options);
    FUZZ_REQUIRE(decoded.has_value() && reused == event);
}

/// A lower limit on the depth turns the quick readers off: without them the result is the same.
void check_quick(ByteView payload, const Result<Notification>& event, DecodeOptions options) {
    --options.limits.nesting;
    const auto thorough = decode_notification(payload, options);
    if (!thorough && thorough.error().code == Errc::too_deep) return;
    FUZZ_REQUIRE(event == thorough);
}

}  // namespace

/// The first byte chooses dialect, product and strictness, the rest is the payload.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto options = options_of(data[0]);
    const ByteView payload(data + 1, size - 1);
    const auto event = decode_notification(payload, options);
    check_quick(payload, event, options);
    if (!event) {
        check_error(event.error(), payload);
        return 0;
    }
    check_event(payload, *event, options);
    check_reuse(payload, *event, options);
    return 0;
}
