// SPDX-License-Identifier: Apache-2.0
// What holds for every event, value, subscription and acknowledgement, in every dialect.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json/serialize.hpp>
#include <functional>
#include <optional>
#include <string>

#include "generate/events.hpp"
#include "protocol/notification/notification.hpp"
#include "protocol/render/render.hpp"
#include "protocol/session/ack.hpp"
#include "protocol/session/event_names.hpp"
#include "protocol/session/subscription.hpp"
#include "protocol/term/tree.hpp"
#include "protocol/tests/bytes_util.hpp"
#include "protocol/tests/gen_event.hpp"
#include "protocol/value/hash.hpp"

namespace confd::test {
namespace {

DecodeOptions strict_in(const WireContext& context) {
    DecodeOptions options;
    options.context = context;
    options.strict = true;
    return options;
}

Bytes encoded(const Notification& event, const WireContext& context) {
    Bytes out;
    RC_ASSERT(encode_notification(event, out, context).has_value());
    return out;
}

RC_GTEST_PROP(EventProperty, SurvivesEncodeAndDecode, ()) {
    const auto context = any_context();
    const auto event = any_event(context);
    const auto bytes = encoded(event, context);
    const auto decoded = decode_notification(bytes, strict_in(context));
    if (!decoded) RC_FAIL(to_string(decoded.error()) + " " + hex(bytes));
    RC_ASSERT(*decoded == event);
    RC_ASSERT(encoded(*decoded, context) == bytes);
}

RC_GTEST_PROP(EventProperty, IsWrittenInCanonicalForm, ()) {
    const auto context = any_context();
    const auto bytes = encoded(any_event(context), context);
    const auto tree = read_payload(bytes);
    RC_ASSERT(tree.has_value());
    RC_ASSERT(encode_payload(*tree) == bytes);
}

RC_GTEST_PROP(EventProperty, CutOrExtendedIsAnError, ()) {
    const auto context = any_context();
    const auto bytes = encoded(any_event(context), context);
    const auto fault = truncation_fault(
        bytes, [&](ByteView cut) { return decode_notification(cut, strict_in(context)); });
    if (!fault.empty()) RC_FAIL(fault);
}

/// Whatever single byte is changed, the answer is an event or an error that names a place in it.
RC_GTEST_PROP(EventProperty, DamagedIsAnErrorOrAnEvent, ()) {
    const auto context = any_context();
    auto bytes = encoded(any_event(context), context);
    const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
    bytes[at] = *rc::gen::arbitrary<std::uint8_t>();
    const ExactBuffer exact(bytes);
    const auto decoded = decode_notification(exact, strict_in(context));
    if (!decoded) {
        RC_ASSERT(decoded.error().offset <= bytes.size());
        RC_ASSERT(!decoded.error().message.empty());
        return;
    }
    const auto again = decode_notification(encoded(*decoded, context), strict_in(context));
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == *decoded);
}

RC_GTEST_PROP(EventProperty, UnknownTypesKeepTheirTerm, ()) {
    // Two bits are never an event; no known type has both.
    const auto number = *rc::gen::element(3U, 6U, 0U, 3U << 30);
    const auto context = any_context();
    Bytes term;
    TermWriter writer(term);
    writer.tuple(2);
    writer.integer(number);
    const auto numbers = any_choices();
    ListedChoices choices(numbers);
    write_value(writer, generate_value(choices));
    Bytes payload{term_version};
    payload.insert(payload.end(), term.begin(), term.end());
    DecodeOptions options;
    options.context = context;
    const auto decoded = decode_notification(payload, options);
    RC_ASSERT(decoded.has_value());
    RC_ASSERT(decoded->type == number);
    RC_ASSERT(decoded->get<GenericNotification>() != nullptr);
    RC_ASSERT(encoded(*decoded, context) == payload);
    const auto strict = decode_notification(payload, strict_in(context));
    RC_ASSERT(!strict.has_value());
    RC_ASSERT(strict.error().code == Errc::unknown_event);
}

// ---- Tags by name (UseIKP 1). ----

/// Hashes that stand somewhere in an event: of tags, XMLTAG values and object references.
class Hashes {
  public:
    explicit Hashes(std::function<void(std::uint32_t&)> f) : f_(std::move(f)) {}

    void visit(StreamNotification& stream) {
        for (auto& item : stream.values) {
            f_(item.ns);
            f_(item.tag);
            visit(item.v);
        }
    }

  private:
    void visit(Value& value) {
        if (auto* tag = std::get_if<XmlTag>(&value.payload)) {
            f_(tag->ns);
            f_(tag->tag);
        } else if (auto* list = std::get_if<ValueList>(&value.payload)) {
            for (auto& item : list->items)
                visit(item);
        } else if (auto* path = std::get_if<ObjectRef>(&value.payload)) {
            for (auto& step : path->steps)
                visit(step);
        }
    }
    void visit(PathStep& step) {
        if (step.ns) f_(*step.ns);
        step.keys ? visit_keys(*step.keys) : f_(step.tag);
    }
    void visit_keys(ValueList& keys) {
        for (auto& key : keys.items)
            visit(key);
    }

    std::function<void(std::uint32_t&)> f_;
};

/// Names as no schema would have them, and as every schema has them.
std::string any_name() {
    return *rc::gen::oneOf(rc::gen::element<std::string>(
                               "interface", "mtu", "true", "start", "undefined", "",
                               "urn:ietf:params:xml:ns:yang:ietf-interfaces", "gr\u00f6\u00dfe",
                               std::string(255, 'n'), std::string(300, 'n')),
                           rc::gen::container<std::string>(rc::gen::inRange('a', 'z')));
}

/// Steps may leave out their namespace where an outer one gives it: JSON tells it all the same.
std::string shown(const Notification& event, const WireContext& context) {
    return boost::json::serialize(to_json(event, {.context = context}));
}

RC_GTEST_PROP(NamesProperty, TagsByNameAreTheSameEvent, ()) {
    auto context = any_context();
    const auto numbers = any_choices();
    ListedChoices choices(numbers);
    auto event = generate_notification(choices, NOTIF_STREAM_EVENT, context);
    HashNames names;
    auto& stream = std::get<StreamNotification>(event.body);
    Hashes([&](std::uint32_t& hash) {
        if (*rc::gen::inRange(0, 4) == 0) return;  // has no name
        const auto name = any_name();
        hash = name_hash(name);
        names.emplace(hash, name);
    }).visit(stream);
    const auto by_hash = encoded(event, context);
    context.names = &names;
    const auto by_name = encoded(event, context);

    const auto tree = read_payload(by_name);
    RC_ASSERT(tree.has_value());
    RC_ASSERT(encode_payload(*tree) == by_name);
    const auto decoded = decode_notification(by_name, strict_in(context));
    if (!decoded) RC_FAIL(to_string(decoded.error()) + " " + hex(by_name));
    RC_ASSERT(shown(*decoded, context) == shown(event, context));
    RC_ASSERT(encoded(*decoded, context) == by_name);
    if (names.empty()) RC_ASSERT(by_name == by_hash);

    EventNames learnt;
    learnt.learn(by_name);
    std::optional<std::string> unknown;
    Hashes([&](std::uint32_t& hash) {
        const auto name = names.find(hash);
        // A name of more than 255 characters is no atom.
        if (name == names.end() || name->second.size() > 255) return;
        if (learnt.name_of(0, hash) != name->second) unknown = name->second;
    }).visit(stream);
    // A namespace that an outer step has is not repeated, so it has been told before.
    RC_ASSERT(unknown == std::nullopt);

    const auto fault = truncation_fault(
        by_name, [&](ByteView cut) { return decode_notification(cut, strict_in(context)); });
    if (!fault.empty()) RC_FAIL(fault);
}

RC_GTEST_PROP(ValueProperty, SurvivesWriteAndRead, ()) {
    const auto numbers = any_choices();
    ListedChoices choices(numbers);
    const auto value = generate_value(choices);
    Bytes bytes;
    TermWriter writer(bytes);
    write_value(writer, value);
    TermReader reader(bytes);
    Value read;
    RC_ASSERT(read_value(reader, read));
    RC_ASSERT(reader.finish());
    RC_ASSERT(read == value);
}

RC_GTEST_PROP(SubscriptionProperty, SurvivesEncodeAndDecode, ()) {
    const auto dialect = any_context().dialect;
    const auto numbers = any_choices();
    ListedChoices choices(numbers);
    const auto subscription = generate_subscription(choices, dialect);
    Bytes bytes;
    encode_subscription(subscription, bytes, dialect);
    const auto decoded = decode_subscription(bytes, dialect);
    if (!decoded) RC_FAIL(to_string(decoded.error()));
    RC_ASSERT(*decoded == subscription);
    const auto fault =
        truncation_fault(bytes, [&](ByteView cut) { return decode_subscription(cut, dialect); });
    if (!fault.empty()) RC_FAIL(fault);
}

RC_GTEST_PROP(AckProperty, SurvivesEncodeAndDecode, ()) {
    const auto numbers = any_choices(5);
    ListedChoices choices(numbers);
    const auto ack = generate_ack(choices);
    Bytes bytes;
    encode_ack(ack, bytes);
    const auto decoded = decode_ack(bytes);
    RC_ASSERT(decoded.has_value());
    RC_ASSERT(*decoded == ack);
    const auto fault = truncation_fault(bytes, [](ByteView cut) { return decode_ack(cut); });
    if (!fault.empty()) RC_FAIL(fault);
}

RC_GTEST_PROP(ProgressProperty, KeepsWhatDialectsShare, ()) {
    auto from = any_context();
    const auto type = *rc::gen::element(NOTIF_COMMIT_PROGRESS, NOTIF_PROGRESS);
    const auto numbers = any_choices();
    ListedChoices choices(numbers);
    const auto event = generate_notification(choices, type, from);
    const auto to = any_context();
    const auto moved = to_dialect(event, to.dialect);
    const auto bytes = encoded(moved, to);
    RC_ASSERT(decode_notification(bytes, strict_in(to)).value().type == type);
    if (to.dialect == from.dialect) RC_ASSERT(moved == event);
}

}  // namespace
}  // namespace confd::test
