// SPDX-License-Identifier: Apache-2.0
#include "simulator/tests/robustness/rig.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/prctl.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "protocol/frame/frame.hpp"
#include "protocol/session/handshake.hpp"
#include "protocol/session/subscription.hpp"

namespace confd::sim::test {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool keeps_freed_memory = true;
#elif defined(__has_feature)
constexpr bool keeps_freed_memory =
    __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool keeps_freed_memory = false;
#endif

constexpr std::string_view idle_scenario =
    "format: 1\n"
    "name: robustness\n"
    "modules: [example-if]\n"
    "allow: [acks, disconnects, malformed]\n"
    "steps: [{await: {count: 100000, within: 24h}}]\n";

constexpr std::size_t reply_size = 9;

std::vector<std::string> arguments(const std::string& scenario, std::vector<std::string> more) {
    std::vector<std::string> out{"run",         scenario,    "--listen",
                                 "127.0.0.1:0", "--control", "127.0.0.1:0"};
    out.insert(out.end(), more.begin(), more.end());
    return out;
}

std::set<int>& open_wires() {
    static std::set<int> wires;
    return wires;
}

/// A number behind `label` in a file of /proc.
std::size_t number_after(const std::string& path, std::string_view label) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with(label)) return std::stoul(line.substr(label.size()));
    }
    ADD_FAILURE() << path << " says nothing of " << label;
    return 0;
}

}  // namespace

std::size_t count(const std::string& text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

void eventually(const std::function<bool()>& so, const std::string& what) {
    const Deadline deadline;
    while (!so()) {
        if (deadline.remaining() == 0) {
            ADD_FAILURE() << "it never came to this: " << what;
            return;
        }
        ::poll(nullptr, 0, 5);
    }
}

SteeredSimulator::SteeredSimulator(std::vector<std::string> options)
    : scenario_(idle_scenario), process_(arguments(scenario_.path(), std::move(options))) {
    control_ = process_.control_port();
    port_ = process_.port();
    descriptors_at_first_ = descriptors();
    if (port_ == 0) throw std::runtime_error("the simulator does not start: " + process_.text());
}

std::string SteeredSimulator::ask(const std::string& request, const std::string& body) {
    const Wire wire(control_);
    const auto text = fmt::format(
        "{} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{}",
        request, body.size(), body);
    EXPECT_TRUE(wire.send(Bytes(text.begin(), text.end())));
    std::string answer;
    std::array<char, 4096> buffer{};
    for (const Deadline deadline; deadline.remaining() > 0;) {
        // What it prints is read meanwhile, so that none of it is dropped.
        std::array<pollfd, 2> both{pollfd{wire.fd(), POLLIN, 0},
                                   pollfd{process_.errors_fd(), POLLIN, 0}};
        ::poll(both.data(), both.size(), deadline.remaining());
        process_.drain();
        if (both[0].revents == 0) continue;
        const auto size = ::recv(wire.fd(), buffer.data(), buffer.size(), 0);
        if (size <= 0) break;
        answer.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return answer;
}

void SteeredSimulator::send(const std::string& event) {
    EXPECT_THAT(ask("POST /api/send", event), testing::HasSubstr("\"recipients\":"));
}

void SteeredSimulator::add_fault(const std::string& fault) {
    EXPECT_THAT(ask("POST /api/faults", fault), testing::HasSubstr("\"fault\":"));
}

void SteeredSimulator::await_subscribers(std::size_t count) {
    eventually(
        [&] {
            const auto found = get("/api/subscribers");
            std::size_t there = 0;
            for (auto at = found.find("\"id\":"); at != std::string::npos;
                 at = found.find("\"id\":", at + 1))
                ++there;
            return there == count;
        },
        fmt::format("{} subscribers", count));
}

void SteeredSimulator::await_no_barriers() {
    eventually([&] { return get("/api/barriers").ends_with("\r\n\r\n[]"); }, "no open barrier");
}

void SteeredSimulator::await_sent_events(std::size_t count) {
    const auto text =
        fmt::format("confd_sim_records_total{{kind=\"event\",dir=\"out\"}} {}\n", count);
    eventually([&] { return get("/metrics").contains(text); }, text);
}

void SteeredSimulator::stop() {
    process_.signal(SIGTERM);
    EXPECT_FALSE(process_.line_after("stopping: ").empty());
    // It waits for its clients to close too.
    for (const int wire : open_wires()) {
        const sockaddr nowhere{.sa_family = AF_UNSPEC, .sa_data = {}};
        ::connect(wire, &nowhere, sizeof nowhere);  // resets it
    }
    EXPECT_EQ(process_.exit_code(), 0) << process_.text();
}

std::size_t SteeredSimulator::descriptors() const {
    const std::filesystem::directory_iterator all(fmt::format("/proc/{}/fd", process_.id()));
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

void SteeredSimulator::await_connections(std::size_t count) {
    eventually(
        [&] {
            drain();
            return descriptors() == descriptors_at_first_ + count;
        },
        fmt::format("{} connections and nothing more", count));
}

std::size_t SteeredSimulator::memory() const {
    return number_after(fmt::format("/proc/{}/status", process_.id()), "VmRSS:") << 10U;
}

void SteeredSimulator::expect_growth_below(std::size_t most, std::size_t memory_before) const {
    if (keeps_freed_memory) return;
    EXPECT_LT(memory(), memory_before + most);
}

std::chrono::milliseconds SteeredSimulator::processor_time() const {
    std::ifstream file(fmt::format("/proc/{}/stat", process_.id()));
    std::string text((std::istreambuf_iterator<char>(file)), {});
    // Behind the name, which may hold blanks, the 12th and 13th field.
    std::istringstream fields(text.substr(text.rfind(')') + 2));
    std::string skipped;
    for (int i = 0; i < 11; ++i)
        fields >> skipped;
    long user = 0;
    long system = 0;
    fields >> user >> system;
    return std::chrono::milliseconds((user + system) * 1000 / ::sysconf(_SC_CLK_TCK));
}

Wire::Wire(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0)
        << std::strerror(errno);
    open_wires().insert(fd_);
}

std::size_t Wire::send_some(ByteView bytes) const {
    const auto size = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return size < 0 ? 0 : static_cast<std::size_t>(size);
}

bool Wire::send(ByteView bytes) const {
    const Deadline deadline;
    while (!bytes.empty() && deadline.wait(fd_, POLLOUT)) {
        const auto size = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (size < 0 && errno != EAGAIN) return false;
        if (size > 0) bytes = bytes.subspan(static_cast<std::size_t>(size));
    }
    return bytes.empty();
}

Bytes Wire::read(std::size_t size) const {
    Bytes out;
    const Deadline deadline;
    std::array<std::uint8_t, 4096> buffer{};
    while (out.size() < size && deadline.wait(fd_, POLLIN)) {
        const auto got = ::recv(fd_, buffer.data(), std::min(buffer.size(), size - out.size()), 0);
        if (got <= 0) break;
        out.insert(out.end(), buffer.begin(), buffer.begin() + got);
    }
    return out;
}

bool Wire::await_end() const {
    const Deadline deadline;
    std::array<std::uint8_t, 4096> buffer{};
    while (deadline.wait(fd_, POLLIN)) {
        if (::recv(fd_, buffer.data(), buffer.size(), 0) <= 0) return true;
    }
    return false;
}

bool Wire::ended() const {
    std::uint8_t byte = 0;
    const auto got = ::recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN);
}

void Wire::close() {
    if (fd_ < 0) return;
    open_wires().erase(fd_);
    ::close(std::exchange(fd_, -1));
}

void Wire::reset() {
    const linger at_once{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
}

Bytes hello(std::uint32_t mask) {
    return ClientSession(client_config(mask)).take_output();
}

Bytes subscription_frame(std::uint32_t mask) {
    Bytes out;
    const auto mark = begin_frame(out);
    encode_subscription(subscription(mask), out, Release{}.dialect());
    end_frame(out, mark);
    return out;
}

Bytes ack_frame(const Ack& ack) {
    Bytes out;
    const auto mark = begin_frame(out);
    encode_ack(ack, out);
    end_frame(out, mark);
    return out;
}

Wire subscribed(std::uint16_t port, std::uint32_t mask) {
    Wire wire(port);
    wire.send(hello(mask));
    wire.read(reply_size);
    wire.send(subscription_frame(mask));
    // The atom ok, in a frame.
    EXPECT_EQ(wire.read(10).size(), 10U);
    return wire;
}

Wire maapi_connected(std::uint16_t port) {
    Wire wire(port);
    Bytes bytes;
    append_hello(bytes, {.client_id = CLIENT_MAAPI});
    wire.send(bytes);
    EXPECT_EQ(wire.read(reply_size).size(), reply_size);
    return wire;
}

Victim::Victim(const std::function<void(const Reached&)>& body) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    pid_ = ::fork();
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        try {
            body([&] {
                static_cast<void>(::write(ends[1], "x", 1) == 1);
                while (true)
                    ::pause();
            });
        } catch (const std::exception&) {
            // The one who waits for it to come so far finds that it has not.
        }
        ::_exit(1);
    }
    ::close(ends[1]);
    told_ = ends[0];
}

void Victim::await_reached() const {
    char told = 0;
    EXPECT_TRUE(Deadline().wait(told_, POLLIN));
    EXPECT_EQ(::read(told_, &told, 1), 1) << "it did not come so far";
}

void Victim::kill() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, 0), nullptr, 0);
    ::close(told_);
}

}  // namespace confd::sim::test
