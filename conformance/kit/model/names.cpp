// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/model/names.hpp"

#include <array>
#include <cstddef>

namespace confd::kit {
namespace {

/// The words of an enumeration, in the order of its enumerators.
template <class Enum, std::size_t N>
struct Words {
    std::array<std::string_view, N> words;

    constexpr std::string_view operator[](Enum value) const {
        return words.at(static_cast<std::size_t>(value));
    }
    constexpr std::optional<Enum> find(std::string_view word) const {
        for (std::size_t i = 0; i < N; ++i)
            if (words.at(i) == word) return static_cast<Enum>(i);
        return std::nullopt;
    }
};

constexpr Words<Part, 3> parts{{"client", "server", "codec"}};
constexpr Words<Level, 3> levels{level_words};
constexpr Words<Strength, 2> strengths{strength_words};
constexpr Words<Source, 3> sources{source_words};
constexpr Words<Status, 7> statuses{
    {"passed", "failed", "warned", "skipped", "known_failure", "unexpected_pass", "broken"}};

}  // namespace

std::string_view to_string(Part part) {
    return parts[part];
}
std::string_view to_string(Level level) {
    return levels[level];
}
std::string_view to_string(Strength strength) {
    return strengths[strength];
}
std::string_view to_string(Source source) {
    return sources[source];
}
std::string_view to_string(Status status) {
    return statuses[status];
}

std::optional<Part> part_of(std::string_view word) {
    return parts.find(word);
}
std::optional<Level> level_of(std::string_view word) {
    return levels.find(word);
}
std::optional<Strength> strength_of(std::string_view word) {
    return strengths.find(word);
}
std::optional<Source> source_of(std::string_view word) {
    return sources.find(word);
}
std::optional<Status> status_of(std::string_view word) {
    return statuses.find(word);
}

}  // namespace confd::kit
