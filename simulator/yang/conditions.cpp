// SPDX-License-Identifier: Apache-2.0
#include "simulator/yang/conditions.hpp"

#include <algorithm>

namespace confd::sim::yang {
namespace {

bool any_risky(const lysc_node& node) {
    // The functions want what they do not change without const.
    auto* open = const_cast<lysc_node*>(&node);
    for (const auto& must : sized(lysc_node_musts(open))) {
        if (is_risky(lyxp_get_expr(must.cond))) return true;
    }
    for (const auto* when : sized(lysc_node_when(open))) {
        if (is_risky(lyxp_get_expr(when->cond))) return true;
    }
    return false;
}

}  // namespace

bool is_risky(std::string_view xpath) {
    // Words stand for themselves: a name that contains one costs a fork, no more.
    constexpr std::string_view risky[] = {"mod",    "floor",    "ceiling", "round", "substring",
                                          "node()", "ancestor", "//.",     "sum("};
    if (std::ranges::any_of(risky, [&](std::string_view word) { return xpath.contains(word); })) {
        return true;
    }
    // A path that ends at / or at .. may end at the root.
    for (std::size_t at = 0; at < xpath.size(); ++at) {
        const bool up = xpath.substr(at).starts_with("..");
        if (!up && xpath[at] != '/') continue;
        const auto rest = xpath.substr(at + (up ? 2 : 1));
        const auto next = std::min(rest.find_first_not_of(" \t\r\n"), rest.size());
        const char after = next == rest.size() ? ')' : rest[next];
        if (up ? after != '/' : std::string_view("=!<>+-|,)]").contains(after)) return true;
    }
    return false;
}

bool has_risky_conditions(const lysc_node& notification) {
    if (any_risky(notification)) return true;
    for (const auto* child = lysc_node_child(&notification); child != nullptr;
         child = child->next) {
        if (has_risky_conditions(*child)) return true;
    }
    return false;
}

}  // namespace confd::sim::yang
