// SPDX-License-Identifier: Apache-2.0
// Runs a client against the kit's own server, once for each case, and says how it did.
#include <fmt/format.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "conformance/kit/client/fit.hpp"
#include "conformance/kit/client/folder.hpp"
#include "conformance/kit/client/play.hpp"
#include "conformance/kit/client/played.hpp"
#include "conformance/kit/client/variables.hpp"
#include "conformance/kit/model/registry.hpp"
#include "conformance/kit/run/command.hpp"
#include "conformance/kit/run/parts.hpp"
#include "transport/endpoint.hpp"

namespace confd::kit {
namespace {

using Clock = Command::Clock;
using std::chrono::milliseconds;

/// For the kit's own server to end once it is asked to: it waits 5 s for a client to close.
constexpr std::chrono::seconds server_patience{7};

class OneCase {
  public:
    OneCase(const Case& test, const Options& options, const ClientOptions& client)
        : test_(test), options_(options), client_options_(client) {}

    Verdict run() {
        if (auto why = prepare(); !why.empty()) return broken_case(test_, std::move(why));
        if (auto why = start_server(); !why.empty()) return broken_case(test_, std::move(why));
        if (auto why = start_client(); !why.empty()) return not_started(std::move(why));
        wait_for_server();
        wait_for_client();
        played_.log = read_log(log_file_);
        return judge_played(test_, options_, played_);
    }
    /// What became of it, once run() has returned.
    const Played& played() const { return played_; }

  private:
    std::string prepare() {
        if (!folder_.ok()) return "no folder for temporary files can be made";
        stage_.host = client_options_.host;
        stage_.port = client_options_.port;
        stage_.folder = folder_.path();
        log_file_ = folder_.path() / "transcript.jsonl";
        if (test_.client->unix_socket) stage_.path = folder_.path() / "socket";
        if (test_.client->secret == Secret::none) return {};
        stage_.access_file = folder_.path() / "access";
        std::ofstream file(stage_.access_file, std::ios::binary);
        file << (test_.client->secret == Secret::right ? server_secret : "not the secret\n");
        return file.flush() ? "" : "the access file cannot be written";
    }

    std::string start_server() {
        const auto endpoint = test_.client->unix_socket
                                  ? stage_.path.string()
                                  : fmt::format("{}:{}", stage_.host, stage_.port);
        auto started = Command::start(
            {.arguments = {"/proc/self/exe", "play", test_.id, "--listen", endpoint, "--log",
                           log_file_.string(), "--seed", fmt::format("{}", options_.seed),
                           "--release", to_string(test_.client->release), "--product",
                           std::string(to_string(test_.client->product))},
             .input = {},
             .variables = {}});
        if (!started) return started.error();
        server_.emplace(std::move(*started));
        deadline_ = Clock::now() + options_.timeout;
        return wait_for_listening();
    }

    std::string wait_for_listening() {
        constexpr std::string_view sign = "listening on ";
        while (true) {
            const bool ended = server_->wait_until(Clock::now() + tick);
            const auto said = server_->errors();
            const auto at = said.find(sign);
            const auto end = said.find('\n', at);
            if (at != std::string::npos && end != std::string::npos) {
                read_port(said.substr(at + sign.size(), end - at - sign.size()));
                return {};
            }
            if (ended) return server_->output() + said;
            if (Clock::now() >= deadline_) return "the kit's own server did not start in time";
        }
    }

    void read_port(const std::string& where) {
        const auto endpoint = transport::parse_endpoint(where);
        const auto* tcp = endpoint ? std::get_if<transport::TcpEndpoint>(&*endpoint) : nullptr;
        stage_.port = tcp == nullptr ? std::uint16_t{0} : tcp->port;
    }

    std::string start_client() {
        if (client_options_.attach) return {};
        const auto variables = variables_of(test_, stage_);
        auto started = Command::start({.arguments = expand(options_.command, variables),
                                       .input = {},
                                       .variables = environment_of(test_, stage_, variables),
                                       .unset = unset_variables()});
        if (!started) return started.error();
        client_.emplace(std::move(*started));
        return {};
    }

    void wait_for_server() {
        int ticks_alone = 0;
        while (!server_->wait_until(Clock::now() + tick)) {
            played_.timed_out = Clock::now() >= deadline_;
            played_.flooded = client_ && client_->output_size() > max_output;
            if (client_ && client_->ended()) ++ticks_alone;
            played_.client_alone = ticks_alone >= patience;
            if (played_.timed_out || played_.flooded || played_.client_alone) {
                stop_server();
                break;
            }
        }
        played_.server_exit = server_->exit_code().value_or(exit_stopped);
        played_.failure = server_->output();
        played_.server_errors = server_->errors();
    }

    void stop_server() {
        server_->signal(SIGTERM);
        if (!played_.client_alone && client_) {
            client_->signal(SIGTERM);
        }
        if (server_->wait_until(Clock::now() + server_patience)) return;
        server_->signal(SIGKILL);
        server_->wait_until(Clock::now() + server_patience);
    }

    void wait_for_client() {
        if (!client_) return;
        const auto grace = client_options_.grace;
        if (!client_->wait_until(Clock::now() + grace)) {
            client_->signal(SIGTERM);
            if (!client_->wait_until(Clock::now() + grace)) {
                played_.hung = true;
                client_->signal(SIGKILL);
                client_->wait_until(Clock::now() + grace);
            }
        }
        played_.client_exit = client_->exit_code();
        played_.started = true;
        played_.output = client_->output();
        played_.errors = client_->errors();
    }

    Verdict not_started(std::string reason) const {
        Verdict out;
        out.result.status = Status::failed;
        out.result.expected = "the client to start";
        out.result.reason = std::move(reason);
        out.reached = false;
        return out;
    }

    const Case& test_;
    const Options& options_;
    const ClientOptions& client_options_;
    TemporaryFolder folder_;
    std::filesystem::path log_file_;
    Stage stage_;
    // In this order: the client goes before the server that it is connected to.
    std::optional<Command> server_;
    std::optional<Command> client_;
    Clock::time_point deadline_;
    Played played_;
};

/// Whether a client reads diffs shows in what it does. It is seen once, before the first case about
/// them: each of the others would cost a server, a client and their time to be skipped.
class DiffProbe {
  public:
    DiffProbe(const Options& options, ClientOptions client)
        : options_(options), client_(std::move(client)) {}

    /// Why the client is not judged on diffs; empty when it is.
    std::string why_not(const Case& test) {
        if (!test.needs("diffs") || options_.features) return {};
        std::call_once(once_, [this] { look(); });
        return why_not_;
    }

  private:
    void look() {
        const auto* found = find_case(diff_probe);
        if (found == nullptr) throw std::logic_error(fmt::format("there is no {}", diff_probe));
        const auto test = fitted(*found, client_);
        OneCase play(test, options_, client_);
        play.run();
        if (!reads_no_diffs(options_, play.played())) return;
        why_not_ = fmt::format(
            "the client opens no MAAPI socket, so it reads no diffs (tried once, as {})",
            diff_probe);
    }

    const Options& options_;
    ClientOptions client_;
    std::once_flag once_;
    std::string why_not_;
};

/// What a client that does not take something from its command line has instead.
std::expected<ClientOptions, std::string> completed(const Options& options, ClientOptions client) {
    if (!options.features) return client;
    if (!options.features->contains("mask") && !client.mask) {
        return std::unexpected("--features has no mask: --mask says what the client asks for");
    }
    if (!options.features->contains("releases") && !client.release) client.release = Release{};
    if (!options.features->contains("products") && !client.product) client.product = Product::confd;
    return client;
}

}  // namespace

std::expected<Judge, std::string> client_judge(const Options& options, const ClientOptions& given) {
    auto client = completed(options, given);
    if (!client) return std::unexpected(client.error());
    if (client->attach != options.command.empty()) {
        return std::unexpected("expected either the client's command behind --, or --attach");
    }
    if (client->attach && client->port == 0) {
        return std::unexpected("--attach needs --port, where the client connects to");
    }
    if (client->port != 0 && options.jobs > 1) {
        return std::unexpected("--port is for one case at a time, without --jobs");
    }
    const auto diffs = std::make_shared<DiffProbe>(options, *client);
    return [&options, client = *client, diffs](const Case& given_test) {
        const auto test = fitted(given_test, client);
        if (auto why = why_not_for(test, client); !why.empty()) return skipped_case(std::move(why));
        if (auto why = diffs->why_not(test); !why.empty()) return skipped_case(std::move(why));
        return OneCase(test, options, client).run();
    };
}

}  // namespace confd::kit
