// SPDX-License-Identifier: Apache-2.0
// The words for the enumerations of a case and a result, in reports and on the command line.
#pragma once

#include <optional>
#include <string_view>

#include "conformance/kit/model/case.hpp"
#include "conformance/kit/model/result.hpp"

namespace confd::kit {

/// The other way round from to_string(); nothing for a word that is none.
std::optional<Part> part_of(std::string_view word);
std::optional<Level> level_of(std::string_view word);
std::optional<Strength> strength_of(std::string_view word);
std::optional<Source> source_of(std::string_view word);
std::optional<Status> status_of(std::string_view word);

}  // namespace confd::kit
