// SPDX-License-Identifier: Apache-2.0
// Which sessions may see which notifications, in the manner of NACM (RFC 8341): the first rule that
// matches decides, and what no rule matches is permitted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/notification/notification.hpp"

namespace confd::sim {

/// A user session that a subscription can name.
struct UserSession {
    std::int64_t usid = 0;
    std::string user;
    std::vector<std::string> groups;
};

enum class Access : std::uint8_t { permit, deny };

struct AccessRule {
    // Which sessions: those that fit all that is given.
    std::optional<std::string> user;
    std::optional<std::string> group;
    std::optional<std::int64_t> usid;

    std::vector<XmlTag> notifications;  ///< the outermost element of the event; empty for all
    Access access = Access::deny;
};

/// The rules of one session, a selection from a list that outlives it.
class AccessRules {
  public:
    AccessRules() = default;  ///< everything is permitted
    AccessRules(const std::vector<AccessRule>& rules, const UserSession& session);

    bool permit(const Notification& notification) const;

  private:
    std::vector<const AccessRule*> rules_;
};

}  // namespace confd::sim
