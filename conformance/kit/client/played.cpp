// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/client/played.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

#include "conformance/kit/client/checks.hpp"
#include "conformance/kit/client/play.hpp"
#include "conformance/kit/run/command.hpp"

namespace confd::kit {
namespace {

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

std::string where(const Played& played) {
    return played.log.last_step.empty()
               ? ""
               : fmt::format("; the scenario stood at {}", played.log.last_step);
}

/// What is wrong with how the client ended.
std::optional<Complaint> wrong_end(const Options& options, const Played& played) {
    if (played.client_exit && is_crash(*played.client_exit)) {
        return Complaint{"the client not to crash",
                         fmt::format("it {}{}", describe_exit(*played.client_exit), where(played))};
    }
    if (played.flooded) {
        return Complaint{"events on standard output",
                         fmt::format("more than {} bytes were printed", max_output)};
    }
    const bool stopped = played.server_exit == exit_stopped;
    if (played.client_alone && stopped) {
        return Complaint{
            "the client to go on until the scenario's end",
            fmt::format("it {}{}", describe_exit(played.client_exit.value_or(0)), where(played))};
    }
    if (played.timed_out && stopped) {
        return Complaint{fmt::format("the case to end within {} ms", options.timeout.count()),
                         fmt::format("it did not{}", where(played))};
    }
    if (played.server_exit == sim::cli::exit_fulfilled && played.log.kept_open) {
        return Complaint{"the client to close once the server has closed",
                         "it kept the connection open for 5 s"};
    }
    if (played.hung && played.server_exit == sim::cli::exit_fulfilled) {
        return Complaint{"the client to end after SIGTERM",
                         "it did not, and was killed by SIGKILL"};
    }
    return std::nullopt;
}

class Judgement {
  public:
    Judgement(const Case& test, const Options& options, const Played& played)
        : test_(test), options_(options), played_(played) {}

    Verdict judge() {
        const auto played = judge_run();
        auto out = played ? fail(played->expected, played->found) : pass();
        // Every case waits for a client, though one that is reset at once is in no transcript.
        out.reached =
            !played || std::ranges::any_of(played_.log.messages, [](const Message& message) {
                return message.kind == "connect";
            });
        return out;
    }

  private:
    std::optional<Complaint> judge_run() const {
        if (auto wrong = wrong_end(options_, played_)) return wrong;
        if (played_.server_exit == sim::cli::exit_nobody_connected)
            return Complaint{"the client to connect and subscribe", played_.failure};
        if (played_.server_exit != sim::cli::exit_fulfilled)
            return Complaint{"the client to do what the scenario expects", played_.failure};
        return complaint(test_, played_.log, played_.output);
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

    Verdict finish(Verdict out) {
        const WireContext context{test_.client->release.dialect(), test_.client->product};
        out.result.exchange = exchange_of(played_.log, context);
        out.attachments = {{"scenario.yaml", test_.script}, {"transcript.jsonl", played_.log.text}};
        out.attachments.push_back({"server.txt", played_.server_errors});
        if (played_.started) {
            out.result.output = shortened(played_.output);
            out.attachments.push_back({"errors.txt", shortened(played_.errors)});
        }
        return out;
    }

    const Case& test_;
    const Options& options_;
    const Played& played_;
};

}  // namespace

bool reads_no_diffs(const Options& options, const Played& played) {
    const bool subscribed = std::ranges::any_of(
        played.log.messages, [](const Message& message) { return message.kind == "subscribe"; });
    return subscribed && !wrong_end(options, played) && !opened_maapi(played.log);
}

Verdict judge_played(const Case& test, const Options& options, const Played& played) {
    return Judgement(test, options, played).judge();
}

Verdict skipped_case(std::string reason) {
    Verdict out;
    out.result.status = Status::skipped;
    out.result.reason = std::move(reason);
    return out;
}

Verdict broken_case(const Case& test, std::string reason) {
    Verdict out;
    out.result.status = Status::broken;
    out.result.expected = "the kit to run the case";
    out.result.reason = std::move(reason);
    out.attachments = {{"scenario.yaml", test.script}};
    return out;
}

}  // namespace confd::kit
