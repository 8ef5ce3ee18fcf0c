// SPDX-License-Identifier: Apache-2.0
// Every golden event, as the stock library decoded it.
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "conformance/tests/expected_json.hpp"
#include "conformance/tests/vectors.hpp"
#include "protocol/notification/notification.hpp"
#include "protocol/render/render.hpp"
#include "protocol/term/notation.hpp"
#include "protocol/term/tree.hpp"

namespace confd::test {
namespace {

namespace json = boost::json;

DecodeOptions strict_in(const WireContext& context) {
    DecodeOptions options;
    options.context = context;
    options.strict = true;
    return options;
}

class EventVectorTest : public testing::TestWithParam<EventVectors> {
  protected:
    /// Calls `f(vector, payload)` for every payload of the file, and checks that there are some.
    void each_payload(auto&& f) {
        std::size_t count = 0;
        for (const auto& vector : read_vectors(GetParam().file)) {
            for (const auto& payload : payloads_of(vector)) {
                SCOPED_TRACE(std::string(vector.at("event").as_string()) + " " + hex(payload));
                f(vector, payload);
                ++count;
            }
        }
        EXPECT_GT(count, 100U);
    }
};

/// The C structs hold 0 where the wire says `undefined`; the JSON leaves such a member out.
void drop_undefined(const json::object& printed, json::object& expected) {
    for (const auto* name : {"duration", "commit_queue_id"}) {
        auto* body = expected.if_contains("progress");
        if (body == nullptr || printed.at("progress").as_object().contains(name)) continue;
        if (const auto* number = body->as_object().if_contains(name)) {
            EXPECT_EQ(number->to_number<std::int64_t>(), 0);
            body->as_object().erase(name);
        }
    }
}

TEST_P(EventVectorTest, DecodesAsTheStockLibraryDoes) {
    each_payload([&](const json::object& vector, const Bytes& payload) {
        const auto decoded = decode_notification(payload, strict_in(GetParam().context));
        ASSERT_TRUE(decoded) << to_string(decoded.error());
        const auto printed = to_json(*decoded, {.context = GetParam().context, .log_names = false});
        auto expected = expected_json(std::string_view(vector.at("event").as_string()),
                                      vector.at("expect").as_object());
        drop_undefined(printed, expected);
        EXPECT_TRUE(without_empty(printed) == without_empty(expected))
            << json::serialize(without_empty(printed)) << "\n"
            << json::serialize(without_empty(expected));
    });
}

/// Text as an atom.
void to_atom(Term& term) {
    if (const auto text = term.as_binary()) term = Term::atom(as_text(*text));
}

/// Of the variable of a VarBind: {1, Type, Name}, {3, Type, RowIndex, Column}.
bool names_a_variable(const Term::Elements& elements) {
    const auto is = [&](std::int32_t kind) { return elements[0] == Term(kind); };
    return (elements.size() == 3 && is(SNMP_VARIABLE)) ||
           (elements.size() == 4 && is(SNMP_COL_ROW));
}

/// The term with those things changed that this project writes in one way and reads in several: a
/// session's context is an atom and no login time is 0, names of variables are atoms, and an
/// element that readers ignore is `undefined`.
Term canonical(const Term& term) {
    if (term.kind() == TermKind::list) {
        Term::Elements elements;
        for (const auto& element : term.elements())
            elements.push_back(canonical(element));
        if (term.tail() != nullptr) return Term::list(std::move(elements), *term.tail());
        return Term::list(std::move(elements));
    }
    if (term.kind() != TermKind::tuple) return term;
    Term::Elements elements;
    for (const auto& element : term.elements())
        elements.push_back(canonical(element));
    constexpr std::size_t uinfo_size = 10;
    constexpr std::size_t context_at = 3;
    constexpr std::size_t login_time_at = 7;
    if (elements.size() == uinfo_size) {
        to_atom(elements[context_at]);
        if (elements[login_time_at].as_binary()) elements[login_time_at] = Term(0);
    }
    return Term::tuple(std::move(elements));
}

Term canonical_variables(const Term& term) {
    if (term.kind() == TermKind::list) {
        Term::Elements elements;
        for (const auto& element : term.elements())
            elements.push_back(canonical_variables(element));
        return Term::list(std::move(elements));
    }
    if (term.kind() != TermKind::tuple) return term;
    Term::Elements elements;
    for (const auto& element : term.elements())
        elements.push_back(canonical_variables(element));
    if (names_a_variable(elements)) to_atom(elements.back());
    return Term::tuple(std::move(elements));
}

Term canonical_event(const Term& event) {
    const auto elements = event.elements();
    if (elements[0] == Term(NOTIF_HA_INFO)) {
        const auto type = elements[1].elements()[0];
        if (type == Term(std::int32_t{HA_INFO_IS_MASTER}) ||
            type == Term(std::int32_t{HA_INFO_IS_NONE})) {
            return Term::tuple({elements[0], Term::tuple({type, Term::atom("undefined")})});
        }
    }
    if (elements[0] == Term(std::int32_t{NOTIF_SNMPA})) return canonical_variables(event);
    return canonical(event);
}

TEST_P(EventVectorTest, EncodesToTheSameBytes) {
    std::size_t unchanged = 0;
    each_payload([&](const json::object&, const Bytes& payload) {
        const auto decoded = decode_notification(payload, strict_in(GetParam().context));
        ASSERT_TRUE(decoded);
        Bytes encoded;
        ASSERT_TRUE(encode_notification(*decoded, encoded, GetParam().context));
        const auto tree = read_payload(payload);
        ASSERT_TRUE(tree);
        EXPECT_EQ(hex(encoded), hex(encode_payload(canonical_event(*tree))));
        if (encoded == payload) ++unchanged;
        const auto again = decode_notification(encoded, strict_in(GetParam().context));
        ASSERT_TRUE(again);
        EXPECT_EQ(*again, *decoded);
    });
    EXPECT_GT(unchanged, 100U) << "most vectors are in the canonical form already";
}

TEST_P(EventVectorTest, BothListFormsDecodeAlike) {
    for (const auto& vector : read_vectors(GetParam().file)) {
        const auto payloads = payloads_of(vector);
        const auto first = decode_notification(payloads.front(), strict_in(GetParam().context));
        const auto last = decode_notification(payloads.back(), strict_in(GetParam().context));
        ASSERT_TRUE(first && last);
        EXPECT_EQ(*first, *last);
    }
}

TEST_P(EventVectorTest, CutOrExtendedIsAnError) {
    each_payload([&](const json::object&, const Bytes& payload) {
        check_truncations(payload, [&](ByteView bytes) {
            return decode_notification(bytes, strict_in(GetParam().context));
        });
    });
}

/// A reader that reuses one Notification for all events must not let one show in the next.
TEST_P(EventVectorTest, ReusedNotificationHoldsNothingOfTheLast) {
    Notification reused;
    each_payload([&](const json::object&, const Bytes& payload) {
        const auto fresh = decode_notification(payload, strict_in(GetParam().context));
        ASSERT_TRUE(decode_notification(payload, reused, strict_in(GetParam().context)));
        EXPECT_EQ(reused, *fresh);
    });
}

INSTANTIATE_TEST_SUITE_P(Products, EventVectorTest, testing::ValuesIn(event_vectors),
                         [](const auto& test) {
                             return std::string(to_string(test.param.context.product));
                         });

}  // namespace
}  // namespace confd::test
