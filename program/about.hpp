// SPDX-License-Identifier: Apache-2.0
// What every program says of itself: --version, and --completions for shells.
#pragma once

#include <CLI/CLI.hpp>
#include <span>
#include <string>
#include <string_view>

namespace confd::program {

/// "0.2.0".
std::string_view version();

/// Of --version: release, commit, compiler and libraries, a line each. Programs with YANG in them
/// have more libraries.
enum class Libraries : std::uint8_t { client, simulator };
std::string version_text(std::string_view program, Libraries libraries);

/// What completes an argument whose help calls it `type`: the first word of each line that this
/// shell command prints.
struct Completed {
    std::string_view type;
    std::string_view command;
};

enum class Shell : std::uint8_t { bash, zsh, fish };

/// A script that completes commands, options and arguments of this program. Besides `completed` it
/// knows files (FILE, PATH), folders (DIR, FOLDER), products, and choices such as text|json.
std::string completions(const CLI::App& app, Shell shell, std::span<const Completed> completed);

/// Adds --version and --completions to a program. `completed` must outlive `app`.
void add_about(CLI::App& app, Libraries libraries, std::span<const Completed> completed = {});

}  // namespace confd::program
