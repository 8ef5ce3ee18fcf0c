// SPDX-License-Identifier: Apache-2.0
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <iterator>

#include "conformance/kit/report/files.hpp"
#include "conformance/kit/report/html.hpp"
#include "conformance/kit/report/json.hpp"
#include "conformance/kit/report/json_text.hpp"
#include "conformance/kit/report/junit.hpp"
#include "conformance/kit/report/summary.hpp"
#include "conformance/kit/report/terminal.hpp"
#include "conformance/kit/report/tests/sample.hpp"
#include "conformance/kit/report/text.hpp"
#include "report/junit.hpp"

namespace confd::kit {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
namespace fs = std::filesystem;
namespace json = boost::json;

/// One result of each status.
struct Small {
    Case test{.id = "client/ack/audit-sync-once",
              .title = "An AUDIT event is acknowledged once",
              .part = Part::client,
              .level = Level::l1,
              .requirements = {"REQ-ACK-2"}};
    Run run{.part = Part::client, .peer = "./app", .seed = 7, .version = "0.1.0"};

    Small() {
        for (const auto status : all_statuses) {
            run.results.push_back({.test = &test,
                                   .status = status,
                                   .expected = "one acknowledgement",
                                   .reason = status == Status::passed ? "" : "two of them",
                                   .rerun = "confd-conformance client"});
        }
    }
};

std::string contents(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

class Folder : public ::testing::Test {
  protected:
    Folder() { fs::remove_all(path); }
    ~Folder() override { fs::remove_all(path); }

    fs::path path = fs::temp_directory_path() /
                    (std::string("confd-report-") +
                     ::testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST(ReportText, ShowsNoControlCharacters) {
    EXPECT_EQ(printable("a\x1b[2Jb\r\n\tc\x7f"), "a?[2Jb?\n\tc?");
    EXPECT_EQ(printable("\xc2\x9b"
                        "2J \xc3\xa9"),
              "?2J \xc3\xa9");
    EXPECT_EQ(printable("\xff"), "\xef\xbf\xbd");
}

RC_GTEST_PROP(ReportText, IsAlwaysValidJson, (const std::string& bytes)) {
    Case test{.id = "codec/a", .title = bytes, .requirements = {bytes}};
    Run run{.peer = bytes, .started = bytes, .results = {{.test = &test, .output = bytes}}};
    RC_ASSERT(read_run(to_json_text(run)).has_value());
}

TEST(Summary, CountsWhatFails) {
    const auto counts = count(Small().run);
    EXPECT_EQ(counts.total(), all_statuses.size());
    EXPECT_EQ(counts.failures(), 3U);
    EXPECT_EQ(counts[Status::skipped], 1U);
}

TEST(Terminal, SaysAllThatIsToBeKnownOfAFailure) {
    const auto text = summary(Small().run, {});
    for (const auto* part :
         {"\nFAILED client/ack/audit-sync-once\n", "An AUDIT event is acknowledged once",
          "REQ-ACK-2 (MUST, documented)", "expected    one acknowledgement",
          "happened    two of them", "rerun       confd-conformance client",
          "client ./app, 7 cases, seed 7\n", "1 skipped: two of them",
          "1 passed, 1 FAILED, 1 UNEXPECTED PASS, 1 BROKEN, 1 warned, 1 known failure, 1 "
          "skipped\n"})
        EXPECT_THAT(text, HasSubstr(part));
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(Terminal, WritesOverProgressOnlyWhereThatWorks) {
    const Small small;
    const auto& passed = small.run.results[0];
    const auto& failed = small.run.results[1];
    EXPECT_EQ(progress(passed, 1, 2, {}), "passed          client/ack/audit-sync-once (0.00 s)\n");
    EXPECT_THAT(progress(failed, 1, 2, {}), HasSubstr(": two of them\n"));
    const TerminalStyle terminal{.in_place = true, .colour = true};
    EXPECT_EQ(progress(passed, 1, 2, terminal), "\r\x1b[K[1/2] client/ack/audit-sync-once");
    EXPECT_EQ(progress(passed, 2, 2, terminal), "\r\x1b[K");
    EXPECT_THAT(progress(failed, 2, 2, terminal), StartsWith("\r\x1b[K\x1b[31;1mFAILED "));
}

TEST(Terminal, ObeysNothingThatAPeerSays) {
    for (const auto& run : test::sample().runs) {
        EXPECT_THAT(summary(run, {}), Not(HasSubstr("\x1b")));
        for (const auto& result : run.results)
            EXPECT_THAT(progress(result, 1, 2, {}), Not(HasSubstr("\x1b")));
    }
}

TEST(Terminal, IsPlainWhereThereIsNone) {
    const auto style = terminal_style(-1);
    EXPECT_FALSE(style.in_place);
    EXPECT_FALSE(style.colour);
}

TEST(Junit, HasVerdictsThatServersTellApart) {
    const auto xml = to_junit(Small().run);
    for (const auto* part :
         {R"(<testsuite name="client ./app" tests="7" failures="2" errors="1" time="0.000" )"
          R"(skipped="2">)",
          R"(<testcase name="client/ack/audit-sync-once" classname="client.ack" time="0.000"/>)",
          R"(<failure type="MUST" message="two of them">An AUDIT event)",
          R"(<failure type="unexpected_pass" )", R"(<error type="broken" )",
          R"(<skipped message="known failure: two of them"/>)",
          R"(<skipped message="two of them"/>)", "<system-out>An AUDIT event"})
        EXPECT_THAT(xml, HasSubstr(part));
}

TEST(Junit, BoundsWhatAPeerPrinted) {
    Small small;
    small.run.results[1].output.assign(10 * report::junit_output_limit, 'x');
    EXPECT_LT(to_junit(small.run).size(), 2 * report::junit_output_limit);
}

TEST(Json, ComesBackAsItWas) {
    for (const auto& run : test::sample().runs) {
        const auto text = to_json_text(run);
        const auto loaded = read_run(text);
        ASSERT_TRUE(loaded.has_value()) << loaded.error();
        EXPECT_EQ(to_json_text(loaded->run), text);
        EXPECT_EQ(json::parse(text), json::value(to_json(run)));
    }
}

TEST(Json, SaysWhatIsWrongWithAReportAndWhere) {
    const auto error_of = [](std::string_view from, std::string_view to) {
        auto text = to_json_text(Small().run);
        text.replace(text.find(from), from.size(), to);
        const auto loaded = read_run(text);
        return loaded ? "" : loaded.error();
    };
    EXPECT_EQ(error_of(R"("format":1)", R"("format":2)"), "format: not known here");
    EXPECT_EQ(error_of(R"("seed":7)", R"("seed":-7)"), "seed: expected a number in its range");
    EXPECT_EQ(error_of(R"("status":"failed")", R"("status":"great")"),
              "results[1].status: unknown word");
    EXPECT_EQ(error_of(R"("details":[])", R"("details":[1])"),
              "results[0].details: expected strings");
    EXPECT_EQ(error_of(R"("results":[)", R"("results":[3,)"), "results[0].: expected an object");
    EXPECT_THAT(error_of("{", "["), HasSubstr("not JSON: line 1, column "));
    EXPECT_THAT(read_run(std::string(100000, '[')).error(), HasSubstr("not JSON"));
}

TEST(Json, TextsMayHoldAnyCharacter) {
    Small small;
    small.run.results[1].details = {std::string("a\0b \xf0\x9f\x98\x80", 8), ""};
    const auto loaded = read_run(to_json_text(small.run));
    ASSERT_TRUE(loaded.has_value()) << loaded.error();
    EXPECT_EQ(loaded->run.results[1].details, small.run.results[1].details);
}

TEST(JsonText, TakesWhatOthersWrite) {
    EXPECT_EQ(parse_json(R"("\ud83d\ude00")").value(), json::value("\xf0\x9f\x98\x80"));
    EXPECT_EQ(parse_json("\xef\xbb\xbf[1]\r\n").value(), json::value(json::array{1}));
    const std::string long_key(100'000, 'k');
    EXPECT_TRUE(parse_json("{\"" + long_key + "\":1}")->as_object().contains(long_key));
    const std::string deep = std::string(200, '[') + std::string(200, ']');
    EXPECT_TRUE(parse_json(deep).has_value());
}

TEST(JsonText, SaysWhereItIsWrong) {
    EXPECT_THAT(parse_json("{\n \"a\": x}").error(), StartsWith("line 2, column 7: "));
    EXPECT_THAT(parse_json("[1] 2").error(), StartsWith("line 1, column 5: "));
    EXPECT_THAT(parse_json("").error(), StartsWith("line 1, column 1: "));
    EXPECT_THAT(parse_json("\"\\ud83d\"").error(), StartsWith("line 1, column "));
    EXPECT_THAT(parse_json(std::string(100'000, '[')).error(), HasSubstr("deep"));
}

/// Whatever is done to a report, reading it ends in a run or a sentence.
RC_GTEST_PROP(Json, SurvivesDamage, ()) {
    auto text = to_json_text(Small().run);
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    const auto length = *rc::gen::inRange<std::size_t>(0, 40);
    text.replace(at, length, *rc::gen::arbitrary<std::string>());
    const auto loaded = read_run(text);
    // In brackets: RC_ASSERT would look at both sides.
    RC_ASSERT((loaded.has_value() || !loaded.error().empty()));
}

TEST(Html, HoldsNothingThatCouldEndItsData) {
    const auto sample = test::sample();
    std::vector<const kit::Run*> runs;
    for (const auto& run : sample.runs)
        runs.push_back(&run);
    const auto page = to_html(runs);
    EXPECT_THAT(page, Not(HasSubstr("<img")));
    EXPECT_THAT(page, Not(HasSubstr("http://")));
    const auto from = page.find(R"(id="data">)") + 10;
    const auto data = json::parse(page.substr(from, page.find("</script>", from) - from));
    EXPECT_EQ(data.at("cases").as_array().size(), 130U);
    EXPECT_EQ(data.at("peers").as_array().size(), 3U);
    EXPECT_EQ(data.at("peers").at(0).at("runs").as_array().size(), 3U);
    EXPECT_EQ(data.at("peers").at(2).at("results").as_array().size(), 130U);
}

TEST(Html, SaysWhichReportIsBad) {
    const std::vector<fs::path> files{"/nowhere/a.json"};
    EXPECT_EQ(html_of_reports(files).error(), "/nowhere/a.json: No such file or directory");
    EXPECT_EQ(html_of_reports(std::vector<fs::path>{"/proc"}).error(), "/proc: Is a directory");
}

TEST_F(Folder, HoldsWhatAFailureNeeds) {
    const auto sample = test::sample();
    const auto& result = sample.runs[6].results[2];
    const auto folder =
        write_failure_folder(path, result, {{"scenario.yaml", "steps: []\n"}, {"../up", ""}});
    ASSERT_TRUE(folder.has_value()) << folder.error();
    EXPECT_EQ(*folder, path / "client/handshake/commit-diff-handle");
    EXPECT_THAT(contents(*folder / "README.txt"), HasSubstr(result.rerun));
    EXPECT_THAT(contents(*folder / "transcript.txt"),
                HasSubstr("  0.009300 peer -> kit ack: sync_audit_notification(17)\n"
                          "    bytes 0000000c"));
    EXPECT_EQ(contents(*folder / "output.txt"), result.output);
    EXPECT_EQ(contents(*folder / "scenario.yaml"), "steps: []\n");
    EXPECT_TRUE(fs::exists(*folder / "up"));
}

}  // namespace
}  // namespace confd::kit
