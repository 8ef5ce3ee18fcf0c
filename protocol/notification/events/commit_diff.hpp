// SPDX-License-Identifier: Apache-2.0
// NOTIF_COMMIT_DIFF: a transaction is about to be committed, and waits until every subscriber has
// read its diff and called diff_notification_done.
#pragma once

#include "protocol/notification/types.hpp"

namespace confd {

/// The transaction; one integer on the wire.
struct TransCtx {
    std::int64_t th = 0;

    static constexpr auto fields() { return std::tuple(field("th", &TransCtx::th)); }
    bool operator==(const TransCtx&) const = default;
};

struct CommitDiffNotification {
    static constexpr std::string_view key = "commit_diff";
    static constexpr Shape shape = Shape::flat;

    Datastore database{};
    UserInfo uinfo;
    TransCtx tctx;
    std::int64_t flags = 0;  ///< CommitFlag bits
    OptionalText comment;    ///< empty text and absent mean the same to applications
    OptionalText label;

    static constexpr auto fields() {
        using N = CommitDiffNotification;
        return std::tuple(field("database", &N::database), field("uinfo", &N::uinfo),
                          field("tctx", &N::tctx), field("flags", &N::flags),
                          field("comment", &N::comment).at_end().shown(Show::nonempty),
                          field("label", &N::label).at_end().shown(Show::nonempty));
    }
    bool operator==(const CommitDiffNotification&) const = default;
};

}  // namespace confd
