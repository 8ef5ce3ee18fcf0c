// SPDX-License-Identifier: Apache-2.0
// fault: something goes wrong on purpose from here on, or does so no more.
#include <fmt/format.h>

#include <algorithm>

#include "simulator/scenario/scenario.hpp"
#include "simulator/scenario/steps/steps.hpp"
#include "simulator/text/key_schema.hpp"
#include "simulator/text/scalars.hpp"

namespace confd::sim {
namespace {

constexpr std::string_view every = "all";

/// One that goes wrong from now on, or the end of such.
struct Fault : StepSpec {
    using StepSpec::StepSpec;
    std::optional<FaultKind> kind;
    std::string name;
    std::optional<std::string> clear;
    FaultSpec spec;
    bool seeded = false;

    std::unique_ptr<StepRun> start(const Scope&) const override;
};

class AddFaultRun : public StepRun {
  public:
    explicit AddFaultRun(const Fault& spec) : spec_(spec) {}

    StepStatus poll(World& world) override {
        auto fault = spec_.spec;
        // Half of the range: parameters are signed.
        if (!spec_.seeded) fault.seed = static_cast<std::int64_t>(world.random(spec_).next() >> 1U);
        if (world.traced()) {
            world.trace(spec_, fmt::format("fault {}{}", name_of(fault.kind), to_role(fault.role)));
        }
        const auto id = world.hub().add_fault(fault);
        if (!id) {
            return world.fail(Outcome::expectation_failed, spec_.place(),
                              fmt::format("fault: {}: {}", id.error().param, id.error().message));
        }
        world.remember_fault(spec_.name, *id);
        return StepStatus::done;
    }

  private:
    const Fault& spec_;
};

class ClearFaultRun : public StepRun {
  public:
    explicit ClearFaultRun(const Fault& spec) : spec_(spec) {}

    StepStatus poll(World& world) override {
        if (world.traced()) world.trace(spec_, "fault: clear " + *spec_.clear);
        for (const auto id : world.take_faults(*spec_.clear == every ? "" : *spec_.clear))
            world.hub().remove_fault(id);
        return StepStatus::done;
    }

  private:
    const Fault& spec_;
};

std::unique_ptr<StepRun> Fault::start(const Scope&) const {
    if (clear) return std::make_unique<ClearFaultRun>(*this);
    return std::make_unique<AddFaultRun>(*this);
}

// ---- The JSON Schema ----

namespace json = boost::json;

template <class E>
json::object names_of(std::span<const E> values) {
    std::vector<std::string_view> names;
    for (const auto value : values)
        names.push_back(name_of(value));
    return schema::one_of_names(names);
}

json::object described(json::object schema, const Key& param, const FaultSpec& usual) {
    const auto text = default_text(param, &usual);
    schema["description"] = text.empty() ? param.doc : fmt::format("{} [{}]", param.doc, text);
    return schema;
}

/// A parameter of all kinds as this one has it.
json::object common_schema(const FaultKindInfo& kind, const Key& param) {
    const auto restricted = [&](const auto& values) {
        return described(schema::or_variable(names_of(values)), param, make_fault(kind.kind));
    };
    if (param.member == &member_id<&FaultSpec::direction>) return restricted(kind.directions);
    if (param.member == &member_id<&FaultSpec::service>) return restricted(kind.services);
    if (param.member == &member_id<&FaultSpec::stage>) return restricted(kind.stages);
    return schema::ref(fmt::format("fault.{}", param.name));
}

/// `{"properties": {key: values}, "required": [key]}`: the key is there, with one of these.
json::object has(std::string_view key, json::object values) {
    return {{"properties", {{key, std::move(values)}}}, {"required", json::array{key}}};
}
json::object has(std::string_view key) {
    return {{"required", json::array{key}}};
}
json::object is(std::string_view key, std::initializer_list<std::string_view> values) {
    return has(key, schema::one_of_names(values));
}
json::object never(json::array together) {
    return {{"not", {{"allOf", std::move(together)}}}};
}

/// What check() refuses of what goes together, for a kind with this stage by default.
json::array not_together(Stage usual) {
    const auto stage = [&](std::initializer_list<Stage> stages) {
        std::vector<std::string_view> names;
        for (const auto one : stages)
            names.push_back(name_of(one));
        json::array either{has("stage", schema::one_of_names(names))};
        if (std::ranges::find(stages, usual) != stages.end()) {
            either.push_back(json::object{{"not", has("stage")}});
        }
        return schema::either(std::move(either));
    };
    const auto to_role = schema::either(
        {has("to", {{"not", {{"enum", {every}}}}}), has("role", {{"not", {{"enum", {every}}}}})});
    const auto inwards = is("direction", {"in"});
    const auto of_maapi = is("service", {"maapi", "any"});
    return {never({has("to"), has("role")}),
            never({of_maapi, schema::either({has("events"), has("field"), to_role,
                                             is("stage", {"subscription"})})}),
            never({stage({Stage::handshake, Stage::connect}), to_role}),
            never({stage({Stage::subscription}), inwards, to_role}),
            never({has("events"), inwards}),
            never({has("events"), stage({Stage::handshake, Stage::connect, Stage::subscription})}),
            never({has("field"), inwards}),
            never({has("field"),
                   stage({Stage::any, Stage::handshake, Stage::connect, Stage::subscription})})};
}

std::string rules_name(Stage usual) {
    return fmt::format("fault.{}_by_default", name_of(usual));
}

json::object definitions() {
    json::object out;
    for (const auto& param : common_params())
        out[fmt::format("fault.{}", param.name)] = described(schema::of_key(param), param, {});
    for (const auto& kind : fault_kinds()) {
        const auto usual = kind.stages.front();
        out[rules_name(usual)] = json::object{{"allOf", not_together(usual)}};
    }
    return out;
}

json::object kind_schema(const FaultKindInfo& kind, const json::object& name) {
    json::object properties{{"kind", {{"const", kind.name}, {"description", kind.doc}}},
                            {"name", name}};
    for (const auto& param : kind.params)
        properties[param.name] = described(schema::of_key(param), param, make_fault(kind.kind));
    for (const auto& param : common_params())
        properties[param.name] = common_schema(kind, param);
    return {{"type", "object"},
            {"properties", std::move(properties)},
            {"required", {"kind"}},
            {"additionalProperties", false},
            {"allOf", json::array{schema::ref(rules_name(kind.stages.front()))}}};
}

/// For each kind the parameters that it has, or `clear` alone.
void refine(json::object& map) {
    const auto properties = map.at("properties").as_object();
    json::array kinds;
    for (const auto& kind : fault_kinds())
        kinds.push_back(kind_schema(kind, properties.at("name").as_object()));
    kinds.push_back(json::object{{"type", "object"},
                                 {"properties", {{"clear", properties.at("clear")}}},
                                 {"required", {"clear"}},
                                 {"additionalProperties", false}});
    map = schema::either(std::move(kinds));
}

// ---- Reading ----

constexpr Key keys[] = {
    key<&Fault::kind>("kind", "what goes wrong",
                      {.presence = Presence::one_of, .alone = true, .choices = faults::names}),
    key<&Fault::name>("name", forms::name, "a name, to clear it by", {.with = "kind"}),
    key<&Fault::clear>("clear", forms::name, "ends the fault of this name, or all",
                       {.presence = Presence::one_of, .what = "the name of a fault, or all"}),
};
constexpr auto shape =
    shape_of<Fault>("the keys of fault", "Makes something go wrong from here on.", keys, refine);

void check_clear(const Given& given, const Fault& step, Loading& loading) {
    if (given.map().entries.size() > 1) {
        loading.diagnostics.report(given.map().place, "'clear' stands alone");
    }
    const std::vector<std::string_view> names(loading.faults.begin(), loading.faults.end());
    if (*step.clear == every || loading.faults.contains(*step.clear)) return;
    loading.diagnostics.report(given.place<&Fault::clear>(),
                               fmt::format("no fault before this step has the name '{}'{}",
                                           *step.clear, suggestion(*step.clear, names)));
}

/// What kind it is decides what its keys are.
const FaultKindInfo* kind_in(const YamlPtr& body, const Loading& loading) {
    const auto* node = body->is_map() ? body->find("kind") : &body;
    if (node == nullptr) return nullptr;
    Diagnostics said_later;
    return find_fault_kind(substitute(*node, *loading.first, said_later)->text);
}

/// The step's own keys and those of its kind; without a kind those of any.
std::vector<KeyPart> parts_of(Fault& step, const FaultKindInfo* kind) {
    std::vector<KeyPart> parts{{keys, &step},
                               {common_params(), kind == nullptr ? nullptr : &step.spec}};
    if (kind != nullptr) {
        parts.push_back({kind->params, &step.spec});
    } else {
        for (const auto& one : fault_kinds())
            parts.push_back({one.params, nullptr});
    }
    return parts;
}

void check_fault(Fault& step, const Given& given, Loading& loading, std::size_t before) {
    if (const auto role = given.node<&FaultSpec::role>()) {
        loading.parse_role(*substitute(role, *loading.first, loading.diagnostics));
    }
    step.seeded = given.has<&FaultSpec::seed>();
    if (!step.name.empty()) loading.faults.insert(step.name);
    if (loading.diagnostics.reported() != before) return;
    const auto good = check(step.spec);
    if (good) return;
    const auto* value = given.map().is_map() ? given.map().find(good.error().param) : nullptr;
    loading.diagnostics.report(value == nullptr ? given.map().place : (*value)->place,
                               fmt::format("{}: {}", good.error().param, good.error().message));
}

std::shared_ptr<StepSpec> load(const YamlPtr& body, Loading& loading, const Place& place) {
    auto step = std::make_shared<Fault>(place);
    const auto before = loading.diagnostics.reported();
    const auto* kind = kind_in(body, loading);
    if (kind != nullptr) step->spec = make_fault(kind->kind);
    const auto what =
        kind == nullptr ? std::string(shape.what) : fmt::format("the keys of fault {}", kind->name);
    const auto given = read_keys(body, what, parts_of(*step, kind), loading);
    if (step->clear) {
        check_clear(given, *step, loading);
    } else if (kind != nullptr) {
        check_fault(*step, given, loading, before);
    }
    return step;
}

}  // namespace

extern constexpr StepKind fault_kind{"fault", shape, load, definitions};

}  // namespace confd::sim
