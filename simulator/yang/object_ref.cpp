// SPDX-License-Identifier: Apache-2.0
// Instance-identifiers as keypaths: /if:interfaces/interface[name='eth0']/mtu, with module names.
#include <algorithm>
#include <string>

#include "simulator/yang/libyang.hpp"
#include "simulator/yang/typed_value.hpp"

namespace confd::sim::yang {
namespace {

class PathParser {
  public:
    PathParser(const lysc_node& node, std::string_view path)
        : context_(*node.module->ctx), module_(node.module), rest_(path) {}

    std::optional<ObjectRef> parse() {
        ObjectRef out;
        while (!rest_.empty()) {
            if (!step(out)) return std::nullopt;
        }
        // The wire has the innermost first.
        std::ranges::reverse(out.steps);
        if (out.steps.empty()) return std::nullopt;
        return out;
    }

  private:
    bool take(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    std::string_view take_until(std::string_view stops) {
        const auto out = rest_.substr(0, rest_.find_first_of(stops));
        rest_.remove_prefix(out.size());
        return out;
    }

    /// A name whose prefix, when there is one, becomes the module of the names that follow.
    std::string_view name() {
        const auto full = take_until("/[]=");
        const auto colon = full.find(':');
        if (colon == std::string_view::npos) return full;
        module_ = find_module(context_, full.substr(0, colon));
        return full.substr(colon + 1);
    }

    bool step(ObjectRef& out) {
        if (!take('/')) return false;
        const auto own = name();
        if (own.empty() || module_ == nullptr) return false;
        node_ = lys_find_child(node_, module_, own.data(), own.size(), 0, 0);
        if (node_ == nullptr) return false;
        const auto tag = tag_of(*node_);
        out.steps.push_back({tag.ns, tag.tag, std::nullopt});
        ValueList keys;
        while (take('[')) {
            auto key = predicate();
            if (!key) return false;
            keys.items.push_back(std::move(*key));
        }
        if (!keys.items.empty()) out.steps.push_back({std::nullopt, 0, std::move(keys)});
        return true;
    }

    /// [name='eth0'], [.='eth0'] of a leaf-list, [1] of a list without keys; after the bracket.
    std::optional<Value> predicate() {
        const auto* module = module_;
        const auto left = name();
        std::optional<Value> out;
        if (take('=')) {
            const auto* key =
                left == "." ? node_
                            : lys_find_child(node_, module_, left.data(), left.size(), LYS_LEAF, 0);
            const auto text = literal();
            if (key != nullptr && text && is_leaf(*key)) out = typed_value(*key, *text);
        } else if (!left.empty() && left.size() < 10 &&
                   left.find_first_not_of("0123456789") == std::string_view::npos) {
            // The pseudo-key of lists without keys.
            out = Value{ValueType::int64, std::int64_t{std::stoi(std::string(left))}};
        }
        module_ = module;
        return take(']') ? out : std::nullopt;
    }

    std::optional<std::string_view> literal() {
        const char quote = rest_.empty() ? ' ' : rest_.front();
        if (quote != '\'' && quote != '"') return std::nullopt;
        rest_.remove_prefix(1);
        const auto out = take_until(std::string_view(&quote, 1));
        if (!take(quote)) return std::nullopt;
        return out;
    }

    const ly_ctx& context_;
    const lys_module* module_;
    const lysc_node* node_ = nullptr;
    std::string_view rest_;
};

}  // namespace

std::optional<ObjectRef> object_ref(const lysc_node& node, std::string_view path) {
    return PathParser(node, path).parse();
}

}  // namespace confd::sim::yang
