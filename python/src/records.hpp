// SPDX-License-Identifier: Apache-2.0
// The objects that events have in their dictionaries, beside Value and DateTime: UserInfo,
// TransCtxRef, TagValue, SnmpVarbind, ProgressLink, Notification.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "protocol/notification/events/commit_diff.hpp"
#include "protocol/notification/events/progress_span.hpp"
#include "protocol/notification/events/snmpa.hpp"
#include "protocol/notification/events/stream.hpp"
#include "python/src/python.hpp"

namespace confd::python {

/// UserInfo as Python sees it. Shared by the objects that refer to one session: what Python writes
/// into one shows in the other.
struct SessionInfo {
    std::string username;
    std::int64_t usid = 0;
    std::string context;
    std::int64_t af = 0;
    std::string addr;
    std::string snmp_v3_ctx;
    std::string clearpass;
    std::int64_t logintime = 0;
    std::int64_t proto = 0;
    std::int64_t port = 0;
    std::int64_t lmode = 0;
    std::int64_t flags = 0;
    std::int64_t actx_thandle = -1;
};
using SessionRef = std::shared_ptr<SessionInfo>;

SessionRef session_info(const UserInfo& info);

struct TransCtxRef {
    std::int64_t th = 0;
    SessionRef uinfo;
    std::int64_t cb_flags = 0;
};

/// What `_notif` is. It has nothing to be kept alive for here: every object has its own share.
struct NotificationRef {};

Ref wrap_tag_value(const TagValue& tag);
Ref wrap_attributes(const std::vector<SpanAttribute>& attributes);

/// SpanAttribute's `type` in Python.
inline constexpr std::int64_t attribute_string = 1;
inline constexpr std::int64_t attribute_number = 2;

void init_records(PyObject* module);
void init_notification(PyObject* events);

}  // namespace confd::python
