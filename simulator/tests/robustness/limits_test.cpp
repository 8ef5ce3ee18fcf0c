// SPDX-License-Identifier: Apache-2.0
// The limits over real sockets, set short; and what the command line says about them.
#include <gmock/gmock.h>

#include <fstream>

#include "simulator/tests/robustness/rig.hpp"

namespace confd::sim::test {
namespace {

using testing::HasSubstr;

/// A frame that is longer than what comes of it.
const Bytes half_a_frame{0, 0, 0, 9, 131};

TEST(Limits, AHandshakeThatDoesNotComeIsReset) {
    SteeredSimulator sim({"--handshake-timeout", "50ms"});
    const Wire silent(sim.port());
    const Wire half(sim.port());
    half.send(Bytes{11, 0, 78});
    EXPECT_TRUE(silent.await_end());
    EXPECT_TRUE(half.await_end());
    sim.stop();
    EXPECT_THAT(sim.process().text(), HasSubstr("the handshake was not complete in time"));
}

TEST(Limits, ASubscriptionThatDoesNotComeIsRefused) {
    SteeredSimulator sim({"--subscription-timeout", "50ms"});
    const Wire wire(sim.port());
    wire.send(hello());
    wire.read(9);
    wire.send(half_a_frame);
    const auto reply = wire.read(1000);
    EXPECT_THAT(std::string(reply.begin(), reply.end()),
                HasSubstr("the subscription was not complete in time"));
    sim.stop();
}

TEST(Limits, AFrameThatDoesNotEndIsMalformed) {
    SteeredSimulator sim({"--frame-timeout", "50ms"});
    const auto other = subscribed(sim.port());
    const auto stalled = subscribed(sim.port());
    const auto maapi = maapi_connected(sim.port());
    stalled.send(half_a_frame);
    maapi.send(half_a_frame);
    EXPECT_TRUE(stalled.await_end());
    EXPECT_TRUE(maapi.await_end());
    EXPECT_FALSE(other.ended());
    sim.stop();
    EXPECT_THAT(sim.process().text(), HasSubstr("a frame was not complete in time"));
}

TEST(Limits, FramesOfSubscribersAreBounded) {
    SteeredSimulator sim({"--max-frame", "100"});
    const auto long_frame = subscribed(sim.port());
    long_frame.send(Bytes{0, 0, 0, 101});
    EXPECT_TRUE(long_frame.await_end());
    const auto empty_frame = subscribed(sim.port());
    empty_frame.send(Bytes{0, 0, 0, 0});
    EXPECT_TRUE(empty_frame.await_end());
    sim.stop();
    EXPECT_THAT(sim.process().text(), HasSubstr("a frame of 101 bytes, at most 100 are read"));
    EXPECT_THAT(sim.process().text(), HasSubstr("a frame of length 0"));
}

TEST(Limits, AFrameOf64KiBIsReadByDefault) {
    SteeredSimulator sim;
    const auto wire = subscribed(sim.port());
    Bytes just_right(4 + 65536, 0);
    just_right[1] = 1;
    wire.send(just_right);
    EXPECT_TRUE(wire.await_end()) << "it is read, and no acknowledgement";
    const auto too_long = subscribed(sim.port());
    too_long.send(Bytes{0, 1, 0, 1});
    EXPECT_TRUE(too_long.await_end());
    sim.stop();
    EXPECT_THAT(sim.process().text(), HasSubstr("not an acknowledgement"));
    EXPECT_THAT(sim.process().text(), HasSubstr("a frame of 65537 bytes, at most 65536 are read"));
}

TEST(Limits, AreOfRealTime) {
    // Ten minutes of the run go by in 600 ms: no client can be as fast as that.
    SteeredSimulator sim({"--time-scale", "0.001"});
    const Wire wire(sim.port());
    ::poll(nullptr, 0, 50);
    wire.send(hello());
    EXPECT_EQ(wire.read(9).size(), 9U);
    sim.stop();
}

TEST(Limits, APipelinedHandshakeIsServed) {
    SteeredSimulator sim;
    const Wire wire(sim.port());
    auto all = hello();
    const auto subscription = subscription_frame();
    all.insert(all.end(), subscription.begin(), subscription.end());
    wire.send(all);
    EXPECT_EQ(wire.read(19).size(), 19U) << "the answer to both";
    sim.await_subscribers(1);
    sim.stop();
}

struct BadOption {
    std::vector<std::string> arguments;
    const char* answer;
};

TEST(Limits, BadOptionsAreAnsweredWithWhatWasExpected) {
    for (const auto& [arguments, answer] : {
             BadOption{{"--handshake-timeout", "5"},
                       "--handshake-timeout: expected a duration of at most 24h such as 250ms, "
                       "1.5s or 2m, found 5"},
             BadOption{{"--subscription-timeout", "soon"}, "expected a duration"},
             BadOption{{"--frame-timeout", "25h"}, "at most 24h"},
             BadOption{{"--max-frame", "64KB"},
                       "expected a number of bytes from 1 to 4GiB such as"},
             BadOption{{"--max-pending", "many"}, "--max-pending"},
             BadOption{{"--ack-burst", "0"}, "--ack-burst"},
             BadOption{{"--ack-rate", "-1"}, "--ack-rate"},
             BadOption{{"--queue-soft", "9MiB"}, "--queue-soft: expected at most --queue-hard"},
             BadOption{{"--queue-patience", "x"}, "--queue-patience: expected a duration"},
             BadOption{{"--write-timeout", "x"}, "--write-timeout: expected a duration"},
             BadOption{{"--keepalive", "1.5s"}, "--keepalive: expected whole seconds from 0s"},
             BadOption{{"--user-timeout", "x"}, "--user-timeout: expected a duration"},
         }) {
        auto all = arguments;
        all.insert(all.begin(), {"run", "tour", "--listen", "127.0.0.1:0"});
        Simulator sim(all);
        EXPECT_EQ(sim.exit_code(), 2) << arguments.front();
        EXPECT_THAT(sim.text(), HasSubstr(answer));
    }
}

/// What stands behind the option in the table of simulator/README.md, such as "5s".
std::string documented(const std::string& readme, const std::string& option) {
    std::istringstream lines(readme);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("| `--") || !line.contains("`" + option + " ")) continue;
        return line.substr(line.find("` | ") + 4);
    }
    return {};
}

TEST(Limits, HaveTheDocumentedDefaults) {
    Simulator help({"run", "--help"});
    EXPECT_EQ(help.exit_code(), 0);
    std::ifstream file(CONFD_SOURCE_DIR "/simulator/README.md");
    const std::string readme((std::istreambuf_iterator<char>(file)), {});
    const auto limits = help.text().substr(help.text().find("\nLimits:"));
    std::istringstream lines(limits);
    std::size_t options = 0;
    for (std::string line; std::getline(lines, line);) {
        const auto at = line.find("--");
        if (at != 2) continue;
        const auto option = line.substr(at, line.find(' ', at) - at);
        const auto equals = line.find('=', at);
        const auto value = line.substr(equals + 1, line.find(' ', equals) - equals - 1);
        ++options;
        const auto found = documented(readme, option);
        ASSERT_FALSE(found.empty()) << option << " is not in simulator/README.md";
        EXPECT_THAT(found.substr(0, found.find(" |")), HasSubstr(value)) << option;
    }
    EXPECT_EQ(options, 16U) << limits;
}

}  // namespace
}  // namespace confd::sim::test
