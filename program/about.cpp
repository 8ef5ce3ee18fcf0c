// SPDX-License-Identifier: Apache-2.0
#include "program/about.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "program/built_from.hpp"

namespace confd::program {
namespace {

constexpr std::array<std::pair<std::string_view, Shell>, 3> shells{
    {{"bash", Shell::bash}, {"zsh", Shell::zsh}, {"fish", Shell::fish}}};

Shell shell_named(const std::string& name) {
    for (const auto& [known, shell] : shells)
        if (name == known) return shell;
    throw CLI::ValidationError("--completions",
                               fmt::format("expected bash, zsh or fish, found {}", name));
}

}  // namespace

std::string_view version() {
    return built_version;
}

std::string version_text(std::string_view program, Libraries libraries) {
    return fmt::format("{} {}\ncommit: {}\ncompiler: {}\nlibraries: {}\nlicence: Apache-2.0",
                       program, built_version, built_commit, built_compiler,
                       libraries == Libraries::client ? client_libraries : simulator_libraries);
}

void add_about(CLI::App& app, Libraries libraries, std::span<const Completed> completed) {
    app.set_version_flag("--version", version_text(app.get_name(), libraries),
                         "Print version, commit, compiler and libraries, and exit");
    // It ends parsing, as --version does.
    app.add_option_function<std::string>(
           "--completions",
           [&app, completed](const std::string& name) {
               throw CLI::CallForVersion(completions(app, shell_named(name), completed), 0);
           },
           "Print a script for this shell that completes command lines, and exit")
        ->type_name("bash|zsh|fish");
}

}  // namespace confd::program
