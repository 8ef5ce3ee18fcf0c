// SPDX-License-Identifier: Apache-2.0
#include "program/command_line.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace confd::program {
namespace {

using testing::HasSubstr;

/// What is said of an option's value; empty when it is taken.
std::string said_of(auto&& declare, const std::string& value) {
    CLI::App app;
    declare(app);
    try {
        app.parse("--option=" + value);
        return "";
    } catch (const CLI::ParseError& error) {
        return error.what();
    }
}

TEST(Seconds, AreAFiniteNumberAboveNone) {
    std::chrono::milliseconds span{};
    const auto declare = [&](CLI::App& app) { add_seconds(app, "--option", span, ""); };
    EXPECT_EQ(said_of(declare, "0.5"), "");
    EXPECT_EQ(span.count(), 500);
    EXPECT_EQ(said_of(declare, "1e-300"), "");
    EXPECT_EQ(span.count(), 1);
    EXPECT_EQ(said_of(declare, "2678400"), "");
    for (const auto* bad : {"nan", "-nan", "inf", "-inf", "infinity", "1e300", "1e999", "0", "-1",
                            "2678401", "5s", "0x10", "1,5"}) {
        EXPECT_EQ(said_of(declare, bad),
                  std::string("--option: expected seconds above 0, at most 2678400, found ") + bad);
    }
}

TEST(Count, NeitherWrapsNorIsRounded) {
    std::uint64_t number = 7;
    const auto declare = [&](CLI::App& app) {
        add_count(app, "--option", number, 1, UINT64_MAX, "");
    };
    EXPECT_EQ(said_of(declare, "18446744073709551615"), "");
    EXPECT_EQ(number, UINT64_MAX);
    for (const auto* bad : {"0", "-1", "1.5", "1e3", "18446744073709551616", "99999999999999999999",
                            "nan", "0x", "x"}) {
        EXPECT_THAT(said_of(declare, bad),
                    HasSubstr("--option: expected a whole number from 1 to "));
    }
    EXPECT_EQ(number, UINT64_MAX);
}

/// A program with commands, and what it says of a command line.
class CommandLine : public testing::Test {
  protected:
    CommandLine() {
        app_.require_subcommand(1);
        auto* run = app_.add_subcommand("run", "Runs");
        run->add_option("FILE", file_)->expected(1);
        run->add_option("--max-pending", number_)->check(CLI::Range(1, 9));
        run->add_flag("--strict");
        add_number(*run, "--scale", scale_, 0.5, 1000, "");
        add_count(*run, "--most", most_, 1, 100, "");
        app_.add_subcommand("lint", "Checks");
    }

    std::string said(std::vector<const char*> arguments) {
        arguments.insert(arguments.begin(), "program");
        const auto count = static_cast<int>(arguments.size());
        try {
            app_.parse(count, arguments.data());
        } catch (const CLI::ParseError& error) {
            return usage_text(app_, count, arguments.data(), error);
        }
        return "nothing";
    }

    CLI::App app_{"", "program"};
    std::string file_;
    int number_ = 0;
    double scale_ = 1;
    std::size_t most_ = 1;
};

TEST_F(CommandLine, NumbersAreFiniteWholeTextsWithinTheirBounds) {
    EXPECT_EQ(said({"run", "--scale", "0.75", "--most", "100"}), "nothing");
    EXPECT_EQ(scale_, 0.75);
    EXPECT_EQ(most_, 100U);
    for (const auto* bad : {"nan", "-nan", "inf", "-inf", "1e999", "-1", "0.4", "1001", "1x", "",
                            " 1", "0x1", "99999999999999999999999999"}) {
        EXPECT_EQ(said({"run", "--scale", bad}),
                  std::string("--scale: expected a number from 0.5 to 1000, found ") + bad);
    }
    for (const auto* bad : {"nan", "inf", "-1", "0", "101", "1.5", "1e2", "",
                            "99999999999999999999999999", "18446744073709551617"}) {
        EXPECT_EQ(said({"run", "--most", bad}),
                  std::string("--most: expected a whole number from 1 to 100, found ") + bad);
    }
    EXPECT_EQ(scale_, 0.75) << "a bad one changes nothing";
}

TEST_F(CommandLine, NamesTheNearestOptionOfTheCommand) {
    EXPECT_EQ(said({"run", "file", "--max-pendin", "3"}),
              "unknown option --max-pendin; did you mean --max-pending?");
    EXPECT_EQ(said({"run", "--max-pendin=3", "file"}),
              "unknown option --max-pendin; did you mean --max-pending?");
    EXPECT_EQ(said({"lint", "--stric"}), "unknown option --stric") << "another command has it";
    EXPECT_EQ(said({"run", "file", "--max-pending", "3", "--strict"}), "nothing");
}

TEST_F(CommandLine, NamesTheNearestCommand) {
    EXPECT_EQ(said({"rn", "file"}), "unknown command rn; did you mean run?");
    EXPECT_EQ(said({"wobble"}), "unknown command wobble");
    EXPECT_EQ(said({""}), "unknown command ");
}

TEST_F(CommandLine, LeavesTheRestToTheParser) {
    EXPECT_THAT(said({}), HasSubstr("required"));
    EXPECT_THAT(said({"run", "one", "two"}), HasSubstr("not expected: two"));
    EXPECT_THAT(said({"run", "--max-pending", "10", "--strit"}), HasSubstr("Value 10"))
        << "a value that is wrong comes first";
    EXPECT_EQ(said({"run", "--", "--file"}), "nothing");
}

}  // namespace
}  // namespace confd::program
