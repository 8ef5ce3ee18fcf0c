// SPDX-License-Identifier: Apache-2.0
#include "simulator/faults/fault.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "simulator/faults/fields.hpp"
#include "simulator/faults/params.hpp"
#include "simulator/text/forms.hpp"
#include "simulator/text/key_schema.hpp"
#include "simulator/text/scalars.hpp"

namespace confd::sim {
namespace {

using Done = std::expected<void, FaultProblem>;

// ---- What all kinds take. ----

constexpr std::string_view direction_names[] = {"out", "in"};
constexpr std::string_view service_names[] = {"events", "maapi", "any"};
constexpr std::string_view stage_names[] = {"connect", "handshake", "subscription", "events",
                                            "any"};

boost::json::object role_schema(const Key&) {
    return schema::ref("role");
}
/// Which roles there are is for the reader of the step.
constexpr auto role = forms::make<std::string, forms::read_name, forms::as_it_is>(role_schema);

constexpr Key common[] = {
    key<&FaultSpec::direction>("direction", "to the client (out) or from it (in)",
                               {.choices = direction_names}),
    key<&FaultSpec::service>(
        "service",
        "events: sockets of subscribers, and whatever does not ask for MAAPI in its hello; maapi: "
        "those that read schemas and diffs; any: both",
        {.choices = service_names}),
    key<&FaultSpec::role>(
        "to", role,
        "`all`, or the role of the subscribers it is for: no client has one before it subscribes, "
        "so "
        "faults of the handshake and of the subscription inwards take `all` only; nor has a MAAPI "
        "socket"),
    key<&FaultSpec::role>("role", role, "the older name of `to`", {.older_name_of = "to"}),
    key<&FaultSpec::stage>(
        "stage",
        "what it is done to: messages of the handshake, the subscription or its reply, what "
        "follows (events; inwards acknowledgements; on MAAPI sockets requests and answers), or any "
        "of these",
        {.choices = stage_names}),
    key<&FaultSpec::probability>("probability", forms::number, "of each candidate to be hit",
                                 {.low = 0, .high = 1}),
    key<&FaultSpec::seed>("seed", faults::whole, "of the choices and of everything random in it",
                          {.otherwise = "from the scenario's seed", .low = 0, .high = INT64_MAX}),
    faults::number_key<&FaultSpec::skip>(
        "skip", "so many candidates of a connection pass untouched first", 0, INT64_MAX),
    faults::number_key<&FaultSpec::times>(
        "times", "at most so often on one connection; 0 is no bound", 0, INT64_MAX),
    faults::number_key<&FaultSpec::total>(
        "total",
        "at most so often on all connections; 0 is no bound. Which connections are hit depends "
        "on which come first",
        0, INT64_MAX),
    key<&FaultSpec::events>(
        "events", forms::mask,
        "only these types of events: `NOTIF_AUDIT|NOTIF_HA_INFO`; outwards only",
        {.otherwise = "all"}),
};

// ---- Whole numbers. ----

void read_whole(const YamlPtr& node, std::int64_t& into, const Key& key, Reading& reading) {
    YamlNode bare = *node;
    bare.plain = true;
    if (const auto value =
            parse_int(bare, key.rules.low, key.rules.high, "a number", reading.diagnostics)) {
        into = *value;
    }
}
std::string whole_text(const std::int64_t& value, const Key&) {
    return fmt::format("{}", value);
}

}  // namespace

constexpr FormOf<std::int64_t> faults::whole =
    forms::make<std::int64_t, read_whole, whole_text>(forms::integer_schema);

namespace {

template <class... Args>
std::unexpected<FaultProblem> problem(std::string_view param, fmt::format_string<Args...> text,
                                      Args&&... args) {
    return faults::problem(param, fmt::format(text, std::forward<Args>(args)...));
}

/// Names in an enumeration's order, and the values that they stand for.
template <class E>
std::vector<std::string_view> names_of(std::span<const E> values) {
    std::vector<std::string_view> out;
    for (const auto value : values)
        out.push_back(name_of(value));
    return out;
}

template <class E>
bool offers(std::span<const E> values, E value) {
    return std::ranges::find(values, value) != values.end();
}

/// Values that were set otherwise than by reading must be those that could be read.
Done check_values(const FaultSpec& fault, std::span<const Key> params) {
    for (const auto& param : params) {
        const auto text = param_text(fault, param);
        if (text.empty()) continue;
        const YamlNode node{
            .kind = YamlNode::Kind::scalar, .place = {}, .text = text, .plain = true};
        auto copy = fault;
        Diagnostics diagnostics;
        Reading reading(diagnostics);
        param.form->read(std::make_shared<YamlNode>(node), param.place(&copy), param, reading);
        if (!diagnostics.empty()) return problem(param.name, "{}", diagnostics.take()[0].message);
    }
    return {};
}

/// The names that the catalogue of events has.
Done check_field(const FaultSpec& fault) {
    std::string meant;
    if (fault.field.empty() || may_have_field(fault.events, fault.field, meant)) return {};
    return problem("field", "no event here has a field '{}'{}", fault.field,
                   meant.empty() ? "" : fmt::format("; did you mean '{}'?", meant));
}

/// What only sockets of one service have.
Done check_service(const FaultSpec& fault) {
    if (fault.service == Service::events) return {};
    const auto only_events = [&](std::string_view param, std::string_view what) {
        return problem("service", "'{}' is about {}, which MAAPI sockets do not have: expected {}",
                       param, what, name_of(Service::events));
    };
    if (fault.stage == Stage::subscription) return only_events("stage", "a subscription");
    if (fault.role != "all") return only_events("to", "a subscriber's role");
    if (fault.events != 0) return only_events("events", "events");
    if (!fault.field.empty()) return only_events("field", "fields of events");
    return {};
}

/// What cannot be together.
Done check_together(const FaultSpec& fault) {
    if (auto done = check_service(fault); !done) return done;
    const bool before_role =
        fault.stage == Stage::handshake || fault.stage == Stage::connect ||
        (fault.stage == Stage::subscription && fault.direction == Direction::in);
    if (before_role && fault.role != "all") {
        return problem("to", "'{}' is not known yet at this stage, which takes 'all' only",
                       fault.role);
    }
    if (fault.events != 0 && fault.direction == Direction::in) {
        return problem("events", "only what goes out is events");
    }
    if (fault.events != 0 && fault.stage != Stage::events && fault.stage != Stage::any) {
        return problem("events", "there are no events at the stage '{}'", name_of(fault.stage));
    }
    if (!fault.field.empty() &&
        (fault.direction == Direction::in || fault.stage != Stage::events)) {
        return problem("field", "only events, which go out, have fields");
    }
    return {};
}

}  // namespace

std::span<const FaultKindInfo> fault_kinds() {
    static const auto kinds = [] {
        std::vector<FaultKindInfo> out;
        for (const auto* kind : faults::all)
            out.push_back(*kind);
        return out;
    }();
    return kinds;
}

const FaultKindInfo& info_of(FaultKind kind) {
    return fault_kinds()[static_cast<std::size_t>(kind)];
}

const FaultKindInfo* find_fault_kind(std::string_view name) {
    const auto kinds = fault_kinds();
    const auto found = std::ranges::find(kinds, name, &FaultKindInfo::name);
    return found == kinds.end() ? nullptr : &*found;
}

std::span<const Key> common_params() {
    return common;
}

FaultSpec make_fault(FaultKind kind) {
    const auto& info = info_of(kind);
    auto fault = info.usual();
    fault.kind = kind;
    fault.direction = info.directions.front();
    fault.service = info.services.front();
    fault.stage = info.stages.front();
    for (const auto& param : info.params) {
        if (param.member == &member_id<&FaultSpec::how>) fault.how = param.rules.choices.front();
    }
    return fault;
}

std::string param_text(const FaultSpec& fault, const Key& param) {
    return param.form->text(param.peek(&fault), param);
}

Done check(const FaultSpec& fault) {
    const auto& info = info_of(fault.kind);
    if (!offers(info.directions, fault.direction)) {
        return problem("direction", "{} goes {} only", info.name, name_of(info.directions[0]));
    }
    if (!offers(info.services, fault.service)) {
        return problem("service", "{} takes {} here, not '{}'", info.name,
                       fmt::join(names_of(info.services), ", "), name_of(fault.service));
    }
    if (!offers(info.stages, fault.stage)) {
        return problem("stage", "{} takes {} here, not '{}'", info.name,
                       fmt::join(names_of(info.stages), ", "), name_of(fault.stage));
    }
    for (const auto params : {common_params(), info.params}) {
        if (auto done = check_values(fault, params); !done) return done;
    }
    if (auto done = check_together(fault); !done) return done;
    if (auto done = check_field(fault); !done) return done;
    return info.check(fault);
}

std::string_view name_of(FaultKind kind) {
    return info_of(kind).name;
}

std::string_view name_of(Direction direction) {
    return direction_names[static_cast<std::size_t>(direction)];
}

std::string_view name_of(Service service) {
    return service_names[static_cast<std::size_t>(service)];
}

std::string_view name_of(Stage stage) {
    return stage_names[static_cast<std::size_t>(stage)];
}

std::string label(const FaultSpec& fault) {
    return fmt::format("fault {} ({})", fault.id, name_of(fault.kind));
}

}  // namespace confd::sim
