// SPDX-License-Identifier: Apache-2.0
// Schemas as a server sends them: records that name namespaces, types and nodes, and the table of
// hashes (docs/protocol.md, "Schemas").
//
// A frame can hold thousands of records, so reading hands each one over as soon as it is read:
// memory follows what the caller keeps.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/bytes.hpp"
#include "protocol/constants.hpp"
#include "protocol/error.hpp"
#include "protocol/limits.hpp"
#include "protocol/value/value.hpp"

namespace confd {

/// The shape of containers and lists; a leaf has its value type's number.
inline constexpr std::uint32_t container_shape = 32;
inline constexpr std::int64_t unbounded = -1;

/// `{ns, Uri, Prefix, Hash, Revision, Module}` opens a namespace. Uri and Prefix are atoms, which
/// the Java client needs; text in their place is read too.
struct SchemaNamespace {
    std::string uri;
    std::string prefix;
    std::uint32_t hash = 0;
    std::string revision;
    std::string module;
    bool operator==(const SchemaNamespace&) const = default;
};

/// `{type, Derivation, Name, ParentNs, ParentName, Opaque}`
struct SchemaType {
    std::string derivation = "identity";  ///< or enum, bits, union, ..: see schema_types.hpp
    std::string name;
    std::uint32_t parent_ns = 0;  ///< 0 for a built-in parent, or none
    std::string parent_name;      ///< empty for none
    Bytes opaque;                 ///< a term, `undefined` when empty
    bool operator==(const SchemaType&) const = default;
};

/// `{keys, N, [KeyTag]}`
struct SchemaKeys {
    std::uint32_t number = 0;  ///< from 1
    std::vector<std::uint32_t> tags;
    bool operator==(const SchemaKeys&) const = default;
};

/// `{node, ..}`
struct SchemaNode {
    std::uint32_t number = 0;
    std::uint32_t tag = 0;
    std::uint32_t ns = 0;
    std::uint32_t keys = 0;  ///< number of a SchemaKeys, or 0
    std::int64_t min_occurs = 0;
    std::int64_t max_occurs = 1;
    std::uint32_t shape = container_shape;
    std::uint32_t type_ns = 0;
    std::string type_name;      ///< empty for none
    Value default_value;        ///< noexists for none
    std::uint32_t flags = 0;    ///< NodeFlag bits
    std::uint32_t child = 0;    ///< number of the first child, or 0
    std::uint32_t next = 0;     ///< number of the next sibling, or 0
    std::uint32_t choice = 0;   ///< number of the first choice among the children, or 0
    std::uint32_t compare = 0;  ///< see CompareOrder
    Bytes meta_data;            ///< a term, `[]` when empty; `undefined` reads as empty too
    Bytes mount_id;             ///< a term, `undefined` when empty
    bool operator==(const SchemaNode&) const = default;
};

/// How the entries of a list or leaf-list are ordered.
enum class CompareOrder : std::uint8_t { none, snmp, snmp_implied, user, unsorted };

/// `{choice, ParentNode, N, Tag, Ns, MinOccurs, DefaultCase, FirstCase, NextChoice}`. Cases come
/// before their choice, choices before the node that has them; one count numbers all three.
struct SchemaChoice {
    std::uint32_t parent = 0;  ///< the node around it, which comes later; 0 at the top
    std::uint32_t number = 0;
    std::uint32_t tag = 0;
    std::uint32_t ns = 0;
    std::int64_t min_occurs = 0;
    std::uint32_t default_case = 0;  ///< number of a case, or 0
    std::uint32_t first_case = 0;
    std::uint32_t next = 0;  ///< number of the next choice beside it, or 0
    bool operator==(const SchemaChoice&) const = default;
};

/// `{case, ParentNode, N, Tag, Ns, FirstNode, LastNode, NextCase, FirstChoice}`
struct SchemaCase {
    std::uint32_t parent = 0;  ///< as its choice's
    std::uint32_t number = 0;
    std::uint32_t tag = 0;
    std::uint32_t ns = 0;
    std::uint32_t first_node = 0;  ///< 0 for a case without nodes
    std::uint32_t last_node = 0;
    std::uint32_t next = 0;          ///< number of the next case, or 0
    std::uint32_t first_choice = 0;  ///< number of the first choice inside, or 0
    bool operator==(const SchemaCase&) const = default;
};

/// `{root, N}`
struct SchemaRoot {
    std::uint32_t node = 0;
    bool operator==(const SchemaRoot&) const = default;
};

/// `{parent, [{Node, ParentNode}]}` closes the namespace.
struct SchemaParents {
    struct Link {
        std::uint32_t node = 0;
        std::optional<std::uint32_t> parent;  ///< `undefined` at the top
        bool operator==(const Link&) const = default;
    };
    std::vector<Link> links;
    bool operator==(const SchemaParents&) const = default;
};

/// `{notree}` closes a namespace that has only types.
struct SchemaNoTree {
    bool operator==(const SchemaNoTree&) const = default;
};

using SchemaRecord = std::variant<SchemaNamespace, SchemaType, SchemaKeys, SchemaNode, SchemaChoice,
                                  SchemaCase, SchemaRoot, SchemaParents, SchemaNoTree>;

/// Appends a payload of one record, or of several as a list.
void encode_schema(const SchemaRecord& record, Bytes& out);
void encode_schema(std::span<const SchemaRecord> records, Bytes& out);

/// Appends the payload `eof`, which ends every load.
void encode_load_end(Bytes& out);

/// What a frame of a load was.
enum class LoadFrame : std::uint8_t { more, end };

/// Takes what was read; false when it holds as much as it will.
using SchemaSink = std::function<bool(SchemaRecord&&)>;

/// Reads a frame of "load all namespaces", or of mount-point maps, which have `eof` only.
Result<LoadFrame> decode_schema(ByteView payload, const SchemaSink& sink,
                                const Limits& limits = {});

/// One row of the hash table. The name is an atom, as the Java client needs it, and read as text
/// too.
struct NameHash {
    std::string name;
    std::uint32_t hash = 0;
    bool operator==(const NameHash&) const = default;
};

/// Appends the payload that announces how many rows follow.
void encode_hash_count(std::uint64_t count, Bytes& out);
/// Appends a payload of these rows.
void encode_hashes(std::span<const NameHash> rows, Bytes& out);

using HashSink = std::function<bool(NameHash&&)>;

/// Reads a frame of "load hash table". The announced number is passed over: rows count themselves.
Result<LoadFrame> decode_hashes(ByteView payload, const HashSink& sink, const Limits& limits = {});

/// The frames of one load, up to its end.
class SchemaLoad {
  public:
    explicit SchemaLoad(MaapiOp op = MAAPI_LOAD_ALL_NS) : op_(op) {}

    /// Reads the next frame, and gives what is in it to `into`, whose add() takes a SchemaRecord or
    /// a NameHash and says whether there was room. Frames may hold nothing, but a load must end:
    /// out_of_range when there are more of them than any load has.
    template <class Into>
    Result<LoadFrame> take(ByteView payload, Into& into, const Limits& limits = {}) {
        if (++frames_ > max_frames) {
            return std::unexpected(
                Error{Errc::out_of_range, 0, {}, "the schemas come in too many frames"});
        }
        const auto keep = [&into]<class Record>(Record&& record) {
            return into.add(std::forward<Record>(record));
        };
        return op_ == MAAPI_LOAD_HASH_DB ? decode_hashes(payload, keep, limits)
                                         : decode_schema(payload, keep, limits);
    }

  private:
    static constexpr std::size_t max_frames = 10'000'000;

    MaapiOp op_;
    std::size_t frames_ = 0;
};

}  // namespace confd
