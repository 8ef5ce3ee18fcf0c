// SPDX-License-Identifier: Apache-2.0
// Faults of events: terms that are not what they should be.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "protocol/notification/notification.hpp"
#include "protocol/term/writer.hpp"
#include "simulator/faults/kinds/payload.hpp"
#include "simulator/faults/params.hpp"

namespace confd::sim {
namespace {

using faults::payload_of;

constexpr std::string_view arity_names[] = {"fewer", "more"};

/// What wrong_type puts somewhere, in the same order.
constexpr std::string_view term_names[] = {"float", "integer", "atom", "tuple", "list", "binary"};
constexpr TermKind term_kinds[] = {TermKind::floating, TermKind::integer, TermKind::atom,
                                   TermKind::tuple,    TermKind::list,    TermKind::binary};

std::string_view kind_at(const WireMessage& message, const TermPlace& place) {
    return article_name(kind_of(payload_of(message)[place.at]));
}

Bytes sample_term(TermKind kind) {
    Bytes out;
    TermWriter writer(out);
    switch (kind) {
        case TermKind::floating:
            writer.floating(1.5);
            break;
        case TermKind::integer:
            writer.integer(7);
            break;
        case TermKind::tuple:
            writer.tuple(1);
            writer.integer(7);
            break;
        case TermKind::list:
            writer.list(1);
            writer.atom("wrong");
            writer.nil();
            break;
        case TermKind::binary:
            writer.text("wrong");
            break;
        default:
            writer.atom("wrong");
    }
    return out;
}

std::string unknown_event(const FaultSpec& fault, FaultEffect& effect, const WireContext&,
                          Choice&) {
    auto& message = effect.message;
    if (!faults::has_contents(message)) return std::string(faults::no_effect);
    const auto elements = elements_of(payload_of(message), root_of(payload_of(message)));
    if (elements.empty()) return std::string(faults::no_effect);
    Bytes type;
    TermWriter(type).integer(fault.type);
    faults::replace(message, elements.front(), type);
    return fmt::format("given the type {}", fault.type);
}

/// The tuple with its first `arity` elements; those that it does not have are `undefined`.
Bytes with_arity(ByteView payload, const std::vector<TermPlace>& elements, std::size_t arity) {
    Bytes term;
    TermWriter writer(term);
    writer.tuple(arity);
    for (std::size_t i = 0; i < arity; ++i) {
        if (i < elements.size()) {
            writer.raw(payload.subspan(elements[i].at, elements[i].size));
        } else {
            writer.atom("undefined");
        }
    }
    return term;
}

std::string wrong_arity(const FaultSpec& fault, FaultEffect& effect, const WireContext& context,
                        Choice&) {
    auto& message = effect.message;
    if (!faults::has_contents(message)) return std::string(faults::no_effect);
    const auto payload = payload_of(message);
    const auto tuple =
        fault.field.empty() ? root_of(payload) : find_field(payload, fault.field, context);
    if (!tuple || kind_of(payload[tuple->at]) != TermKind::tuple)
        return std::string(faults::no_effect);
    const auto elements = elements_of(payload, *tuple);
    auto arity = elements.size();
    WireMessage changed;
    // An event may have a shorter or longer form: one that decodes is not wrong yet.
    do {
        if (fault.how == "fewer" && arity == 0) break;
        arity = fault.how == "fewer" ? arity - 1 : arity + 1;
        changed = message;
        faults::replace(changed, *tuple, with_arity(payload, elements, arity));
    } while (arity <= elements.size() + 1 &&
             decode_notification(payload_of(changed), {.context = context}));
    if (arity == elements.size()) return std::string(faults::no_effect);
    message = std::move(changed);
    return fmt::format("given {} elements instead of {}{}{}", arity, elements.size(),
                       fault.field.empty() ? "" : " in ", fault.field);
}

TermKind other_kind(std::string_view name, TermKind found) {
    const auto* wanted = std::ranges::find(term_names, name);
    if (wanted == std::end(term_names)) return term_kinds[0];
    const auto index = static_cast<std::size_t>(wanted - std::begin(term_names));
    const auto next = term_kinds[index] == found ? index + 1 : index;
    return term_kinds[next % std::size(term_kinds)];
}

/// A field of the event by chance; the type for an event that has nothing else.
std::optional<TermPlace> any_field(ByteView payload, Choice& choice) {
    const auto elements = elements_of(payload, root_of(payload));
    if (elements.empty()) return std::nullopt;
    return elements.size() == 1 ? elements[0] : elements[1 + choice.below(elements.size() - 1)];
}

std::string wrong_type(const FaultSpec& fault, FaultEffect& effect, const WireContext& context,
                       Choice& choice) {
    auto& message = effect.message;
    if (!faults::has_contents(message)) return std::string(faults::no_effect);
    const auto payload = payload_of(message);
    const auto term = fault.field.empty() ? any_field(payload, choice)
                                          : find_field(payload, fault.field, context);
    if (!term) return std::string(faults::no_effect);
    const auto name = field_at(payload, *term, context);
    const auto before = kind_at(message, *term);
    faults::replace(message, *term, sample_term(other_kind(fault.how, kind_of(payload[term->at]))));
    return fmt::format("given {} instead of {} in {}", kind_at(message, *term), before, name);
}

constexpr Key unknown_event_params[] = {
    faults::number_key<&FaultSpec::type>("type", "the number that is no event", 0, UINT32_MAX),
};
constexpr Key wrong_arity_params[] = {
    faults::how_key("an element", arity_names),
    faults::field_key,
};
constexpr Key wrong_type_params[] = {
    faults::field_key,
    faults::how_key("the kind of term put there; where the field is of that kind, the next one of "
                    "this list",
                    term_names),
};

}  // namespace

constexpr FaultKindInfo faults::unknown_event{
    .kind = FaultKind::unknown_event,
    .name = "unknown_event",
    .doc = "the event has a type of no known event",
    .directions = faults::outwards,
    .services = faults::subscribers,
    .stages = faults::events_only,
    .apply = sim::unknown_event,
    .params = unknown_event_params,
    .usual = [] { return FaultSpec{.type = 0xc0000000}; },
    .check = [](const FaultSpec& fault) -> std::expected<void, FaultProblem> {
        if (!faults::is_event_type(fault.type)) return {};
        return faults::problem("type", fmt::format("{} is the type of a known event", fault.type));
    },
};

constexpr FaultKindInfo faults::wrong_arity{
    .kind = FaultKind::wrong_arity,
    .name = "wrong_arity",
    .doc =
        "the event's tuple, or a field's, has one element too few or too many; two for an event "
        "that may have either number",
    .directions = faults::outwards,
    .services = faults::subscribers,
    .stages = faults::events_only,
    .apply = sim::wrong_arity,
    .params = wrong_arity_params,
};

constexpr FaultKindInfo faults::wrong_type{
    .kind = FaultKind::wrong_type,
    .name = "wrong_type",
    .doc =
        "a field is a term of another kind; without `field` one by chance, never the event's type "
        "unless there is nothing else",
    .directions = faults::outwards,
    .services = faults::subscribers,
    .stages = faults::events_only,
    .apply = sim::wrong_type,
    .params = wrong_type_params,
};

}  // namespace confd::sim
