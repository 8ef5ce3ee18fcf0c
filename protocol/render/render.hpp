// SPDX-License-Identifier: Apache-2.0
// Events for people and programs: JSON with the keys of the Python API, and a line of text.
//
// Both walk the fields of an event as its struct lists them; docs/notification.schema.json
// describes the JSON.
#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "protocol/error.hpp"
#include "protocol/maapi/changes.hpp"
#include "protocol/maapi/keypath.hpp"
#include "protocol/notification/notification.hpp"

namespace confd {

struct RenderOptions {
    /// The dialect and product that the event was decoded with.
    WireContext context;
    /// Show the clear-text password of a user session instead of ***.
    bool show_clearpass = false;
    /// In JSON the symbol of a log number beside it, as "logno_name".
    bool log_names = true;
    /// In JSON, members that newer releases have renamed also under their new names: see
    /// has_newer_names().
    bool newer_names = false;
    /// What tags are called, beside their hashes and in paths; null for hashes alone.
    const Names* names = nullptr;

    const Names& known_names() const { return names == nullptr ? no_names() : *names; }
};

/// Whether a release gives HA events both as `slave_died` and as `secondary_died`, and so on.
constexpr bool has_newer_names(const Release& release) {
    return release.protocol_version() >= 78;
}

/// What a member was called before newer releases gave it this name; empty for other names.
std::string_view older_name(std::string_view newer);

/// `{"type": 1, "name": "NOTIF_AUDIT", "audit": {..}}`. Enumerations are numbers, 64-bit integers
/// exact, bytes hex; text that is not UTF-8 has U+FFFD in place of what is not.
boost::json::object to_json(const Notification& notification, const RenderOptions& options = {});

/// `{"type": "uint16", "value": 1500}`.
boost::json::object to_json(const Value& value);

/// `{"path": "/interfaces/interface{eth0}/mtu", "op": "value_set", "value": {..}, "old": {..}}`;
/// `after`, with the keys, for moved_after (none when first), `attr` for attr_set.
boost::json::object to_json(const DiffChange& change, const RenderOptions& options = {});

/// `{"error": {"code": .., "offset": .., "path": .., "message": ..}}`.
boost::json::object to_json(const Error& error);

/// The JSON Schema (draft 2020-12) of those lines, derived from the same lists of fields; a copy
/// is docs/notification.schema.json.
boost::json::object notification_schema();
/// The same, laid out for people.
std::string notification_schema_text();

/// JSON over several lines, where one would be too long.
std::string laid_out(const boost::json::value& value);

/// `NOTIF_AUDIT logno=AUTH_LOGIN_SUCCESS user="admin" usid=17 msg="..."`, enumerations by name.
std::string to_text(const Notification& notification, const RenderOptions& options = {});

/// `value_set /interfaces/interface{eth0}/mtu 1500`.
std::string to_text(const DiffChange& change, const RenderOptions& options = {});

}  // namespace confd
