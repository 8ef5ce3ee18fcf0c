// SPDX-License-Identifier: Apache-2.0
// The decoder under test: a program, or a function of a test.
#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "conformance/kit/run/options.hpp"
#include "conformance/kit/run/parts.hpp"
#include "conformance/kit/run/runner.hpp"

namespace confd::kit::codec {

struct Decoded {
    std::optional<int> exit_code;  ///< nothing: it still runs; negative: the signal that ended it
    std::string output;
    std::string errors;
};

/// Runs it with these arguments on this standard input. The error says why it does not start.
using Decoder = std::function<std::expected<Decoded, std::string>(
    const std::vector<std::string>& arguments, const std::string& input,
    std::chrono::milliseconds timeout)>;

/// As codec_judge() does it: a process for each release and product.
std::expected<Decoded, std::string> run_program(const std::vector<std::string>& arguments,
                                                const std::string& input,
                                                std::chrono::milliseconds timeout);

Judge judge_of(Options options, CodecOptions codec, Decoder decoder);

}  // namespace confd::kit::codec
