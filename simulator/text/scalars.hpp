// SPDX-License-Identifier: Apache-2.0
// Numbers, texts, durations and names out of YAML nodes. Each reports what is wrong, with what was
// expected, and then returns nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/bytes.hpp"
#include "protocol/constants.hpp"
#include "simulator/text/yaml.hpp"

namespace confd::sim {

/// Reports "expected X, found Y".
void report_expected(const YamlNode& node, std::string_view expected, Diagnostics& diagnostics);

/// An integer without quotes; `what` names it in messages: "a port".
std::optional<std::int64_t> parse_int(const YamlNode& node, std::int64_t low, std::int64_t high,
                                      std::string_view what, Diagnostics& diagnostics);
std::optional<std::uint64_t> parse_uint64(const YamlNode& node, std::string_view what,
                                          Diagnostics& diagnostics);

/// A number between the bounds, which need not be whole.
std::optional<double> parse_number(const YamlNode& node, double low, double high,
                                   Diagnostics& diagnostics);

/// Events a second, above 0: "1000/s", "0.5/s", "30/m", or a bare number of events a second.
std::optional<double> parse_rate(const YamlNode& node, Diagnostics& diagnostics);

/// Any scalar.
std::optional<std::string> parse_text(const YamlNode& node, std::string_view what,
                                      Diagnostics& diagnostics);
/// A scalar that is not empty.
std::optional<std::string> parse_name(const YamlNode& node, std::string_view what,
                                      Diagnostics& diagnostics);

/// A name, or a list of names.
std::vector<std::string> parse_names(const YamlNode& node, Diagnostics& diagnostics);

/// Hexadecimal digits, blanks allowed between bytes.
std::optional<Bytes> parse_hex_bytes(const YamlNode& node, Diagnostics& diagnostics);

/// confd::parse_timespan()
std::optional<std::chrono::milliseconds> parse_timespan(const YamlNode& node,
                                                        Diagnostics& diagnostics);

/// A name of the table or an integer.
std::optional<std::int64_t> parse_constant(const YamlNode& node, std::span<const Constant> table,
                                           Diagnostics& diagnostics);

/// A list of names of the table, or one of them, as the bits they stand for.
std::optional<std::uint32_t> parse_mask(const YamlNode& node, Diagnostics& diagnostics);

}  // namespace confd::sim
