// SPDX-License-Identifier: Apache-2.0
#include "bench/fanout_idle.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "bench/fanout.hpp"

namespace confd::bench {
namespace {

constexpr std::string_view listening = "listening on ";

/// Reads the server's words until it says where it listens.
std::string address_in(int output) {
    std::string text;
    std::array<char, 4096> room{};
    while (true) {
        const auto size = ::read(output, room.data(), room.size());
        if (size <= 0) give_up("confd-sim ended: " + text);
        text.append(room.data(), static_cast<std::size_t>(size));
        const auto at = text.find(listening);
        if (at == std::string::npos) continue;
        const auto begin = at + listening.size();
        const auto end = text.find('\n', begin);
        if (end != std::string::npos) return text.substr(begin, end - begin);
    }
}

}  // namespace

IdleServer::IdleServer(const std::string& program)
    : scenario_(fmt::format("/tmp/confd-bench-{}.yaml", ::getpid())) {
    std::ofstream(scenario_) << "format: 1\nsteps:\n- await: {count: 100000, within: 24h}\n";
    std::array<int, 2> ends{};
    expect(::pipe(ends.data()) == 0, "pipe");
    pid_ = ::fork();
    expect(pid_ >= 0, "fork");
    if (pid_ == 0) {
        ::dup2(ends[1], STDOUT_FILENO);
        ::dup2(ends[1], STDERR_FILENO);
        ::close(ends[0]);
        ::close(ends[1]);
        ::execl(program.c_str(), program.c_str(), "run", scenario_.c_str(), "--listen",
                "127.0.0.1:0", nullptr);
        std::_Exit(EXIT_FAILURE);
    }
    ::close(ends[1]);
    const auto where = transport::parse_endpoint(address_in(ends[0]));
    if (!where) give_up(where.error());
    endpoint_ = *where;
    // What it says of each subscriber has to go somewhere: a pipe that is full would stop it.
    output_ = ends[0];
    std::thread([fd = output_] {
        std::array<char, 65536> room{};
        while (::read(fd, room.data(), room.size()) > 0) {
        }
        ::close(fd);
    }).detach();
}

IdleServer::~IdleServer() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    std::remove(scenario_.c_str());
}

double IdleServer::memory() const {
    std::ifstream file(fmt::format("/proc/{}/smaps_rollup", pid_));
    std::string word;
    double kib = 0;
    while (file >> word) {
        if (word == "Private_Dirty:" && file >> kib) return kib * 1024;
    }
    give_up("no Private_Dirty in smaps_rollup");
}

std::chrono::nanoseconds IdleServer::cpu_time() const {
    std::ifstream file(fmt::format("/proc/{}/schedstat", pid_));
    std::int64_t spent = 0;
    if (!(file >> spent)) give_up("no schedstat");
    return std::chrono::nanoseconds(spent);
}

}  // namespace confd::bench
