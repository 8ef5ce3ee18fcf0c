// SPDX-License-Identifier: Apache-2.0
// A run as JSON, and back. conformance/report.schema.json describes it.
#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/kit/model/result.hpp"

namespace confd::kit {

/// Changes when a reader of the old format would misunderstand the new one.
inline constexpr int report_format = 1;

/// A report comes from elsewhere: this bounds what reading one takes. A run of every case with all
/// its bytes has a few MB.
inline constexpr std::size_t report_size_limit = std::size_t{256} * 1024 * 1024;

boost::json::object to_json(const Run& run);
/// The same, a line for each result.
std::string to_json_text(const Run& run);

/// A run that was read back, with the cases that its results point to.
struct LoadedRun {
    std::vector<std::unique_ptr<const Case>> cases;
    Run run;
};

/// The error is a sentence with the place in the report: "results[3].status: unknown status".
std::expected<LoadedRun, std::string> read_run(std::string_view json);
std::expected<LoadedRun, std::string> read_run_file(const std::filesystem::path& file);

}  // namespace confd::kit
