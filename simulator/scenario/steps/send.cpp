// send: an event to all that have subscribed to it, or to one role.
#include <fmt/format.h>

#include <algorithm>

#include "protocol/render/render.hpp"
#include "protocol/value/calendar.hpp"
#include "protocol/value/text.hpp"
#include "simulator/maapi/diff_fields.hpp"
#include "simulator/scenario/event_fields.hpp"
#include "simulator/scenario/hazards.hpp"
#include "simulator/scenario/scenario.hpp"
#include "simulator/scenario/steps/steps.hpp"
#include "simulator/scenario/stream_parts.hpp"
#include "simulator/text/now.hpp"
#include "simulator/text/scalars.hpp"
#include "simulator/workload/defaults.hpp"

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
    {.name = "unsafe",
     .takes = Takes::flag,
     .doc =
         "sends what the vendor's library crashes on, which is left out with a warning otherwise",
     .otherwise = "false"},
};
constexpr MapShape shape{"the keys of send", "Sends an event.", keys};

/// What is read again whenever it is sent, because it depends on the time or on the round of a
/// repeat.
struct Source {
    std::uint32_t type = NOTIF_STREAM_EVENT;
    YamlPtr fields;             ///< null for a notification by name
    YamlPtr notification;       ///< null otherwise
    YamlPtr diff;               ///< null for none
    YamlPtr error_after;        ///< null for none
    bool printed = false;       ///< the fields were printed: they have no variables
    bool diff_printed = false;  ///< the same of the diff
    bool unsafe = false;
    WireContext wire;
    std::shared_ptr<const Schema> schema;
    WallTime start;  ///< of the scenario
};

struct Content {
    StreamEvent event;
    std::vector<Hazard> hazards;
};

/// A known device that calls home has a name, or the vendor's library crashes. The defaults have
/// one.
std::optional<Hazard> name_device(Notification& event, const YamlNode* fields, bool unsafe) {
    auto* call = std::get_if<CallHomeNotification>(&event.body);
    if (fields == nullptr || call == nullptr || !CallHomeNotification::known(*call, {})) {
        return std::nullopt;
    }
    const bool named = fields->is_map() && fields->find("device") != nullptr;
    if (named && !call->device.empty()) return std::nullopt;
    if (!unsafe) call->device = workload::default_device;
    return Hazard{false, named ? "device" : "", std::nullopt,
                  fmt::format("without a device {} crashes the vendor's library: '{}' is sent",
                              name_of(constants<CallHomeType>, call->type).value_or("this"),
                              workload::default_device)};
}

std::optional<Content> build(const Source& source, const YamlPtr& node, WallTime now,
                             const Scenario& scenario, Diagnostics& diagnostics) {
    Content out;
    if (source.notification != nullptr) {
        auto event = parse_named_event(*node, scenario, diagnostics);
        if (!event) return std::nullopt;
        out.event = std::move(*event);
    } else {
        auto event =
            parse_event(source.type, node.get(), source.wire, {now, source.start}, diagnostics);
        if (!event) return std::nullopt;
        out.event.notification = std::move(*event);
    }
    auto& event = out.event.notification;
    if (auto unnamed = name_device(event, node.get(), source.unsafe)) {
        out.hazards.push_back(std::move(*unnamed));
    }
    for (auto& hazard : hazards_of(event, source.wire.product, source.schema.get()))
        out.hazards.push_back(std::move(hazard));
    if (source.unsafe) out.hazards.clear();
    return out;
}

/// Null without changes, and after a report.
maapi::DiffPtr build_diff(const Source& source, const YamlPtr& node, Diagnostics& diagnostics) {
    if (node == nullptr) return nullptr;
    const auto* schema = source.schema.get();
    const maapi::DiffRules rules{
        .schema = schema,
        .hazard =
            [&](const ObjectRef& path) { return path_hazard(path, source.wire.product, schema); },
        .unsafe = source.unsafe};
    auto diff = maapi::parse_diff(*node, source.error_after.get(), rules, diagnostics);
    return diff ? std::make_shared<const maapi::Diff>(std::move(*diff)) : nullptr;
}

struct Send : StepSpec {
    using StepSpec::StepSpec;
    Content content;
    maapi::DiffPtr diff;
    Target target;
    std::string id;
    bool loops = false;  ///< it depends on the round of a repeat
    bool timed = false;  ///< it depends on the time
    Source source;
    YamlPtr time;  ///< of a notification by name; null: now

    std::unique_ptr<StepRun> start(const Scope& scope) const override;
};

class SendRun : public StepRun {
  public:
    SendRun(const Send& spec, const Scope& scope) : spec_(spec), scope_(scope) {}

    StepStatus poll(World& world) override {
        if (!spec_.loops && !spec_.timed) return send(world, spec_.content, spec_.diff);
        Diagnostics diagnostics;
        const auto now = world.hub().wall(world.now());
        const auto& source = spec_.source;
        const auto& written = source.notification ? source.notification : source.fields;
        Scenario names;
        names.schema = source.schema;
        const auto content = build(source, as_of(written, source.printed, now, diagnostics), now,
                                   names, diagnostics);
        const auto diff = build_diff(
            source, as_of(source.diff, source.diff_printed, now, diagnostics), diagnostics);
        if (content && diagnostics.empty()) return send(world, *content, diff);
        const auto why = diagnostics.take();
        return world.fail(Outcome::expectation_failed, why.empty() ? spec_.place() : why[0].place,
                          why.empty() ? "the event has no such fields" : why[0].message);
    }

  private:
    YamlPtr as_of(const YamlPtr& written, bool literal, WallTime now,
                  Diagnostics& diagnostics) const {
        bool loops = false;
        if (written == nullptr || literal) return with_now(written, now);
        return with_now(substitute(written, scope_, diagnostics, &loops), now);
    }

    StepStatus send(World& world, const Content& content, const maapi::DiffPtr& diff) {
        auto event = content.event;
        if (crashes(content.hazards)) return leave_out(world, content);
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

    StepStatus leave_out(World& world, const Content& content) const {
        const auto text =
            fmt::format("send leaves out {}: {}",
                        notif_name(content.event.notification.type).value_or("the event"),
                        std::ranges::find(content.hazards, true, &Hazard::crashes)->text);
        world.log(fmt::format("{}: {}", to_string(spec_.place()), text));
        world.trace(spec_, text);
        return StepStatus::done;
    }

    /// The fields have their time; an event by name happens now, unless the step says when.
    void set_time(const World& world, StreamEvent& event) const {
        auto& body = std::get<StreamNotification>(event.notification.body);
        const auto now = world.hub().wall(world.now());
        if (spec_.source.notification != nullptr) {
            if (spec_.time == nullptr) return set_event_time(event, now);
            Diagnostics ignored;  // it has been read before
            body.event_time =
                parse_datetime(*with_now(spec_.time, now), ignored).value_or(Datetime());
        }
        event.time = to_time_point(body.event_time).value_or(now);
    }

    const Send& spec_;
    const Scope& scope_;
};

std::unique_ptr<StepRun> Send::start(const Scope& scope) const {
    return std::make_unique<SendRun>(*this, scope);
}

/// Where in the file a hazard is: at its field, if that is written.
const Place& place_of(const Hazard& hazard, const YamlNode* fields, const Place& step) {
    if (fields == nullptr) return step;
    const auto* field = fields->is_map() ? fields->find(hazard.field) : nullptr;
    if (field == nullptr) return fields->place;
    const auto& items = (*field)->items;
    return hazard.item && *hazard.item < items.size() ? items[*hazard.item]->place
                                                      : (*field)->place;
}

void warn(const Content& content, const YamlNode* fields, const Place& step,
          Diagnostics& diagnostics) {
    const auto left_out = fmt::format("the event is left out, {}", maapi::unsafe_hint);
    for (const auto& hazard : content.hazards)
        warn(hazard, place_of(hazard, fields, step), left_out, diagnostics);
}

/// What is written is right in the first round and in the last.
void parse_content(Send& step, const YamlPtr& written, Loading& loading) {
    const auto rounds = written == nullptr || step.source.printed
                            ? Substituted{written, written, false}
                            : substitute_rounds(written, loading);
    step.loops = rounds.loops;
    const auto now = loading.scenario.loaded_at;
    const auto read = [&](const YamlPtr& node) {
        auto content = build(step.source, node, now, loading.scenario, loading.diagnostics);
        if (content) warn(*content, node.get(), step.place(), loading.diagnostics);
        return content;
    };
    const auto first = with_now(rounds.first, now);
    if (auto content = read(first)) {
        step.content = std::move(*content);
        const bool by_fields = step.source.notification == nullptr;
        step.timed = (by_fields && has_time(step.content.event.notification)) ||
                     (first != nullptr && has_now(*first));
    }
    if (rounds.loops) read(with_now(rounds.last, now));
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
    const auto at = with_now(time, loading.scenario.loaded_at);
    if (parse_datetime(*at, loading.diagnostics)) step.time = time;
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
    step.source.diff_printed = given == nullptr && step.source.printed;
    if (given != nullptr) step.source.diff = given;
    step.source.error_after = map.get("error_after");
    if (step.source.diff == nullptr) {
        if (step.source.error_after == nullptr) return;
        return loading.diagnostics.report(step.source.error_after->place,
                                          "'error_after' goes with 'diff'");
    }
    const auto rounds = step.source.diff_printed
                            ? Substituted{step.source.diff, step.source.diff, false}
                            : substitute_rounds(step.source.diff, loading);
    const auto now = loading.scenario.loaded_at;
    const auto first = with_now(rounds.first, now);
    step.diff = build_diff(step.source, first, loading.diagnostics);
    step.timed |= has_now(*first);
    if (!rounds.loops) return;
    step.loops = true;
    build_diff(step.source, with_now(rounds.last, now), loading.diagnostics);
}

StepPtr parse(const YamlPtr& body, Loading& loading, const Place& place) {
    auto step = std::make_shared<Send>(place);
    const DeclaredMap map(body, shape, loading);
    step->source.wire = loading.wire();
    step->source.schema = loading.scenario.schema;
    step->source.start = loading.scenario.loaded_at;
    step->source.unsafe = (loading.scenario.allowed & allow_unsafe) != 0 ||
                          (body->is_map() && map.flag("unsafe", false));
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
