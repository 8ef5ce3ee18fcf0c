// SPDX-License-Identifier: Apache-2.0
// The fields of events out of scenario files, by the names that the events' own lists give them
// (protocol/notification/fields.hpp). The form is that of the printed JSON, so that a line which
// confd-listen has printed can be pasted into a scenario.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/notification/notification.hpp"
#include "simulator/text/yaml.hpp"
#include "simulator/workload/defaults.hpp"

namespace confd::sim {

/// An event of this type: `fields` (null for none) where they are given, elsewhere the defaults of
/// workload/defaults.hpp. Reports unknown fields, fields that this form of the event
/// does not have in this dialect and product, and values that do not fit; nothing then.
std::optional<Notification> parse_event(std::uint32_t type, const YamlNode* fields,
                                        const WireContext& wire, const workload::Times& times,
                                        Diagnostics& diagnostics);

/// Whether the event says when something was, which has a default.
bool has_time(const Notification& event);

/// A whole line of `confd-listen --format json`, pasted where the fields of an event stand. It
/// means what was printed: nothing in it is a variable.
struct PrintedLine {
    YamlPtr name;    ///< of the event
    YamlPtr fields;  ///< null for an event without any
    YamlPtr diff;    ///< the changes of a commit, when they were read; else null
};
/// Nothing when it is no such line.
std::optional<PrintedLine> printed_line(const YamlPtr& node);

/// A user session's fields, as they stand in `uinfo`; what is left out has its default. Reports
/// what is wrong; nothing then.
std::optional<UserInfo> parse_uinfo(const YamlNode& node, const WireContext& wire, TimePoint login,
                                    Diagnostics& diagnostics);

/// The user session that the event is about; 0 for none.
std::int64_t session_of(const Notification& event);

/// An event's type by its name, with or without NOTIF_ or NCS_NOTIF_ and in any case: audit,
/// NOTIF_AUDIT.
std::optional<std::uint32_t> event_type(std::string_view name);

/// Names of the events that can be sent.
std::vector<std::string_view> event_names();

/// Why a server of this release and product has no such event; empty when it has
/// (docs/protocol.md, "Which event in which dialect and product").
std::string why_unavailable(std::uint32_t type, const WireContext& wire);

}  // namespace confd::sim
