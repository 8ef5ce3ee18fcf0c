// SPDX-License-Identifier: Apache-2.0
// What a client keeps of the schemas that it loaded: names for hashes, and the tree of nodes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "protocol/maapi/keypath.hpp"
#include "protocol/maapi/schema.hpp"

namespace confd {

/// Schemas come in as many frames as a server likes; these bound what is kept of them. The largest
/// data models in use have some hundred thousand nodes.
struct SchemaLimits {
    std::size_t namespaces = 20'000;
    std::size_t nodes = 500'000;
    std::size_t names = 500'000;
    std::size_t keys = 1'000'000;              ///< key tags of all lists
    std::size_t text = std::size_t{64} << 20;  ///< bytes of all names, prefixes and URIs
    /// Records of any kind, kept or not: ends a load that has no end.
    std::size_t records = 10'000'000;
};

/// The names that a server gave may be wrong or missing: everything here is bounded and any
/// reference between nodes may lead nowhere.
class SchemaNames final : public Names {
  public:
    struct Node {
        XmlTag name;
        std::uint32_t shape = container_shape;
        std::uint32_t flags = 0;
        std::uint32_t child = 0;    ///< the server's number of its first child; 0 for none
        std::uint32_t next = 0;     ///< and of its next sibling
        std::uint32_t keys_at = 0;  ///< where its key tags start, and how many they are
        std::uint32_t keys = 0;
        bool placed = false;  ///< below its parent, or at the top
    };

    explicit SchemaNames(const SchemaLimits& limits = {}) : limits_(limits) {}

    /// Takes the next record of a load; false when a limit is reached.
    bool add(SchemaRecord&& record);
    /// Takes a row of the hash table; false when a limit is reached.
    bool add(NameHash&& row);

    bool empty() const { return names_.empty() && nodes_.empty(); }
    std::size_t name_count() const { return names_.size(); }
    std::size_t node_count() const { return nodes_.size(); }

    /// The node at a path, whatever keys it has; null when the schema has none.
    const Node* find(const ObjectRef& path) const;
    /// Value type of the leaf at a path.
    std::optional<ValueType> type_of(const ObjectRef& path) const;

    std::optional<std::string_view> name_of(std::uint32_t ns, std::uint32_t tag) const override;
    std::optional<std::uint32_t> tag_of(std::uint32_t ns, std::string_view name) const override;
    std::optional<std::string_view> prefix_of(std::uint32_t ns) const override;
    std::optional<std::uint32_t> namespace_of(std::string_view prefix) const override;
    std::optional<std::uint32_t> top_namespace(std::string_view name) const override;
    std::optional<ValueType> key_type(const ObjectRef& list, std::size_t index) const override;

  private:
    struct Keys {
        std::uint32_t at = 0;
        std::uint32_t count = 0;
    };
    /// Parent's index + 1 (0 at the top), namespace, tag.
    using Place = std::array<std::uint32_t, 3>;

    bool on(SchemaNamespace& record);
    bool on(SchemaType&) { return true; }
    bool on(SchemaKeys& record);
    bool on(SchemaNode& record);
    bool on(SchemaChoice&) { return true; }
    bool on(SchemaCase&) { return true; }
    bool on(SchemaRoot& record);
    bool on(SchemaParents& record);
    bool on(SchemaNoTree&) { return true; }
    bool count_record() { return ++records_ <= limits_.records; }
    bool count_text(std::size_t size) { return (text_ += size) <= limits_.text; }
    Node* numbered(std::uint32_t number);
    void place(Node& node, std::uint32_t parent);
    void place_siblings(std::uint32_t first, std::uint32_t parent);
    std::optional<ValueType> leaf_type(const Node* node) const;
    const Node* child_of(const Node* parent, const XmlTag& name) const;
    std::uint32_t place_of(const Node& node) const;

    SchemaLimits limits_;
    std::size_t text_ = 0;
    std::size_t records_ = 0;
    std::unordered_map<std::uint32_t, std::string> names_;
    std::unordered_map<std::uint32_t, std::string> prefixes_;
    std::map<std::string, std::uint32_t, std::less<>> namespaces_;  // by prefix
    std::vector<Node> nodes_;
    std::vector<std::uint32_t> key_tags_;
    std::map<Place, std::uint32_t> children_;
    /// Namespace of each top node; nothing where several have one of this tag.
    std::unordered_map<std::uint32_t, std::optional<std::uint32_t>> tops_;
    // The server's numbers; the latest stands, so it may count on or begin anew in each namespace.
    std::unordered_map<std::uint32_t, std::uint32_t> numbers_;
    std::unordered_map<std::uint32_t, Keys> key_numbers_;
    std::size_t first_open_ = 0;  // the first node of the namespace that is open
};

}  // namespace confd
