// SPDX-License-Identifier: Apache-2.0
// Completion scripts, from what a program has declared. One list of commands with their options and
// arguments is made of the CLI::App, and written three ways.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "program/about.hpp"

namespace confd::program {
namespace {

enum class Kind : std::uint8_t { nothing, files, folders, words, printed };

struct Values {
    Kind kind = Kind::nothing;
    std::string text;  ///< the words, or the command that prints them
};

struct Argument {
    std::vector<std::string> names;  ///< "--log"; none for one that has only a place
    std::string doc;
    bool takes = false;  ///< a value
    Values values;
};

struct Command {
    std::string name;  ///< empty: what may stand before a command, or in a program without any
    std::string doc;
    std::vector<Argument> arguments;
};

Values values_of(const std::string& type, std::span<const Completed> completed) {
    for (const auto& one : completed) {
        if (type == one.type)
            return {Kind::printed, fmt::format("{} 2>/dev/null | cut -d' ' -f1", one.command)};
    }
    if (type == "FILE" || type == "PATH" || type == "WHERE") return {Kind::files, {}};
    if (type == "DIR" || type == "FOLDER") return {Kind::folders, {}};
    if (type == "PRODUCT") return {Kind::words, "confd nso"};
    if (!type.contains('|')) return {};
    auto words = type;
    std::ranges::replace(words, '|', ' ');
    return {Kind::words, words};
}

void add_arguments(const CLI::App& app, std::span<const Completed> completed,
                   std::vector<Argument>& into) {
    for (const auto* option : app.get_options()) {
        if (option->get_group().empty()) continue;
        Argument out{.doc = option->get_description(),
                     .takes = option->get_items_expected_max() > 0,
                     .values = values_of(
                         option->nonpositional() ? option->get_type_name() : option->get_name(true),
                         completed)};
        for (const auto& name : option->get_snames())
            out.names.push_back("-" + name);
        for (const auto& name : option->get_lnames())
            out.names.push_back("--" + name);
        into.push_back(std::move(out));
    }
    // Groups of options are commands without a name.
    for (const auto* group :
         app.get_subcommands([](const CLI::App* sub) { return sub->get_name().empty(); }))
        add_arguments(*group, completed, into);
}

std::vector<Command> commands_of(const CLI::App& app, std::span<const Completed> completed) {
    std::vector<Command> out;
    const auto add = [&](std::string name, const CLI::App& from) {
        auto& command = out.emplace_back(Command{std::move(name), from.get_description(), {}});
        add_arguments(from, completed, command.arguments);
    };
    add("", app);
    for (const auto* sub : app.get_subcommands([](const CLI::App* command) {
             return !command->get_name().empty() && !command->get_group().empty();
         }))
        add(sub->get_name(), *sub);
    return out;
}

std::vector<std::string> names_of(const std::vector<Command>& commands) {
    std::vector<std::string> out;
    for (const auto& command : commands)
        if (!command.name.empty()) out.push_back(command.name);
    return out;
}

/// The name of a function: confd_sim.
std::string identifier(std::string name) {
    std::ranges::replace(name, '-', '_');
    return name;
}

/// For a text between single quotes.
std::string single_quoted(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\'') {
            out += "'\\''";
        } else {
            out += c == '\n' ? ' ' : c;
        }
    }
    return out;
}

// ---- bash ----

std::string bash_reply(const Values& values) {
    switch (values.kind) {
        case Kind::files:
            return R"x(COMPREPLY=($(compgen -f -- "$current")))x";
        case Kind::folders:
            return R"x(COMPREPLY=($(compgen -d -- "$current")))x";
        case Kind::words:
            return fmt::format(R"x(COMPREPLY=($(compgen -W '{}' -- "$current")))x", values.text);
        case Kind::printed:
            return fmt::format(R"x(COMPREPLY=($(compgen -W "$({})" -- "$current")))x", values.text);
        case Kind::nothing:
            break;
    }
    return "COMPREPLY=()";
}

std::string bash(const std::string& program, const std::vector<Command>& commands) {
    const auto names = names_of(commands);
    std::string values;
    std::string words;
    for (const auto& command : commands) {
        std::vector<std::string> options;
        std::string argument;
        for (const auto& one : command.arguments) {
            options.insert(options.end(), one.names.begin(), one.names.end());
            if (one.names.empty() && argument.empty()) argument = bash_reply(one.values);
            for (const auto& name : one.names) {
                if (one.takes) {
                    values += fmt::format("    '{} {}')\n        {}\n        return\n        ;;\n",
                                          command.name, name, bash_reply(one.values));
                }
            }
        }
        if (command.name.empty()) options.insert(options.end(), names.begin(), names.end());
        auto reply = bash_reply({Kind::words, fmt::to_string(fmt::join(options, " "))});
        if (!argument.empty()) {
            reply = fmt::format(
                "if [[ $current == -* ]]; then\n            {}\n        else\n"
                "            {}\n        fi",
                reply, argument);
        }
        words += fmt::format("    '{}')\n        {}\n        ;;\n", command.name, reply);
    }
    return fmt::format(
        "# Completes command lines of {0} in bash.\n"
        "_{1}() {{\n"
        "    local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}}\n"
        "    local command= i\n"
        "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
        "        case ${{COMP_WORDS[i]}} in\n"
        "        {2})\n            command=${{COMP_WORDS[i]}}\n            break\n            ;;\n"
        "        esac\n"
        "    done\n"
        "    case \"$command $previous\" in\n{3}    esac\n"
        "    case $command in\n{4}    esac\n"
        "}}\n"
        "complete -o filenames -F _{1} {0}\n",
        program, identifier(program),
        names.empty() ? "''" : fmt::to_string(fmt::join(names, " | ")), values, words);
}

// ---- zsh ----

std::string zsh_action(const Values& values) {
    switch (values.kind) {
        case Kind::files:
            return "_files";
        case Kind::folders:
            return "_files -/";
        case Kind::words:
            return fmt::format("({})", values.text);
        case Kind::printed:
            return fmt::format("(${{(f)\"$({})\"}})", single_quoted(values.text));
        case Kind::nothing:
            break;
    }
    return " ";
}

/// Brackets and colons end a description.
std::string zsh_doc(std::string_view doc) {
    std::string out;
    for (const char c : single_quoted(doc)) {
        if (c == '[' || c == ']' || c == ':') out += '\\';
        out += c;
    }
    return out;
}

std::string zsh_arguments(const Command& command) {
    std::string out;
    for (const auto& one : command.arguments) {
        for (const auto& name : one.names) {
            const auto value =
                one.takes ? fmt::format(":value:{}", zsh_action(one.values)) : std::string();
            out += fmt::format(" \\\n            '{}[{}]{}'", name, zsh_doc(one.doc), value);
        }
        if (one.names.empty())
            out += fmt::format(" \\\n            '*:argument:{}'", zsh_action(one.values));
    }
    return out;
}

std::string zsh(const std::string& program, const std::vector<Command>& commands) {
    std::string described;
    std::string cases;
    for (const auto& command : commands) {
        if (command.name.empty()) continue;
        described += fmt::format("        '{}:{}'\n", command.name, zsh_doc(command.doc));
        cases += fmt::format("        {})\n            _arguments -S{}\n            ;;\n",
                             command.name, zsh_arguments(command));
    }
    const auto head =
        fmt::format("#compdef {0}\n# Completes command lines of {0} in zsh.\n", program);
    if (described.empty()) {
        return fmt::format("{}_arguments -S{}\n", head, zsh_arguments(commands.front()));
    }
    return fmt::format(
        "{0}_{1}() {{\n"
        "    local state\n"
        "    local -a commands=(\n{2}    )\n"
        "    _arguments -C{3} \\\n            '1: :->command' '*:: :->rest'\n"
        "    case $state in\n"
        "    command)\n        _describe command commands\n        ;;\n"
        "    rest)\n        case $words[1] in\n{4}        esac\n        ;;\n"
        "    esac\n"
        "}}\n"
        "_{1} \"$@\"\n",
        head, identifier(program), described, zsh_arguments(commands.front()), cases);
}

// ---- fish ----

std::string fish_values(const Values& values) {
    switch (values.kind) {
        case Kind::files:
            return " -F";
        case Kind::folders:
            return " -x -a '(__fish_complete_directories)'";
        case Kind::words:
            return fmt::format(" -x -a '{}'", values.text);
        case Kind::printed:
            return fmt::format(" -x -a '({})'", single_quoted(values.text));
        case Kind::nothing:
            break;
    }
    return " -x";
}

/// Inside single quotes fish knows two escapes.
std::string fish_doc(std::string_view doc) {
    std::string out;
    for (const char c : doc) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

std::string fish(const std::string& program, const std::vector<Command>& commands) {
    const auto names = fmt::to_string(fmt::join(names_of(commands), " "));
    std::string out =
        fmt::format("# Completes command lines of {0} in fish.\ncomplete -c {0} -f\n", program);
    for (const auto& command : commands) {
        const auto condition =
            names.empty() ? std::string()
            : command.name.empty()
                ? fmt::format(" -n 'not __fish_seen_subcommand_from {}'", names)
                : fmt::format(" -n '__fish_seen_subcommand_from {}'", command.name);
        if (!command.name.empty()) {
            out += fmt::format(
                "complete -c {} -n 'not __fish_seen_subcommand_from {}' -a {} -d '{}'\n", program,
                names, command.name, fish_doc(command.doc));
        }
        for (const auto& one : command.arguments) {
            std::string words;
            for (const auto& name : one.names)
                words += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
            if (one.names.empty() && one.values.kind == Kind::nothing) continue;
            out += fmt::format("complete -c {}{}{}{}{}\n", program, condition, words,
                               one.takes ? fish_values(one.values) : "",
                               one.names.empty() ? "" : fmt::format(" -d '{}'", fish_doc(one.doc)));
        }
    }
    return out;
}

}  // namespace

std::string completions(const CLI::App& app, Shell shell, std::span<const Completed> completed) {
    const auto commands = commands_of(app, completed);
    switch (shell) {
        case Shell::bash:
            return bash(app.get_name(), commands);
        case Shell::zsh:
            return zsh(app.get_name(), commands);
        case Shell::fish:
            break;
    }
    return fish(app.get_name(), commands);
}

}  // namespace confd::program
