// SPDX-License-Identifier: Apache-2.0
// Runs as one page that needs nothing else: a matrix of cases by peers.
#pragma once

#include <expected>
#include <filesystem>
#include <span>
#include <string>

#include "conformance/kit/model/result.hpp"

namespace confd::kit {

/// Cases by peers. Runs of the same part and peer share a column, the last result of a case counts.
std::string to_html(std::span<const Run* const> runs);

/// The page of runs that were written as JSON. The error names the file.
std::expected<std::string, std::string> html_of_reports(
    std::span<const std::filesystem::path> files);

}  // namespace confd::kit
