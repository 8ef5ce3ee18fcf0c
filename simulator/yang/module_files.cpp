// SPDX-License-Identifier: Apache-2.0
#include "simulator/yang/module_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "files/read_file.hpp"
#include "simulator/text/diagnostics.hpp"

namespace confd::sim::yang {
namespace {

namespace fs = std::filesystem;

/// Larger than any module; a device's whole model has many.
constexpr std::size_t max_module_bytes = std::size_t{16} << 20;

/// What the file's name says; empty for files of another kind.
ModuleName name_of_file(const fs::path& file) {
    if (file.extension() != module_extension) return {};
    return split_module_name(file.stem().string());
}

std::string newest_revision(const Statement& module) {
    std::string out;
    for (const auto& child : module.children) {
        if (child.keyword == "revision") out = std::max(out, child.argument);
    }
    return out;
}

std::string at(std::string_view file, const TextPlace& place, std::string_view what) {
    return fmt::format("{}:{}:{}: {}", file, place.line, place.column, what);
}

/// `otherwise` is its name when its text does not tell.
ModuleText make_text(std::string shown, std::string_view text, ModuleName otherwise) {
    ModuleText out;
    out.name = std::move(otherwise);
    out.shown = std::move(shown);
    auto statements = read_statements(text);
    if (!statements) {
        out.error = at(out.shown, statements.error().place, statements.error().message);
        return out;
    }
    auto& root = statements->root;
    if (root.keyword != "module" && root.keyword != "submodule") {
        out.error =
            at(out.shown, root.place, fmt::format("expected a module, found '{}'", root.keyword));
    } else if (root.argument.empty() || root.argument.contains('/')) {
        out.error =
            at(out.shown, root.place, fmt::format("'{}' is no name of a module", root.argument));
    } else {
        out.text = for_libyang(text, *statements);
        out.root = std::move(root);
        out.name = {out.root.argument, newest_revision(out.root)};
    }
    return out;
}

}  // namespace

ModuleName split_module_name(std::string_view text) {
    const auto at = std::min(text.find('@'), text.size());
    const auto revision = at == text.size() ? std::string_view() : text.substr(at + 1);
    return {std::string(text.substr(0, at)), std::string(revision)};
}

std::string ModuleText::file_name() const {
    return fmt::format("{}{}{}{}", name.name, name.revision.empty() ? "" : "@", name.revision,
                       module_extension);
}

ModuleFiles::ModuleFiles(const std::vector<std::string>& folders,
                         std::span<const BuiltInModule> built_in)
    : folders_(folders), built_in_(built_in) {
    for (const auto& folder : folders)
        add_folder(folder);
}

void ModuleFiles::add_folder(const fs::path& folder) {
    std::vector<fs::path> paths;
    std::error_code code;
    for (fs::directory_iterator entry(folder, code), end; !code && entry != end;
         entry.increment(code)) {
        if (entry->path().extension() == module_extension) paths.push_back(entry->path());
    }
    // A folder's own order is anything.
    std::ranges::sort(paths);
    for (auto& path : paths) {
        auto& known = files_[name_of_file(path).name];
        if (std::ranges::find(known, path) == known.end()) known.push_back(std::move(path));
    }
}

const ModuleText* ModuleFiles::read(const fs::path& path) {
    auto& kept = texts_[path.string()];
    if (kept != nullptr) return kept.get();
    const auto shown = path.filename().string();
    if (const auto text = read_file(path, max_module_bytes)) {
        kept = std::make_unique<ModuleText>(
            make_text(shown, without_byte_order_mark(*text), name_of_file(path)));
    } else {
        kept = std::make_unique<ModuleText>();
        kept->name = name_of_file(path);
        kept->error = text.error();
    }
    kept->from_file = true;
    return kept.get();
}

const ModuleText* ModuleFiles::built_in(std::string_view name) {
    const auto found = std::ranges::find(built_in_, name, &BuiltInModule::name);
    if (found == built_in_.end()) return nullptr;
    auto& kept = texts_["\n" + std::string(name)];  // which is no path
    if (kept == nullptr) {
        kept = std::make_unique<ModuleText>(
            make_text(std::string(name) + std::string(module_extension), found->text,
                      {std::string(name), {}}));
    }
    return kept.get();
}

const ModuleText* ModuleFiles::named(const ModuleText& text, std::string_view name) {
    if (text.name.name == name) return &text;
    // No path looks like this.
    auto& kept = texts_[fmt::format("{}\n{}", text.shown, name)];
    if (kept == nullptr) {
        kept = std::make_unique<ModuleText>();
        kept->name = {std::string(name), text.name.revision};
        kept->from_file = true;
        kept->error = at(text.shown, text.root.place,
                         fmt::format("expected module {}, found '{}'", name, text.name.name));
    }
    return kept.get();
}

std::vector<const ModuleText*> ModuleFiles::candidates(std::string_view name) {
    std::vector<const ModuleText*> out;
    if (const auto found = files_.find(name); found != files_.end() && !left_out_.contains(name)) {
        for (const auto& path : found->second)
            out.push_back(named(*read(path), name));
    }
    if (const auto* module = built_in(name)) out.push_back(module);
    return out;
}

const ModuleText* ModuleFiles::find(const ModuleName& wanted) {
    const ModuleText* best = nullptr;
    for (const auto* candidate : candidates(wanted.name)) {
        const auto& revision = candidate->name.revision;
        if (!wanted.revision.empty() && revision != wanted.revision) continue;
        const bool is_newer = best != nullptr && candidate->from_file == best->from_file &&
                              revision > best->name.revision;
        if (best == nullptr || is_newer) best = candidate;
    }
    return best;
}

const ModuleText* ModuleFiles::find_file(const std::string& path) {
    std::error_code code;
    auto folders = folders_;
    if (fs::path(path).is_absolute()) folders = {""};
    for (const auto& folder : folders) {
        const auto full = fs::absolute(fs::path(folder) / path, code);
        if (!fs::exists(full, code)) continue;
        // What it imports is usually beside it.
        add_folder(full.parent_path());
        return read(full);
    }
    return nullptr;
}

bool ModuleFiles::has_built_in(std::string_view name) const {
    return std::ranges::find(built_in_, name, &BuiltInModule::name) != built_in_.end();
}

std::vector<std::string_view> ModuleFiles::names() const {
    std::vector<std::string_view> out;
    for (const auto& [name, paths] : files_)
        out.push_back(name);
    for (const auto& module : built_in_)
        out.push_back(module.name);
    return out;
}

std::string ModuleFiles::folders_text() const {
    if (folders_.empty()) return "any folder";
    return fmt::format("{}", fmt::join(folders_, ", "));
}

std::string ModuleFiles::revisions_text(std::string_view name) {
    std::vector<std::string_view> revisions;
    for (const auto* candidate : candidates(name)) {
        if (!candidate->name.revision.empty()) revisions.push_back(candidate->name.revision);
    }
    std::ranges::sort(revisions);
    const auto [first, last] = std::ranges::unique(revisions);
    revisions.erase(first, last);
    return one_of(revisions);
}

}  // namespace confd::sim::yang
