// fault: something goes wrong on purpose from here on, or does so no more.
#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "simulator/scenario/scenario.hpp"
#include "simulator/scenario/steps/steps.hpp"
#include "simulator/text/scalars.hpp"

namespace confd::sim {
namespace {

Takes takes_of(ParamType type) {
    switch (type) {
        case ParamType::integer:
            return Takes::integer;
        case ParamType::duration:
            return Takes::duration;
        case ParamType::probability:
            return Takes::number;
        case ParamType::choice:
            return Takes::choice;
        case ParamType::role:
            return Takes::role;
        case ParamType::hex:
            return Takes::hex;
        case ParamType::events:
            return Takes::mask;
        case ParamType::field:
            break;
    }
    return Takes::text;
}

/// Kinds have parameters of one name with choices and bounds of their own: the key takes any of
/// them, and the kind's own table decides.
void widen(Key& key, const FaultParam& param) {
    if (param.type == ParamType::integer && param.low < param.high) {
        key.low = std::min(key.low, param.low);
        key.high = std::max(key.high, param.high);
    }
    if (param.choices.empty()) return;
    static std::deque<std::vector<std::string_view>> kept;
    auto& all = kept.emplace_back(key.choices.begin(), key.choices.end());
    for (const auto choice : param.choices) {
        if (std::ranges::find(all, choice) == all.end()) all.push_back(choice);
    }
    key.choices = all;
}

/// The step's own keys, then the parameters of all kinds, as the faults declare them.
const MapShape& shape() {
    static const auto kinds = [] {
        std::vector<std::string_view> out;
        for (const auto& kind : fault_kinds())
            out.push_back(kind.name);
        return out;
    }();
    static const auto keys = [] {
        std::vector<Key> out{
            {.name = "kind", .takes = Takes::choice, .doc = "what goes wrong", .choices = kinds},
            {.name = "name", .takes = Takes::name, .doc = "a name, to clear it by"},
            {.name = "clear", .takes = Takes::name, .doc = "ends the fault of this name, or all"},
        };
        const auto add = [&](const FaultParam& param) {
            const auto there = std::ranges::find(out, param.name, &Key::name);
            if (there != out.end()) return widen(*there, param);
            Key key{.name = param.name, .takes = takes_of(param.type), .doc = param.doc};
            key.choices = param.choices;
            if (param.type == ParamType::integer && param.low < param.high) {
                key.low = param.low;
                key.high = param.high;
            }
            out.push_back(key);
        };
        std::ranges::for_each(common_params(), add);
        for (const auto& kind : fault_kinds())
            std::ranges::for_each(kind.params, add);
        return out;
    }();
    static const MapShape shape{"the keys of fault", "Makes something go wrong from here on.", keys,
                                "kind"};
    return shape;
}

constexpr std::string_view every = "all";

struct AddFault : StepSpec {
    using StepSpec::StepSpec;
    FaultSpec fault;
    std::string name;
    bool seeded = false;

    std::unique_ptr<StepRun> start(const Scope&) const override;
};

class AddFaultRun : public StepRun {
  public:
    explicit AddFaultRun(const AddFault& spec) : spec_(spec) {}

    StepStatus poll(World& world) override {
        auto fault = spec_.fault;
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
    const AddFault& spec_;
};

std::unique_ptr<StepRun> AddFault::start(const Scope&) const {
    return std::make_unique<AddFaultRun>(*this);
}

struct ClearFault : StepSpec {
    using StepSpec::StepSpec;
    std::string name;

    std::unique_ptr<StepRun> start(const Scope&) const override;
};

class ClearFaultRun : public StepRun {
  public:
    explicit ClearFaultRun(const ClearFault& spec) : spec_(spec) {}

    StepStatus poll(World& world) override {
        if (world.traced()) world.trace(spec_, "fault: clear " + spec_.name);
        for (const auto id : world.take_faults(spec_.name == every ? "" : spec_.name))
            world.hub().remove_fault(id);
        return StepStatus::done;
    }

  private:
    const ClearFault& spec_;
};

std::unique_ptr<StepRun> ClearFault::start(const Scope&) const {
    return std::make_unique<ClearFaultRun>(*this);
}

StepPtr parse_clear(const DeclaredMap& map, Loading& loading, const Place& place) {
    auto step = std::make_shared<ClearFault>(place);
    const auto node = map.get("clear");
    step->name = parse_name(*node, "the name of a fault, or all", loading.diagnostics).value_or("");
    const std::vector<std::string_view> names(loading.faults.begin(), loading.faults.end());
    if (step->name != every && !loading.faults.contains(step->name)) {
        loading.diagnostics.report(
            node->place, fmt::format("no fault before this step has the name '{}'{}", step->name,
                                     suggestion(step->name, names)));
    }
    if (map.node().entries.size() > 1) {
        loading.diagnostics.report(map.node().place, "'clear' stands alone");
    }
    return step;
}

std::vector<std::string_view> param_names(const FaultKindInfo& kind) {
    std::vector<std::string_view> names;
    for (const auto& param : kind.params)
        names.push_back(param.name);
    for (const auto& param : common_params())
        names.push_back(param.name);
    return names;
}

/// A list of names is written NAME|NAME.
std::string joined(const YamlNode& node) {
    std::string out;
    for (const auto& item : node.items)
        out += (out.empty() ? "" : "|") + item->text;
    return node.is_sequence() ? out : node.text;
}

void parse_param(FaultSpec& fault, const YamlNode& key, const YamlPtr& value, Loading& loading) {
    const auto* param = find_param(fault.kind, key.text);
    if (param == nullptr) {
        const auto names = param_names(info_of(fault.kind));
        loading.diagnostics.report(
            key.place,
            fmt::format("'{}' is not a parameter of {}, expected {}{}", key.text,
                        name_of(fault.kind), one_of(names), suggestion(key.text, names)));
        return;
    }
    const auto node = substitute(value, *loading.first, loading.diagnostics);
    if (param->type == ParamType::role && !loading.parse_role(*node)) return;
    if (!node->is_scalar() && param->type != ParamType::events) {
        return report_expected(*node, "a number or a text", loading.diagnostics);
    }
    if (const auto set = set_param(fault, key.text, joined(*node)); !set) {
        loading.diagnostics.report(node->place, set.error().message);
    }
}

StepPtr parse(const YamlPtr& body, Loading& loading, const Place& place) {
    const DeclaredMap map(body, shape(), loading);
    if (!map.exactly_one({"kind", "clear"})) return nullptr;
    if (map.has("clear")) return parse_clear(map, loading, place);
    auto step = std::make_shared<AddFault>(place);
    const auto before = loading.diagnostics.reported();
    const auto kind = map.choice("kind", 0);
    if (loading.diagnostics.reported() != before) return nullptr;
    step->fault = make_fault(static_cast<FaultKind>(kind));
    for (const auto& [key, value] : map.node().entries) {
        const bool own = key->text == "kind" || key->text == "name";
        // What is no key of any kind has been reported.
        if (!own && find_key(shape(), key->text) != nullptr) {
            parse_param(step->fault, *key, value, loading);
        }
    }
    if (map.has("to") && map.has("role")) {
        loading.diagnostics.report(map.raw("role")->place,
                                   "'role' is the older name of 'to': expected one of them");
    }
    step->seeded = map.has("seed");
    if (map.has("name")) {
        step->name = map.text("name");
        loading.faults.insert(step->name);
    }
    if (const auto good = check(step->fault); !good && loading.diagnostics.reported() == before) {
        const auto param = map.raw(good.error().param);
        loading.diagnostics.report(param != nullptr ? param->place : body->place,
                                   fmt::format("{}: {}", good.error().param, good.error().message));
    }
    return step;
}

}  // namespace

const StepKind fault_kind{"fault", shape(), parse};

}  // namespace confd::sim
