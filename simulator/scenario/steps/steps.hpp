// The kinds of steps: one file and one line here for each.
#pragma once

#include "simulator/scenario/loading.hpp"
#include "simulator/scenario/world.hpp"

namespace confd::sim {

StepPtr parse_await(const YamlPtr& body, Loading& loading, const Place& place);
StepPtr parse_barrier(const YamlPtr& body, Loading& loading, const Place& place);
StepPtr parse_delay(const YamlPtr& body, Loading& loading, const Place& place);
StepPtr parse_expect(const YamlPtr& body, Loading& loading, const Place& place);
StepPtr parse_log(const YamlPtr& body, Loading& loading, const Place& place);
StepPtr parse_repeat(const YamlPtr& body, Loading& loading, const Place& place);
StepPtr parse_send(const YamlPtr& body, Loading& loading, const Place& place);
StepPtr parse_when(const YamlPtr& body, Loading& loading, const Place& place);

inline constexpr StepKind step_kinds[] = {
    {"await", parse_await}, {"send", parse_send},     {"barrier", parse_barrier},
    {"delay", parse_delay}, {"expect", parse_expect}, {"repeat", parse_repeat},
    {"when", parse_when},   {"log", parse_log},
};

/// How long steps wait where the scenario does not say.
inline constexpr std::chrono::milliseconds default_await = std::chrono::seconds(60);
inline constexpr std::chrono::milliseconds default_within = std::chrono::seconds(10);

/// "250ms", "2s": as it would be written in a scenario.
std::string duration_text(std::chrono::milliseconds span);

}  // namespace confd::sim
