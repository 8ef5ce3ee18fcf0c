#include "simulator/library/library.hpp"

#include <algorithm>

namespace confd::sim {

const LibraryFile* find_scenario(std::string_view name) {
    const auto path = std::string(name) + ".yaml";
    const auto files = library_files();
    const auto found = std::ranges::find(files, path, &LibraryFile::path);
    return found == files.end() ? nullptr : &*found;
}

std::expected<std::string, std::string> read_library(const std::string& path) {
    const auto folder = std::string(library_folder) + "/";
    if (!path.starts_with(folder)) return read_disk(path);
    const auto files = library_files();
    const auto found =
        std::ranges::find(files, std::string_view(path).substr(folder.size()), &LibraryFile::path);
    if (found == files.end()) return std::unexpected("there is no such file in the library");
    return std::string(found->text);
}

const char* library_module(std::string_view name) {
    const auto path = "yang/" + std::string(name) + ".yang";
    const auto files = library_files();
    const auto found = std::ranges::find(files, path, &LibraryFile::path);
    // The texts are literals, so a zero byte follows them.
    return found == files.end() ? nullptr : found->text.data();
}

std::string_view description_of(const LibraryFile& file) {
    constexpr std::string_view key = "\ndescription: ";
    const auto begin = file.text.find(key);
    if (begin == std::string_view::npos) return {};
    const auto rest = file.text.substr(begin + key.size());
    return rest.substr(0, rest.find('\n'));
}

}  // namespace confd::sim
