// SPDX-License-Identifier: Apache-2.0
// What the parsers of steps share while a scenario is loaded.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/release.hpp"
#include "simulator/scenario/step.hpp"
#include "simulator/text/forms.hpp"
#include "simulator/text/yaml.hpp"

namespace confd::sim {

struct Scenario;
struct Role;

struct Loading : Reading {
    /// What has been read before the steps: roles, streams, sessions, modules.
    Loading(const Scenario& read, Diagnostics& reports);

    const Scenario& scenario;
    Release release;
    Product product = Product::confd;
    /// Ids of the sends so far, in the order of the file.
    std::set<std::string, std::less<>> sends;
    /// Names of the faults so far.
    std::set<std::string, std::less<>> faults;
    std::vector<ListedStep> listed;

    WireContext wire() const { return {release.dialect(), product}; }
    const Role* find_role(std::string_view name) const;
    /// Reports when there is no such role and it is not "all".
    std::optional<std::string> parse_role(const YamlNode& node) const;
    /// An event of the release and product that are played, by its name (see event_type()) or
    /// number. Reports another with the nearest names; `remedy` follows what is said of one that
    /// exists elsewhere only.
    std::optional<std::uint32_t> parse_event(const YamlNode& node,
                                             std::string_view remedy = {}) const;
    /// Reports when no send before has this id.
    std::optional<std::string> parse_send_id(const YamlNode& node) const;
    /// Reports when the scenario names streams and this is none of them.
    std::optional<std::string> parse_stream(const YamlNode& node) const;
};

/// Forms that only a loader reads: what they name is in the scenario.
namespace forms {

/// A role of the scenario, or "all".
extern const FormOf<std::string> role;
/// The id of a send before.
extern const FormOf<std::string> send_id;
/// One of the scenario's streams, if it names any.
extern const FormOf<std::string> stream;
/// Steps one after the other, and a list of such lists.
extern const FormOf<std::vector<StepPtr>> steps;
extern const FormOf<std::vector<std::vector<StepPtr>>> step_lists;
/// Steps that are read later.
extern const FormOf<YamlPtr> unread_steps;

}  // namespace forms

/// A step: a map with one key, its kind. Null after reporting what is wrong.
StepPtr parse_step(const YamlPtr& node, Loading& loading);
/// What stands under the name of a kind, which exists.
StepPtr parse_step_of_kind(std::string_view kind, const YamlPtr& body, Loading& loading);
std::vector<StepPtr> parse_steps(const YamlPtr& node, Loading& loading);
/// A list of such lists, none of them empty.
std::vector<std::vector<StepPtr>> parse_step_lists(const YamlPtr& node, Loading& loading);

/// One kind of step. `load` gets what stands under the kind's name.
struct StepKind {
    std::string_view name;
    const MapShape& shape;
    std::shared_ptr<StepSpec> (*load)(const YamlPtr& body, Loading& loading, const Place& place);
    /// Definitions that its JSON Schema refers to; null for none.
    boost::json::object (*definitions)() = nullptr;
};

/// All of them, in the order of the documentation. The list is in steps/steps.cpp: steps know the
/// language, and it knows none of them.
std::span<const StepKind* const> step_kinds();

/// Reads a step by its keys, and lets it finish().
template <class Step, const MapShape& shape>
std::shared_ptr<StepSpec> load_by_keys(const YamlPtr& body, Loading& loading, const Place& place) {
    auto step = std::make_shared<Step>(place);
    const auto given = read_keys(body, shape, step.get(), loading);
    step->finish(given, loading);
    return step;
}

template <class Step, const MapShape& shape>
constexpr StepKind step_kind(std::string_view name) {
    return {name, shape, load_by_keys<Step, shape>};
}

/// Tells whether the value depends on the round of a repeat.
struct Substituted {
    YamlPtr first;
    YamlPtr last;
    bool loops = false;
};
/// A value that may use the counters of repeats, as it is in the first and in the last round.
Substituted substitute_rounds(const YamlPtr& node, Loading& loading);

}  // namespace confd::sim
