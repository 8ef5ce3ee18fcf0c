// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/run/runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <mutex>
#include <sstream>
#include <thread>

#include "conformance/kit/model/registry.hpp"
#include "conformance/kit/report/summary.hpp"
#include "conformance/kit/run/interruption.hpp"
#include "conformance/kit/run/quote.hpp"
#include "files/read_file.hpp"
#include "program/about.hpp"

namespace confd::kit {
namespace {

using Clock = std::chrono::steady_clock;

/// Of a list of known failures: every ID with a comment of a line takes a hundredth of this.
constexpr std::size_t max_list_size = std::size_t{4} << 20;

std::string time_text(std::chrono::system_clock::time_point time) {
    const auto seconds = std::chrono::system_clock::to_time_t(time);
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    std::string out(20, '\0');
    out.resize(std::strftime(out.data(), out.size() + 1, "%Y-%m-%dT%H:%M:%SZ", &utc));
    return out;
}

std::string suggestion(std::string_view id) {
    std::vector<std::string_view> known;
    for (const auto& test : all_cases())
        known.push_back(test.id);
    return sim::suggestion(id, known);
}

/// IDs that are known to fail: one a line, `#` begins a comment.
std::expected<std::vector<std::string>, std::string> read_known_failures(
    const std::filesystem::path& path) {
    std::vector<std::string> out;
    if (path.empty()) return out;
    const auto text = read_file(path, max_list_size);
    if (!text) return std::unexpected("--expect-fail: " + text.error());
    std::istringstream lines{std::string(without_byte_order_mark(*text))};
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        line.resize(std::min(line.find('#'), line.size()));
        const auto begin = line.find_first_not_of(" \t\r");
        if (begin == std::string::npos) continue;
        const auto id = line.substr(begin, line.find_last_not_of(" \t\r") + 1 - begin);
        if (find_case(id) == nullptr) {
            return std::unexpected(fmt::format("--expect-fail: {}:{}:{}: there is no case '{}'{}",
                                               path.string(), number, begin + 1, id,
                                               suggestion(id)));
        }
        out.push_back(id);
    }
    return out;
}

class Runner {
  public:
    Runner(Part part, const Options& options, const Judge& judge, const Progress& progress,
           std::vector<const Case*> cases, std::vector<std::string> known)
        : options_(options),
          judge_(judge),
          progress_(progress),
          cases_(std::move(cases)),
          known_(std::move(known)) {
        outcome_.run = {.part = part,
                        .peer = options.name,
                        .started = time_text(std::chrono::system_clock::now()),
                        .seed = options.seed,
                        .version = std::string(program::version()),
                        .results = {}};
        outcome_.run.results.resize(cases_.size());
        if (options.total_timeout) deadline_ = Clock::now() + *options.total_timeout;
    }

    Outcome run() {
        {
            std::vector<std::jthread> workers;
            const auto jobs = std::min({options_.jobs, cases_.size(), max_jobs});
            for (std::size_t i = 0; i < jobs; ++i)
                workers.emplace_back([this] { work(); });
        }
        outcome_.exit = exit_code();
        outcome_.unjudged = unjudged_;
        return std::move(outcome_);
    }

  private:
    void work() {
        for (std::size_t i = 0; (i = next_++) < cases_.size();) {
            auto result = run_one(*cases_[i]);
            const std::scoped_lock lock(mutex_);
            auto& place = outcome_.run.results[i] = std::move(result);
            ++done_;
            if (progress_) progress_(place, done_, cases_.size());
        }
    }

    Result run_one(const Case& test) {
        const auto begin = Clock::now();
        auto verdict = judge_one(test);
        auto& result = verdict.result;
        result.test = &test;
        result.duration =
            std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
        result.rerun = rerun(test);
        result.status = weigh(test, result.status);
        if (result.status != Status::skipped) {
            ++tried_;
            if (verdict.reached) reached_ = true;
        }
        if (is_failure(result.status) || result.status == Status::warned) keep(result, verdict);
        return std::move(result);
    }

    Verdict judge_one(const Case& test) {
        Verdict verdict;
        verdict.result.status = Status::skipped;
        verdict.result.reason = why_skipped(test, options_);
        if (!verdict.result.reason.empty()) return verdict;
        if (const auto signal = interrupted_by(); !signal.empty()) {
            return interrupted(fmt::format("{} ended the run before this case", signal));
        }
        if (deadline_ && Clock::now() >= *deadline_) {
            timed_out_ = true;
            verdict.result.reason = "the time for the whole run was over";
            return verdict;
        }
        try {
            return judge_(test);
        } catch (const Interrupted&) {
            return interrupted(fmt::format("{} ended the run during this case", interrupted_by()));
        } catch (const std::exception& error) {
            verdict.result.status = Status::broken;
            verdict.result.reason = fmt::format("internal error: {}", error.what());
            return verdict;
        }
    }

    Verdict interrupted(std::string reason) {
        ++unjudged_;
        Verdict verdict;
        verdict.result.status = Status::skipped;
        verdict.result.reason = std::move(reason);
        return verdict;
    }

    Status weigh(const Case& test, Status status) const {
        const bool known = std::ranges::find(known_, test.id) != known_.end();
        if (status == Status::passed) return known ? Status::unexpected_pass : status;
        if (status != Status::failed) return status;
        if (known) return Status::known_failure;
        const bool should = test.strength == Strength::should && !options_.strict;
        return should ? Status::warned : Status::failed;
    }

    void keep(Result& result, const Verdict& verdict) const {
        auto folder = write_failure_folder(options_.out, result, verdict.attachments);
        if (folder) {
            result.folder = folder->string();
        } else {
            result.details.push_back(folder.error());
        }
    }

    std::string rerun(const Case& test) const {
        auto out = fmt::format("{} --filter {}", options_.rerun, quote(test.id));
        if (options_.command.empty()) return out;
        out += " --";
        for (const auto& word : options_.command)
            out += " " + quote(word);
        return out;
    }

    Exit exit_code() const {
        if (unjudged_ > 0) return exit_interrupted;
        if (timed_out_) return exit_timeout;
        if (tried_ == 0) return exit_nothing;
        if (!reached_) return exit_unreachable;
        return count(outcome_.run).failures() > 0 ? exit_failed : exit_passed;
    }

    const Options& options_;
    const Judge& judge_;
    const Progress& progress_;
    const std::vector<const Case*> cases_;
    const std::vector<std::string> known_;
    std::optional<Clock::time_point> deadline_;
    std::atomic<std::size_t> next_ = 0;
    std::atomic<std::size_t> tried_ = 0;
    std::atomic<bool> reached_ = false;
    std::atomic<bool> timed_out_ = false;
    std::atomic<std::size_t> unjudged_ = 0;
    std::mutex mutex_;  // of what follows
    std::size_t done_ = 0;
    Outcome outcome_;
};

}  // namespace

std::string why_skipped(const Case& test, const Options& options) {
    if (!options.features) return {};
    std::string missing;
    for (const auto& feature : test.features) {
        if (options.features->contains(feature)) continue;
        missing += (missing.empty() ? "" : ", ") + feature;
    }
    return missing.empty() ? "" : fmt::format("--features does not have {}", missing);
}

std::expected<Outcome, std::string> run_cases(Part part, const Options& options, const Judge& judge,
                                              const Progress& progress) {
    auto cases = select(part, options.filters, options.exclusions);
    if (cases.empty()) return std::unexpected("no case matches; `list` shows them all");
    auto known = read_known_failures(options.expect_fail);
    if (!known) return std::unexpected(known.error());
    return Runner(part, options, judge, progress, std::move(cases), std::move(*known)).run();
}

}  // namespace confd::kit
