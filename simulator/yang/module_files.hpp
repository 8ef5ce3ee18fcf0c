// SPDX-License-Identifier: Apache-2.0
// Where modules are: files in folders, and texts that are compiled in.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/yang/built_in_module.hpp"
#include "simulator/yang/statements.hpp"

namespace confd::sim::yang {

inline constexpr std::string_view module_extension = ".yang";

/// "name" or "name@revision".
struct ModuleName {
    std::string name;
    std::string revision;  ///< may be empty
};
ModuleName split_module_name(std::string_view text);

/// A module or submodule.
struct ModuleText {
    ModuleName name;
    std::string shown;  ///< the file's name, for messages
    std::string text;   ///< as libyang gets it; lines are those of the file
    Statement root;
    bool from_file = false;
    std::string error;  ///< why it cannot be used, with its place; the rest may be empty then

    bool is_submodule() const { return root.keyword == "submodule"; }
    /// The name under which libyang finds it in a folder.
    std::string file_name() const;
};

class ModuleFiles {
  public:
    ModuleFiles(const std::vector<std::string>& folders, std::span<const BuiltInModule> built_in);

    /// Also looks in this folder, not in those below it, after the ones before.
    void add_folder(const std::filesystem::path& folder);

    /// The one of this revision; without one the newest, a file before what is built in, and
    /// the first folder's of several. Null for none. Lives as long as this.
    const ModuleText* find(const ModuleName& wanted);

    /// The file named by a path, absolute or below one of the folders; those beside it are found
    /// from now on. Null for none.
    const ModuleText* find_file(const std::string& path);

    /// Whether a module of this name is compiled in.
    bool has_built_in(std::string_view name) const;
    /// Files of this module are not found by its name any more; texts that were found stay.
    void leave_out(std::string_view name) { left_out_.emplace(name); }

    /// For suggestions.
    std::vector<std::string_view> names() const;
    /// The folders, for messages: "a, b", or "any folder".
    std::string folders_text() const;
    /// The revisions there are of a module: "2026-11-01 or 2026-11-22"; empty for none.
    std::string revisions_text(std::string_view name);

  private:
    const ModuleText* read(const std::filesystem::path& path);
    /// The text, or the error that a file of this name has another module in it.
    const ModuleText* named(const ModuleText& text, std::string_view name);
    std::vector<const ModuleText*> candidates(std::string_view name);
    const ModuleText* built_in(std::string_view name);

    std::vector<std::string> folders_;
    std::span<const BuiltInModule> built_in_;
    std::map<std::string, std::vector<std::filesystem::path>, std::less<>> files_;  // by module
    std::set<std::string, std::less<>> left_out_;                                   // of those
    std::map<std::string, std::unique_ptr<ModuleText>, std::less<>> texts_;         // by path
};

}  // namespace confd::sim::yang
