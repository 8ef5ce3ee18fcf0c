// What the parsers of steps share while a scenario is loaded.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/release.hpp"
#include "simulator/hub/hub.hpp"
#include "simulator/scenario/field_map.hpp"
#include "simulator/scenario/step.hpp"

namespace confd::sim {

struct Loading {
    Diagnostics& diagnostics;
    Release release;
    Product product = Product::confd;
    std::vector<Role> roles;
    std::vector<std::string> streams;
    /// Ids of the sends so far, in the order of the file.
    std::set<std::string, std::less<>> sends;
    /// Variables as in the first and in the last round of the repeats around: what is right in both
    /// is taken to be right in between.
    const Scope* first = nullptr;
    const Scope* last = nullptr;

    WireContext wire() const { return {release.dialect(), product}; }
    const Role* find_role(std::string_view name) const;
    /// Reports when there is no such role and it is not "all".
    std::optional<std::string> parse_role(const YamlNode& node) const;
    /// Reports when no send before has this id.
    std::optional<std::string> parse_send_id(const YamlNode& node) const;
};

/// The map of a step: keys are asked for one by one, with their variables written out.
class StepMap {
  public:
    StepMap(const YamlPtr& node, std::string_view kind, Loading& loading)
        : loading_(loading), map_(*node, "the keys of " + std::string(kind), loading.diagnostics) {}
    StepMap(const StepMap&) = delete;
    StepMap& operator=(const StepMap&) = delete;
    /// Reports keys that nobody asked for.
    ~StepMap() { map_.finish(); }

    /// Null when it is not there.
    YamlPtr get(std::string_view key);
    /// As it stands in the file: steps, and what depends on the round of a repeat.
    YamlPtr raw(std::string_view key) { return map_.take_shared(key); }
    /// Reports and returns null when it is not there.
    YamlPtr require(std::string_view key);
    YamlPtr require_raw(std::string_view key);

    std::chrono::milliseconds duration(std::string_view key, std::chrono::milliseconds otherwise);
    std::string role(std::string_view key);
    std::int64_t count(std::string_view key, std::int64_t otherwise, std::int64_t low,
                       std::int64_t high);

  private:
    void report_missing(std::string_view key);

    Loading& loading_;
    FieldMap map_;
};

/// A step: a map with one key, its kind. Null after reporting what is wrong.
StepPtr parse_step(const YamlPtr& node, Loading& loading);
std::vector<StepPtr> parse_steps(const YamlPtr& node, Loading& loading);

/// One kind of step: `parse` gets what stands under the kind's name.
struct StepKind {
    std::string_view name;
    StepPtr (*parse)(const YamlPtr& body, Loading& loading, const Place& place);
};

}  // namespace confd::sim
