// send: an event to everybody who has subscribed to it, or to one role.
#include <fmt/format.h>

#include <algorithm>

#include "simulator/scenario/event_fields.hpp"
#include "simulator/scenario/scalars.hpp"
#include "simulator/scenario/steps/steps.hpp"

namespace confd::sim {
namespace {

struct Send : StepSpec {
    using StepSpec::StepSpec;
    Notification event;
    Target target;
    std::string id;
    /// Set when the fields depend on the round of a repeat: they are then read again in each.
    YamlPtr fields;
    WireContext wire;

    std::unique_ptr<StepRun> start(const Scope& scope) const override;
};

class SendRun : public StepRun {
  public:
    SendRun(const Send& spec, const Scope& scope) : spec_(spec), scope_(scope) {}

    StepStatus poll(World& world) override {
        if (spec_.fields == nullptr) return send(world, spec_.event);
        Diagnostics diagnostics;
        bool loops = false;
        const auto fields = substitute(spec_.fields, scope_, diagnostics, &loops);
        const auto event = parse_event(spec_.event.type, fields.get(), spec_.wire, diagnostics);
        if (event) return send(world, *event);
        const auto why = diagnostics.take();
        return world.fail(Outcome::expectation_failed, why.empty() ? spec_.place() : why[0].place,
                          why.empty() ? "the event has no such fields" : why[0].message);
    }

  private:
    StepStatus send(World& world, const Notification& event) {
        const auto sent = world.hub().send(event, spec_.target);
        if (sent.error) {
            return world.fail(Outcome::expectation_failed, spec_.place(),
                              fmt::format("send: {}", to_string(*sent.error)));
        }
        if (!spec_.id.empty()) world.remember(spec_.id, sent.id);
        return StepStatus::done;
    }

    const Send& spec_;
    const Scope& scope_;
};

std::unique_ptr<StepRun> Send::start(const Scope& scope) const {
    return std::make_unique<SendRun>(*this, scope);
}

std::optional<std::uint32_t> parse_type(const YamlNode& node, const Loading& loading) {
    auto& diagnostics = loading.diagnostics;
    const auto names = event_names();
    const auto known = node.is_scalar() ? value_of(mask_constants, node.text) : std::nullopt;
    const auto type = known ? *known : node.plain ? std::atoll(node.text.c_str()) : 0;
    const auto& types = event_types();
    if (type <= 0 || type > UINT32_MAX || std::ranges::find(types, type) == types.end()) {
        diagnostics.report(node.place,
                           fmt::format("expected the name of an event such as NOTIF_AUDIT, found "
                                       "{}{}",
                                       describe(node), suggestion(node.text, names)));
        return std::nullopt;
    }
    const auto event = static_cast<std::uint32_t>(type);
    if (const auto why = why_unavailable(event, loading.wire()); !why.empty()) {
        diagnostics.report(node.place,
                           fmt::format("{}, and this is {} {}; put the step under 'when'", why,
                                       to_string(loading.product), to_string(loading.release)));
        return std::nullopt;
    }
    return event;
}

/// A line of confd-listen's JSON has the fields one level down, beside the event's type and name.
/// Returns what stands there, and sets `event` to the name.
YamlPtr unwrap_json(const YamlPtr& fields, YamlPtr& event) {
    if (fields == nullptr || !fields->is_map() || fields->entries.size() > 3) return fields;
    const auto* type = fields->find("type");
    const auto* name = fields->find("name");
    if (type == nullptr || name == nullptr || !value_of(mask_constants, (*name)->text)) {
        return fields;
    }
    if (event == nullptr) event = *name;
    for (const auto& [key, value] : fields->entries) {
        if (key->text != "type" && key->text != "name") return value;
    }
    return nullptr;
}

/// The fields are right in the first round and in the last.
void parse_fields(Send& step, std::uint32_t type, const YamlPtr& fields, Loading& loading) {
    bool loops = false;
    const auto first = fields == nullptr
                           ? nullptr
                           : substitute(fields, *loading.first, loading.diagnostics, &loops);
    if (auto event = parse_event(type, first.get(), step.wire, loading.diagnostics)) {
        step.event = std::move(*event);
    }
    if (!loops) return;
    step.fields = fields;
    const auto last = substitute(fields, *loading.last, loading.diagnostics, &loops);
    parse_event(type, last.get(), step.wire, loading.diagnostics);
}

void parse_stream(Send& step, const YamlNode& node, std::optional<std::uint32_t> type,
                  const Loading& loading) {
    const auto name = parse_name(node, "the name of a stream", loading.diagnostics);
    if (!name) return;
    step.target.stream = *name;
    if (type && *type != NOTIF_STREAM_EVENT) {
        loading.diagnostics.report(node.place, "'stream' goes with NOTIF_STREAM_EVENT only");
    }
    const std::vector<std::string_view> names(loading.streams.begin(), loading.streams.end());
    if (!names.empty() && std::ranges::find(names, *name) == names.end()) {
        loading.diagnostics.report(
            node.place, fmt::format("there is no stream '{}', expected {}{}", *name, one_of(names),
                                    suggestion(*name, names)));
    }
}

}  // namespace

StepPtr parse_send(const YamlPtr& body, Loading& loading, const Place& place) {
    auto step = std::make_shared<Send>(place);
    step->wire = loading.wire();
    StepMap map(body, "send", loading);
    auto event = map.get("event");
    const auto fields = unwrap_json(map.raw("fields"), event);
    if (event == nullptr) event = map.require("event");
    const auto type = event == nullptr ? std::nullopt : parse_type(*event, loading);
    if (type) parse_fields(*step, *type, fields, loading);
    step->target.role = map.role("to");
    if (const auto stream = map.get("stream")) parse_stream(*step, *stream, type, loading);
    if (const auto id = map.get("id")) {
        step->id = parse_name(*id, "an id", loading.diagnostics).value_or("");
        loading.sends.insert(step->id);
    }
    return step;
}

}  // namespace confd::sim
