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

std::span<const BuiltInModule> library_modules() {
    static const auto modules = [] {
        constexpr std::string_view folder = "yang/";
        constexpr std::string_view extension = ".yang";
        std::vector<BuiltInModule> out;
        for (const auto& [path, text] : library_files()) {
            if (!path.starts_with(folder) || !path.ends_with(extension)) continue;
            const auto name = path.substr(folder.size(), path.rfind('.') - folder.size());
            out.push_back({name, text.data()});
        }
        return out;
    }();
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
