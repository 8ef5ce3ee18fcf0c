// SPDX-License-Identifier: Apache-2.0
#include "protocol/session/event_names.hpp"

#include <string>

#include "protocol/term/tree.hpp"
#include "protocol/value/hash.hpp"

namespace confd {
namespace {

/// No deeper than the reader built the term.
void collect(const Term& term, HashNames& names) {
    if (names.size() >= EventNames::most) return;
    if (const auto name = term.as_atom()) names.try_emplace(name_hash(*name), *name);
    for (const auto& element : term.elements())
        collect(element, names);
    if (const auto* tail = term.tail()) collect(*tail, names);
}

}  // namespace

void EventNames::learn(ByteView payload) {
    if (const auto term = read_payload(payload)) collect(*term, names_);
}

std::optional<std::string_view> EventNames::name_of(std::uint32_t, std::uint32_t tag) const {
    const auto found = names_.find(tag);
    return found == names_.end() ? std::nullopt : std::optional<std::string_view>(found->second);
}

std::optional<std::uint32_t> EventNames::tag_of(std::uint32_t ns, std::string_view name) const {
    const auto hash = name_hash(name);
    return name_of(ns, hash) == name ? std::optional(hash) : std::nullopt;
}

}  // namespace confd
