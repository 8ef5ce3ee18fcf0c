// SPDX-License-Identifier: Apache-2.0
#include "simulator/streams/access.hpp"

#include <algorithm>

namespace confd::sim {
namespace {

bool applies(const AccessRule& rule, const UserSession& session) {
    const auto& groups = session.groups;
    return (!rule.usid || *rule.usid == session.usid) &&
           (!rule.user || *rule.user == session.user) &&
           (!rule.group || std::ranges::find(groups, *rule.group) != groups.end());
}

/// The element that names the notification; nothing for an event without content.
std::optional<XmlTag> outermost(const Notification& notification) {
    const auto* stream = notification.get<StreamNotification>();
    if (stream == nullptr) return std::nullopt;
    const auto first = std::ranges::find(stream->values, TagMarker::start, &TagValue::marker);
    if (first == stream->values.end()) return std::nullopt;
    return XmlTag{first->ns, first->tag};
}

bool matches(const AccessRule& rule, const std::optional<XmlTag>& name) {
    return rule.notifications.empty() ||
           (name && std::ranges::find(rule.notifications, *name) != rule.notifications.end());
}

}  // namespace

AccessRules::AccessRules(const std::vector<AccessRule>& rules, const UserSession& session) {
    for (const auto& rule : rules) {
        if (applies(rule, session)) rules_.push_back(&rule);
    }
}

bool AccessRules::permit(const Notification& notification) const {
    if (rules_.empty()) return true;
    const auto name = outermost(notification);
    const auto rule = std::ranges::find_if(
        rules_, [&](const AccessRule* candidate) { return matches(*candidate, name); });
    return rule == rules_.end() || (*rule)->access == Access::permit;
}

}  // namespace confd::sim
