// SPDX-License-Identifier: Apache-2.0
#include "conformance/selftest/loop_play.hpp"

#include <algorithm>
#include <cctype>
#include <csignal>
#include <fstream>
#include <optional>
#include <set>
#include <utility>

#include "conformance/kit/client/folder.hpp"
#include "conformance/kit/client/play.hpp"
#include "conformance/kit/client/variables.hpp"
#include "testing/loopback.hpp"
#include "testing/sim_server.hpp"

namespace confd::kit::test {
namespace {

using confd::testing::Instant;
using confd::testing::Loopback;
using confd::testing::SimServer;

/// What the kit gives a client to end by itself, and after SIGTERM.
constexpr std::chrono::seconds grace{1};

/// The client's process has ended so; negative for a signal.
struct Ended {
    int exit_code;
};
/// It ignores SIGTERM.
struct Hung {};

/// The client's process: what it calls returns in virtual time, or ends it.
class LoopHost : public Host {
  public:
    LoopHost(Loopback& net, SimServer& server, Variables variables, Instant deadline)
        : net_(net), server_(server), variables_(std::move(variables)), deadline_(deadline) {}

    std::string asked(std::string_view name) const override {
        std::string lower;
        for (const char c : name)
            lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        const auto found = std::ranges::find(variables_, lower, &Variables::value_type::first);
        return found == variables_.end() ? "" : found->second;
    }

    Socket connect() override {
        const auto id = net_.connect();
        if (!id) return no_socket;
        open_.insert(*id);
        return static_cast<Socket>(*id);
    }

    bool send(Socket socket, ByteView bytes) override {
        return bytes.empty() || net_.send(static_cast<Loopback::Id>(socket), bytes);
    }

    std::size_t receive(Socket socket, std::span<std::uint8_t> into) override {
        const auto id = static_cast<Loopback::Id>(socket);
        wait([&] { return net_.readable(id); });
        return net_.receive(id, into);
    }

    void close(Socket socket) override {
        open_.erase(static_cast<Loopback::Id>(socket));
        net_.close(static_cast<Loopback::Id>(socket));
    }

    void print(const std::string& line) override { output_ += line + "\n"; }

    void sleep(std::chrono::milliseconds span) override {
        const auto until = net_.now() + span;
        wait([&] { return net_.now() >= until; }, until);
    }

    [[noreturn]] void crash() override { throw Ended{-SIGABRT}; }
    [[noreturn]] void end() override { throw Ended{1}; }
    [[noreturn]] void hang() override {
        wait([] { return false; }, std::nullopt, true);
        throw Hung{};
    }

    /// As the kernel does when a process ends.
    void close_all() {
        for (const auto id : open_)
            net_.close(id);
        open_.clear();
    }

    const std::string& output() const { return output_; }
    bool timed_out() const { return timed_out_; }

  private:
    /// Until it is so; ends the process when the kit would: some time after its server has gone,
    /// or when the time of the case is over.
    void wait(const std::function<bool()>& done, std::optional<Instant> until = std::nullopt,
              bool ignores_signals = false) {
        while (true) {
            const bool served = !server_.ended();
            auto limit = served ? deadline_ : server_.end() + grace;
            if (until) limit = std::min(limit, *until);
            net_.wait(limit, [&] { return done() || (served && server_.ended()); });
            if (done() || (until && net_.now() >= *until)) return;
            if (served && server_.ended()) continue;
            if (served) {
                timed_out_ = true;
                server_.stop();
            }
            if (ignores_signals) return;
            throw Ended{-SIGTERM};
        }
    }

    Loopback& net_;
    SimServer& server_;
    Variables variables_;
    Instant deadline_;
    std::set<Loopback::Id> open_;
    std::string output_;
    bool timed_out_ = false;
};

Stage stage_of(const Case& test, const TemporaryFolder& folder) {
    Stage stage{.host = "loopback", .port = 4565, .folder = folder.path()};
    if (test.client->unix_socket) stage.path = folder.path() / "socket";
    if (test.client->secret == Secret::none) return stage;
    stage.access_file = folder.path() / "access";
    std::ofstream(stage.access_file, std::ios::binary)
        << (test.client->secret == Secret::right ? server_secret : "not the secret\n");
    return stage;
}

std::optional<Bytes> secret_of(const Case& test) {
    if (!test.client->server_secret) return std::nullopt;
    const auto secret = as_bytes(server_secret);
    return Bytes(secret.begin(), secret.end());
}

void run(const ClientProgram& client, LoopHost& host, Played& played) {
    try {
        client(host);
        played.client_exit = 0;
    } catch (const Ended& ended) {
        played.client_exit = ended.exit_code;
    } catch (const Hung&) {
        played.hung = true;
        played.client_exit = -SIGKILL;
    }
    host.close_all();
    played.started = true;
    played.output = host.output();
    played.timed_out = host.timed_out();
}

/// After the client's end: the scenario has so long to come to its own.
void let_server_end(Loopback& net, SimServer& server, Played& played) {
    const auto over = [&] { return server.ended(); };
    if (!net.wait(net.now() + patience * tick, over)) {
        if (!played.timed_out) played.client_alone = true;
        server.stop();
        net.wait(net.now() + std::chrono::seconds(10), over);
    }
}

int exit_of(const SimServer& server) {
    if (server.stopped()) return exit_stopped;
    return exit_code(server.engine().outcome());
}

}  // namespace

Played play_on_loop(const Case& test, const sim::Scenario& scenario, const Options& options,
                    const ClientProgram& client) {
    const TemporaryFolder folder;
    Loopback net;
    SimServer server(net, scenario, secret_of(test));
    LoopHost host(net, server, variables_of(test, stage_of(test, folder)),
                  net.now() + options.timeout);
    Played played;
    // The scenario begins before a client can connect.
    server.run();
    run(client, host, played);
    let_server_end(net, server, played);
    played.server_exit = exit_of(server);
    if (const auto& failure = server.engine().failure()) played.failure = to_string(*failure);
    played.log = parse_log(server.log());
    return played;
}

}  // namespace confd::kit::test
