// SPDX-License-Identifier: Apache-2.0
// The interface over real sockets. The server runs in a thread of its own, as it is used: from one
// thread.
#include "simulator/control/control_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "simulator/control/limits.hpp"
#include "simulator/control/tests/fake_target.hpp"
#include "testing/patience.hpp"

namespace confd::sim {
namespace {

namespace asio = boost::asio;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using confd::test::patience;

class Client {
  public:
    explicit Client(std::uint16_t port)
        : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() { ::close(socket_); }

    void send(std::string_view bytes) const {
        // The server may have hung up: what it said before can still be read.
        ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
    /// It sends nothing more.
    void end() const { ::shutdown(socket_, SHUT_WR); }
    /// What had come up to and including `text`, or all that came when it does not.
    std::string read_until(std::string_view text) {
        while (true) {
            if (const auto at = received_.find(text); at != std::string::npos) {
                const auto end = at + text.size();
                auto out = received_.substr(0, end);
                received_.erase(0, end);
                return out;
            }
            if (!read_some()) return std::exchange(received_, {});
        }
    }
    std::string read_to_end() {
        while (read_some())
            continue;
        return std::exchange(received_, {});
    }

  private:
    bool read_some() {
        pollfd entry{socket_, POLLIN, 0};
        if (::poll(&entry, 1, static_cast<int>(std::chrono::milliseconds(patience).count())) != 1) {
            ADD_FAILURE() << "nothing comes";
            return false;
        }
        std::array<char, 65536> buffer{};
        const auto size = ::read(socket_, buffer.data(), buffer.size());
        if (size <= 0) return false;
        received_.append(buffer.data(), static_cast<std::size_t>(size));
        return true;
    }

    int socket_;
    std::string received_;
};

struct Served : testing::Test {
    asio::io_context io{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
    test::FakeTarget target;
    std::optional<ControlServer> server;
    std::uint16_t port = 0;
    std::thread thread;

    void SetUp() override {
        server.emplace(io.get_executor(), target, 7);
        const auto where = server->listen(transport::TcpEndpoint{"127.0.0.1", 0});
        ASSERT_TRUE(where) << where.error();
        port = std::get<transport::TcpEndpoint>(*where).port;
        thread = std::thread([this] { io.run(); });
    }
    void TearDown() override {
        on_loop([this] { server.reset(); });
        work.reset();
        thread.join();
    }
    /// Runs it where the server runs, and waits until it has.
    template <class F>
    void on_loop(F f) {
        std::promise<void> ran;
        asio::post(io, [&] {
            f();
            ran.set_value();
        });
        ran.get_future().wait();
    }
    void record(std::string_view text) {
        on_loop([&] { server->record({.kind = RecordKind::log, .text = text}); });
    }
    /// One request on a connection of its own, and all that came back.
    std::string ask(std::string_view method, std::string_view path, std::string_view body = {}) {
        Client client(port);
        client.send(
            fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                        "Content-Length: {}\r\n\r\n{}",
                        method, path, body.size(), body));
        return client.read_to_end();
    }
};

constexpr std::string_view get_events = "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n";

TEST_F(Served, AnswersAndCloses) {
    on_loop([&] { target.now = test::busy_state("x"); });
    EXPECT_THAT(ask("GET", "/api/state"), StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(ask("GET", "/"), HasSubstr("<title>confd-sim</title>"));
    EXPECT_THAT(ask("GET", "/metrics"), HasSubstr("confd_sim_barriers_open 1\n"));
    EXPECT_THAT(ask("POST", "/api/send", "{}"),
                HasSubstr(R"({"send":12,"recipients":2,"owed":1})"));
    EXPECT_THAT(ask("HEAD", "/"), Not(HasSubstr("<title>")));
    EXPECT_THAT(ask("HEAD", "/events"), HasSubstr("text/event-stream"));
}

TEST_F(Served, KeepsTheConnectionAndAnswersInOrder) {
    Client client(port);
    client.send(
        "POST /api/pause HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
        "POST /api/resume HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
    EXPECT_THAT(client.read_until("}"), HasSubstr(R"({"status":"paused"})"));
    EXPECT_THAT(client.read_until("}"), HasSubstr(R"({"status":"running"})"));
    client.send("GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_THAT(client.read_until("}"), StartsWith("HTTP/1.1 404 Not Found\r\n"));
}

TEST_F(Served, AnswersARequestThatComesByteByByte) {
    Client client(port);
    for (const char c : std::string_view("GET /api/faults HTTP/1.0\r\nHost: localhost\r\n\r\n"))
        client.send({&c, 1});
    EXPECT_TRUE(client.read_to_end().ends_with("\r\n\r\n[]"));
}

TEST_F(Served, SaysWhatIsWrongAndHangsUp) {
    Client noise(port);
    noise.send(std::string(100, '\x80'));
    EXPECT_THAT(noise.read_to_end(), StartsWith("HTTP/1.1 400 Bad Request\r\n"));
    Client header(port);
    header.send("GET / HTTP/1.1\r\nA: " + std::string(100000, 'x'));
    EXPECT_THAT(header.read_to_end(), StartsWith("HTTP/1.1 431 "));
    Client body(port);
    body.send("POST /api/send HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n");
    EXPECT_THAT(body.read_to_end(), StartsWith("HTTP/1.1 413 "));
}

// Takes as long as the limit itself.
TEST_F(Served, DoesNotWaitForTheRestOfARequestForLong) {
    Client client(port);
    client.send("GET / HTTP/1.1\r\nHo");
    EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
}

TEST_F(Served, TellsAClientThatWaitsToGoOn) {
    Client client(port);
    client.send(
        "POST /api/send HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
        "Content-Length: 2\r\n\r\n");
    EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("{}");
    EXPECT_THAT(client.read_until("}"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(Served, AClientThatSendsNothingMoreGetsItsAnswer) {
    Client client(port);
    client.send("GET /api/barriers HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client.end();
    EXPECT_TRUE(client.read_to_end().ends_with("\r\n\r\n[]"));
}

TEST_F(Served, FeedShowsWhatWasAndWhatComes) {
    record("before");
    Client client(port);
    client.send(get_events);
    EXPECT_THAT(client.read_until("\n\n"), HasSubstr("text/event-stream"));
    EXPECT_THAT(client.read_until("\n\n"), HasSubstr("before"));
    record("after");
    EXPECT_THAT(client.read_until("\n\n"), HasSubstr("after"));
    Client back(port);
    back.send("GET /events HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 7-1\r\n\r\n");
    EXPECT_THAT(back.read_until("after"), Not(HasSubstr("before")));
}

TEST_F(Served, AReaderThatDoesNotReadHoldsNothingUpAndIsToldWhatItMissed) {
    Client client(port);
    client.send(get_events);
    client.read_until("retry");
    // Far more than the kernel's buffers, the queue and the backlog hold together.
    const std::string large(control::max_feed_record - 1000, 'x');
    for (int i = 0; i < 150; ++i)
        record(large);
    EXPECT_THAT(ask("GET", "/api/barriers"), HasSubstr("200"));
    const auto note = client.read_until(" records were dropped because they were not read in time");
    const auto number = note.rfind("\"text\":\"") + std::string_view("\"text\":\"").size();
    const auto dropped = std::stoul(note.substr(number));
    std::size_t shown = 0;
    for (auto at = note.find(large); at != std::string::npos;
         at = note.find(large, at + large.size()))
        ++shown;
    record("the last");
    const auto rest = client.read_until("the last");
    for (auto at = rest.find(large); at != std::string::npos;
         at = rest.find(large, at + large.size()))
        ++shown;
    EXPECT_EQ(shown + dropped, 150U);
}

TEST_F(Served, AClientThatAsksAndDoesNotReadIsNotReadEither) {
    Client client(port);
    std::string requests;
    for (int i = 0; i < 2000; ++i)
        requests += "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    client.send(requests);
    // All answers come once it does read.
    for (int i = 0; i < 2000; ++i)
        ASSERT_THAT(client.read_until("</html>"), HasSubstr("HTTP/1.1 200 OK")) << i;
}

TEST_F(Served, HalfRequestsKeepNobodyElseFromBeingAnswered) {
    std::vector<std::unique_ptr<Client>> halves;
    for (int i = 0; i < 300; ++i) {
        halves.push_back(std::make_unique<Client>(port));
        halves.back()->send("GET / HTTP/1.1\r\nHo");
        if (i % 20 == 0) {
            EXPECT_THAT(ask("GET", "/api/faults"), HasSubstr("200 OK"));
        }
    }
    EXPECT_THAT(ask("GET", "/api/faults"), HasSubstr("200 OK"));
    // The oldest had to go, and the youngest is still waited for.
    halves.front()->end();
    EXPECT_EQ(halves.front()->read_to_end(), "");
    halves.back()->send("st: localhost\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(halves.back()->read_to_end(), HasSubstr("</html>"));
}

TEST_F(Served, ReadersOfTheFeedLeaveRoomForOthersAndAreNeverClosedForThem) {
    std::vector<std::unique_ptr<Client>> readers;
    for (std::size_t i = 0; i < control::max_readers; ++i) {
        readers.push_back(std::make_unique<Client>(port));
        readers.back()->send(get_events);
        readers.back()->read_until("retry");
    }
    EXPECT_THAT(ask("GET", "/events"), StartsWith("HTTP/1.1 503 Service Unavailable"));
    std::vector<std::unique_ptr<Client>> idle;
    for (std::size_t i = 0; i < control::max_control_connections; ++i)
        idle.push_back(std::make_unique<Client>(port));
    EXPECT_THAT(ask("GET", "/api/faults"), HasSubstr("200 OK"));
    record("for all");
    for (const auto& reader : readers)
        EXPECT_THAT(reader->read_until("for all"), HasSubstr("for all"));
}

TEST_F(Served, ARequestThatEndsTheRunIsAnswered) {
    on_loop([&] { target.on_resume = [&] { server->stop([] {}); }; });
    EXPECT_THAT(ask("POST", "/api/resume"), HasSubstr("200 OK"));
}

TEST_F(Served, StopsWhenAllHasGoneOut) {
    Client feed(port);
    feed.send(get_events);
    feed.read_until("retry");
    record("the last");
    std::promise<void> done;
    on_loop([&] { server->stop([&] { done.set_value(); }); });
    EXPECT_THAT(feed.read_to_end(), HasSubstr("the last"));
    EXPECT_EQ(done.get_future().wait_for(patience), std::future_status::ready);
}

TEST_F(Served, DoesNotWaitLongForWhoStaysWhenItStops) {
    Client feed(port);
    feed.send(get_events);
    feed.read_until("retry");
    std::promise<void> done;
    on_loop([&] { server->stop([&] { done.set_value(); }); });
    EXPECT_EQ(done.get_future().wait_for(patience), std::future_status::ready);
}

TEST(ControlServer, SaysWhereItCannotListen) {
    asio::io_context io;
    test::FakeTarget target;
    ControlServer server(io.get_executor(), target, 1);
    const auto where = server.listen(transport::TcpEndpoint{"192.0.2.1", 1});
    ASSERT_FALSE(where);
    EXPECT_THAT(where.error(), HasSubstr("cannot listen on 192.0.2.1:1"));
}

}  // namespace
}  // namespace confd::sim
