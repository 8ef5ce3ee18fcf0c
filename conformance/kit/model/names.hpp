// SPDX-License-Identifier: Apache-2.0
// The words for the enumerations of a case and a result, in reports and on the command line.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "conformance/kit/model/case.hpp"
#include "conformance/kit/model/result.hpp"

namespace confd::kit {

// In the order of the enumerations.
inline constexpr std::array<std::string_view, 3> level_words{"L0", "L1", "L2"};
inline constexpr std::array<std::string_view, 2> strength_words{"MUST", "SHOULD"};
inline constexpr std::array<std::string_view, 3> source_words{"documented", "observed",
                                                              "robustness"};

/// The other way round from to_string(); nothing for a word that is none.
std::optional<Part> part_of(std::string_view word);
std::optional<Level> level_of(std::string_view word);
std::optional<Strength> strength_of(std::string_view word);
std::optional<Source> source_of(std::string_view word);
std::optional<Status> status_of(std::string_view word);

}  // namespace confd::kit
