// SPDX-License-Identifier: Apache-2.0
#include "text/nearest.hpp"

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

namespace confd {
namespace {

char lower(char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`; upper and
/// lower case count as the same letter.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> above(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        above[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = lower(a[i - 1]) == lower(b[j - 1]);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
            const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                                 lower(a[i - 2]) == lower(b[j - 1]);
            if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, above);
        std::swap(above, row);
    }
    return above[b.size()];
}

/// The part that tells one constant from another: NOTIF_AUDIT and AUDIT mean the same.
std::string_view without_prefix(std::string_view name) {
    for (const std::string_view prefix : {"NCS_NOTIF_", "NOTIF_", "NCS_"}) {
        if (name.starts_with(prefix)) return name.substr(prefix.size());
    }
    return name;
}

}  // namespace

std::string_view nearest(std::string_view name, std::span<const std::string_view> candidates) {
    // Names come from a file of any content: beyond this length none is a slip of a known one.
    constexpr std::size_t longest = 64;
    if (name.empty() || name.size() > longest) return {};
    std::string_view best;
    std::size_t best_distance = std::max<std::size_t>(2, name.size() / 3) + 1;
    for (const auto candidate : candidates) {
        const auto whole = distance(name, candidate);
        const auto core = distance(without_prefix(name), without_prefix(candidate));
        if (const auto d = std::min(whole, core + 1); d < best_distance) {
            best_distance = d;
            best = candidate;
        }
    }
    // Replacing every letter of a short name is no resemblance.
    return best_distance < std::max<std::size_t>(name.size(), 2) ? best : std::string_view();
}

std::vector<std::string_view> likely(std::string_view name,
                                     std::span<const std::string_view> candidates) {
    // Shorter parts are in too many names to mean one.
    constexpr std::size_t shortest = 3;
    constexpr std::size_t most = 5;
    if (const auto one = nearest(name, candidates); !one.empty()) return {one};
    std::vector<std::string_view> out;
    const auto part = without_prefix(name);
    if (part.size() < shortest) return out;
    for (const auto candidate : candidates) {
        const auto same = [](char a, char b) { return lower(a) == lower(b); };
        if (!std::ranges::search(candidate, part, same).empty()) out.push_back(candidate);
    }
    return out.size() > most ? std::vector<std::string_view>() : out;
}

}  // namespace confd
