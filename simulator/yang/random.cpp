// Random events of the loaded modules.
#include <fmt/format.h>

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
    Instance(Choices& choices, bool sparse) : choices_(choices), sparse_(sparse) {}

    TreePtr make(const lysc_node& notification) {
        lyd_node* root = nullptr;
        lyd_new_inner(nullptr, notification.module, notification.name, 0, &root);
        TreePtr tree(root);
        root_ = root;
        if (root == nullptr || !children(*root, notification)) return nullptr;
        return tree;
    }

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
                return (!mandatory && !optional()) || leaf(parent, schema) || !mandatory;
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
        for (auto left = 2 * wanted + 8; left > 0 && made < wanted; --left)
            made += add() ? 1U : 0U;
        return made >= least;
    }

    bool container(lyd_node& parent, const lysc_node& schema) {
        lyd_node* made = nullptr;
        lyd_new_inner(&parent, schema.module, schema.name, 0, &made);
        ++nodes_;
        return made != nullptr && children(*made, schema);
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
        const auto text = random_value(schema, root_, choices_);
        if (!text) return false;
        ++nodes_;
        return lyd_new_term(&parent, schema.module, schema.name, text->c_str(), 0, nullptr) ==
               LY_SUCCESS;
    }

    bool entry(lyd_node& parent, const lysc_node& schema) {
        std::vector<std::string> keys;
        for (const auto* child : children_of(schema)) {
            if ((child->flags & LYS_KEY) == 0) continue;
            auto text = random_value(*child, root_, choices_);
            if (!text) return false;
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

    static bool is_repeated(const lyd_node& entry) {
        if ((entry.schema->flags & LYS_KEYLESS) != 0) return false;
        for (const auto* other = entry.prev; other->next != nullptr; other = other->prev) {
            if (lyd_compare_single(other, &entry, 0) == LY_SUCCESS) return true;
        }
        return false;
    }

    Choices& choices_;
    bool sparse_;
    const lyd_node* root_ = nullptr;
    std::size_t nodes_ = 0;
};

}  // namespace

std::optional<BuiltEvent> Schema::random(Choices& choices, std::string_view notification) const {
    if (notifications_.empty()) return std::nullopt;
    const lysc_node* schema = nullptr;
    if (notification.empty()) {
        schema = notifications_[choices.below(notifications_.size())];
    } else {
        schema = find_notification(notification).value_or(nullptr);
    }
    if (schema == nullptr) return std::nullopt;
    std::optional<BuiltEvent> out;
    for (int draw = 0; draw < max_draws && !out; ++draw) {
        const auto tree = Instance(choices, draw >= max_draws / 2).make(*schema);
        if (tree == nullptr) continue;
        if (auto event = finish_event(context_, *tree)) out = std::move(*event);
    }
    ly_err_clean(context_.get(), nullptr);
    return out;
}

}  // namespace confd::sim
