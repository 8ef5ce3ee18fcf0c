// SPDX-License-Identifier: Apache-2.0
#include "simulator/yang/libyang.hpp"
#include "simulator/yang/typed_value.hpp"

namespace confd::sim::yang {
namespace {

Value value_of(const lyd_node& node) {
    const std::string_view text = lyd_get_value(&node);
    auto value = typed_value(*node.schema, text);
    // libyang has taken the text for this type already: what it cannot resolve, such as a path to
    // a node that no module has, travels as text.
    return value ? std::move(*value) : Value::buf(std::string(text));
}

bool is_empty(const lysc_node& node) {
    return node.nodetype == LYS_LEAF && type_of(node).basetype == LY_TYPE_EMPTY;
}

class Writer {
  public:
    void node(const lyd_node& node) {
        const auto& schema = *node.schema;
        if (schema.nodetype == LYS_LEAF) {
            is_empty(schema) ? marker(schema, TagMarker::leaf) : value(schema, value_of(node));
        } else if ((schema.nodetype & LYS_ANYDATA) != 0) {
            value(schema, any(node));
        } else {
            // Depth is the schema's.
            marker(schema, TagMarker::start);
            children(node);
            marker(schema, TagMarker::stop);
        }
    }

    std::vector<TagValue> take() { return std::move(out_); }

  private:
    void children(const lyd_node& parent) {
        for (const auto* child = lyd_child(&parent); child != nullptr; child = child->next) {
            if ((child->flags & LYD_DEFAULT) != 0) continue;
            if (child->schema->nodetype == LYS_LEAFLIST) {
                child = leaf_list(*child);
            } else {
                node(*child);
            }
        }
    }

    /// The last of the entries that stand together.
    const lyd_node* leaf_list(const lyd_node& first) {
        ValueList list;
        const auto* last = &first;
        for (const auto* entry = &first; entry != nullptr && entry->schema == first.schema;
             entry = entry->next) {
            list.items.push_back(value_of(*entry));
            last = entry;
        }
        value(*first.schema, Value{ValueType::list, std::move(list)});
        return last;
    }

    static Value any(const lyd_node& node) {
        char* text = nullptr;
        if (lyd_any_value_str(&node, &text) != LY_SUCCESS) return Value::buf({});
        const std::unique_ptr<char, decltype(&free)> owner(text, &free);
        return Value::buf(text == nullptr ? "" : text);
    }

    void marker(const lysc_node& schema, TagMarker what) {
        const auto tag = tag_of(schema);
        out_.push_back({tag.ns, tag.tag, what, {}});
    }
    void value(const lysc_node& schema, Value what) {
        const auto tag = tag_of(schema);
        out_.push_back({tag.ns, tag.tag, TagMarker::value, std::move(what)});
    }

    std::vector<TagValue> out_;
};

}  // namespace

std::vector<TagValue> tag_values(const lyd_node& tree) {
    Writer writer;
    writer.node(tree);
    return writer.take();
}

}  // namespace confd::sim::yang
