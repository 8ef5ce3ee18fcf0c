// The kinds of steps: one file and one line here for each.
#pragma once

#include "simulator/scenario/loading.hpp"
#include "simulator/scenario/world.hpp"

namespace confd::sim {

extern const StepKind any_of_kind;
extern const StepKind await_kind;
extern const StepKind barrier_kind;
extern const StepKind close_kind;
extern const StepKind delay_kind;
extern const StepKind expect_kind;
extern const StepKind fault_kind;
extern const StepKind finally_kind;
extern const StepKind log_kind;
extern const StepKind mix_kind;
extern const StepKind optional_kind;
extern const StepKind parallel_kind;
extern const StepKind raw_kind;
extern const StepKind repeat_kind;
extern const StepKind send_kind;
extern const StepKind term_kind;
extern const StepKind when_kind;

inline constexpr const StepKind* step_kinds[] = {
    &await_kind,    &send_kind,   &term_kind,  &raw_kind, &barrier_kind,  &expect_kind,
    &delay_kind,    &repeat_kind, &when_kind,  &mix_kind, &parallel_kind, &any_of_kind,
    &optional_kind, &fault_kind,  &close_kind, &log_kind, &finally_kind,
};

/// How long steps wait where the scenario does not say.
inline constexpr std::chrono::milliseconds default_await = std::chrono::seconds(60);
inline constexpr std::chrono::milliseconds default_within = std::chrono::seconds(10);

/// " of role auditor", or nothing for all of them.
std::string of_role(std::string_view role);
/// " to auditor", or nothing for all of them.
std::string to_role(std::string_view role);

}  // namespace confd::sim
