// SPDX-License-Identifier: Apache-2.0
// The schemas that this process has loaded: names for hashes, the tree of nodes, and their types.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "protocol/maapi/schema.hpp"
#include "protocol/maapi/schema_names.hpp"
#include "protocol/term/tree.hpp"
#include "protocol/value/value.hpp"
#include "python/src/python.hpp"

namespace confd::python {

/// Which type: a namespace's hash (0 for the built-in ones) and a name, empty for none.
struct TypeName {
    std::uint32_t ns = 0;
    std::string name;
    auto operator<=>(const TypeName&) const = default;
};

struct TypeRecord {
    std::string derivation;
    TypeName parent;
    Bytes opaque;  ///< a term, or nothing
    /// What the type consists of, by derivation: see docs/protocol.md, "Types".
    Term details() const;
};

/// All references between nodes are places in nodes() plus 1, and 0 for none; a server may send
/// any, so they are looked up, never followed blindly.
struct SchemaPlace {
    XmlTag name;
    std::uint32_t parent = 0;
    std::uint32_t child = 0;
    std::uint32_t next = 0;
    std::uint32_t flags = 0;
    std::uint32_t shape = container_shape;
    std::uint32_t compare = 0;
    std::int64_t min_occurs = 0;
    std::int64_t max_occurs = 1;
    TypeName type;
    Value default_value;
    std::vector<std::uint32_t> keys;
};

class Schema {
  public:
    /// Takes the next record of a load; false when a limit is reached.
    bool add(SchemaRecord&& record);
    bool add(NameHash&& row) { return names_.add(std::move(row)); }

    const SchemaNames& names() const { return names_; }
    /// Null for 0 and whatever is no place.
    const SchemaPlace* at(std::uint32_t place) const;
    const TypeRecord* type(const TypeName& name) const;
    /// The URI of a namespace.
    const std::string* uri(std::uint32_t ns) const;
    std::optional<std::uint32_t> namespace_of_uri(std::string_view uri) const;
    /// The first top node of a namespace; 0 for none.
    std::uint32_t root(std::uint32_t ns) const;
    /// The node at a path such as /if:interfaces/interface{eth0}/mtu, whatever keys it has;
    /// relative to `start`, or absolute. `ns` is that of a first step without a prefix, if any. 0
    /// for none.
    std::uint32_t find(std::uint32_t start, std::string_view path,
                       std::optional<std::uint32_t> ns) const;

  private:
    bool on(const SchemaNamespace& record);
    bool on(const SchemaType& record);
    bool on(const SchemaKeys& record);
    bool on(const SchemaNode& record);
    bool on(const SchemaRoot& record);
    bool on(const auto&) { return true; }
    /// Whether there is room for this much beside what names() counts.
    bool count(std::size_t bytes) { return (text_ += bytes) <= SchemaLimits{}.text; }
    std::uint32_t place_of(std::uint32_t number) const;
    std::uint32_t child_of(std::uint32_t parent, std::string_view step,
                           std::optional<std::uint32_t> ns) const;

    SchemaNames names_;
    std::vector<SchemaPlace> nodes_;
    std::map<TypeName, TypeRecord> types_;
    std::unordered_map<std::uint32_t, std::string> uris_;
    std::map<std::uint32_t, std::uint32_t> roots_;  // by namespace
    std::unordered_map<std::uint32_t, std::uint32_t> numbers_;
    std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> keys_;
    std::size_t text_ = 0;
    std::uint32_t open_ = 0;  // the namespace whose records come
};

/// What has been loaded last; empty before.
const Schema& schema();
std::shared_ptr<const Schema> shared_schema();
void replace_schema(std::shared_ptr<const Schema> loaded);

// ---- By type: `schema_type` is (namespace, path), a CsNode or a CsType. ----

/// Raises Error for a value that is not of the type and for a path without a node.
std::string schema_text(const Value& value, PyObject* schema_type);
Value schema_value(std::string_view text, PyObject* schema_type);

/// A node or a type as Python sees it: CsNode, CsNodeInfo, CsType.
struct CsNode {
    std::shared_ptr<const Schema> schema;
    std::uint32_t place = 0;
};
struct CsNodeInfo : CsNode {};
struct CsType {
    std::shared_ptr<const Schema> schema;
    TypeName name;
};

void init_schema(PyObject* module);

}  // namespace confd::python
