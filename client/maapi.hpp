// SPDX-License-Identifier: Apache-2.0
// The MAAPI calls that event subscribers need, blocking: names for hashes, and the changes of a
// transaction between NOTIF_COMMIT_DIFF and its acknowledgement.
//
//     MaapiSocket maapi(ConnectOptions::from_environment());
//     maapi_connect(maapi);
//     const auto names = load_schemas(maapi);
//     ...
//     attach(maapi, diff->tctx.th);
//     diff_iterate(maapi, diff->tctx.th, [&](const DiffChange& change) {
//         store(to_text(change.path, names), change);
//         return ITER_RECURSE;
//     });
//     detach(maapi, diff->tctx.th);
//     diff_notification_done(sock, diff->tctx);
//
// Everything throws events::Error. After Kind::refused and Kind::usage the socket can still be
// used; anything else closes it, a passed deadline too.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "client/deadline.hpp"
#include "client/error.hpp"
#include "client/options.hpp"
#include "protocol/maapi/changes.hpp"
#include "protocol/maapi/messages.hpp"
#include "protocol/maapi/schema_names.hpp"

namespace confd::maapi {

using events::ConnectOptions;
using events::Deadline;
using events::Error;

/// Called with each change; says how to go on.
using DiffVisitor = std::function<IterAnswer(const DiffChange&)>;

/// One MAAPI connection. Move-only; closes when destroyed. Not thread-safe.
class MaapiSocket {
  public:
    explicit MaapiSocket(ConnectOptions options = {});
    MaapiSocket(MaapiSocket&&) noexcept;
    MaapiSocket& operator=(MaapiSocket&&) noexcept;
    ~MaapiSocket();

    /// Connected and not closed. When it is false, maapi_connect() may be called again.
    bool is_open() const;
    /// The server detaches what is attached.
    void close();
    const ConnectOptions& options() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;

    friend void maapi_connect(MaapiSocket&, const transport::Endpoint&, Deadline);
    friend SchemaNames load_schemas(MaapiSocket&, Deadline);
    friend void attach(MaapiSocket&, std::int64_t, std::int64_t, std::int64_t, Deadline);
    friend void diff_iterate(MaapiSocket&, std::int64_t, const DiffVisitor&, Deadline);
    friend void detach(MaapiSocket&, std::int64_t, Deadline);
};

/// Connects to the endpoint, or to that of the socket's options. A server without MAAPI closes:
/// Kind::closed.
void maapi_connect(MaapiSocket& sock, const transport::Endpoint& endpoint, Deadline deadline = {});
void maapi_connect(MaapiSocket& sock, Deadline deadline = {});

/// Everything that the server names: namespaces, nodes and hashes, up to SchemaLimits.
SchemaNames load_schemas(MaapiSocket& sock, Deadline deadline = {});

/// For attach(), which then leaves the user session out.
inline constexpr std::int64_t no_user_session = 0;

/// Attaches to a transaction, in a namespace (its hash) and for a user session. Kind::refused with
/// ERR_NOTRANS when there is no such transaction.
void attach(MaapiSocket& sock, std::int64_t thandle, std::int64_t ns = no_namespace,
            std::int64_t usid = no_user_session, Deadline deadline = {});

/// Walks the changes of an attached transaction. The deadline is for all of them. What the visitor
/// throws closes the socket.
void diff_iterate(MaapiSocket& sock, std::int64_t thandle, const DiffVisitor& visitor,
                  Deadline deadline = {});

void detach(MaapiSocket& sock, std::int64_t thandle, Deadline deadline = {});

}  // namespace confd::maapi
