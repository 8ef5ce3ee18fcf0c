// SPDX-License-Identifier: Apache-2.0
// Random events of the loaded modules.
#include <fmt/format.h>

#include "simulator/yang/describe_type.hpp"
#include "simulator/yang/finish.hpp"
#include "simulator/yang/libyang.hpp"
#include "simulator/yang/random_value.hpp"
#include "simulator/yang/schema.hpp"

namespace confd::sim {

using namespace yang;

namespace {

/// Instances drawn before giving up. The later half has only what must be there: conditions are
/// mostly about optional nodes.
constexpr int max_draws = 16;

/// More entries of a list than must be there.
constexpr std::uint64_t extra_entries = 3;

/// From here on optional nodes are left out: recursion is the schema's, but lists multiply.
constexpr std::size_t max_random_nodes = 500;

/// Makes the content of one instance. A mandatory node without a value makes the whole fail.
class Instance {
  public:
    Instance(const ValueSource& source, bool sparse)
        : choices_(source.choices), source_(source), sparse_(sparse) {}

    TreePtr make(const lysc_node& notification) {
        lyd_node* root = nullptr;
        lyd_new_inner(nullptr, notification.module, notification.name, 0, &root);
        TreePtr tree(root);
        source_.root = root;
        if (root == nullptr || !children(*root, notification)) return nullptr;
        return tree;
    }

    /// What must be there is more than an event can have.
    bool is_too_large() const { return nodes_ > max_event_nodes; }

    /// A node that must be there and for which there was nothing; null for none.
    const lysc_node* missing() const { return missing_; }

  private:
    bool optional() { return !sparse_ && nodes_ < max_random_nodes && choices_.flip(); }

    /// `schema` is the parent's, or a case in it.
    bool children(lyd_node& parent, const lysc_node& schema) {
        const lysc_node* child = nullptr;
        while ((child = lys_getnext(child, &schema, nullptr, LYS_GETNEXT_WITHCHOICE)) != nullptr) {
            if ((child->flags & LYS_KEY) == 0 && !node(parent, *child)) return false;
        }
        return true;
    }

    bool node(lyd_node& parent, const lysc_node& schema) {
        const bool mandatory = (schema.flags & LYS_MAND_TRUE) != 0;
        switch (schema.nodetype) {
            case LYS_LEAF:
                return (!mandatory && !optional()) || leaf(parent, schema) ||
                       can_do_without(!mandatory);
            case LYS_CONTAINER:
                return (!mandatory && !optional()) || container(parent, schema);
            case LYS_CHOICE:
                return (!mandatory && !optional()) || one_case(parent, schema);
            case LYS_LEAFLIST: {
                const auto& list = as<lysc_node_leaflist>(schema);
                return entries(list.min, list.max, [&] { return leaf(parent, schema); });
            }
            case LYS_LIST: {
                const auto& list = as<lysc_node_list>(schema);
                return entries(list.min, list.max, [&] { return entry(parent, schema); });
            }
            default:
                return !mandatory;
        }
    }

    bool entries(std::uint64_t least, std::uint64_t most, auto&& add) {
        auto wanted = least;
        if (optional()) wanted += choices_.below(extra_entries + 1);
        if (most != 0) wanted = std::min(wanted, most);
        std::uint64_t made = 0;
        // Some are lost to keys that are there already.
        for (auto left = 2 * wanted + 8; left > 0 && made < wanted && !is_too_large(); --left)
            made += add() ? 1U : 0U;
        return can_do_without(made >= least);
    }

    bool container(lyd_node& parent, const lysc_node& schema) {
        lyd_node* made = nullptr;
        lyd_new_inner(&parent, schema.module, schema.name, 0, &made);
        ++nodes_;
        return made != nullptr && !is_too_large() && children(*made, schema);
    }

    bool one_case(lyd_node& parent, const lysc_node& schema) {
        std::vector<const lysc_node*> cases;
        for (const auto* one = as<lysc_node_choice>(schema).cases; one != nullptr;
             one = reinterpret_cast<const lysc_node_case*>(one->next)) {
            cases.push_back(&one->node);
        }
        if (cases.empty()) return true;
        const auto& chosen = *cases[choices_.below(cases.size())];
        const auto before = nodes_;
        if (!children(parent, chosen)) return false;
        if (nodes_ != before || (schema.flags & LYS_MAND_TRUE) == 0) return true;
        // A case of optional nodes alone: one of them has to show that it was chosen.
        const auto* first = lys_getnext(nullptr, &chosen, nullptr, 0);
        return first != nullptr && is_leaf(*first) && leaf(parent, *first);
    }

    bool leaf(lyd_node& parent, const lysc_node& schema) {
        const auto text = random_value(schema, source_);
        if (!text) return lacks(schema);
        ++nodes_;
        return lyd_new_term(&parent, schema.module, schema.name, text->c_str(), 0, nullptr) ==
               LY_SUCCESS;
    }

    bool entry(lyd_node& parent, const lysc_node& schema) {
        std::vector<std::string> keys;
        for (const auto* child : children_of(schema)) {
            if ((child->flags & LYS_KEY) == 0) continue;
            auto text = random_value(*child, source_);
            if (!text) return lacks(*child);
            keys.push_back(std::move(*text));
        }
        auto* made = new_entry(parent, schema, keys);
        if (made == nullptr) return false;
        if (is_repeated(*made)) {
            lyd_free_tree(made);
            return false;
        }
        nodes_ += 1 + keys.size();
        if (children(*made, schema)) return true;
        lyd_free_tree(made);
        return false;
    }

    bool lacks(const lysc_node& schema) {
        missing_ = &schema;
        return false;
    }

    bool can_do_without(bool can) {
        if (can) missing_ = nullptr;
        return can;
    }

    static bool is_repeated(const lyd_node& entry) {
        if ((entry.schema->flags & LYS_KEYLESS) != 0) return false;
        for (const auto* other = entry.prev; other->next != nullptr; other = other->prev) {
            if (lyd_compare_single(other, &entry, 0) == LY_SUCCESS) return true;
        }
        return false;
    }

    Choices& choices_;
    ValueSource source_;
    bool sparse_;
    const lysc_node* missing_ = nullptr;
    std::size_t nodes_ = 0;
};

/// Always the same numbers.
class Numbers : public Choices {
  public:
    std::uint64_t below(std::uint64_t bound) override {
        state_ = state_ * 6364136223846793005U + 1442695040888963407U;
        return (state_ >> 16) % bound;
    }

  private:
    std::uint64_t state_ = 1;
};

}  // namespace

std::span<const lysc_node* const> Schema::drawn_from() const {
    const std::span all(notifications_);
    return listed_ > 0 ? all.first(listed_) : all;
}

std::expected<BuiltEvent, std::string> Schema::random(Choices& choices,
                                                      std::string_view notification,
                                                      std::optional<TimePoint> now) const {
    const lysc_node* schema = nullptr;
    if (notification.empty()) {
        const auto from = drawn_from();
        if (from.empty()) return std::unexpected(why_none());
        schema = from[choices.below(from.size())];
    } else {
        const auto found = find_notification(notification);
        if (!found) return std::unexpected(found.error());
        schema = *found;
    }
    const ValueSource source{.choices = choices, .served = served_, .now = now};
    const lysc_node* missing = nullptr;
    std::string refused;
    std::optional<BuiltEvent> out;
    for (int draw = 0; draw < max_draws && !out; ++draw) {
        Instance instance(source, draw >= max_draws / 2);
        const auto tree = instance.make(*schema);
        if (instance.is_too_large()) {
            return std::unexpected(fmt::format("it needs more than {} nodes", max_event_nodes));
        }
        if (tree == nullptr) {
            missing = instance.missing();
        } else if (auto event = finish_event(context_, *tree, is_risky(*schema))) {
            out = std::move(*event);
        } else {
            refused = event.error().text;
        }
    }
    ly_err_clean(context_.get(), nullptr);
    if (out) return std::move(*out);
    if (refused.empty() && missing != nullptr) {
        return std::unexpected(fmt::format("its {} {} can have no value, expected {}",
                                           lys_nodetype2str(missing->nodetype), missing->name,
                                           describe_type(*missing)));
    }
    return std::unexpected(fmt::format("none of {} instances drawn is valid{}{}", max_draws,
                                       refused.empty() ? "" : ": ", refused));
}

Schema::Drawable Schema::drawable() const {
    Drawable out;
    Numbers numbers;
    for (const auto* notification : drawn_from()) {
        auto name = fmt::format("{}:{}", notification->module->name, notification->name);
        if (const auto event = random(numbers, name)) {
            out.possible.push_back(std::move(name));
        } else {
            out.impossible.push_back(fmt::format("{}: {}", name, event.error()));
        }
    }
    return out;
}

}  // namespace confd::sim
