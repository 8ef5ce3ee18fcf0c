// SPDX-License-Identifier: Apache-2.0
#include "simulator/yang/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>

#include "simulator/yang/conditions.hpp"
#include "simulator/yang/libyang.hpp"
#include "simulator/yang/load.hpp"
#include "simulator/yang/module_files.hpp"
#include "simulator/yang/references.hpp"
#include "simulator/yang/typed_value.hpp"
#include "text/nearest.hpp"

namespace confd::sim {

using namespace yang;

namespace {

std::string full_name(const lysc_node& node) {
    return fmt::format("{}:{}", node.module->name, node.name);
}

/// "/m:c/l/n", for messages.
std::string path_of(const lysc_node& node) {
    const std::unique_ptr<char, decltype(&free)> path(lysc_path(&node, LYSC_PATH_DATA, nullptr, 0),
                                                      &free);
    return path == nullptr ? std::string(node.name) : path.get();
}

}  // namespace

std::shared_ptr<const Schema> Schema::load(const std::vector<ModuleRequest>& modules,
                                           const std::vector<std::string>& directories,
                                           Diagnostics& diagnostics,
                                           std::span<const BuiltInModule> built_in) {
    ModuleFiles files(directories, built_in);
    const auto loaded = load_modules(modules, files, diagnostics);
    if (loaded.context == nullptr) return nullptr;
    return std::shared_ptr<const Schema>(new Schema(loaded));
}

Schema::Schema(const Loaded& loaded) : context_(loaded.context), served_(loaded.served) {
    const auto add = [&](const lys_module& module) {
        const auto more = notifications_of(module);
        notifications_.insert(notifications_.end(), more.begin(), more.end());
        for (const auto* nested : nested_notifications_of(module))
            nested_.push_back(nested);
    };
    for (const auto* module : loaded.listed)
        add(*module);
    listed_ = notifications_.size();
    std::uint32_t index = 0;
    while (const auto* module = ly_ctx_get_module_iter(context_.get(), &index)) {
        if (std::ranges::find(loaded.listed, module) == loaded.listed.end()) add(*module);
    }
    for (const auto* notification : notifications_) {
        if (has_risky_conditions(*notification)) risky_.insert(notification);
    }
}

std::vector<std::string> Schema::notifications() const {
    std::vector<std::string> out;
    for (const auto* node : notifications_)
        out.push_back(full_name(*node));
    return out;
}

std::optional<XmlTag> Schema::notification_tag(std::string_view name, const Place& place,
                                               Diagnostics& diagnostics) const {
    const auto found = find_notification(name);
    if (found) return tag_of(**found);
    diagnostics.report(place, found.error());
    return std::nullopt;
}

std::expected<const lysc_node*, std::string> Schema::find_notification(
    std::string_view name) const {
    const auto of_name = [&](const lysc_node* node) { return has_name(*node, name); };
    std::vector<const lysc_node*> found;
    // One of a module that is only imported comes second.
    const std::span all(notifications_);
    for (const auto part : {all.first(listed_), all.subspan(listed_)}) {
        if (found.empty()) std::ranges::copy_if(part, std::back_inserter(found), of_name);
    }
    if (found.size() == 1) return found.front();
    if (!found.empty()) {
        return std::unexpected(fmt::format("more than one module has a notification '{}': {} or {}",
                                           name, full_name(*found[0]), full_name(*found[1])));
    }
    if (const auto inner = std::ranges::find_if(nested_, of_name); inner != nested_.end()) {
        return std::unexpected(
            fmt::format("notification {} is nested in data ({}): only those at "
                        "the top of a module can be sent",
                        full_name(**inner), path_of(**inner)));
    }
    if (notifications_.empty()) {
        return std::unexpected(fmt::format("no notification '{}': {}", name, why_none()));
    }
    const bool prefixed = name.contains(':');
    const auto owned = notifications();
    std::vector<std::string_view> names;
    for (const auto& full : owned)
        names.push_back(prefixed ? std::string_view(full)
                                 : std::string_view(full).substr(full.find(':') + 1));
    return std::unexpected(
        fmt::format("no module has a notification '{}'{}", name, suggestion(name, names)));
}

std::string Schema::why_none() const {
    if (served_.empty()) return "no module is loaded";
    if (nested_.empty()) return "no module has any";
    return fmt::format(
        "all of them are nested in data, as {} is: only those at the top of a module "
        "can be sent",
        path_of(*nested_.front()));
}

}  // namespace confd::sim
