// SPDX-License-Identifier: Apache-2.0
#include "simulator/library/library.hpp"

#include <algorithm>
#include <vector>

namespace confd::sim {

const EmbeddedFile* find_scenario(std::string_view name) {
    const auto path = std::string(name) + ".yaml";
    const auto files = library_files();
    const auto found = std::ranges::find(files, path, &EmbeddedFile::path);
    return found == files.end() ? nullptr : &*found;
}

std::expected<std::string, std::string> read_library(const std::string& path) {
    const auto folder = std::string(library_folder) + "/";
    if (!path.starts_with(folder)) return read_disk(path);
    const auto files = library_files();
    const auto found =
        std::ranges::find(files, std::string_view(path).substr(folder.size()), &EmbeddedFile::path);
    if (found == files.end()) return std::unexpected("there is no such file in the library");
    return std::string(found->text);
}

std::vector<BuiltInModule> modules_among(std::span<const EmbeddedFile> files) {
    constexpr std::string_view extension = ".yang";
    std::vector<BuiltInModule> out;
    for (const auto& [path, text] : files) {
        if (!path.ends_with(extension)) continue;
        const auto begin = path.rfind('/') + 1;
        out.push_back({path.substr(begin, path.size() - extension.size() - begin), text.data()});
    }
    return out;
}

std::span<const BuiltInModule> library_modules() {
    static const auto modules = modules_among(library_files());
    return modules;
}

std::string_view description_of(const EmbeddedFile& file) {
    constexpr std::string_view key = "\ndescription: ";
    const auto begin = file.text.find(key);
    if (begin == std::string_view::npos) return {};
    const auto rest = file.text.substr(begin + key.size());
    return rest.substr(0, rest.find('\n'));
}

}  // namespace confd::sim
