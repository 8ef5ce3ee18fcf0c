// SPDX-License-Identifier: Apache-2.0
// Structures made from the input: each survives encoding and decoding, and is canonical.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string_view>
#include <tuple>

#include "fuzz/input.hpp"
#include "fuzz/libei.hpp"
#include "fuzz/oracle.hpp"
#include "generate/events.hpp"
#include "protocol/notification/catalogue.hpp"
#include "protocol/render/render.hpp"
#include "protocol/term/tree.hpp"

using namespace confd;

namespace {

/// What every payload written here is: one term, in the one form that the runtime would choose.
void check_canonical(ByteView payload) {
    const auto tree = read_payload(payload);
    FUZZ_REQUIRE(tree.has_value());
    const auto written = encode_payload(*tree);
    FUZZ_REQUIRE(std::equal(written.begin(), written.end(), payload.begin(), payload.end()));
    fuzz::require_libei_agrees(payload);
}

template <class Decode>
void check_cuts(ByteView payload, Decode&& decode) {
    fuzz::each_cut(payload.size(), [&](std::size_t cut) {
        const auto prefix = decode(payload.first(cut));
        FUZZ_REQUIRE(!prefix.has_value() && prefix.error().code == Errc::truncated);
    });
}

namespace json = boost::json;

bool obeys(const json::object& object, const json::object& rules) {
    const auto& properties = rules.at("properties").as_object();
    const auto& required = rules.at("required").as_array();
    const auto known = [&](const auto& member) { return properties.contains(member.key()); };
    const auto there = [&](const auto& name) { return object.contains(name.as_string()); };
    return std::ranges::all_of(object, known) && std::ranges::all_of(required, there);
}

const json::object& published_schema() {
    static const auto schema = [] {
        auto made = notification_schema();
        FUZZ_REQUIRE(json::parse(notification_schema_text()) == made);
        return made;
    }();
    return schema;
}

/// What is printed has the members that the published schema names, and all that it demands.
void check_printed(const json::object& printed) {
    const auto allows = [&](const json::value& alternative) {
        const auto& rules = alternative.as_object();
        if (!obeys(printed, rules)) return false;
        const auto& properties = rules.at("properties").as_object();
        if (properties.at("type").at("const") != printed.at("type")) return false;
        return std::ranges::all_of(printed, [&](const auto& member) {
            const auto* const body = member.value().if_object();
            return body == nullptr || obeys(*body, properties.at(member.key()).as_object());
        });
    };
    const auto& alternatives = published_schema().at("anyOf").as_array();
    FUZZ_REQUIRE(std::ranges::any_of(alternatives, allows));
}

void check_event(fuzz::Input& input, const WireContext& context) {
    const auto event = generate_notification(input, context);
    const DecodeOptions options{.context = context, .strict = true, .limits = {}};
    Bytes encoded;
    FUZZ_REQUIRE(encode_notification(event, encoded, context).has_value());
    check_canonical(encoded);
    const auto decode = [&](ByteView bytes) { return decode_notification(bytes, options); };
    const auto decoded = decode(encoded);
    FUZZ_REQUIRE(decoded.has_value() && *decoded == event);
    check_cuts(encoded, decode);
    check_printed(to_json(event, {.context = context}));
}

/// An event goes to subscribers of every release: in each dialect it can be written and read.
void check_dialects(fuzz::Input& input, const WireContext& context) {
    const auto event = generate_notification(input, context);
    for (std::size_t i = 0; i < dialect_count; ++i) {
        const WireContext other{static_cast<Dialect>(i), context.product};
        const auto told = to_dialect(event, other.dialect);
        Bytes encoded;
        // Types that the dialect does not have can't be written.
        if (!make_notification(event.type, other.dialect)) {
            FUZZ_REQUIRE(!encode_notification(told, encoded, other) && encoded.empty());
            continue;
        }
        FUZZ_REQUIRE(encode_notification(told, encoded, other).has_value());
        const auto decoded = decode_notification(encoded, {.context = other, .strict = true});
        FUZZ_REQUIRE(decoded.has_value() && decoded->type == event.type);
    }
    FUZZ_REQUIRE(to_dialect(event, context.dialect) == event);
}

template <HasFields T>
void check_names();

/// Records inside a field: a row of a list, a struct.
template <class Member>
void check_member() {
    if constexpr (HasFields<Member>) {
        check_names<Member>();
    } else if constexpr (requires { typename Member::value_type; }) {
        check_member<typename Member::value_type>();
    } else if constexpr (requires(Member member) { member.rows; }) {
        check_member<decltype(Member::rows)>();
    }
}

/// Fields of one form of an event are told apart by their names: in JSON, in scenarios and in the
/// paths of errors.
template <HasFields T>
void check_names() {
    std::set<std::string_view> names;
    std::apply(
        [&](const auto&... entry) {
            [[maybe_unused]] const auto check = [&]<class Entry>(const Entry& one) {
                if constexpr (requires { one.name; }) {
                    FUZZ_REQUIRE(names.insert(one.name).second || one.show == Show::never ||
                                 one.on_wire != nullptr);
                    check_member<typename Entry::Member>();
                }
            };
            (check(entry), ...);
        },
        T::fields());
}

bool check_catalogue() {
    for_each_event([]<class E>() { check_member<typename E::Body>(); });
    return true;
}

void check_subscription(fuzz::Input& input, Dialect dialect) {
    const auto subscription = generate_subscription(input, dialect);
    Bytes encoded;
    encode_subscription(subscription, encoded, dialect);
    check_canonical(encoded);
    const auto decode = [&](ByteView bytes) { return decode_subscription(bytes, dialect); };
    const auto decoded = decode(encoded);
    FUZZ_REQUIRE(decoded.has_value() && *decoded == subscription);
    check_cuts(encoded, decode);
    const auto used = without_unused(subscription);
    FUZZ_REQUIRE(without_unused(used) == used && used.mask == subscription.mask);
}

void check_ack(fuzz::Input& input) {
    const auto ack = generate_ack(input);
    Bytes encoded;
    encode_ack(ack, encoded);
    check_canonical(encoded);
    const auto decode = [](ByteView bytes) { return decode_ack(bytes); };
    FUZZ_REQUIRE(decode(encoded) == ack);
    check_cuts(encoded, decode);
    FUZZ_REQUIRE(!to_string(ack).empty());
}

void check_reply(fuzz::Input& input) {
    SubscribeReply reply;
    if (input.flip()) {
        const auto code = static_cast<std::int64_t>(input.below(1000));
        reply = std::unexpected(PeerError{code, std::string(as_text(input.take(input.byte())))});
    }
    Bytes encoded;
    encode_reply(reply, encoded);
    check_canonical(encoded);
    const auto decode = [](ByteView bytes) { return decode_reply(bytes); };
    const auto decoded = decode(encoded);
    FUZZ_REQUIRE(decoded.has_value() && *decoded == reply);
    check_cuts(encoded, decode);
}

}  // namespace

/// The first byte chooses dialect, product and what is made; the rest are the choices.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    [[maybe_unused]] static const bool checked = check_catalogue();
    if (size == 0) return 0;
    const auto context = fuzz::context_of(data[0]);
    fuzz::Input input(data + 1, size - 1);
    switch (data[0] >> 2U & 0x07U) {
        case 0:
            check_subscription(input, context.dialect);
            break;
        case 1:
            check_ack(input);
            break;
        case 2:
            check_reply(input);
            break;
        case 3:
            check_dialects(input, context);
            break;
        default:
            check_event(input, context);
    }
    return 0;
}
