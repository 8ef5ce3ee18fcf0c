#include "simulator/scenario/stream_parts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/value/calendar.hpp"
#include "protocol/value/hash.hpp"
#include "protocol/value/text.hpp"
#include "simulator/scenario/event_fields.hpp"
#include "simulator/scenario/hazards.hpp"
#include "simulator/scenario/scenario.hpp"
#include "simulator/scenario/world.hpp"
#include "simulator/text/now.hpp"
#include "simulator/text/scalars.hpp"
#include "simulator/yang/schema.hpp"
#include "simulator/yang/typed_value.hpp"

namespace confd::sim {
namespace {

constexpr std::string_view after_names[] = {"end", "live"};
constexpr std::string_view access_names[] = {"deny", "permit"};

constexpr Key log_keys[] = {
    {.name = "time", .takes = Takes::datetime, .doc = "when it happened"},
    {.name = "notification", .takes = Takes::notification, .doc = "the event by name, as in send"},
    {.name = "fields", .takes = Takes::fields, .doc = "or as raw tags and values, with event_time"},
};
constexpr MapShape log_shape{"the keys of a logged event", "An event that can be replayed.",
                             log_keys};

constexpr Key access_keys[] = {
    {.name = "user", .takes = Takes::name, .doc = "sessions of this user"},
    {.name = "group", .takes = Takes::name, .doc = "sessions in this group"},
    {.name = "usid", .takes = Takes::integer, .doc = "the session with this id", .low = 1},
    {.name = "notifications",
     .takes = Takes::names,
     .doc = "notifications by name",
     .otherwise = "all of them"},
    {.name = "access",
     .takes = Takes::choice,
     .doc = "whether they may be read",
     .otherwise = "deny",
     .choices = access_names},
};
constexpr MapShape access_shape{
    "the keys of an access rule",
    "The first rule that fits session and event decides; without one the event may be read.",
    access_keys};

constexpr Key stream_keys[] = {
    {.name = "name", .takes = Takes::name, .doc = "the stream's name", .required = true},
    {.name = "log",
     .takes = Takes::maps,
     .doc = "what has happened before the start, for replay",
     .map = &log_shape},
    {.name = "replay",
     .takes = Takes::flag,
     .doc = "whether there is replay; where not, asking for it gets replay_failed",
     .otherwise = "true"},
    {.name = "replay_failed",
     .takes = Takes::text,
     .doc = "makes every replay fail with this text"},
    {.name = "after_replay",
     .takes = Takes::choice,
     .doc = "what follows replay_complete: nothing, as documented, or live events as in RFC 5277",
     .otherwise = "end",
     .choices = after_names},
    {.name = "access",
     .takes = Takes::maps,
     .doc = "what the user session of a subscription may read",
     .map = &access_shape},
};

class StreamParser {
  public:
    explicit StreamParser(Loading& loading)
        : loading_(loading), diagnostics_(loading.diagnostics) {}

    std::optional<StreamDefinition> parse(const YamlPtr& node) {
        const DeclaredMap map(node, stream_shape, loading_);
        StreamDefinition out;
        out.name = map.text("name");
        out.replay = map.flag("replay", true);
        if (map.has("replay_failed")) out.replay_failed = map.text("replay_failed");
        out.after_replay =
            map.choice("after_replay", 0) == 0 ? AfterReplay::end : AfterReplay::live;
        for_each(map.get("log"), [&](const YamlPtr& item) {
            auto event = logged(item);
            if (event && may_send(*event, *item)) out.log.push_back(std::move(*event));
        });
        for_each(map.get("access"), [&](const YamlPtr& item) { out.access.push_back(rule(item)); });
        return out.name.empty() ? std::nullopt : std::optional(std::move(out));
    }

  private:
    template <class F>
    void for_each(const YamlPtr& list, F&& f) {
        if (list == nullptr) return;
        if (!list->is_sequence()) return report_expected(*list, "a list", diagnostics_);
        for (const auto& item : list->items)
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
        const DeclaredMap map(node, log_shape, loading_);
        if (!map.exactly_one({"notification", "fields"})) return std::nullopt;
        return map.has("fields") ? raw_event(map) : named_event(map);
    }

    std::optional<StreamEvent> raw_event(const DeclaredMap& map) {
        const auto line = printed_line(map.raw("fields"));
        const auto fields = line ? line->fields : map.get("fields");
        if (line && event_type(line->name->text) != NOTIF_STREAM_EVENT) {
            report_expected(*line->name, "NOTIF_STREAM_EVENT", diagnostics_);
            return std::nullopt;
        }
        if (map.has("time")) {
            diagnostics_.report(map.raw("time")->place,
                                "'time' goes with 'notification'; here it "
                                "is event_time among the fields");
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

    std::optional<StreamEvent> named_event(const DeclaredMap& map) {
        const auto time_node = map.get("time");
        Diagnostics ignored;  // said below
        const auto time = time_node == nullptr ? std::nullopt : parse_datetime(*time_node, ignored);
        const auto wall = time ? to_time_point(*time) : std::nullopt;
        if (!wall) {
            diagnostics_.report(time_node == nullptr ? map.node().place : time_node->place,
                                "a logged event needs its time, such as 2026-11-22T10:00:00Z");
        }
        auto event = parse_named_event(*map.get("notification"), loading_.scenario, diagnostics_);
        if (!event || !wall) return std::nullopt;
        event->time = *wall;
        std::get<StreamNotification>(event->notification.body).event_time = *time;
        return event;
    }

    AccessRule rule(const YamlPtr& node) {
        const DeclaredMap map(node, access_shape, loading_);
        AccessRule out;
        if (map.has("user")) out.user = map.text("user");
        if (map.has("group")) out.group = map.text("group");
        if (map.has("usid")) out.usid = map.integer("usid", 0);
        out.access = map.choice("access", 0) == 0 ? Access::deny : Access::permit;
        for (const auto& name : map.names("notifications")) {
            if (const auto tag = notification_tag(name, *map.raw("notifications"))) {
                out.notifications.push_back(*tag);
            }
        }
        return out;
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

const MapShape stream_shape{"the keys of a stream", "A notification stream.", stream_keys};

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
