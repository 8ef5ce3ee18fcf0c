// SPDX-License-Identifier: Apache-2.0
// YANG modules, for what needs to know them: events written by name, XPath filters, random events.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "generate/choices.hpp"
#include "protocol/value/calendar.hpp"
#include "simulator/streams/event_tree.hpp"
#include "simulator/text/yaml.hpp"
#include "simulator/yang/built_in_module.hpp"

struct ly_ctx;
struct lys_module;
struct lysc_node;

namespace confd::sim {

namespace yang {
struct Loaded;
}

/// A module by its name, by name@revision, or by a path that ends with .yang.
struct ModuleRequest {
    Place place;
    std::string name;
};

/// An event's content in both its forms.
struct BuiltEvent {
    std::vector<TagValue> values;
    std::shared_ptr<const EventTree> tree;
};

/// Nodes of one event: libyang finds duplicates and orders siblings one by one, and a filter may
/// have to look at all of them several times over.
inline constexpr std::size_t max_event_nodes = 5000;

class Schema : public FilterCompiler {
  public:
    /// Reports what is wrong with the modules at the places where they are asked for, and returns
    /// null then. Files and imports are looked for in `directories`: the newest revision, of equal
    /// ones that of the first directory. No module at all is fine: filters can be compiled without.
    /// What is in no directory may still be `built_in`. Files are loaded in a child process first,
    /// so that no module can end this one.
    static std::shared_ptr<const Schema> load(const std::vector<ModuleRequest>& modules,
                                              const std::vector<std::string>& directories,
                                              Diagnostics& diagnostics,
                                              std::span<const BuiltInModule> built_in = {});

    /// All notifications as module:name: those of the modules that were asked for, in their order,
    /// then those of imported ones.
    std::vector<std::string> notifications() const;

    /// Why there are no notifications, when there are none: a sentence's end.
    std::string why_none() const;

    /// The tag of a notification, given by its name.
    std::optional<XmlTag> notification_tag(std::string_view name, const Place& place,
                                           Diagnostics& diagnostics) const;

    /// Makes an event of a map with one key, the notification: {link-down: {if-name: eth1}}. The
    /// notification is named alone when only one module has it, else as prefix:name or module:name.
    /// A leaf is its text, an `empty` leaf is [null], leaf-lists and lists are lists.
    std::optional<BuiltEvent> build(const YamlNode& node, Diagnostics& diagnostics) const;

    /// XPath 1.0 over an event's tree, the context node being the root above the notification.
    /// Names without a prefix match in every module; prefixes are those of the modules, or module
    /// names. A name that no module has matches nothing; a prefix that no module has is an error.
    /// The same text gives the same filter while that is in use. For one thread.
    std::expected<std::shared_ptr<const EventFilter>, std::string> compile(
        const std::string& xpath) const override;

    /// A valid instance of a notification: the same choices give the same instance. Without a name
    /// it is any one of the modules that were asked for, or of all when those have none. The error
    /// says why there is none: no such notification, a leaf that can have no value, or conditions
    /// that are met by none of the instances tried.
    /// With a time its values are those of a server at work then (random_value.hpp).
    std::expected<BuiltEvent, std::string> random(Choices& choices,
                                                  std::string_view notification = {},
                                                  std::optional<TimePoint> now = {}) const;

    /// What random() chooses from, told by trying: names, and for those that cannot be why.
    struct Drawable {
        std::vector<std::string> possible;
        std::vector<std::string> impossible;  ///< "alarm: its leaf kind can have no value, ..."
    };
    Drawable drawable() const;

    /// The loaded modules. With this one alive, or anything made by it.
    const std::shared_ptr<ly_ctx>& context() const { return context_; }

    /// A notification by its name; the error is a sentence.
    std::expected<const lysc_node*, std::string> find_notification(std::string_view name) const;

  private:
    explicit Schema(const yang::Loaded& loaded);

    std::span<const lysc_node* const> drawn_from() const;
    bool is_risky(const lysc_node& notification) const { return risky_.contains(&notification); }

    class Filters;

    std::shared_ptr<ly_ctx> context_;
    std::vector<const lys_module*> served_;  // without those that libyang brings and no module uses
    std::vector<const lysc_node*> notifications_;
    std::vector<const lysc_node*> nested_;      // notifications that are inside of data
    std::set<const lysc_node*> risky_;          // notifications with risky conditions
    std::size_t listed_ = 0;                    // notifications of modules that were asked for
    mutable std::shared_ptr<Filters> filters_;  // from the first compile() on
};

}  // namespace confd::sim
