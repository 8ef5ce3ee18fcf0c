// SPDX-License-Identifier: Apache-2.0
// Signals to a running kit: what is left, and which reports are there.
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "conformance/kit/client/folder.hpp"
#include "conformance/kit/report/json.hpp"
#include "conformance/kit/run/command.hpp"
#include "conformance/kit/run/interruption.hpp"
#include "conformance/kit/run/options.hpp"
#include "files/read_file.hpp"

namespace confd::kit {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Command::Clock::time_point deadline() {
    return Command::Clock::now() + std::chrono::seconds(80);
}

class Signals : public testing::Test {
  protected:
    Signals() {
        EXPECT_EQ(::mkfifo(path("life").c_str(), 0600), 0);
        life_ = Descriptor(::open(path("life").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    }

    std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

    /// A program that goes on for ever, whose life shows: a byte when it has begun, and the end of
    /// the pipe when it and all that it has started are gone.
    std::vector<std::string> forever(const std::string& first = "") const {
        return shell(first + "exec 9>" + path("life") + "; echo >&9; while :; do sleep 1; done");
    }

    /// The kit, with a report of each kind.
    Command kit(const std::string& part, std::vector<std::string> options,
                const std::vector<std::string>& peer) const {
        std::vector<std::string> words{CONFD_CONFORMANCE, part,          "--json", path("r.json"),
                                       "--junit",         path("r.xml"), "--html", path("r.html"),
                                       "--out",           path("out")};
        words.insert(words.end(), options.begin(), options.end());
        words.insert(words.end(), peer.begin(), peer.end());
        auto command = Command::start({.arguments = words, .input = {}, .variables = {}});
        if (!command) throw std::runtime_error(command.error());
        return std::move(*command);
    }

    void expect_begun() {
        ASSERT_TRUE(wait_for_descriptor(life_.get(), POLLIN, deadline()));
        char byte = 0;
        ASSERT_EQ(::read(life_.get(), &byte, 1), 1);
    }
    void expect_gone() {
        ASSERT_TRUE(wait_for_descriptor(life_.get(), POLLIN, deadline()));
        char byte = 0;
        ASSERT_EQ(::read(life_.get(), &byte, 1), 0);
    }

    /// All three reports are there, and no case has more than "skipped" and the signal.
    void expect_reports(const std::string& signal) {
        const auto report = read_run_file(path("r.json"));
        ASSERT_TRUE(report.has_value()) << report.error();
        EXPECT_FALSE(report->run.results.empty());
        for (const auto& result : report->run.results) {
            if (result.status != Status::skipped || !result.reason.starts_with("SIG")) continue;
            EXPECT_THAT(result.reason, StartsWith(signal + " ended the run"));
            ++unjudged_;
        }
        EXPECT_THAT(
            read_file(path("r.xml"), 10'000'000).value(),
            HasSubstr("<skipped message=\"" + signal + " ended the run during this case\""));
        EXPECT_TRUE(read_file(path("r.html"), 10'000'000).has_value());
    }

    /// The kit in the middle of a case is sent a signal.
    void expect_orderly_end(Command kit, int number, const std::string& name) {
        expect_begun();
        kit.signal(number);
        ASSERT_TRUE(kit.wait_until(deadline()));
        EXPECT_EQ(kit.exit_code(), exit_interrupted) << kit.errors();
        EXPECT_THAT(kit.errors(), HasSubstr(name + " ended the run: "));
        expect_gone();
        expect_reports(name);
        EXPECT_GT(unjudged_, 0U);
    }

    TemporaryFolder folder_;
    Descriptor life_;
    std::size_t unjudged_ = 0;
};

TEST_F(Signals, EndClientsAndTheirServers) {
    auto peer = forever();
    peer.insert(peer.begin(), "--");
    expect_orderly_end(kit("client", {"--filter", "client/ack/*"}, peer), SIGTERM, "SIGTERM");
}

TEST_F(Signals, EndADecoder) {
    auto peer = forever();
    peer.insert(peer.begin(), "--");
    expect_orderly_end(kit("codec", {"--filter", "codec/*"}, peer), SIGHUP, "SIGHUP");
}

TEST_F(Signals, EndATrigger) {
    auto sim = Command::start(
        {.arguments = {CONFD_SIM, "run", SERVER_SCENARIO, "--listen", path("socket")},
         .input = {},
         .variables = {}});
    ASSERT_TRUE(sim.has_value());
    while (!sim->errors().contains("listening on"))
        ASSERT_FALSE(sim->wait_until(Command::Clock::now() + std::chrono::milliseconds(5)));
    const auto trigger = forever().back();
    expect_orderly_end(kit("server",
                           {"--filter", "server/sync/*", "--target", path("socket"), "--timeout",
                            "60", "--trigger", trigger},
                           {}),
                       SIGINT, "SIGINT");
}

TEST_F(Signals, TwoEndItAtOnceAndLeaveNothing) {
    auto peer = forever("trap '' TERM; ");
    peer.insert(peer.begin(), "--");
    auto command = kit("client", {"--filter", "client/ack/*"}, peer);
    expect_begun();
    command.signal(SIGTERM);
    command.signal(SIGINT);
    ASSERT_TRUE(command.wait_until(deadline()));
    expect_gone();
}

/// Of the time that opening a pipe waits for its reader only a second signal makes an end.
TEST_F(Signals, TwoEndItWhileItWritesReports) {
    ASSERT_EQ(::mkfifo(path("r.json").c_str(), 0600), 0);
    auto peer = forever();
    peer.insert(peer.begin(), "--");
    auto command = kit("client", {"--filter", "client/ack/*"}, peer);
    expect_begun();
    command.signal(SIGTERM);
    expect_gone();
    command.signal(SIGTERM);
    ASSERT_TRUE(command.wait_until(deadline()));
    EXPECT_EQ(command.exit_code(), -SIGTERM);
}

/// Everything is judged and reported before anybody reads what is printed.
TEST_F(Signals, NothingWaitsForAReaderOfItsOutput) {
    ASSERT_EQ(::mkfifo(path("printed").c_str(), 0600), 0);
    // Both ends, so that nothing reads and nothing is closed either.
    const Descriptor printed(::open(path("printed").c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
    const std::string page(4096, '-');
    while (::write(printed.get(), page.data(), page.size()) > 0)
        continue;
    auto words = fmt::format("exec {} codec --filter 'codec/*' --html {} --out {} -- false >{}",
                             CONFD_CONFORMANCE, path("r.html"), path("out"), path("printed"));
    auto command = Command::start({.arguments = shell(words), .input = {}, .variables = {}});
    ASSERT_TRUE(command.has_value());
    while (!std::filesystem::exists(path("r.html")))
        ASSERT_FALSE(command->wait_until(Command::Clock::now() + std::chrono::milliseconds(5)));

    std::string text;
    std::vector<char> piece(65536);
    while (!command->wait_until(Command::Clock::now() + std::chrono::milliseconds(5)) ||
           wait_for_descriptor(printed.get(), POLLIN, Command::Clock::now())) {
        const auto size = ::read(printed.get(), piece.data(), piece.size());
        if (size > 0) text.append(piece.data(), static_cast<std::size_t>(size));
    }
    EXPECT_EQ(command->exit_code(), exit_failed);
    EXPECT_TRUE(text.contains("FAILED codec/"));
    EXPECT_TRUE(text.ends_with(" skipped\n"))
        << text.substr(std::max<std::size_t>(text.size(), 100) - 100);
}

}  // namespace
}  // namespace confd::kit
