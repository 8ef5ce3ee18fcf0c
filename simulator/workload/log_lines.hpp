// SPDX-License-Identifier: Apache-2.0
// Lines of the logs: what the audit, daemon, NETCONF, developer, JSON-RPC and web logs have, each
// with the symbol that says what it is about (protocol/log_symbols.hpp).
#pragma once

#include <cstdint>
#include <string>

#include "generate/choices.hpp"
#include "protocol/notification/types.hpp"
#include "protocol/release.hpp"

namespace confd::sim::workload {

struct LogLine {
    LogNumber logno;
    std::int64_t prio = 6;  ///< a syslog priority
    std::string text;
};

/// A line of one of the syslog events' logs, which must be one of them.
LogLine syslog_line(Choices& choices, std::uint32_t type, Product product);

/// What an audit event says of a session.
enum class Audited : std::uint8_t { login, logout, action };
LogLine audit_line(Choices& choices, const UserInfo& session, Audited what, Product product);

}  // namespace confd::sim::workload
