// Runs a client against the kit's own server, once for each case, and says how it did.
#include <fmt/format.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <thread>

#include "conformance/kit/client/checks.hpp"
#include "conformance/kit/client/folder.hpp"
#include "conformance/kit/client/play.hpp"
#include "conformance/kit/client/variables.hpp"
#include "conformance/kit/command.hpp"
#include "conformance/kit/parts.hpp"
#include "simulator/cli/commands.hpp"
#include "simulator/hub/describe.hpp"
#include "transport/endpoint.hpp"

namespace confd::kit {
namespace {

using Clock = Command::Clock;
using std::chrono::milliseconds;

/// How often it is looked whether one of the two has ended.
constexpr milliseconds tick{5};

/// A client that has ended has so many ticks until its scenario must be at its end too: what it
/// sent last may still be on its way. Ticks are longer on a busy machine, where the server is
/// slower.
constexpr int patience = 300;

/// For the kit's own server to end once it is asked to: it waits 5 s for a client to close.
constexpr std::chrono::seconds server_patience{7};

/// When the server waits for longer than this with nothing to do, it waits for the client to close.
constexpr std::chrono::duration<double> lingering{4.5};

/// More than this is no list of events: a client that prints without end would fill the memory.
constexpr std::size_t max_output = std::size_t{16} << 20;
/// So much of it is kept for people, half from either end.
constexpr std::size_t kept_output = std::size_t{64} << 10;

std::string shortened(const std::string& text) {
    if (text.size() <= kept_output) return text;
    constexpr auto half = kept_output / 2;
    return fmt::format("{}\n.. {} bytes ..\n{}", text.substr(0, half), text.size() - kept_output,
                       text.substr(text.size() - half));
}

/// Whether this exit is a crash: a signal nobody sent, or what a shell makes of one.
bool is_crash(int exit_code) {
    constexpr int from_shell = 128;
    for (const int signal : {SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS}) {
        if (exit_code == -signal || exit_code == from_shell + signal) return true;
    }
    return false;
}

/// What one case has come to.
struct Played {
    int server_exit = sim::cli::exit_internal;
    std::string failure;             ///< what the server said of it
    std::optional<int> client_exit;  ///< nothing: killed, or attached to
    bool client_alone = false;       ///< the client ended, and the scenario did not
    bool asked = false;              ///< the client was sent a SIGTERM
    bool hung = false;               ///< and did not end by it
    bool flooded = false;
    bool timed_out = false;
    std::chrono::duration<double> time{};  ///< from the server's beginning to its end
};

Verdict skip(std::string reason) {
    Verdict out;
    out.result.status = Status::skipped;
    out.result.reason = std::move(reason);
    return out;
}

class OneCase {
  public:
    OneCase(const Case& test, const Options& options, const ClientOptions& client)
        : test_(test), options_(options), client_options_(client) {}

    Verdict run() {
        if (auto why = prepare(); !why.empty()) return broken(std::move(why));
        if (auto why = start_server(); !why.empty()) return broken(std::move(why));
        if (auto why = start_client(); !why.empty()) {
            auto out = fail("the client to start", std::move(why));
            out.reached = false;
            return out;
        }
        wait_for_server();
        wait_for_client();
        return judge();
    }

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
                           log_file_.string(), "--seed", fmt::format("{}", options_.seed)},
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
                listening_ = Clock::now();
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
        played_.time = Clock::now() - listening_;
        played_.server_exit = server_->exit_code().value_or(exit_stopped);
        played_.failure = server_->output();
    }

    void stop_server() {
        server_->signal(SIGTERM);
        if (!played_.client_alone && client_) {
            client_->signal(SIGTERM);
            played_.asked = true;
        }
        if (server_->wait_until(Clock::now() + server_patience)) return;
        server_->signal(SIGKILL);
        server_->wait_until(Clock::now() + server_patience);
    }

    void wait_for_client() {
        if (!client_) return;
        const auto grace = client_options_.grace;
        if (!client_->wait_until(Clock::now() + grace)) {
            played_.asked = true;
            client_->signal(SIGTERM);
            if (!client_->wait_until(Clock::now() + grace)) {
                played_.hung = true;
                client_->signal(SIGKILL);
                client_->wait_until(Clock::now() + grace);
            }
        }
        played_.client_exit = client_->exit_code();
    }

    Verdict judge() {
        log_ = read_log(log_file_);
        const auto played = judge_run();
        if (reads_no_diffs()) return skip("the client opens no MAAPI socket, so it reads no diffs");
        auto out = played ? fail(played->expected, played->found) : pass();
        // Every case waits for a client, though one that is reset at once is in no transcript.
        out.reached = !played || std::ranges::any_of(log_.messages, [](const Message& message) {
            return message.kind == "connect";
        });
        return out;
    }

    /// A case about diffs is not about a client that subscribes and leaves them alone, unless
    /// --features says that it reads them.
    bool reads_no_diffs() const {
        const bool about_diffs = test_.needs("diffs") && !options_.features;
        const bool subscribed = std::ranges::any_of(
            log_.messages, [](const Message& message) { return message.kind == "subscribe"; });
        return about_diffs && subscribed && !judge_end() && !opened_maapi(log_);
    }

    std::optional<Complaint> judge_run() const {
        if (auto wrong = judge_end()) return wrong;
        if (played_.server_exit == sim::cli::exit_nobody_connected)
            return Complaint{"the client to connect and subscribe", played_.failure};
        if (played_.server_exit != sim::cli::exit_fulfilled)
            return Complaint{"the client to do what the scenario expects", played_.failure};
        return complaint(test_, log_, client_ ? client_->output() : "");
    }

    /// How the client ended.
    std::optional<Complaint> judge_end() const {
        if (played_.client_exit && is_crash(*played_.client_exit)) {
            return Complaint{"the client not to crash",
                             fmt::format("it {}{}", describe_exit(*played_.client_exit), where())};
        }
        if (played_.flooded) {
            return Complaint{"events on standard output",
                             fmt::format("more than {} bytes were printed", max_output)};
        }
        const bool stopped = played_.server_exit == exit_stopped;
        if (played_.client_alone && stopped) {
            return Complaint{
                "the client to go on until the scenario's end",
                fmt::format("it {}{}", describe_exit(played_.client_exit.value_or(0)), where())};
        }
        if (played_.timed_out && stopped) {
            return Complaint{fmt::format("the case to end within {} ms", options_.timeout.count()),
                             fmt::format("it did not{}", where())};
        }
        if (played_.server_exit == sim::cli::exit_fulfilled &&
            played_.time - std::chrono::duration<double>(log_.end) > lingering) {
            return Complaint{"the client to close once the server has closed",
                             "it kept the connection open for 5 s"};
        }
        if (played_.hung && played_.server_exit == sim::cli::exit_fulfilled) {
            return Complaint{"the client to end after SIGTERM",
                             "it did not, and was killed by SIGKILL"};
        }
        return std::nullopt;
    }

    std::string where() const {
        return log_.last_step.empty() ? ""
                                      : fmt::format("; the scenario stood at {}", log_.last_step);
    }

    Verdict pass() {
        Verdict out;
        out.result.status = Status::passed;
        out.result.expected = test_.title;
        return finish(std::move(out));
    }

    Verdict fail(std::string expected, std::string reason) {
        Verdict out;
        out.result.status = Status::failed;
        out.result.expected = std::move(expected);
        while (reason.ends_with('\n'))
            reason.pop_back();
        out.result.reason = reason.substr(0, reason.find('\n'));
        if (reason.contains('\n'))
            out.result.details.push_back(reason.substr(reason.find('\n') + 1));
        return finish(std::move(out));
    }

    Verdict broken(std::string reason) {
        auto out = fail("the kit to run the case", std::move(reason));
        out.result.status = Status::broken;
        return out;
    }

    Verdict finish(Verdict out) {
        const WireContext context{test_.client->release.dialect(), test_.client->product};
        out.result.exchange = exchange_of(log_, context);
        out.attachments = {{"scenario.yaml", test_.script}, {"transcript.jsonl", log_.text}};
        if (server_) out.attachments.push_back({"server.txt", server_->errors()});
        if (client_) {
            out.result.output = shortened(client_->output());
            out.attachments.push_back({"errors.txt", shortened(client_->errors())});
        }
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
    Clock::time_point listening_;
    Clock::time_point deadline_;
    Played played_;
    Log log_;
};

std::string why_not_attached(const Case& test) {
    const auto& client = *test.client;
    if (client.secret != Secret::none) return "an attached client cannot be given an access file";
    if (client.unix_socket) return "an attached client is not told of a UNIX socket";
    if (client.prints) return "what an attached client prints is not seen";
    return {};
}

/// Why a client that cannot be told what to ask for has nothing to do with the case.
std::string why_not_asked(const Case& test, const ClientOptions& options) {
    const auto& client = *test.client;
    if (options.mask && (*options.mask & client.mask) != client.mask) {
        return fmt::format("--mask does not have {}",
                           sim::mask_names(client.mask & ~*options.mask));
    }
    if (options.mask && (*options.mask & client.without) != 0) {
        return fmt::format("--mask has {}", sim::mask_names(client.without & *options.mask));
    }
    if (options.release &&
        options.release->protocol_version() != client.release.protocol_version()) {
        return fmt::format("the case is about release {}", to_string(client.release));
    }
    if (options.product && *options.product != client.product) {
        return fmt::format("the case is about {}", to_string(client.product));
    }
    return {};
}

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
    return [&options, client = *client](const Case& test) {
        if (auto why = why_not_asked(test, client); !why.empty()) return skip(std::move(why));
        if (auto why = client.attach ? why_not_attached(test) : ""; !why.empty())
            return skip(std::move(why));
        return OneCase(test, options, client).run();
    };
}

}  // namespace confd::kit
