// SPDX-License-Identifier: Apache-2.0
// One small schema, and a change of a transaction on it: what docs/protocol.md shows byte by byte.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "generate/events.hpp"
#include "protocol/maapi/changes.hpp"
#include "protocol/maapi/schema_names.hpp"
#include "protocol/value/hash.hpp"

namespace confd::test {

/// Hash of http://example.com/if.
inline constexpr std::uint32_t if_ns = 1265344724;

inline ValueList keys(std::vector<Value> values) {
    return {std::move(values)};
}

/// /interfaces/interface{eth0}/mtu
inline ObjectRef mtu_path() {
    return {{{if_ns, name_hash("mtu"), {}},
             {{}, 0, keys({Value::buf("eth0")})},
             {if_ns, name_hash("interface"), {}},
             {if_ns, name_hash("interfaces"), {}}}};
}

inline DiffChange mtu_set(std::int64_t mtu) {
    DiffChange change;
    change.path = mtu_path();
    change.op = MOP_VALUE_SET;
    change.new_value = Value{ValueType::uint16, mtu};
    return change;
}

/// container interfaces { list interface { key name; leaf name, leaf mtu } }
inline std::vector<SchemaRecord> interface_schema() {
    constexpr std::uint32_t leaf = NODE_WRITABLE | NODE_CDB;
    SchemaNode mtu{.number = 1, .tag = name_hash("mtu"), .ns = if_ns, .flags = leaf};
    mtu.shape = static_cast<std::uint32_t>(ValueType::uint16);
    mtu.type_name = "uint16";
    SchemaNode name{.number = 2, .tag = name_hash("name"), .ns = if_ns, .flags = leaf, .next = 1};
    name.shape = static_cast<std::uint32_t>(ValueType::buf);
    name.type_name = "string";
    SchemaNode list{.number = 3, .tag = name_hash("interface"), .ns = if_ns, .keys = 1};
    list.max_occurs = unbounded;
    list.flags = leaf | NODE_LIST;
    list.child = 2;
    SchemaNode top{.number = 4, .tag = name_hash("interfaces"), .ns = if_ns};
    top.flags = leaf | NODE_CONTAINER;
    top.child = 3;
    return {SchemaNamespace{"http://example.com/if", "if", if_ns, "2026-11-22", "example-if"},
            SchemaKeys{1, {name_hash("name")}},
            std::move(mtu),
            std::move(name),
            std::move(list),
            std::move(top),
            SchemaRoot{4},
            SchemaParents{{{1, 3}, {2, 3}, {3, 4}, {4, {}}}}};
}

inline SchemaNames names_of(std::vector<SchemaRecord> records) {
    SchemaNames names;
    for (const auto* const name : {"interfaces", "interface", "name", "mtu"})
        names.add(NameHash{name, name_hash(name)});
    for (auto& record : records)
        names.add(std::move(record));
    return names;
}

inline SchemaNames interface_names() {
    return names_of(interface_schema());
}

inline PathStep any_step(Choices& choices) {
    if (choices.flip()) return {{}, 0, keys({generate_value(choices)})};
    PathStep step{{}, static_cast<std::uint32_t>(choices.below(1000)), {}};
    if (choices.flip()) step.ns = static_cast<std::uint32_t>(choices.below(UINT32_MAX));
    return step;
}

/// Text with what needs care in braces.
inline std::string any_key(Choices& choices) {
    constexpr char characters[] = {'a', ' ', '{', '}', '"', '\\', '/', '\n', '[', '\xc3', '\x7f'};
    std::string text;
    for (auto size = choices.below(6); size > 0; --size)
        text += choices.of(characters);
    return text;
}

}  // namespace confd::test
