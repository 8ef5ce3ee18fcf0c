// SPDX-License-Identifier: Apache-2.0
// Regular expressions of XML Schema, as YANG has them, by PCRE2 and with a bound.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

struct pcre2_real_code_8;

namespace confd::sim::yang {

/// Steps of a search before it is given up: some 20 ms. Patterns that people write need as many as
/// the text has characters, times a few.
inline constexpr std::uint32_t max_pattern_steps = 1'000'000;

class XsdPattern {
  public:
    /// The error is a sentence. Blocks (\p{IsGreek}) are not known.
    static std::expected<XsdPattern, std::string> compile(std::string_view pattern);

    /// Whether the whole text matches; an error when that takes more than max_pattern_steps.
    std::expected<bool, std::string> matches(std::string_view text) const;

  private:
    using Code = std::shared_ptr<pcre2_real_code_8>;
    explicit XsdPattern(Code code) : code_(std::move(code)) {}

    Code code_;
};

}  // namespace confd::sim::yang
