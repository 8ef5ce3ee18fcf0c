// send: an event to everybody who has subscribed to it, or to one role.
#include <fmt/format.h>

#include <algorithm>

#include "protocol/render/render.hpp"
#include "protocol/value/calendar.hpp"
#include "protocol/value/text.hpp"
#include "simulator/maapi/diff_fields.hpp"
#include "simulator/scenario/event_fields.hpp"
#include "simulator/scenario/scalars.hpp"
#include "simulator/scenario/scenario.hpp"
#include "simulator/scenario/steps/steps.hpp"
#include "simulator/scenario/stream_parts.hpp"

namespace confd::sim {
namespace {

constexpr Key keys[] = {
    {.name = "event", .takes = Takes::event, .doc = "the event's type: NOTIF_AUDIT"},
    {.name = "fields",
     .takes = Takes::fields,
     .doc = "its fields by name; those left out have their defaults"},
    {.name = "notification",
     .takes = Takes::notification,
     .doc = "a stream's event by the names of its YANG module: {link-down: {name: eth1}}"},
    {.name = "time",
     .takes = Takes::datetime,
     .doc = "with notification: its event time",
     .otherwise = "now"},
    {.name = "to",
     .takes = Takes::role,
     .doc = "who gets it, if the mask has it",
     .otherwise = "all"},
    {.name = "stream",
     .takes = Takes::name,
     .doc = "the stream that it comes on",
     .otherwise = "every stream"},
    {.name = "diff",
     .takes = Takes::maps,
     .doc = "with NOTIF_COMMIT_DIFF: what the transaction changes, for readers over MAAPI",
     .otherwise = "no changes",
     .map = &maapi::change_shape},
    {.name = "error_after",
     .takes = Takes::map,
     .doc = "with diff: reading it fails on the way",
     .map = &maapi::error_shape},
    {.name = "id", .takes = Takes::name, .doc = "a name for barrier and expect"},
};
constexpr MapShape shape{"the keys of send", "Sends an event.", keys};

/// What is read again in each round of a repeat, because it depends on the round.
struct Source {
    std::uint32_t type = NOTIF_STREAM_EVENT;
    YamlPtr fields;        ///< null for a notification by name
    YamlPtr notification;  ///< null otherwise
    YamlPtr diff;          ///< null for none
    YamlPtr error_after;   ///< null for none
    bool printed = false;  ///< the fields were printed: they have no variables
    WireContext wire;
};

std::optional<StreamEvent> build(const Source& source, const YamlPtr& node,
                                 const Scenario& scenario, Diagnostics& diagnostics) {
    if (source.notification != nullptr) return parse_named_event(*node, scenario, diagnostics);
    auto event = parse_event(source.type, node.get(), source.wire, diagnostics);
    if (!event) return std::nullopt;
    return StreamEvent{{}, std::move(*event), nullptr};
}

/// Null without changes, and after a report.
maapi::DiffPtr build_diff(const Source& source, const YamlPtr& node, const Schema* schema,
                          Diagnostics& diagnostics) {
    if (node == nullptr) return nullptr;
    auto diff = maapi::parse_diff(*node, source.error_after.get(), schema, diagnostics);
    return diff ? std::make_shared<const maapi::Diff>(std::move(*diff)) : nullptr;
}

struct Send : StepSpec {
    Send(Place place, const Scenario& of) : StepSpec(std::move(place)), schema(of.schema) {}
    StreamEvent event;
    maapi::DiffPtr diff;
    Target target;
    std::string id;
    bool loops = false;
    Source source;
    std::shared_ptr<const Schema> schema;
    std::optional<Datetime> time;  ///< of a notification by name; nothing: now

    std::unique_ptr<StepRun> start(const Scope& scope) const override;
};

class SendRun : public StepRun {
  public:
    SendRun(const Send& spec, const Scope& scope) : spec_(spec), scope_(scope) {}

    StepStatus poll(World& world) override {
        if (!spec_.loops) return send(world, spec_.event, spec_.diff);
        Diagnostics diagnostics;
        bool loops = false;
        const auto& written =
            spec_.source.notification ? spec_.source.notification : spec_.source.fields;
        const auto node =
            written == nullptr ? nullptr : substitute(written, scope_, diagnostics, &loops);
        Scenario names;
        names.schema = spec_.schema;
        const auto event =
            written == nullptr ? spec_.event : build(spec_.source, node, names, diagnostics);
        const auto diff =
            build_diff(spec_.source, changes(diagnostics), spec_.schema.get(), diagnostics);
        if (event && diagnostics.empty()) return send(world, *event, diff);
        const auto why = diagnostics.take();
        return world.fail(Outcome::expectation_failed, why.empty() ? spec_.place() : why[0].place,
                          why.empty() ? "the event has no such fields" : why[0].message);
    }

  private:
    YamlPtr changes(Diagnostics& diagnostics) const {
        bool loops = false;
        const auto& written = spec_.source.diff;
        return written == nullptr ? nullptr : substitute(written, scope_, diagnostics, &loops);
    }

    StepStatus send(World& world, StreamEvent event, const maapi::DiffPtr& diff) {
        const bool stream = event.notification.type == NOTIF_STREAM_EVENT;
        if (stream) set_time(world, event);
        if (world.traced()) {
            const auto text = to_text(event.notification, {.context = spec_.source.wire});
            world.trace(spec_, fmt::format("send{} {}", to_role(spec_.target.role), text));
        }
        const auto sent =
            stream ? world.hub().send(world.now(), event, spec_.target)
                   : world.hub().send(world.now(), event.notification, spec_.target, diff);
        if (sent.error) {
            return world.fail(Outcome::expectation_failed, spec_.place(),
                              fmt::format("send: {}", to_string(*sent.error)));
        }
        if (!spec_.id.empty()) world.remember(spec_.id, sent.id);
        return StepStatus::done;
    }

    /// The fields have their time; an event by name happens now, unless the step says when.
    void set_time(const World& world, StreamEvent& event) const {
        auto& body = std::get<StreamNotification>(event.notification.body);
        const auto now = world.hub().wall(world.now());
        if (spec_.source.notification != nullptr) {
            if (!spec_.time) return set_event_time(event, now);
            body.event_time = *spec_.time;
        }
        event.time = to_time_point(body.event_time).value_or(now);
    }

    const Send& spec_;
    const Scope& scope_;
};

std::unique_ptr<StepRun> Send::start(const Scope& scope) const {
    return std::make_unique<SendRun>(*this, scope);
}

/// What is written is right in the first round and in the last.
void parse_content(Send& step, const YamlPtr& written, Loading& loading) {
    if (written == nullptr) {
        if (auto event = make_notification(step.source.type, step.source.wire.dialect)) {
            step.event.notification = std::move(*event);
        }
        return;
    }
    const auto rounds = step.source.printed ? Substituted{written, written, false}
                                            : substitute_rounds(written, loading);
    step.loops = rounds.loops;
    if (auto event = build(step.source, rounds.first, loading.scenario, loading.diagnostics)) {
        step.event = std::move(*event);
    }
    if (rounds.loops) build(step.source, rounds.last, loading.scenario, loading.diagnostics);
}

/// An event of a stream by the names of its module.
void parse_named(Send& step, const DeclaredMap& map, Loading& loading) {
    for (const auto* other : {"event", "fields"}) {
        if (const auto node = map.raw(other)) {
            loading.diagnostics.report(node->place,
                                       fmt::format("'{}' does not go with 'notification'", other));
        }
    }
    step.source.notification = map.raw("notification");
    parse_content(step, step.source.notification, loading);
    const auto time = map.get("time");
    if (time == nullptr) return;
    step.time = time->is_scalar() ? parse_datetime(time->text) : std::nullopt;
    if (!step.time) {
        report_expected(*time, "a date and time such as 2026-11-22T10:00:00Z", loading.diagnostics);
    }
}

/// An event by its fields. Its type when that is known.
std::optional<std::uint32_t> parse_by_fields(Send& step, const DeclaredMap& map, Loading& loading) {
    if (const auto time = map.raw("time")) {
        loading.diagnostics.report(time->place, "'time' goes with 'notification' only");
    }
    auto event = map.get("event");
    step.source.fields = map.raw("fields");
    if (const auto line = printed_line(step.source.fields)) {
        step.source.printed = true;
        step.source.fields = line->fields;
        step.source.diff = line->diff;
        if (event == nullptr) event = line->name;
    }
    if (event == nullptr) {
        loading.diagnostics.report(map.node().place, "'event' or 'notification' is missing");
        return std::nullopt;
    }
    const auto type = loading.parse_event(*event, "; put the step under 'when'");
    if (!type) return std::nullopt;
    step.source.type = *type;
    parse_content(step, step.source.fields, loading);
    return type;
}

/// What a transaction changes.
void parse_changes(Send& step, const DeclaredMap& map, std::optional<std::uint32_t> type,
                   Loading& loading) {
    for (const auto* key : {"diff", "error_after"}) {
        const auto node = map.raw(key);
        if (node == nullptr || !type || *type == NOTIF_COMMIT_DIFF) continue;
        loading.diagnostics.report(node->place,
                                   fmt::format("'{}' goes with NOTIF_COMMIT_DIFF only", key));
    }
    const auto given = map.raw("diff");
    const bool literal = given == nullptr && step.source.printed;
    if (given != nullptr) step.source.diff = given;
    step.source.error_after = map.get("error_after");
    if (step.source.diff == nullptr) {
        if (step.source.error_after == nullptr) return;
        return loading.diagnostics.report(step.source.error_after->place,
                                          "'error_after' goes with 'diff'");
    }
    const auto rounds = literal ? Substituted{step.source.diff, step.source.diff, false}
                                : substitute_rounds(step.source.diff, loading);
    const auto* schema = loading.scenario.schema.get();
    step.diff = build_diff(step.source, rounds.first, schema, loading.diagnostics);
    if (!rounds.loops) return;
    step.loops = true;
    build_diff(step.source, rounds.last, schema, loading.diagnostics);
}

StepPtr parse(const YamlPtr& body, Loading& loading, const Place& place) {
    auto step = std::make_shared<Send>(place, loading.scenario);
    step->source.wire = loading.wire();
    const DeclaredMap map(body, shape, loading);
    std::optional<std::uint32_t> type = NOTIF_STREAM_EVENT;
    if (map.has("notification")) {
        parse_named(*step, map, loading);
    } else if (body->is_map() || body->is_null()) {
        type = parse_by_fields(*step, map, loading);
    }
    parse_changes(*step, map, type, loading);
    step->target.role = map.role("to");
    if (const auto stream = map.get("stream")) {
        step->target.stream = loading.parse_stream(*stream).value_or("");
        if (type && *type != NOTIF_STREAM_EVENT) {
            loading.diagnostics.report(stream->place, "'stream' goes with NOTIF_STREAM_EVENT only");
        }
    }
    if (map.has("id")) {
        step->id = map.text("id");
        loading.sends.insert(step->id);
    }
    return step;
}

}  // namespace

const StepKind send_kind{"send", shape, parse};

}  // namespace confd::sim
