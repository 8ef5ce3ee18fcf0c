#include "simulator/scenario/loading.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "simulator/scenario/scalars.hpp"
#include "simulator/scenario/steps/steps.hpp"

namespace confd::sim {
namespace {

std::vector<std::string_view> kind_names() {
    std::vector<std::string_view> names;
    for (const auto& kind : step_kinds)
        names.push_back(kind.name);
    return names;
}

}  // namespace

const Role* Loading::find_role(std::string_view name) const {
    const auto found = std::ranges::find(roles, name, &Role::name);
    return found == roles.end() ? nullptr : &*found;
}

std::optional<std::string> Loading::parse_role(const YamlNode& node) const {
    auto name = parse_name(node, "the name of a role", diagnostics);
    if (!name || *name == everybody || find_role(*name) != nullptr) return name;
    std::vector<std::string_view> names{everybody};
    for (const auto& role : roles)
        names.push_back(role.name);
    diagnostics.report(node.place, fmt::format("there is no role '{}', expected {}{}", *name,
                                               one_of(names), suggestion(*name, names)));
    return std::nullopt;
}

std::optional<std::string> Loading::parse_send_id(const YamlNode& node) const {
    auto id = parse_name(node, "the id of a send", diagnostics);
    if (!id || sends.contains(*id)) return id;
    const std::vector<std::string_view> names(sends.begin(), sends.end());
    diagnostics.report(node.place, fmt::format("no send before this step has the id '{}'{}", *id,
                                               suggestion(*id, names)));
    return std::nullopt;
}

YamlPtr StepMap::get(std::string_view key) {
    const auto node = raw(key);
    return node == nullptr ? nullptr : substitute(node, *loading_.first, loading_.diagnostics);
}

void StepMap::report_missing(std::string_view key) {
    if (!map_.node().is_map()) return;
    loading_.diagnostics.report(map_.node().place, fmt::format("'{}' is missing", key));
}

YamlPtr StepMap::require(std::string_view key) {
    auto node = get(key);
    if (node == nullptr) report_missing(key);
    return node;
}

YamlPtr StepMap::require_raw(std::string_view key) {
    auto node = raw(key);
    if (node == nullptr) report_missing(key);
    return node;
}

std::chrono::milliseconds StepMap::duration(std::string_view key,
                                            std::chrono::milliseconds otherwise) {
    const auto node = get(key);
    if (node == nullptr) return otherwise;
    return parse_timespan(*node, loading_.diagnostics).value_or(otherwise);
}

std::string StepMap::role(std::string_view key) {
    const auto node = get(key);
    if (node == nullptr) return std::string(everybody);
    return loading_.parse_role(*node).value_or(std::string(everybody));
}

std::int64_t StepMap::count(std::string_view key, std::int64_t otherwise, std::int64_t low,
                            std::int64_t high) {
    const auto node = get(key);
    if (node == nullptr) return otherwise;
    return parse_int(*node, low, high, "a number", loading_.diagnostics).value_or(otherwise);
}

StepPtr parse_step(const YamlPtr& node, Loading& loading) {
    const auto names = kind_names();
    if (!node->is_map() || node->entries.size() != 1) {
        loading.diagnostics.report(
            node->place,
            fmt::format(
                "a step is a map with one key, expected {}, found {}", one_of(names),
                node->is_map() ? fmt::format("{} keys", node->entries.size()) : describe(*node)));
        return nullptr;
    }
    const auto& [key, body] = node->entries.front();
    for (const auto& kind : step_kinds) {
        if (kind.name == key->text) return kind.parse(body, loading, key->place);
    }
    loading.diagnostics.report(
        key->place, fmt::format("there is no step '{}', expected {}{}", key->text, one_of(names),
                                suggestion(key->text, names)));
    return nullptr;
}

std::vector<StepPtr> parse_steps(const YamlPtr& node, Loading& loading) {
    std::vector<StepPtr> steps;
    if (!node->is_sequence()) {
        report_expected(*node, "a list of steps", loading.diagnostics);
        return steps;
    }
    for (const auto& item : node->items) {
        if (auto step = parse_step(item, loading)) steps.push_back(std::move(step));
    }
    return steps;
}

StepStatus SequenceRun::poll(World& world) {
    while (next_ < steps_.size()) {
        if (current_ == nullptr) {
            if (!world.spend_step()) {
                world.wake_at(world.now());
                return StepStatus::running;
            }
            current_ = steps_[next_]->start(scope_);
        }
        const auto status = current_->poll(world);
        if (status != StepStatus::done) return status;
        current_.reset();
        ++next_;
    }
    return StepStatus::done;
}

}  // namespace confd::sim
