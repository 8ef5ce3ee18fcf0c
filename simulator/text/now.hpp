// SPDX-License-Identifier: Apache-2.0
// `now` in scenario files: a time that is known only when the scenario runs. It may stand wherever
// a time does, whatever is counted there: now, now+5m, now-1.5s.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "protocol/value/calendar.hpp"
#include "simulator/text/yaml.hpp"

namespace confd::sim {

/// How far from now; nothing for a text that says something else.
std::optional<std::chrono::milliseconds> parse_now(std::string_view text);

/// The tree with the time beside each scalar that says `now` (YamlNode::time) and has none yet,
/// with quotes or without, since JSON has no other texts; the node itself when there is none. Where
/// a text is expected the scalar stays what it is.
YamlPtr with_now(const YamlPtr& node, TimePoint now);

/// Whether with_now() has found any.
bool has_now(const YamlNode& node);

/// What is taken for a date and time, for messages.
inline constexpr std::string_view datetime_expected =
    "a date and time such as 2026-11-22T10:00:00Z, or now";

/// A date and time, or now. Reports anything else.
std::optional<Datetime> parse_datetime(const YamlNode& node, Diagnostics& diagnostics);

}  // namespace confd::sim
