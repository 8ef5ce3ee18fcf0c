// SPDX-License-Identifier: Apache-2.0
// Runs cases, several at once, and turns what a part says about each into results.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "conformance/kit/model/case.hpp"
#include "conformance/kit/model/result.hpp"
#include "conformance/kit/report/files.hpp"
#include "conformance/kit/run/options.hpp"

namespace confd::kit {

/// What a part says about one case. `result.status` is one of passed, failed, skipped and broken:
/// the runner makes warned, known_failure and unexpected_pass of them, and fills in `test`,
/// `rerun`, `folder` and `duration`.
struct Verdict {
    Result result;
    bool reached = true;                    ///< the peer was there: connected, or could be reached
    std::vector<Attachment> attachments{};  ///< for the folder of a failure, beside what is in it
};

/// Judges one case. Called from several threads at once; an exception is `broken`, but for
/// Interrupted.
using Judge = std::function<Verdict(const Case&)>;

/// Called after each case, by one thread at a time.
using Progress = std::function<void(const Result& result, std::size_t done, std::size_t total)>;

struct Outcome {
    Run run;
    Exit exit = exit_passed;
    std::size_t unjudged = 0;  ///< cases that a signal has ended, or kept from beginning
};

/// Runs the cases that the options choose and writes the folders of failures. Cases whose features
/// the peer has not declared are skipped without asking `judge`, and so are those that a signal has
/// left unjudged (interruption.hpp). The error is wrong usage: no case
/// matches, a list of known failures that cannot be read or names no case.
std::expected<Outcome, std::string> run_cases(Part part, const Options& options, const Judge& judge,
                                              const Progress& progress);

/// Why the case is skipped with these features; empty when it is not.
std::string why_skipped(const Case& test, const Options& options);

}  // namespace confd::kit
