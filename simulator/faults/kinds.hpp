// SPDX-License-Identifier: Apache-2.0
// The kinds of faults: one file or a part of one in kinds/, and its lines here.
#pragma once

#include <cstdint>

namespace confd::sim {

struct FaultKindInfo;

enum class FaultKind : std::uint8_t {
    split,
    coalesce,
    delay,
    stall,
    drop,
    duplicate,
    reorder,
    truncate,
    corrupt,
    wrong_length,
    oversized_length,
    garbage,
    unknown_event,
    wrong_arity,
    wrong_type,
    reset,
    half_close,
    refuse,
    slow_handshake,
    fail_connections,
    wrong_challenge,
    early_event,
};

namespace faults {

extern const FaultKindInfo split;
extern const FaultKindInfo coalesce;
extern const FaultKindInfo delay;
extern const FaultKindInfo stall;
extern const FaultKindInfo drop;
extern const FaultKindInfo duplicate;
extern const FaultKindInfo reorder;
extern const FaultKindInfo truncate;
extern const FaultKindInfo corrupt;
extern const FaultKindInfo wrong_length;
extern const FaultKindInfo oversized_length;
extern const FaultKindInfo garbage;
extern const FaultKindInfo unknown_event;
extern const FaultKindInfo wrong_arity;
extern const FaultKindInfo wrong_type;
extern const FaultKindInfo reset;
extern const FaultKindInfo half_close;
extern const FaultKindInfo refuse;
extern const FaultKindInfo slow_handshake;
extern const FaultKindInfo fail_connections;
extern const FaultKindInfo wrong_challenge;
extern const FaultKindInfo early_event;

/// In the order of the enumeration.
inline constexpr const FaultKindInfo* all[] = {
    &split,
    &coalesce,
    &delay,
    &stall,
    &drop,
    &duplicate,
    &reorder,
    &truncate,
    &corrupt,
    &wrong_length,
    &oversized_length,
    &garbage,
    &unknown_event,
    &wrong_arity,
    &wrong_type,
    &reset,
    &half_close,
    &refuse,
    &slow_handshake,
    &fail_connections,
    &wrong_challenge,
    &early_event,
};

}  // namespace faults
}  // namespace confd::sim
