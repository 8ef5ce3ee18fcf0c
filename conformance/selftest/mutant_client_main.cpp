// SPDX-License-Identifier: Apache-2.0
// mutant_client [MUTATION]: the client of mutant_client.hpp as a program, for what only processes
// show.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "conformance/selftest/mutant_client.hpp"

namespace confd::kit::test {
namespace {

class Process : public Host {
  public:
    std::string asked(std::string_view name) const override {
        const char* value = std::getenv(("CONFD_CONFORMANCE_" + std::string(name)).c_str());
        return value == nullptr ? "" : value;
    }

    Socket connect() override {
        const auto path = asked("PATH");
        return path.empty() ? connect_tcp() : connect_unix(path);
    }

    bool send(Socket socket, ByteView bytes) override {
        while (!bytes.empty()) {
            const auto size =
                ::send(static_cast<int>(socket), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (size <= 0) return false;
            bytes = bytes.subspan(static_cast<std::size_t>(size));
        }
        return true;
    }

    std::size_t receive(Socket socket, std::span<std::uint8_t> into) override {
        const auto size = ::recv(static_cast<int>(socket), into.data(), into.size(), 0);
        return static_cast<std::size_t>(std::max<ssize_t>(size, 0));
    }

    void close(Socket socket) override { ::close(static_cast<int>(socket)); }

    void print(const std::string& line) override {
        std::puts(line.c_str());
        std::fflush(stdout);
    }

    void sleep(std::chrono::milliseconds span) override { std::this_thread::sleep_for(span); }
    [[noreturn]] void crash() override { std::abort(); }
    [[noreturn]] void end() override { std::exit(1); }
    [[noreturn]] void hang() override {
        std::signal(SIGTERM, SIG_IGN);
        while (true)
            ::pause();
    }

  private:
    static Socket connected(int fd, const sockaddr* address, socklen_t size) {
        if (::connect(fd, address, size) == 0) return fd;
        ::close(fd);
        return no_socket;
    }

    static Socket connect_unix(const std::string& path) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.data(),
                    std::min(path.size(), sizeof(address.sun_path) - 1));
        return connected(::socket(AF_UNIX, SOCK_STREAM, 0),
                         reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    }

    Socket connect_tcp() const {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        const auto port = asked("PORT");
        std::uint16_t number = 0;
        std::from_chars(port.data(), port.data() + port.size(), number);
        address.sin_port = htons(number);
        ::inet_pton(AF_INET, asked("HOST").c_str(), &address.sin_addr);
        return connected(::socket(AF_INET, SOCK_STREAM, 0),
                         reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    }
};

}  // namespace
}  // namespace confd::kit::test

int main(int argc, char** argv) {
    confd::kit::test::Process process;
    confd::kit::test::run_mutant_client(argc > 1 ? argv[1] : "", process);
    return 0;
}
