#include "simulator/faults/mutate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "protocol/frame/frame.hpp"
#include "protocol/notification/notification.hpp"
#include "protocol/session/event_frame.hpp"
#include "protocol/term/writer.hpp"
#include "simulator/faults/fields.hpp"

namespace confd::sim {
namespace {

// ---- Frames. ----

ByteView payload_of(const Unit& unit) {
    return ByteView(unit.bytes).subspan(is_frame(unit.kind) ? frame_header_size : 0);
}

std::size_t announced(const Unit& unit) {
    return load_word(ByteView(unit.bytes).first<frame_header_size>().data());
}

void announce(Unit& unit, std::uint64_t size) {
    for (std::size_t i = frame_header_size; i > 0; --i, size >>= 8)
        unit.bytes[i - 1] = static_cast<std::uint8_t>(size);
}

/// Puts other bytes in a term's place. A header that was wrong before, by another fault, stays.
void replace(Unit& unit, const TermPlace& place, ByteView term) {
    const bool right = announced(unit) == payload_of(unit).size();
    const auto begin =
        unit.bytes.begin() + static_cast<std::ptrdiff_t>(frame_header_size + place.at);
    const auto next = unit.bytes.erase(begin, begin + static_cast<std::ptrdiff_t>(place.size));
    unit.bytes.insert(next, term.begin(), term.end());
    if (right) announce(unit, payload_of(unit).size());
}

std::string_view kind_at(const Unit& unit, const TermPlace& place) {
    return article_name(kind_of(payload_of(unit)[place.at]));
}

// ---- Terms. ----

/// Bytes of a term in front of its contents.
std::size_t head_size(std::uint8_t tag) {
    switch (static_cast<Tag>(tag)) {
        case Tag::small_integer:
        case Tag::integer:
        case Tag::new_float:
        case Tag::float_text:
        case Tag::nil:
            return 1;
        case Tag::small_atom:
        case Tag::small_atom_utf8:
        case Tag::small_big:
        case Tag::small_tuple:
            return 2;
        case Tag::atom:
        case Tag::atom_utf8:
        case Tag::string:
            return 3;
        case Tag::large_tuple:
        case Tag::list:
        case Tag::binary:
        case Tag::large_big:
            return 5;
    }
    return 0;
}

/// What corrupt may change of a term: not its tag and length, unless it has nothing else.
TermPlace contents_of(ByteView payload, const TermPlace& term) {
    const auto head = head_size(payload[term.at]);
    return head >= term.size ? term : TermPlace{term.at + head, term.size - head};
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

// ---- One function for each kind of fault. ----

constexpr std::string_view no_effect = "left as it was: an earlier fault took its place";

std::string corrupt_at(const FaultSpec& fault, std::span<std::uint8_t> region, Choice& choice) {
    if (!fault.hex.empty()) {
        const auto at = std::min(static_cast<std::size_t>(fault.offset), region.size());
        const auto size = std::min(fault.hex.size(), region.size() - at);
        std::copy_n(fault.hex.begin(), size, region.begin() + static_cast<std::ptrdiff_t>(at));
        return fmt::format("{} bytes overwritten", size);
    }
    const auto bits = region.size() * 8;
    const auto wanted = std::min(static_cast<std::size_t>(fault.flips), bits);
    std::set<std::uint64_t> flipped;
    while (flipped.size() < wanted)
        flipped.insert(choice.below(bits));
    for (const auto bit : flipped)
        region[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    return fmt::format("{} bits flipped", wanted);
}

std::string corrupt(const FaultSpec& fault, Unit& unit, const WireContext& context,
                    Choice& choice) {
    const auto payload = std::span(unit.bytes).subspan(unit.bytes.size() - payload_of(unit).size());
    if (fault.field.empty()) return corrupt_at(fault, payload, choice);
    const auto term = find_field(payload, fault.field, context);
    if (!term) return std::string(no_effect);
    const auto contents = contents_of(payload, *term);
    return fmt::format("{} in {}",
                       corrupt_at(fault, payload.subspan(contents.at, contents.size), choice),
                       fault.field);
}

std::string wrong_length(const FaultSpec& fault, Unit& unit) {
    const auto size = static_cast<std::int64_t>(payload_of(unit).size());
    const auto length = static_cast<std::uint64_t>(std::max<std::int64_t>(size + fault.by, 0));
    announce(unit, length);
    return fmt::format("announced with {} bytes instead of {}", length, size);
}

std::string oversized_length(const FaultSpec& fault, Unit& unit) {
    announce(unit, static_cast<std::uint64_t>(fault.length));
    return fmt::format("announced with {} bytes", fault.length);
}

std::string unknown_event(const FaultSpec& fault, Unit& unit) {
    const auto elements = elements_of(payload_of(unit), root_of(payload_of(unit)));
    if (elements.empty()) return std::string(no_effect);
    Bytes type;
    TermWriter(type).integer(fault.type);
    replace(unit, elements.front(), type);
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

std::string wrong_arity(const FaultSpec& fault, Unit& unit, const WireContext& context) {
    const auto payload = payload_of(unit);
    const auto tuple =
        fault.field.empty() ? root_of(payload) : find_field(payload, fault.field, context);
    if (!tuple || kind_of(payload[tuple->at]) != TermKind::tuple) return std::string(no_effect);
    const auto elements = elements_of(payload, *tuple);
    auto arity = elements.size();
    Unit changed;
    // An event may have a shorter or longer form: one that decodes is not wrong yet.
    do {
        if (fault.how == "fewer" && arity == 0) break;
        arity = fault.how == "fewer" ? arity - 1 : arity + 1;
        changed = unit;
        replace(changed, *tuple, with_arity(payload, elements, arity));
    } while (arity <= elements.size() + 1 &&
             decode_notification(payload_of(changed), {.context = context}));
    if (arity == elements.size()) return std::string(no_effect);
    unit = std::move(changed);
    return fmt::format("given {} elements instead of {}{}{}", arity, elements.size(),
                       fault.field.empty() ? "" : " in ", fault.field);
}

TermKind other_kind(const FaultSpec& fault, TermKind found) {
    // In the order of the choices that wrong_type offers.
    constexpr std::pair<std::string_view, TermKind> kinds[] = {
        {"float", TermKind::floating}, {"integer", TermKind::integer}, {"atom", TermKind::atom},
        {"tuple", TermKind::tuple},    {"list", TermKind::list},       {"binary", TermKind::binary},
    };
    const auto* wanted =
        std::ranges::find(kinds, fault.how, &std::pair<std::string_view, TermKind>::first);
    if (wanted != std::end(kinds) && wanted->second == found) ++wanted;
    return wanted == std::end(kinds) ? kinds[0].second : wanted->second;
}

/// A field of the event by chance; the type for an event that has nothing else.
std::optional<TermPlace> any_field(ByteView payload, Choice& choice) {
    const auto elements = elements_of(payload, root_of(payload));
    if (elements.empty()) return std::nullopt;
    return elements.size() == 1 ? elements[0] : elements[1 + choice.below(elements.size() - 1)];
}

std::string wrong_type(const FaultSpec& fault, Unit& unit, const WireContext& context,
                       Choice& choice) {
    const auto payload = payload_of(unit);
    const auto term = fault.field.empty() ? any_field(payload, choice)
                                          : find_field(payload, fault.field, context);
    if (!term) return std::string(no_effect);
    const auto name = field_at(payload, *term, context);
    const auto before = kind_at(unit, *term);
    replace(unit, *term, sample_term(other_kind(fault, kind_of(payload[term->at]))));
    return fmt::format("given {} instead of {} in {}", kind_at(unit, *term), before, name);
}

}  // namespace

bool is_event_type(std::int64_t type) {
    return std::ranges::find(event_types(), type) != event_types().end();
}

std::string mutate(const FaultSpec& fault, Unit& unit, const WireContext& context, Choice& choice) {
    const std::size_t least = is_frame(unit.kind) ? frame_header_size + 2 : 1;
    if (unit.bytes.size() < least) return std::string(no_effect);
    switch (fault.kind) {
        case FaultKind::corrupt:
            return corrupt(fault, unit, context, choice);
        case FaultKind::wrong_length:
            return wrong_length(fault, unit);
        case FaultKind::oversized_length:
            return oversized_length(fault, unit);
        case FaultKind::unknown_event:
            return unknown_event(fault, unit);
        case FaultKind::wrong_arity:
            return wrong_arity(fault, unit, context);
        case FaultKind::wrong_type:
            return wrong_type(fault, unit, context, choice);
        default:
            return {};
    }
}

Bytes random_bytes(std::size_t size, Choice& choice) {
    Bytes out(size);
    for (auto& byte : out)
        byte = static_cast<std::uint8_t>(choice.next());
    return out;
}

Bytes default_event(std::uint32_t type, const WireContext& context) {
    Bytes out;
    const auto event = make_notification(type, context.dialect);
    if (!event || !append_event(out, *event, context)) return {};
    return out;
}

}  // namespace confd::sim
