// What the parsers of steps share while a scenario is loaded.
#pragma once

#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/release.hpp"
#include "simulator/scenario/step.hpp"
#include "simulator/text/shape.hpp"
#include "simulator/text/yaml.hpp"

namespace confd::sim {

struct Scenario;
struct Role;

struct Loading {
    Diagnostics& diagnostics;
    /// What has been read before the steps: roles, streams, sessions, modules.
    const Scenario& scenario;
    Release release;
    Product product = Product::confd;
    /// Ids of the sends so far, in the order of the file.
    std::set<std::string, std::less<>> sends;
    /// Names of the faults so far.
    std::set<std::string, std::less<>> faults;
    /// Variables as in the first and in the last round of the repeats around: what is right in both
    /// is taken to be right in between.
    const Scope* first = nullptr;
    const Scope* last = nullptr;
    std::vector<ListedStep> listed = {};

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

/// A map of a scenario file, held against its declaration: unknown and missing keys are reported at
/// once. Values come with their variables written out.
class DeclaredMap {
  public:
    /// A bare value in place of the map stands for the shape's shorthand key.
    DeclaredMap(const YamlPtr& node, const MapShape& shape, Loading& loading);

    /// Null when it is not there.
    YamlPtr get(std::string_view key) const;
    /// As it stands in the file: steps, and what depends on the round of a repeat.
    YamlPtr raw(std::string_view key) const;
    bool has(std::string_view key) const { return raw(key) != nullptr; }
    const YamlNode& node() const { return *node_; }

    // Values by what the declaration says they are; the default where the key is not there or,
    // after a report, wrong.

    std::chrono::milliseconds duration(std::string_view key,
                                       std::chrono::milliseconds otherwise) const;
    std::string role(std::string_view key) const;
    std::string text(std::string_view key, std::string otherwise = {}) const;
    std::int64_t integer(std::string_view key, std::int64_t otherwise) const;
    std::uint64_t seed(std::string_view key, std::uint64_t otherwise) const;
    bool flag(std::string_view key, bool otherwise) const;
    /// A number between the bounds, which need not be whole.
    double number(std::string_view key, double otherwise, double low, double high) const;
    /// The index among the declared choices.
    std::size_t choice(std::string_view key, std::size_t otherwise) const;
    std::uint32_t mask(std::string_view key) const;
    std::vector<std::string> names(std::string_view key) const;

    /// Reports when not exactly one of these keys is there; false then.
    bool exactly_one(std::span<const std::string_view> keys) const;
    bool exactly_one(std::initializer_list<std::string_view> keys) const {
        return exactly_one(std::span(keys.begin(), keys.size()));
    }

  private:
    void check() const;
    const Key& declared(std::string_view key) const;

    YamlPtr node_;
    const MapShape& shape_;
    Loading& loading_;
    bool shorthand_ = false;
};

/// A step: a map with one key, its kind. Null after reporting what is wrong.
StepPtr parse_step(const YamlPtr& node, Loading& loading);
/// What stands under the name of a kind, which exists.
StepPtr parse_step_of_kind(std::string_view kind, const YamlPtr& body, Loading& loading);
std::vector<StepPtr> parse_steps(const YamlPtr& node, Loading& loading);
/// A list of such lists, none of them empty.
std::vector<std::vector<StepPtr>> parse_step_lists(const YamlPtr& node, Loading& loading);

/// One kind of step: `parse` gets what stands under the kind's name.
struct StepKind {
    std::string_view name;
    const MapShape& shape;
    StepPtr (*parse)(const YamlPtr& body, Loading& loading, const Place& place);
};

/// Tells whether the value depends on the round of a repeat.
struct Substituted {
    YamlPtr first;
    YamlPtr last;
    bool loops = false;
};
/// A value that may use the counters of repeats, as it is in the first and in the last round.
Substituted substitute_rounds(const YamlPtr& node, Loading& loading);

}  // namespace confd::sim
