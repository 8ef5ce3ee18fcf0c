// SPDX-License-Identifier: Apache-2.0
// `lint`, and what it says of the library.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "simulator/cli/commands.hpp"
#include "simulator/library/library.hpp"

namespace confd::sim::cli {
namespace {

using testing::HasSubstr;

struct Linted {
    int code = 0;
    std::string text;  ///< of standard error
};

Linted linted(const std::string& scenario, bool werror = false) {
    // Tests run beside one another.
    const auto path = fmt::format("{}linted-{}.yaml", testing::TempDir(), ::getpid());
    std::ofstream(path) << scenario;
    Options options;
    options.files = {path};
    options.werror = werror;
    testing::internal::CaptureStderr();
    Linted out;
    out.code = lint(options);
    std::filesystem::remove(path);
    out.text = testing::internal::GetCapturedStderr();
    return out;
}

constexpr const char* unnamed =
    "format: 1\nproduct: nso\nsteps:\n"
    "  - send: {event: call_home_info, fields: {type: CALL_HOME_DEVICE_CONNECTED}}\n";

TEST(Lint, ExitsWithZeroForWarnings) {
    const auto out = linted(unnamed);
    EXPECT_EQ(out.code, exit_fulfilled);
    EXPECT_THAT(out.text, HasSubstr(".yaml:4:43: warning: without a device"));
}

TEST(Lint, ExitsWithTwoForWarningsThatAreErrors) {
    EXPECT_EQ(linted(unnamed, true).code, exit_usage);
    EXPECT_EQ(linted("format: 1\nsteps: []\n", true).code, exit_fulfilled);
}

TEST(Lint, SaysErrorsAndWarningsInTheirOrder) {
    const auto out = linted(std::string(unnamed) + "  - sned: {}\n");
    EXPECT_EQ(out.code, exit_usage);
    EXPECT_LT(out.text.find(":4:43: warning:"), out.text.find(":5:5: there is no step 'sned'"));
}

/// On every product and release that it plays on.
TEST(Lint, HasNothingToSayOfTheLibrary) {
    constexpr Release releases[] = {{6, 6, 0}, {7, 8, 2}, {8, 2, 0}};
    int played = 0;
    for (const auto& file : library_files()) {
        if (file.path.find('/') != std::string_view::npos || !file.path.ends_with(".yaml"))
            continue;
        const auto path = fmt::format("{}/{}", library_folder, file.path);
        const auto check = [&](std::optional<Product> product, std::optional<Release> release) {
            const LoadOptions options{.release = release,
                                      .product = product,
                                      .read = read_library,
                                      .built_in_modules = library_modules()};
            const auto scenario = load_scenario_file(path, options);
            if (!scenario) return false;
            ++played;
            for (const auto& warning : scenario->warnings)
                ADD_FAILURE() << to_string(warning);
            return true;
        };
        EXPECT_TRUE(check({}, {})) << path;
        for (const auto product : {Product::confd, Product::nso}) {
            for (const auto& release : releases) {
                const bool plays = check(product, release);
                if (file.path == "tour.yaml") EXPECT_TRUE(plays);
            }
        }
    }
    EXPECT_GT(played, 300);
}

}  // namespace
}  // namespace confd::sim::cli
