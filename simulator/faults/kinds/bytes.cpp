// SPDX-License-Identifier: Apache-2.0
// Faults of bytes: in a message, in its length, or in front of it.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <span>

#include "protocol/term/writer.hpp"
#include "simulator/faults/kinds/payload.hpp"
#include "simulator/faults/params.hpp"

namespace confd::sim {
namespace {

using faults::payload_of;

constexpr std::string_view garbage_names[] = {"before", "instead"};

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

std::string corrupt(const FaultSpec& fault, FaultEffect& effect, const WireContext& context,
                    Choice& choice) {
    auto& message = effect.message;
    if (!faults::has_contents(message)) return std::string(faults::no_effect);
    const auto payload =
        std::span(message.bytes).subspan(message.bytes.size() - payload_of(message).size());
    if (fault.field.empty()) return corrupt_at(fault, payload, choice);
    const auto term = find_field(payload, fault.field, context);
    if (!term) return std::string(faults::no_effect);
    const auto contents = contents_of(payload, *term);
    return fmt::format("{} in {}",
                       corrupt_at(fault, payload.subspan(contents.at, contents.size), choice),
                       fault.field);
}

std::string wrong_length(const FaultSpec& fault, FaultEffect& effect, const WireContext&, Choice&) {
    auto& message = effect.message;
    if (!faults::has_contents(message)) return std::string(faults::no_effect);
    const auto size = static_cast<std::int64_t>(payload_of(message).size());
    const auto length = static_cast<std::uint64_t>(std::max<std::int64_t>(size + fault.by, 0));
    faults::announce(message, length);
    return fmt::format("announced with {} bytes instead of {}", length, size);
}

std::string oversized_length(const FaultSpec& fault, FaultEffect& effect, const WireContext&,
                             Choice&) {
    auto& message = effect.message;
    if (!faults::has_contents(message)) return std::string(faults::no_effect);
    faults::announce(message, static_cast<std::uint64_t>(fault.length));
    return fmt::format("announced with {} bytes", fault.length);
}

std::string garbage(const FaultSpec& fault, FaultEffect& effect, const WireContext&,
                    Choice& choice) {
    faults::put_before(effect, faults::random_bytes(static_cast<std::size_t>(fault.bytes), choice));
    const bool instead = fault.how == "instead";
    if (instead) effect.message.bytes.clear();
    return fmt::format("{} {} random bytes", instead ? "replaced by" : "preceded by", fault.bytes);
}

constexpr Key corrupt_params[] = {
    faults::field_key,
    faults::number_key<&FaultSpec::offset>(
        "offset", "where `hex` goes, in the field's contents or the payload", 0,
        faults::most_payload),
    key<&FaultSpec::hex>("hex", forms::hex,
                         "the bytes to put there; what does not fit is left out"),
    faults::number_key<&FaultSpec::flips>("flips", "without `hex`: so many random bits are flipped",
                                          1, faults::most_units),
};
constexpr Key wrong_length_params[] = {
    faults::number_key<&FaultSpec::by>("by", "so much more than there is, or less; never below 0",
                                       -faults::most_bytes, faults::most_bytes),
};
constexpr Key oversized_length_params[] = {
    faults::number_key<&FaultSpec::length>("length", "what the header says", 1, UINT32_MAX),
};
constexpr Key garbage_params[] = {
    faults::number_key<&FaultSpec::bytes>("bytes", "random ones", 1, faults::most_bytes),
    faults::how_key("in front of the frame, or in its place", garbage_names),
};

}  // namespace

constexpr FaultKindInfo faults::corrupt{
    .kind = FaultKind::corrupt,
    .name = "corrupt",
    .doc =
        "other bytes, in the field's contents or anywhere in the payload; the frame's length stays "
        "right",
    .directions = faults::both_ways,
    .services = faults::services,
    .stages = faults::damage,
    .apply = sim::corrupt,
    .params = corrupt_params,
    .usual = [] { return FaultSpec{.flips = 1}; },
};

constexpr FaultKindInfo faults::wrong_length{
    .kind = FaultKind::wrong_length,
    .name = "wrong_length",
    .doc = "the frame's header announces more or less than there is",
    .directions = faults::outwards,
    .services = faults::services,
    .stages = faults::frames,
    .apply = sim::wrong_length,
    .params = wrong_length_params,
    .usual = [] { return FaultSpec{.by = 1}; },
};

constexpr FaultKindInfo faults::oversized_length{
    .kind = FaultKind::oversized_length,
    .name = "oversized_length",
    .doc = "the frame's header announces too much to allocate",
    .directions = faults::outwards,
    .services = faults::services,
    .stages = faults::frames,
    .apply = sim::oversized_length,
    .params = oversized_length_params,
    .usual = [] { return FaultSpec{.length = INT32_MAX}; },
};

constexpr FaultKindInfo faults::garbage{
    .kind = FaultKind::garbage,
    .name = "garbage",
    .doc = "random bytes that are in no frame",
    .directions = faults::outwards,
    .services = faults::services,
    .stages = faults::damage,
    .apply = sim::garbage,
    .params = garbage_params,
    .usual = [] { return FaultSpec{.bytes = 16}; },
};

}  // namespace confd::sim
