// SPDX-License-Identifier: Apache-2.0
#include "transport/connection.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "transport/acceptor.hpp"

namespace confd::transport {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr auto patience = 10s;

/// Collects what arrives.
struct Peer : ConnectionOwner {
    explicit Peer(Connection c) : connection(std::move(c)) {}

    void connected() override { is_connected = true; }
    std::size_t wanted(std::size_t size) override { return std::min(size, at_most); }
    std::span<std::uint8_t> room(std::size_t size) override {
        EXPECT_LE(size, at_most);
        buffer.resize(size);
        return buffer;
    }
    void received(std::size_t size) override {
        EXPECT_FALSE(paused || input_ended);
        input.insert(input.end(), buffer.begin(), buffer.begin() + static_cast<long>(size));
        if (on_received) on_received();
    }
    void pause(bool pauses) {
        paused = pauses;
        pauses ? connection.pause_reading() : connection.resume_reading();
    }
    void ended() override {
        EXPECT_FALSE(paused || input_ended);
        input_ended = true;
        if (finish_at_end) connection.finish();
    }
    void dropped(ByteView bytes) override { late.insert(late.end(), bytes.begin(), bytes.end()); }
    void written() override { all_written = true; }
    void closed(const Closed& closed_why) override { why = closed_why; }

    Connection connection;
    Bytes buffer;
    Bytes input;
    Bytes late;                                  // that came after finish()
    std::size_t at_most = std::size_t{1} << 20;  // of one read
    std::function<void()> on_received;
    bool paused = false;
    bool is_connected = false;
    bool input_ended = false;
    bool finish_at_end = true;
    bool all_written = false;
    std::optional<Closed> why;
};

Bytes some_bytes(std::size_t size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
    return bytes;
}

class ConnectionTest : public testing::Test {
  protected:
    Endpoint listen(const Endpoint& at) {
        auto endpoint = acceptor.listen(at);
        EXPECT_TRUE(endpoint) << endpoint.error();
        acceptor.start([this](Connection c) { server = std::make_unique<Peer>(std::move(c)); });
        return endpoint ? *endpoint : at;
    }

    /// A connected pair; the server does not read yet.
    void connect(const Endpoint& at) {
        client = std::make_unique<Peer>(Connection(io.get_executor()));
        client->connection.connect(listen(at), *client);
        until([&] { return client->is_connected && server != nullptr; });
    }

    void until(const std::function<bool()>& happened) {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        while (!happened()) {
            io.restart();
            ASSERT_GT(io.run_one_until(deadline), 0U) << "nothing happened in time";
        }
    }

    boost::asio::io_context io;
    Acceptor acceptor{io.get_executor()};
    std::unique_ptr<Peer> server;
    std::unique_ptr<Peer> client;
};

std::string temporary_path() {
    return (std::filesystem::temp_directory_path() /
            ("confd-transport-" + std::to_string(::getpid()) + ".sock"))
        .string();
}

class OverAddress : public ConnectionTest, public testing::WithParamInterface<const char*> {};

TEST_P(OverAddress, CarriesBytesBothWays) {
    connect(*parse_endpoint(GetParam()));
    server->connection.start(*server);
    client->connection.resume_reading();
    const auto bytes = some_bytes(1 << 20);
    client->connection.send(bytes);
    server->connection.send(some_bytes(5));
    until([&] { return server->input.size() == bytes.size() && client->input.size() == 5; });
    EXPECT_EQ(server->input, bytes);
    EXPECT_TRUE(client->all_written);
    EXPECT_EQ(client->connection.unsent(), 0U);
    EXPECT_THAT(server->connection.peer(), HasSubstr("127.0.0.1:"));
}

TEST_P(OverAddress, FinishesOnBothSides) {
    connect(*parse_endpoint(GetParam()));
    server->connection.start(*server);
    client->connection.send(some_bytes(100));
    client->connection.finish();
    until([&] { return client->why && server->why; });
    EXPECT_EQ(server->input.size(), 100U);
    EXPECT_EQ(client->why->cause, Closed::Cause::finished);
    EXPECT_EQ(server->why->cause, Closed::Cause::finished);
}

INSTANTIATE_TEST_SUITE_P(Ip4, OverAddress, testing::Values("127.0.0.1:0", "localhost:0"));

TEST_F(ConnectionTest, TellsWhatComesAfterFinish) {
    connect(*parse_endpoint("127.0.0.1:0"));
    server->finish_at_end = false;
    server->connection.start(*server);
    client->connection.finish();
    until([&] { return server->input_ended; });
    server->connection.send(some_bytes(100));
    server->connection.finish();
    until([&] { return client->why && server->why; });
    EXPECT_EQ(client->late, some_bytes(100));
    EXPECT_EQ(client->input, Bytes{});
}

TEST_F(ConnectionTest, GoesOverIp6) {
    connect(TcpEndpoint{"::1", 0});
    EXPECT_THAT(client->connection.peer(), HasSubstr("[::1]:"));
}

TEST_F(ConnectionTest, GoesOverUnixAndRemovesTheFile) {
    const auto path = temporary_path();
    connect(UnixEndpoint{path});
    EXPECT_EQ(client->connection.peer(), "unix");
    EXPECT_TRUE(std::filesystem::exists(path));
    acceptor.stop();
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ConnectionTest, ReplacesAStaleUnixSocketButNoLiveOne) {
    const auto path = temporary_path();
    // Bound and closed without unlink: what a killed server leaves behind.
    const int stale = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, path.size());
    ASSERT_EQ(::bind(stale, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ::close(stale);

    EXPECT_TRUE(acceptor.listen(UnixEndpoint{path}));
    Acceptor second(io.get_executor());
    const auto taken = second.listen(UnixEndpoint{path});
    ASSERT_FALSE(taken);
    EXPECT_THAT(taken.error(), HasSubstr("somebody listens there already"));
    second.stop();
    EXPECT_TRUE(std::filesystem::exists(path)) << "not its own to remove";
    acceptor.stop();
}

TEST_F(ConnectionTest, NeverReplacesAFileThatIsNoSocket) {
    const auto path = temporary_path();
    ::close(::open(path.c_str(), O_CREAT | O_WRONLY, 0600));
    const auto taken = acceptor.listen(UnixEndpoint{path});
    ASSERT_FALSE(taken);
    EXPECT_THAT(taken.error(), HasSubstr("it is no socket"));
    EXPECT_TRUE(std::filesystem::exists(path));
    std::filesystem::remove(path);
}

TEST_F(ConnectionTest, SaysWhyAPathCannotBeListenedOn) {
    const auto why = [&](const std::string& path) {
        const auto listens = acceptor.listen(UnixEndpoint{path});
        return listens ? "it listens" : listens.error();
    };
    EXPECT_THAT(why(temporary_path() + "/x"), HasSubstr("No such file or directory"));
    EXPECT_THAT(why("/" + std::string(max_unix_path, 'x')), HasSubstr("at most 107 bytes"));
    EXPECT_THAT(why(""), HasSubstr("the path is empty"));
}

TEST_F(ConnectionTest, SaysWhyItCannotConnect) {
    const auto endpoint = listen(TcpEndpoint{"127.0.0.1", 0});
    acceptor.stop();
    client = std::make_unique<Peer>(Connection(io.get_executor()));
    client->connection.connect(endpoint, *client);
    until([&] { return client->why.has_value(); });
    EXPECT_EQ(client->why->cause, Closed::Cause::unreachable);
    EXPECT_EQ(client->why->text,
              "cannot connect to " + to_string(endpoint) + ": Connection refused");
}

TEST_F(ConnectionTest, LosesNothingWhenItFinishesWithUnreadInput) {
    connect(TcpEndpoint{"127.0.0.1", 0});
    // The server never reads what the client sends, says much, and finishes.
    client->connection.send(some_bytes(1000));
    until([&] { return client->all_written; });
    const auto bytes = some_bytes(3 << 20);
    server->connection.start(*server);
    server->connection.pause_reading();
    server->connection.send(bytes);
    server->connection.finish(patience);
    client->connection.resume_reading();
    until([&] { return server->why && client->why; });
    EXPECT_EQ(client->input, bytes);
    EXPECT_EQ(client->why->cause, Closed::Cause::finished);
}

TEST_F(ConnectionTest, SaysThatThePeerDidNotClose) {
    connect(TcpEndpoint{"127.0.0.1", 0});
    server->connection.start(*server);
    server->connection.finish(1ms);
    until([&] { return server->why.has_value(); });
    EXPECT_EQ(server->why->cause, Closed::Cause::finished);
    EXPECT_EQ(server->why->text, peer_did_not_close);
}

TEST_F(ConnectionTest, GivesUpOnAPeerThatDoesNotRead) {
    connect(TcpEndpoint{"127.0.0.1", 0});
    server->connection.start(*server);
    server->connection.set_write_timeout(50ms);
    server->connection.send(some_bytes(64 << 20));
    until([&] { return server->why.has_value(); });
    EXPECT_EQ(server->why->cause, Closed::Cause::stalled);
    EXPECT_THAT(server->why->text, HasSubstr("the peer read nothing for 50 ms"));
}

TEST_F(ConnectionTest, AResetComesBehindWhatTheKernelHasTaken) {
    connect(TcpEndpoint{"127.0.0.1", 0});
    server->connection.start(*server);
    const auto bytes = some_bytes(64 << 20);
    // More than the client's kernel has room for: the rest waits in ours.
    const auto taken = server->connection.try_send(bytes);
    ASSERT_LT(taken, bytes.size());
    server->connection.reset(10min);
    EXPECT_FALSE(server->why);
    client->connection.resume_reading();
    until([&] { return client->why && server->why; });
    EXPECT_EQ(client->input, Bytes(bytes.begin(), bytes.begin() + static_cast<long>(taken)));
    EXPECT_EQ(client->why->cause, Closed::Cause::failed);
    EXPECT_EQ(server->why->cause, Closed::Cause::aborted);
}

TEST_F(ConnectionTest, AResetDoesNotWaitLongerThanItsPatience) {
    connect(TcpEndpoint{"127.0.0.1", 0});
    server->connection.start(*server);
    server->connection.try_send(some_bytes(64 << 20));
    server->connection.reset(20ms);
    until([&] { return server->why.has_value(); });
    EXPECT_EQ(server->why->cause, Closed::Cause::aborted);
}

TEST_F(ConnectionTest, ReportsAResetAndSurvivesWritingToIt) {
    connect(TcpEndpoint{"127.0.0.1", 0});
    server->connection.start(*server);
    client->connection.reset();
    until([&] { return server->why.has_value(); });
    EXPECT_EQ(server->why->cause, Closed::Cause::failed);
    EXPECT_EQ(client->connection.native_handle(), -1);

    // A write to a connection that the peer has reset would raise SIGPIPE without MSG_NOSIGNAL.
    server.reset();
    client = std::make_unique<Peer>(Connection(io.get_executor()));
    client->connection.connect(acceptor.endpoints().front(), *client);
    until([&] { return client->is_connected && server; });
    server->connection.start(*server);
    server->connection.pause_reading();
    client->connection.reset();
    until([&] { return client->why.has_value(); });
    const auto write_on = [&] {
        server->connection.send(some_bytes(10));
        io.poll();
        return server->why.has_value();
    };
    for (int i = 0; i < 10 && !write_on(); ++i)
        io.restart();
    ASSERT_TRUE(server->why);
    EXPECT_EQ(server->why->cause, Closed::Cause::failed);
}

TEST_F(ConnectionTest, LeavesInputInTheKernelWhilePaused) {
    connect(TcpEndpoint{"127.0.0.1", 0});
    server->connection.start(*server);
    server->connection.pause_reading();
    client->connection.send(some_bytes(100));
    until([&] { return client->all_written; });
    io.poll();
    EXPECT_TRUE(server->input.empty());
    server->connection.resume_reading();
    until([&] { return server->input.size() == 100; });
}

TEST_F(ConnectionTest, GivesNothingWhilePausedWhateverIsReadAlready) {
    connect(TcpEndpoint{"127.0.0.1", 0});
    const auto bytes = some_bytes(10'000);
    // It pauses after each piece, and the end comes while it is paused.
    server->at_most = 7;
    server->on_received = [&] { server->pause(true); };
    client->connection.send(bytes);
    client->connection.finish();
    server->connection.start(*server);
    until([&] {
        if (server->paused) server->pause(false);
        return server->input_ended;
    });
    EXPECT_EQ(server->input, bytes);
}

class OfSize : public ConnectionTest, public testing::WithParamInterface<std::size_t> {};

TEST_P(OfSize, FinishesAtOnceInTheMiddleOfWhatItReads) {
    connect(TcpEndpoint{"127.0.0.1", 0});
    client->connection.send(some_bytes(GetParam()));
    until([&] { return client->all_written; });
    server->on_received = [&] { server->connection.finish(1h); };
    server->connection.start(*server);
    client->connection.resume_reading();
    until([&] { return server->why && client->why; });
    EXPECT_EQ(server->why->cause, Closed::Cause::finished);
    EXPECT_EQ(client->why->cause, Closed::Cause::finished);
}

INSTANTIATE_TEST_SUITE_P(Input, OfSize, testing::Values(100, 511, 512, 513, 200'000));

TEST_F(ConnectionTest, FinishesAtOnceWhenTheEndHasComeWhilePaused) {
    connect(TcpEndpoint{"127.0.0.1", 0});
    server->on_received = [&] { server->pause(true); };
    server->at_most = 1;
    client->connection.send(some_bytes(2));
    client->connection.finish(1h);
    server->connection.start(*server);
    until([&] { return server->paused; });
    server->pause(false);
    until([&] { return server->paused && server->input.size() == 2; });
    io.poll();
    server->connection.finish(1h);
    until([&] { return server->why && client->why; });
    EXPECT_EQ(server->why->cause, Closed::Cause::finished);
}

TEST_F(ConnectionTest, ReadsInOrderWhenItsOwnerPausesAndResumes) {
    connect(TcpEndpoint{"127.0.0.1", 0});
    const auto bytes = some_bytes(1 << 20);
    server->on_received = [&] {
        server->pause(true);
        server->pause(false);
    };
    server->connection.start(*server);
    client->connection.send(bytes);
    until([&] { return server->input.size() == bytes.size(); });
    EXPECT_EQ(server->input, bytes);
}

RC_GTEST_FIXTURE_PROP(ConnectionTest, GivesAllBytesInOrderHoweverItReads, ()) {
    connect(UnixEndpoint{temporary_path()});
    const auto size =
        rc::gen::elementOf(std::vector<std::size_t>{1, 9, 511, 512, 513, 5000, 70'000});
    const auto sizes = *rc::gen::resize(20, rc::gen::container<std::vector<std::size_t>>(size));
    server->at_most = *rc::gen::elementOf(std::vector<std::size_t>{1'000'000, 9, 1000});
    const auto pauses = *rc::gen::inRange<std::size_t>(1, 5);
    std::size_t pieces = 0;
    const auto resumes = *rc::gen::arbitrary<bool>();
    server->on_received = [&] {
        if (++pieces % pauses != 0 || pauses == 1) return;
        server->pause(true);
        if (resumes) server->pause(false);
    };
    server->connection.start(*server);
    Bytes all;
    for (const auto count : sizes) {
        const auto bytes = some_bytes(count);
        all.insert(all.end(), bytes.begin(), bytes.end());
        client->connection.send(bytes);
        io.poll();
        io.restart();
        if (server->paused) server->pause(false);
    }
    client->connection.finish();
    until([&] {
        if (server->paused) server->pause(false);
        return server->input_ended;
    });
    RC_ASSERT(server->input == all);
}

TEST_F(ConnectionTest, TellsTheOwnerNothingAfterItWasDestroyed) {
    connect(TcpEndpoint{"127.0.0.1", 0});
    server->connection.start(*server);
    client->connection.send(some_bytes(100));
    server.reset();
    client->connection.resume_reading();
    until([&] { return client->input_ended || client->why; });
}

}  // namespace
}  // namespace confd::transport
