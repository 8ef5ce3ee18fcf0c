// SPDX-License-Identifier: Apache-2.0
// The kinds of faults: one file or a part of one in kinds/, and its name here.
#pragma once

#include <cstdint>
#include <string_view>

namespace confd::sim {

struct FaultKindInfo;

#define CONFD_FAULT_KINDS(X) \
    X(split)                 \
    X(coalesce)              \
    X(delay)                 \
    X(stall)                 \
    X(drop)                  \
    X(duplicate)             \
    X(reorder)               \
    X(truncate)              \
    X(corrupt)               \
    X(wrong_length)          \
    X(oversized_length)      \
    X(garbage)               \
    X(unknown_event)         \
    X(wrong_arity)           \
    X(wrong_type)            \
    X(reset)                 \
    X(half_close)            \
    X(refuse)                \
    X(slow_handshake)        \
    X(fail_connections)      \
    X(wrong_challenge)       \
    X(early_event)

#define CONFD_NAME(kind) kind,
enum class FaultKind : std::uint8_t { CONFD_FAULT_KINDS(CONFD_NAME) };
#undef CONFD_NAME

namespace faults {

#define CONFD_DECLARE(kind) extern const FaultKindInfo kind;
CONFD_FAULT_KINDS(CONFD_DECLARE)
#undef CONFD_DECLARE

/// In the order of the enumeration.
#define CONFD_POINT_TO(kind) &kind,
inline constexpr const FaultKindInfo* all[] = {CONFD_FAULT_KINDS(CONFD_POINT_TO)};
#undef CONFD_POINT_TO
#define CONFD_SPELL(kind) #kind,
inline constexpr std::string_view names[] = {CONFD_FAULT_KINDS(CONFD_SPELL)};
#undef CONFD_SPELL

}  // namespace faults
}  // namespace confd::sim

#undef CONFD_FAULT_KINDS
