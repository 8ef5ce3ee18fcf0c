// SPDX-License-Identifier: Apache-2.0
// The user sessions behind random events: each has a user, an address, a context and a login time
// that stay its own, logs in, works in transactions and locks, commits, and logs out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "generate/choices.hpp"
#include "protocol/notification/types.hpp"
#include "protocol/value/calendar.hpp"
#include "simulator/workload/log_lines.hpp"

namespace confd::sim::workload {

/// A transaction of a session.
struct Transaction {
    std::int64_t handle = 0;
    Datastore database = Datastore::RUNNING;
    std::string trace_id;
    bool locked = false;
    bool committed = false;
    bool told = false;  ///< by a USER_SESSION event
};

struct Session {
    UserInfo uinfo;
    bool stays = false;       ///< it was there before, and does not log out
    bool in_log = false;      ///< the audit log has its login
    bool leaving = false;     ///< the audit log has its logout
    bool confirming = false;  ///< it has begun a confirmed commit
    std::optional<Transaction> transaction = {};
};

class Sessions {
  public:
    /// Which events tell of sessions: change() and audit() are asked for only then.
    struct Told {
        bool sessions = false;  ///< USER_SESSION
        bool audit = false;     ///< AUDIT
    };

    /// `known` are logged in, and stay so. Without any, sessions come and go.
    Sessions(const std::vector<UserInfo>& known, Told told);

    /// One that acts next.
    Session& any(Choices& choices, TimePoint now);
    /// One with a transaction, a new one where need be.
    Session& writer(Choices& choices, TimePoint now);
    /// The same, for a transaction that has not been committed, and is then.
    Session& committer(Choices& choices, TimePoint now);

    /// Whether the session has not logged out.
    bool at_work(std::int64_t usid) const;
    /// One that has begun a confirmed commit, or null.
    Session* confirming();

    /// What a USER_SESSION event tells: somebody logs in or out, begins or ends a transaction, or
    /// takes or gives back a lock.
    struct Change {
        UserSessType type;
        UserInfo uinfo;
        Datastore database;
    };
    Change change(Choices& choices, TimePoint now);

    /// What an AUDIT event tells.
    struct Audit {
        UserInfo uinfo;
        Audited what;
    };
    Audit audit(Choices& choices, TimePoint now);

  private:
    void settle_in(Choices& choices, TimePoint now);
    Session& log_in(Choices& choices, TimePoint since);
    Session& log_in_before(Choices& choices, TimePoint now);
    void log_out(Session& session);
    Session& with_transaction(Choices& choices, TimePoint now, bool uncommitted);
    void begin(Choices& choices, Session& session);
    bool is_locked(Datastore database) const;
    Change change_of(Choices& choices, Session& session);

    std::vector<Session> sessions_;
    bool fixed_;
    Told told_;
    std::int64_t last_usid_ = 10;
    std::int64_t last_handle_ = 1000;  // no two transactions have the same
};

}  // namespace confd::sim::workload
