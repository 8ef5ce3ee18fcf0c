// SPDX-License-Identifier: Apache-2.0
#include "simulator/yang/filter_functions.hpp"

namespace confd::sim::yang {
namespace {

/// More than fit into a filter.
constexpr std::size_t any_number = 4096;

}  // namespace

std::span<const FilterFunction> filter_functions() {
    using enum Wants;
    static constexpr FilterFunction functions[] = {
        {"last", Kind::number, 0, 0},
        {"position", Kind::number, 0, 0},
        {"count", Kind::number, 1, 1, {nodes}},
        {"local-name", Kind::text, 0, 1, {nodes}},
        {"namespace-uri", Kind::text, 0, 1, {nodes}},
        {"name", Kind::text, 0, 1, {nodes}},
        {"string", Kind::text, 0, 1, {any}},
        {"concat", Kind::text, 2, any_number, {text, text, text}},
        {"starts-with", Kind::boolean, 2, 2, {text, text}},
        {"contains", Kind::boolean, 2, 2, {text, text}},
        {"substring-before", Kind::text, 2, 2, {text, text}},
        {"substring-after", Kind::text, 2, 2, {text, text}},
        {"substring", Kind::text, 2, 3, {text, number, number}},
        {"string-length", Kind::number, 0, 1, {text}},
        {"normalize-space", Kind::text, 0, 1, {text}},
        {"translate", Kind::text, 3, 3, {text, text, text}},
        {"boolean", Kind::boolean, 1, 1, {any}},
        {"not", Kind::boolean, 1, 1, {any}},
        {"true", Kind::boolean, 0, 0},
        {"false", Kind::boolean, 0, 0},
        {"lang", Kind::boolean, 1, 1, {text}},
        {"number", Kind::number, 0, 1, {any}},
        {"sum", Kind::number, 1, 1, {nodes}},
        {"floor", Kind::number, 1, 1, {number}},
        {"ceiling", Kind::number, 1, 1, {number}},
        {"round", Kind::number, 1, 1, {number}},
        {"current", Kind::nodes, 0, 0},
        {"derived-from", Kind::boolean, 2, 2, {nodes, identity}},
        {"derived-from-or-self", Kind::boolean, 2, 2, {nodes, identity}},
        {"enum-value", Kind::number, 1, 1, {nodes}},
        {"bit-is-set", Kind::boolean, 2, 2, {nodes, text}},
        {"re-match", Kind::boolean, 2, 2, {text, pattern}},
    };
    return functions;
}

std::string_view not_for_filters(std::string_view function) {
    if (function == "id") return "the data of an event has no IDs";
    if (function == "deref") return "what an event refers to is not part of it";
    return {};
}

}  // namespace confd::sim::yang
