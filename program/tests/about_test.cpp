// SPDX-License-Identifier: Apache-2.0
// --version and --completions; the scripts are given to a real shell.
#include "program/about.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/process.hpp"
#include "testing/temp_file.hpp"

namespace confd::program {
namespace {

using test::Process;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr Completed completed[] = {{"NAME", "printf 'tour a tour\\nsoak for days\\n'"}};

/// A program like ours: commands, options of its own, choices, files, names.
struct Sample {
    CLI::App app{"Does it's things.", "a-program"};
    std::string text;
    bool loud = false;

    Sample() {
        add_about(app, Libraries::client, completed);
        auto* run = app.add_subcommand("run", "Runs: [one]");
        run->add_option("NAME", text, "Which");
        run->add_option("-f,--format", text, "How")->type_name("text|json");
        run->add_option("--log", text, "Where")->type_name("FILE");
        run->add_option("--name", text, "Which")->type_name("NAME");
        run->add_flag("--loud", loud, "Say more");
        app.add_subcommand("list", "Lists");
        app.add_subcommand("secret")->group("");
    }
    std::string parse(std::vector<std::string> arguments) {
        std::ranges::reverse(arguments);
        try {
            app.parse(arguments);
        } catch (const CLI::ParseError& error) {
            return error.what();
        }
        return {};
    }
};

/// What bash offers for the last of the words.
std::string offered(const std::string& words, int last) {
    const test::TempFile script(completions(Sample().app, Shell::bash, completed), ".bash");
    Process bash("/bin/bash", {"-c", "source " + script.path() + "; COMP_WORDS=(" + words +
                                         "); COMP_CWORD=" + std::to_string(last) +
                                         "; _a_program; echo \"${COMPREPLY[*]}\""});
    EXPECT_EQ(bash.exit_code(), 0) << bash.text();
    EXPECT_EQ(bash.errors(), "");
    return bash.output();
}

TEST(Version, SaysFromWhatItIsBuilt) {
    Sample sample;
    const auto text = sample.parse({"--version"});
    EXPECT_THAT(text, StartsWith("a-program " + std::string(version()) + "\ncommit: "));
    EXPECT_THAT(text, AllOf(HasSubstr("\ncompiler: "), HasSubstr("\nlibraries: Boost 1."),
                            HasSubstr("\nlicence: Apache-2.0")));
    EXPECT_THAT(text, testing::Not(HasSubstr("libyang")));
    EXPECT_THAT(version_text("x", Libraries::simulator), HasSubstr("libyang "));
}

TEST(Completions, AreOfShellsThatAreKnown) {
    EXPECT_EQ(Sample().parse({"--completions", "tcsh"}),
              "--completions: expected bash, zsh or fish, found tcsh");
    EXPECT_THAT(Sample().parse({"--completions", "fish"}), HasSubstr("complete -c a-program "));
}

TEST(Completions, InBashOfCommandsAndOptions) {
    EXPECT_EQ(offered("a-program ''", 1), "-h --help --version --completions run list\n");
    EXPECT_EQ(offered("a-program r", 1), "run\n");
    EXPECT_EQ(offered("a-program run --lo", 2), "--log --loud\n");
    EXPECT_EQ(offered("a-program --completions z", 2), "zsh\n");
}

TEST(Completions, InBashOfValues) {
    EXPECT_EQ(offered("a-program run --format ''", 3), "text json\n");
    EXPECT_EQ(offered("a-program run -f j", 3), "json\n");
    EXPECT_EQ(offered("a-program run --name s", 3), "soak\n");
    EXPECT_EQ(offered("a-program run t", 2), "tour\n");
    EXPECT_THAT(offered("a-program run --log /etc/pass", 3), HasSubstr("/etc/passwd"));
}

TEST(Completions, InZshAndFishNameTheSame) {
    const Sample sample;
    const auto zsh = completions(sample.app, Shell::zsh, completed);
    EXPECT_THAT(zsh,
                AllOf(StartsWith("#compdef a-program\n"), HasSubstr("'run:Runs\\: \\[one\\]'"),
                      HasSubstr("'--format[How]:value:(text json)'"),
                      HasSubstr("'--log[Where]:value:_files'"), HasSubstr("'--loud[Say more]'")));
    EXPECT_THAT(zsh, testing::Not(HasSubstr("secret")));
    const auto fish = completions(sample.app, Shell::fish, completed);
    EXPECT_THAT(
        fish, AllOf(HasSubstr("'__fish_seen_subcommand_from run' -s f -l format -x -a 'text json'"),
                    HasSubstr("-a run -d 'Runs: [one]'")));
}

}  // namespace
}  // namespace confd::program
