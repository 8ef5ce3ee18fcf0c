// SPDX-License-Identifier: Apache-2.0
// The kinds of steps, in the order of the documentation: one file for each, and its name here.
#include "simulator/scenario/loading.hpp"

namespace confd::sim {

#define CONFD_STEP_KINDS(X) \
    X(await_kind)           \
    X(send_kind)            \
    X(term_kind)            \
    X(raw_kind)             \
    X(barrier_kind)         \
    X(expect_kind)          \
    X(delay_kind)           \
    X(repeat_kind)          \
    X(when_kind)            \
    X(mix_kind)             \
    X(parallel_kind)        \
    X(any_of_kind)          \
    X(optional_kind)        \
    X(fault_kind)           \
    X(close_kind)           \
    X(log_kind)             \
    X(finally_kind)

#define CONFD_DECLARE(kind) extern const StepKind kind;
CONFD_STEP_KINDS(CONFD_DECLARE)
#undef CONFD_DECLARE

std::span<const StepKind* const> step_kinds() {
#define CONFD_POINT_TO(kind) &kind,
    static constexpr const StepKind* kinds[] = {CONFD_STEP_KINDS(CONFD_POINT_TO)};
#undef CONFD_POINT_TO
    return kinds;
}

#undef CONFD_STEP_KINDS

}  // namespace confd::sim
