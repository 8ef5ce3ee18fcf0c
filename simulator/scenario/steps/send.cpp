// SPDX-License-Identifier: Apache-2.0
// send: an event to all that have subscribed to it, or to one role.
#include <fmt/format.h>

#include <algorithm>

#include "protocol/render/render.hpp"
#include "protocol/value/calendar.hpp"
#include "protocol/value/text.hpp"
#include "simulator/maapi/diff_fields.hpp"
#include "simulator/scenario/event_fields.hpp"
#include "simulator/scenario/event_schema.hpp"
#include "simulator/scenario/hazards.hpp"
#include "simulator/scenario/scenario.hpp"
#include "simulator/scenario/steps/steps.hpp"
#include "simulator/scenario/stream_parts.hpp"
#include "simulator/text/now.hpp"
#include "simulator/text/scalars.hpp"
#include "simulator/workload/defaults.hpp"

namespace confd::sim {
namespace {

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
    auto diff = maapi::parse_diff(*node, source.error_after, rules, diagnostics);
    return diff ? std::make_shared<const maapi::Diff>(std::move(*diff)) : nullptr;
}

struct Send : StepSpec {
    using StepSpec::StepSpec;

    // As they are written.
    YamlPtr event;  ///< its type
    YamlPtr fields;
    YamlPtr notification;
    YamlPtr time;  ///< of a notification by name; null: now
    YamlPtr changes;
    YamlPtr error_after;
    bool unsafe = false;

    Content content;
    maapi::DiffPtr diff;
    Target target;
    std::string role = std::string(all_roles);
    std::string stream;
    std::string id;
    bool loops = false;  ///< it depends on the round of a repeat
    bool timed = false;  ///< it depends on the time
    Source source;

    std::unique_ptr<StepRun> start(const Scope& scope) const override;
    void finish(const Given& given, Loading& loading);
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
            world.trace(spec_, fmt::format("send{} {}", to_role(spec_.role), text));
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
void parse_named(Send& step, Loading& loading) {
    step.source.notification = step.notification;
    parse_content(step, step.notification, loading);
    if (step.time == nullptr) return;
    const auto at = with_now(step.time, loading.scenario.loaded_at);
    parse_datetime(*at, loading.diagnostics);
}

/// An event by its fields. Its type when that is known.
std::optional<std::uint32_t> parse_by_fields(Send& step, const Given& given, Loading& loading) {
    auto event = step.event;
    step.source.fields = step.fields;
    if (const auto line = printed_line(step.fields)) {
        step.source.printed = true;
        step.source.fields = line->fields;
        step.source.diff = line->diff;
        if (event == nullptr) event = line->name;
    }
    if (event == nullptr) {
        loading.diagnostics.report(given.map().place, "'event' or 'notification' is missing");
        return std::nullopt;
    }
    const auto type = loading.parse_event(*event, "; put the step under 'when'");
    if (!type) return std::nullopt;
    step.source.type = *type;
    parse_content(step, step.source.fields, loading);
    return type;
}

/// What a transaction changes.
void parse_changes(Send& step, Loading& loading) {
    step.source.diff_printed = step.changes == nullptr && step.source.printed;
    if (step.changes != nullptr) step.source.diff = step.changes;
    step.source.error_after = step.error_after;
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

constexpr auto event_type_name = forms::node(event_schema);
constexpr auto event_fields = forms::raw_node(fields_schema);
constexpr auto named_event = forms::raw_node(named_event_schema);
constexpr auto failure_of_diff = forms::node(forms::map_schema);

constexpr Key keys[] = {
    key<&Send::event>("event", event_type_name, "the event's type: NOTIF_AUDIT",
                      {.without = "notification"}),
    key<&Send::fields>("fields", event_fields,
                       "its fields by name; those left out have their defaults",
                       {.without = "notification"}),
    key<&Send::notification>(
        "notification", named_event,
        "a stream's event by the names of its YANG module: {link-down: {name: eth1}}"),
    key<&Send::time>("time", forms::unread_time, "with notification: its event time",
                     {.otherwise = "now", .with = "notification"}),
    key<&Send::role>("to", forms::role, "who gets it, if the mask has it"),
    key<&Send::stream>("stream", forms::stream, "the stream that it comes on",
                       {.otherwise = "every stream"}),
    key<&Send::changes>(
        "diff", forms::unread_maps,
        "with NOTIF_COMMIT_DIFF: what the transaction changes, for readers over MAAPI",
        {.otherwise = "no changes", .map = &maapi::change_shape}),
    key<&Send::error_after>("error_after", failure_of_diff,
                            "with diff: reading it fails on the way", {.map = &maapi::error_shape}),
    key<&Send::id>("id", forms::name, "a name for barrier and expect"),
    key<&Send::unsafe>("unsafe",
                       "sends what the vendor's library crashes on, which is left out with a "
                       "warning otherwise"),
};
constexpr auto shape = shape_of<Send>("the keys of send", "Sends an event.", keys, refine_send);

void Send::finish(const Given& given, Loading& loading) {
    target = {.role = role, .stream = stream};
    source.wire = loading.wire();
    source.schema = loading.scenario.schema;
    source.start = loading.scenario.loaded_at;
    source.unsafe = unsafe || (loading.scenario.allowed & allow_unsafe) != 0;
    std::optional<std::uint32_t> type = NOTIF_STREAM_EVENT;
    if (notification != nullptr) {
        parse_named(*this, loading);
    } else if (given.map().is_map() || given.map().is_null()) {
        type = parse_by_fields(*this, given, loading);
    }
    parse_changes(*this, loading);
    const auto only_with = [&](const YamlPtr& value, std::string_view name, std::uint32_t event) {
        if (value == nullptr || !type || *type == event) return;
        loading.diagnostics.report(value->place, fmt::format("'{}' goes with {} only", name,
                                                             notif_name(event).value_or("?")));
    };
    only_with(changes, "diff", NOTIF_COMMIT_DIFF);
    only_with(error_after, "error_after", NOTIF_COMMIT_DIFF);
    only_with(given.node<&Send::stream>(), "stream", NOTIF_STREAM_EVENT);
    if (!id.empty()) loading.sends.insert(id);
}

}  // namespace

extern constexpr StepKind send_kind = step_kind<Send, shape>("send");

}  // namespace confd::sim
