// SPDX-License-Identifier: Apache-2.0
// NOTIF_COMPACTION: a CDB file was compacted (8 releases).
#pragma once

#include "protocol/notification/types.hpp"

namespace confd {

struct CompactionNotification {
    static constexpr std::string_view key = "compaction";
    static constexpr Shape shape = Shape::flat;

    CompactionFile dbfile{};
    CompactionType type{};
    std::int64_t fsize_start = 0;  ///< bytes, before
    std::int64_t fsize_end = 0;    ///< bytes, after
    std::int64_t fsize_last = 0;   ///< bytes, after the compaction before this one
    std::int64_t time_start = 0;   ///< microseconds since 1970
    std::int64_t duration = 0;     ///< microseconds
    std::int64_t ntrans = 0;       ///< transactions written since the last compaction

    static constexpr auto fields() {
        using N = CompactionNotification;
        return std::tuple(field("dbfile", &N::dbfile), field("type", &N::type),
                          field("fsize_start", &N::fsize_start), field("fsize_end", &N::fsize_end),
                          field("fsize_last", &N::fsize_last),
                          field("time_start", &N::time_start).as_time(),
                          field("duration", &N::duration), field("ntrans", &N::ntrans));
    }
    bool operator==(const CompactionNotification&) const = default;
};

}  // namespace confd
