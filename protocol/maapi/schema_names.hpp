// What a client keeps of the schemas that it loaded: names for hashes, and the tree of nodes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "protocol/maapi/keypath.hpp"
#include "protocol/maapi/schema.hpp"

namespace confd {

/// Schemas come in as many frames as a server likes; these bound what is kept of them. The largest
/// data models in use have some hundred thousand nodes.
struct SchemaLimits {
    std::size_t namespaces = 20'000;
    std::size_t nodes = 1'000'000;
    std::size_t names = 1'000'000;
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
        std::uint32_t child = 0;    ///< index + 1 of the first child; 0 for none
        std::uint32_t next = 0;     ///< index + 1 of the next sibling; 0 for none
        std::uint32_t keys_at = 0;  ///< where its key tags start
        std::uint32_t keys = 0;
        bool top = false;
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
    struct Space {
        std::string prefix;
        std::string uri;
    };
    using Keys = std::pair<std::uint32_t, std::uint32_t>;  // where they start, how many

    bool on(SchemaNamespace& record);
    bool on(SchemaType&) { return true; }
    bool on(SchemaKeys& record);
    bool on(SchemaNode& record);
    bool on(SchemaRoot& record);
    bool on(SchemaParents& record);
    bool on(SchemaNoTree&);
    bool room_for(std::size_t text);
    void close_namespace();
    const Node* child_of(const Node* parent, const XmlTag& name) const;

    SchemaLimits limits_;
    std::size_t text_ = 0;
    std::size_t records_ = 0;
    std::unordered_map<std::uint32_t, std::string> names_;
    std::unordered_map<std::uint32_t, Space> spaces_;
    std::map<std::string, std::uint32_t, std::less<>> prefixes_;
    std::vector<Node> nodes_;
    std::vector<std::uint32_t> key_tags_;
    // Of the namespace that is open: nodes and keys refer to each other by the server's numbers.
    std::unordered_map<std::uint32_t, std::uint32_t> open_nodes_;
    std::unordered_map<std::uint32_t, Keys> open_keys_;
    std::vector<std::uint32_t> tops_;
    std::unordered_multimap<std::uint32_t, std::uint32_t> tops_by_tag_;
};

}  // namespace confd
