// SPDX-License-Identifier: Apache-2.0
// The scenarios of scenarios/ and the YANG modules beside them, compiled in: `confd-sim list`,
// `show NAME`, `run NAME`.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "files/embedded_file.hpp"
#include "simulator/scenario/scenario.hpp"
#include "simulator/yang/built_in_module.hpp"

namespace confd::sim {

/// With paths below scenarios/: "tour.yaml", "yang/example-if.yang".
std::span<const EmbeddedFile> library_files();

/// The file of a scenario's name, such as "tour"; null when there is none.
const EmbeddedFile* find_scenario(std::string_view name);

/// Reads compiled-in files by paths below this folder, and others from the disk.
inline constexpr std::string_view library_folder = "library";
std::expected<std::string, std::string> read_library(const std::string& path);

/// The YANG modules among files, by the names of the files.
std::vector<BuiltInModule> modules_among(std::span<const EmbeddedFile> files);
/// The YANG modules in the library.
std::span<const BuiltInModule> library_modules();

/// What a scenario says of itself, without loading it: "description", or empty.
std::string_view description_of(const EmbeddedFile& file);

}  // namespace confd::sim
