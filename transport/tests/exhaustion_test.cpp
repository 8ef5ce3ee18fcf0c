// SPDX-License-Identifier: Apache-2.0
// No descriptors left: peers are told to go, and the acceptor neither spins nor gives up.
#include "transport/exhaustion.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <vector>

#include "transport/acceptor.hpp"

namespace confd::transport {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(Exhaustion, IsToldOnceHoweverOftenAcceptingFails) {
    Exhaustion exhaustion;
    const Exhaustion::Instant start{};
    EXPECT_FALSE(exhaustion.succeeded(start));
    EXPECT_EQ(exhaustion.failed(start, "Too many open files", 2),
              "cannot accept connections: Too many open files; whoever connects is turned away");
    EXPECT_FALSE(exhaustion.failed(start + 100ms, "Too many open files", 3));
    EXPECT_FALSE(exhaustion.succeeded(start + 200ms)) << "it comes and goes";
    EXPECT_FALSE(exhaustion.failed(start + 300ms, "Too many open files", 0));
    EXPECT_EQ(exhaustion.succeeded(start + 1300ms),
              "accepting connections again; 5 were turned away");
    EXPECT_TRUE(exhaustion.failed(start + 10s, "Too many open files", 0)) << "a new one";
}

TEST(Exhaustion, BacksOff) {
    Exhaustion exhaustion;
    std::vector<std::int64_t> pauses;
    for (int i = 0; i < 9; ++i) {
        exhaustion.failed({}, "", 0);
        pauses.push_back(exhaustion.pause().count());
    }
    EXPECT_THAT(pauses, testing::ElementsAre(10, 20, 40, 80, 160, 320, 640, 1000, 1000));
    exhaustion.succeeded({});
    exhaustion.failed({}, "", 0);
    EXPECT_EQ(exhaustion.pause(), 10ms);
}

/// Takes every descriptor that this process may still have.
class NoDescriptors {
  public:
    NoDescriptors() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const int next = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        const rlimit low{static_cast<rlim_t>(next) + 10, before_.rlim_max};
        EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
        for (int fd = next; fd >= 0; fd = ::dup(next))
            taken_.push_back(fd);
        EXPECT_EQ(errno, EMFILE);
    }
    NoDescriptors(const NoDescriptors&) = delete;
    NoDescriptors& operator=(const NoDescriptors&) = delete;
    ~NoDescriptors() {
        for (const int fd : taken_)
            ::close(fd);
        ::setrlimit(RLIMIT_NOFILE, &before_);
    }

  private:
    rlimit before_{};
    std::vector<int> taken_;
};

/// A client that the kernel has connected, accepted or not.
class RawClient {
  public:
    explicit RawClient(const Endpoint& endpoint)
        : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(std::get<TcpEndpoint>(endpoint).port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    }
    RawClient(RawClient&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
    ~RawClient() {
        if (socket_ >= 0) ::close(socket_);
    }
    bool ended() const {
        pollfd entry{socket_, POLLIN, 0};
        char byte = 0;
        return ::poll(&entry, 1, 0) == 1 && ::recv(socket_, &byte, 1, 0) <= 0;
    }

  private:
    int socket_;
};

class AcceptorOutOfDescriptors : public testing::Test {
  protected:
    AcceptorOutOfDescriptors() {
        endpoint = acceptor.listen(TcpEndpoint{"127.0.0.1", 0}).value();
        acceptor.start([this](Connection c) { accepted.push_back(std::move(c)); },
                       [this](const std::string& line) { notes.push_back(line); });
    }
    void until(const std::function<bool()>& happened) {
        const auto deadline = std::chrono::steady_clock::now() + 30s;
        while (!happened()) {
            io.restart();
            ASSERT_GT(io.run_one_until(deadline), 0U) << "nothing happened in time";
        }
    }

    boost::asio::io_context io;
    Acceptor acceptor{io.get_executor()};
    Endpoint endpoint;
    std::vector<Connection> accepted;
    std::vector<std::string> notes;
};

TEST_F(AcceptorOutOfDescriptors, TurnsAwayWhoConnectsAndAcceptsAgainLater) {
    std::vector<RawClient> clients;
    for (int i = 0; i < 20; ++i)
        clients.emplace_back(endpoint);
    {
        const NoDescriptors none;
        until([&] { return std::ranges::all_of(clients, &RawClient::ended); });
    }
    EXPECT_TRUE(accepted.empty());
    ASSERT_EQ(notes.size(), 1U);
    EXPECT_THAT(notes.front(), HasSubstr("Too many open files"));
    const RawClient next(endpoint);
    until([&] { return !accepted.empty(); });
    EXPECT_FALSE(next.ended());
}

TEST_F(AcceptorOutOfDescriptors, DoesNotSpin) {
    std::vector<RawClient> clients;
    clients.emplace_back(endpoint);
    const NoDescriptors none;
    until([&] { return clients.front().ended(); });
    // Nothing but the timer of the pause is left to run, however often it is asked.
    std::size_t handlers = 0;
    for (int i = 0; i < 10'000; ++i) {
        io.restart();
        handlers += io.poll();
    }
    EXPECT_LT(handlers, 100U);
}

}  // namespace
}  // namespace confd::transport
