// SPDX-License-Identifier: Apache-2.0
#include "simulator/scenario/stream_parts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/value/calendar.hpp"
#include "protocol/value/hash.hpp"
#include "protocol/value/text.hpp"
#include "simulator/scenario/event_fields.hpp"
#include "simulator/scenario/event_schema.hpp"
#include "simulator/scenario/hazards.hpp"
#include "simulator/scenario/scenario.hpp"
#include "simulator/scenario/world.hpp"
#include "simulator/text/key_schema.hpp"
#include "simulator/text/now.hpp"
#include "simulator/text/scalars.hpp"
#include "simulator/yang/schema.hpp"
#include "simulator/yang/typed_value.hpp"

namespace confd::sim {
namespace {

constexpr std::string_view after_names[] = {"end", "live"};
constexpr std::string_view access_names[] = {"permit", "deny"};

struct LogKeys {
    YamlPtr time;
    YamlPtr notification;
    YamlPtr fields;
};

constexpr auto by_name = forms::node(named_event_schema);
constexpr auto by_fields = forms::raw_node(stream_fields_schema);

constexpr Key log_keys[] = {
    key<&LogKeys::time>("time", forms::unread_time, "when it happened", {.with = "notification"}),
    key<&LogKeys::notification>("notification", by_name, "the event by name, as in send",
                                {.presence = Presence::one_of}),
    key<&LogKeys::fields>("fields", by_fields, "or as raw tags and values, with event_time",
                          {.presence = Presence::one_of}),
};
/// By name an event has no time of its own.
void refine_log(boost::json::object& map) {
    map["allOf"] =
        boost::json::array{schema::either({boost::json::object{{"required", {"time"}}},
                                           boost::json::object{{"required", {"fields"}}}})};
    map["not"] = boost::json::object{{"required", {"time", "fields"}}};
}

constexpr auto log_shape = shape_of<LogKeys>(
    "the keys of a logged event", "An event that can be replayed.", log_keys, refine_log);

struct AccessKeys : AccessRule {
    std::vector<std::string> names;
};

constexpr Key access_keys[] = {
    key<&AccessKeys::user, AccessKeys>("user", forms::name, "sessions of this user"),
    key<&AccessKeys::group, AccessKeys>("group", forms::name, "sessions in this group"),
    key<&AccessKeys::usid, AccessKeys>("usid", "the session with this id", {.low = 1}),
    key<&AccessKeys::names>("notifications", forms::names, "notifications by name",
                            {.otherwise = "all of them"}),
    key<&AccessKeys::access, AccessKeys>("access", "whether they may be read",
                                         {.choices = access_names}),
};
constexpr auto access_shape = shape_of<AccessKeys>(
    "the keys of an access rule",
    "The first rule that fits session and event decides; without one the event may be read.",
    access_keys);

struct StreamKeys : StreamDefinition {
    YamlPtr logged;
    YamlPtr rules;
};

constexpr Key stream_keys[] = {
    key<&StreamKeys::name, StreamKeys>("name", forms::name, "the stream's name",
                                       {.presence = Presence::required}),
    key<&StreamKeys::logged>("log", forms::unread_maps,
                             "what has happened before the start, for replay",
                             {.otherwise = "empty", .map = &log_shape}),
    key<&StreamKeys::replay, StreamKeys>(
        "replay", "whether there is replay; where not, asking for it gets replay_failed"),
    key<&StreamKeys::replay_failed, StreamKeys>("replay_failed", forms::text,
                                                "makes every replay fail with this text"),
    key<&StreamKeys::after_replay, StreamKeys>(
        "after_replay",
        "what follows replay_complete: nothing, as documented, or live events as in RFC 5277",
        {.choices = after_names}),
    key<&StreamKeys::rules>("access", forms::unread_maps,
                            "what the user session of a subscription may read",
                            {.otherwise = "all may be read", .map = &access_shape}),
};

class StreamParser {
  public:
    explicit StreamParser(Loading& loading)
        : loading_(loading), diagnostics_(loading.diagnostics) {}

    std::optional<StreamDefinition> parse(const YamlPtr& node) {
        StreamKeys out;
        read_keys(node, stream_shape, &out, loading_);
        for_each(out.logged, [&](const YamlPtr& item) {
            auto event = logged(item);
            if (event && may_send(*event, *item)) out.log.push_back(std::move(*event));
        });
        for_each(out.rules, [&](const YamlPtr& item) { out.access.push_back(rule(item)); });
        if (out.name.empty()) return std::nullopt;
        return std::move(static_cast<StreamDefinition&>(out));
    }

  private:
    template <class F>
    void for_each(const YamlPtr& list, F&& f) {
        if (list == nullptr) return;
        const auto items = forms::detail::whole_variable(list, loading_);
        if (!items->is_sequence()) return report_expected(*items, "a list", diagnostics_);
        for (const auto& item : items->items)
            f(item);
    }

    /// Warns of what the vendor's library cannot take.
    bool may_send(const StreamEvent& event, const YamlNode& node) {
        const auto& scenario = loading_.scenario;
        if ((scenario.allowed & allow_unsafe) != 0) return true;
        const auto hazards =
            hazards_of(event.notification, loading_.product, scenario.schema.get());
        for (const auto& hazard : hazards) {
            warn(hazard, node.place, "the event is left out of the log, 'allow: unsafe' keeps it",
                 diagnostics_);
        }
        return !crashes(hazards);
    }

    std::optional<StreamEvent> logged(const YamlPtr& node) {
        LogKeys keys;
        read_keys(node, log_shape, &keys, loading_);
        if ((keys.fields == nullptr) == (keys.notification == nullptr)) return std::nullopt;
        return keys.fields != nullptr ? raw_event(keys.fields) : named_event(keys, *node);
    }

    std::optional<StreamEvent> raw_event(const YamlPtr& written) {
        const auto line = printed_line(written);
        const auto fields =
            line ? line->fields : substitute(written, *loading_.first, diagnostics_);
        if (line && event_type(line->name->text) != NOTIF_STREAM_EVENT) {
            report_expected(*line->name, "NOTIF_STREAM_EVENT", diagnostics_);
            return std::nullopt;
        }
        auto event =
            parse_event(NOTIF_STREAM_EVENT, fields.get(), loading_.wire(),
                        {loading_.scenario.loaded_at, loading_.scenario.loaded_at}, diagnostics_);
        if (!event) return std::nullopt;
        const auto* stream = event->get<StreamNotification>();
        const auto time = to_time_point(stream->event_time);
        if (!time || stream->type != STREAM_NOTIFICATION_EVENT) {
            diagnostics_.report(fields->place, "a logged event needs an event_time");
            return std::nullopt;
        }
        return StreamEvent{*time, std::move(*event), nullptr};
    }

    std::optional<StreamEvent> named_event(const LogKeys& keys, const YamlNode& node) {
        Diagnostics ignored;  // said below
        const auto time = keys.time == nullptr ? std::nullopt : parse_datetime(*keys.time, ignored);
        const auto wall = time ? to_time_point(*time) : std::nullopt;
        if (!wall) {
            diagnostics_.report(keys.time == nullptr ? node.place : keys.time->place,
                                "a logged event needs its time, such as 2026-11-22T10:00:00Z");
        }
        auto event = parse_named_event(*keys.notification, loading_.scenario, diagnostics_);
        if (!event || !wall) return std::nullopt;
        event->time = *wall;
        std::get<StreamNotification>(event->notification.body).event_time = *time;
        return event;
    }

    AccessRule rule(const YamlPtr& node) {
        AccessKeys out;
        const auto given = read_keys(node, access_shape, &out, loading_);
        for (const auto& name : out.names) {
            if (const auto tag = notification_tag(name, *given.node<&AccessKeys::names>())) {
                out.notifications.push_back(*tag);
            }
        }
        return std::move(static_cast<AccessRule&>(out));
    }

    std::optional<XmlTag> notification_tag(const std::string& name, const YamlNode& node) {
        if (loading_.scenario.schema == nullptr) {
            if (!loading_.scenario.modules_failed) {
                diagnostics_.report(node.place, "notifications have names only with 'modules'");
            }
            return std::nullopt;
        }
        const auto notification = loading_.scenario.schema->find_notification(name);
        if (!notification) {
            diagnostics_.report(node.place, notification.error());
            return std::nullopt;
        }
        return yang::tag_of(**notification);
    }

    Loading& loading_;
    Diagnostics& diagnostics_;
};

}  // namespace

constexpr MapShape stream_shape =
    shape_of<StreamKeys>("the keys of a stream", "A notification stream.", stream_keys);

std::optional<StreamDefinition> parse_stream(const YamlPtr& node, Loading& loading) {
    return StreamParser(loading).parse(node);
}

std::optional<StreamEvent> parse_named_event(const YamlNode& node, const Scenario& scenario,
                                             Diagnostics& diagnostics) {
    if (scenario.schema == nullptr) {
        if (!scenario.modules_failed) {
            diagnostics.report(
                node.place, "an event can be written by name only with 'modules' in the scenario");
        }
        return std::nullopt;
    }
    auto built = scenario.schema->build(node, diagnostics);
    if (!built) return std::nullopt;
    StreamNotification body;
    body.values = std::move(built->values);
    return StreamEvent{{}, {NOTIF_STREAM_EVENT, std::move(body)}, std::move(built->tree)};
}

void set_event_time(StreamEvent& event, WallTime time) {
    event.time = time;
    std::get<StreamNotification>(event.notification.body).event_time = to_datetime(time);
}

}  // namespace confd::sim
