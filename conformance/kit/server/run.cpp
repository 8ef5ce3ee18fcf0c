// SPDX-License-Identifier: Apache-2.0
// One case against the server under test.
#include <fmt/format.h>

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <stdexcept>
#include <variant>

#include "conformance/kit/run/parts.hpp"
#include "conformance/kit/server/lab.hpp"
#include "conformance/kit/server/run.hpp"
#include "files/read_file.hpp"
#include "protocol/limits.hpp"
#include "transport/endpoint.hpp"

namespace confd::kit {
namespace {

using server::Checked;
using server::Lab;
using server::Step;
using server::Target;

/// Events reach every subscriber, and a subscriber of another case may hold up what a trigger
/// started: cases with a trigger run alone, the others beside each other.
using Turn = std::shared_mutex;

/// What this run cannot do; empty when the case can run.
std::string missing(const Case& test, const Target& target) {
    if (test.needs("trigger") && target.trigger.empty()) {
        return "needs events: no --trigger was given";
    }
    if (test.needs("secret") && !target.secret) {
        return "needs a server with an access secret: no --access-file was given";
    }
    if (test.needs("no-secret") && target.secret) {
        return "needs a server without an access secret";
    }
    if (test.needs("nso") && target.product != Product::nso) return "needs --product nso";
    return {};
}

using Steps = std::vector<std::unique_ptr<Step>>;

/// The error says all that is wrong, a line each.
std::expected<Steps, std::string> steps_of(const Case& test) {
    sim::Diagnostics diagnostics;
    auto steps = server::parse_script(*test.played, diagnostics);
    std::string wrong;
    for (const auto& diagnostic : diagnostics.take())
        wrong += to_string(diagnostic) + "\n";
    if (!wrong.empty()) return std::unexpected(std::move(wrong));
    return steps;
}

Result judged(const Case& test, Checked checked, const Step& last) {
    Result result{.test = &test, .status = Status::passed};
    if (checked) return result;
    auto& finding = checked.error();
    result.status = finding.status;
    result.expected = std::move(finding.expected);
    result.reason = std::move(finding.reason);
    if (result.status == Status::failed) result.details.push_back("step: " + last.text);
    return result;
}

Verdict run_case(const Case& test, const Target& target, server::Reach& reach) {
    const auto steps = steps_of(test);
    if (!steps) throw std::invalid_argument(steps.error());
    Lab lab(target, reach);
    Checked checked;
    const Step* last = steps->front().get();
    for (const auto& step : *steps) {
        last = step.get();
        checked = step->run(lab);
        if (!checked) break;
    }
    Verdict verdict;
    if (!checked) verdict.reached = checked.error().reached;
    verdict.result = judged(test, std::move(checked), *last);
    for (auto& [name, trigger] : lab.triggers)
        verdict.result.output += trigger->output();
    verdict.result.exchange = lab.transcript.take();
    return verdict;
}

Verdict skip(const Case& test, std::string reason) {
    return {.result = {.test = &test, .status = Status::skipped, .reason = std::move(reason)}};
}

Verdict run_in_turn(const Case& test, const Target& target, Turn& turn) {
    if (auto reason = missing(test, target); !reason.empty()) return skip(test, std::move(reason));
    if (test.needs("trigger")) {
        const std::unique_lock alone(turn);
        return run_case(test, target, server::real_reach());
    }
    const std::shared_lock beside(turn);
    return run_case(test, target, server::real_reach());
}

}  // namespace

std::string server::script_fault(const Case& test) {
    const auto steps = steps_of(test);
    return steps ? std::string() : steps.error();
}

Verdict server::judge_case(const Case& test, const Target& target, Reach& reach) {
    if (auto reason = missing(test, target); !reason.empty()) return skip(test, std::move(reason));
    return run_case(test, target, reach);
}

Judge server::judge_of(Target target) {
    return [target = std::move(target), turn = std::make_shared<Turn>()](const Case& test) {
        return run_in_turn(test, target, *turn);
    };
}

namespace {

std::expected<void, std::string> parse_target(const std::string& text, Target& out) {
    auto endpoint = transport::parse_endpoint(text);
    if (!endpoint) return std::unexpected("--target: " + endpoint.error());
    if (auto* local = std::get_if<transport::UnixEndpoint>(&*endpoint)) {
        out.path = std::move(local->path);
        return {};
    }
    auto& tcp = std::get<transport::TcpEndpoint>(*endpoint);
    out.host = std::move(tcp.host);
    out.port = tcp.port;
    return {};
}

std::expected<std::optional<Bytes>, std::string> read_secret(const std::filesystem::path& path) {
    if (path.empty()) return std::nullopt;
    const auto text = read_file(path, max_access_secret);
    if (!text) return std::unexpected("--access-file: " + text.error());
    if (text->empty()) {
        return std::unexpected(
            fmt::format("--access-file: {}: empty, and a secret has 1 to {} bytes", path.string(),
                        max_access_secret));
    }
    const auto secret = as_bytes(*text);
    return Bytes(secret.begin(), secret.end());
}

}  // namespace

std::expected<Judge, std::string> server_judge(const Options& options,
                                               const ServerOptions& server) {
    Target target{.product = server.product,
                  .release = server.release,
                  .secret = std::nullopt,
                  .trigger = server.trigger,
                  .maapi = server.maapi};
    if (auto parsed = parse_target(server.target, target); !parsed) {
        return std::unexpected(parsed.error());
    }
    auto secret = read_secret(server.access_file);
    if (!secret) return std::unexpected(secret.error());
    target.secret = std::move(*secret);
    // A wait that fails must leave time to say so within the time of the case.
    target.timeout = options.timeout / 2;
    return server::judge_of(std::move(target));
}

}  // namespace confd::kit
