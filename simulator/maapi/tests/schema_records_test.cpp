// Schema records of scenarios/yang/example-if.yang. The hashes were computed by a program of their
// own out of docs/protocol.md, "Hashes".
#include "simulator/maapi/schema_records.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "protocol/maapi/schema_names.hpp"
#include "simulator/yang/tests/support.hpp"

namespace confd::sim::test {

using namespace maapi;

namespace {

constexpr std::uint32_t example_if = 1265344724;
constexpr std::uint32_t interfaces = 321503962;
constexpr std::uint32_t interface = 221572658;
constexpr std::uint32_t name = 1998270519;
constexpr std::uint32_t mtu = 1751455506;
constexpr std::uint32_t dns_server = 394209401;
constexpr std::uint32_t statistics = 1049034618;
constexpr std::uint32_t ipv4 = 268057062;
constexpr std::uint32_t enabled = 197426095;
constexpr std::uint32_t link_down = 2099440003;

/// One namespace of a load.
struct Space {
    SchemaNamespace head;
    std::map<std::string, SchemaType> types;
    std::vector<SchemaKeys> keys;
    std::map<std::uint32_t, SchemaNode> nodes;  // by number
    std::uint32_t root = 0;
    std::map<std::uint32_t, std::optional<std::uint32_t>> parents;
    bool notree = false;

    /// The only child of this name that a node has; 0 is the top.
    const SchemaNode& child(std::uint32_t parent, std::uint32_t tag) const {
        auto at = parent == 0 ? root : nodes.at(parent).child;
        while (at != 0 && nodes.at(at).tag != tag)
            at = nodes.at(at).next;
        return nodes.at(at);
    }
};

class Reader {
  public:
    explicit Reader(const std::vector<SchemaRecord>& records) {
        for (const auto& record : records)
            std::visit([this](const auto& known) { on(known); }, record);
    }
    std::map<std::string, Space> spaces;

  private:
    void on(const SchemaNamespace& record) {
        open_ = &spaces[record.module];
        open_->head = record;
    }
    void on(const SchemaType& record) { open_->types[record.name] = record; }
    void on(const SchemaKeys& record) {
        open_->keys.push_back(record);
        EXPECT_EQ(record.number, open_->keys.size());
    }
    void on(const SchemaNode& record) {
        // Whatever a node refers to has come before it.
        for (const auto other : {record.child, record.next})
            EXPECT_TRUE(other == 0 || open_->nodes.contains(other)) << record.number;
        EXPECT_LE(record.keys, open_->keys.size());
        EXPECT_TRUE(open_->nodes.emplace(record.number, record).second);
    }
    void on(const SchemaRoot& record) { open_->root = record.node; }
    void on(const SchemaParents& record) {
        for (const auto& link : record.links)
            EXPECT_TRUE(open_->parents.emplace(link.node, link.parent).second);
        EXPECT_EQ(open_->parents.size(), open_->nodes.size());
    }
    void on(const SchemaNoTree&) { open_->notree = true; }

    Space* open_ = nullptr;
};

std::map<std::string, Space> spaces_of(const std::vector<std::string>& modules) {
    return Reader(schema_records(*load(modules))).spaces;
}

TEST(SchemaRecords, Namespace) {
    const auto space = spaces_of({"example-if"}).at("example-if");
    EXPECT_EQ(space.head, (SchemaNamespace{"http://example.com/if", "if", example_if, "2026-11-01",
                                           "example-if"}));
    EXPECT_FALSE(space.notree);
    EXPECT_EQ(space.types.at("if-name").parent_name, "string");
    // An enumeration is no type that clients know by name.
    EXPECT_FALSE(space.types.contains("admin-status"));
}

TEST(SchemaRecords, Nodes) {
    const auto space = spaces_of({"example-if"}).at("example-if");
    const auto& top = space.child(0, interfaces);
    EXPECT_EQ(top.ns, example_if);
    EXPECT_EQ(top.shape, 32U);
    EXPECT_EQ(top.flags, NODE_CONTAINER | NODE_WRITABLE | NODE_CDB);
    EXPECT_EQ(top.min_occurs, 1);
    EXPECT_EQ(top.max_occurs, 1);
    EXPECT_EQ(space.parents.at(top.number), std::nullopt);

    const auto& list = space.child(top.number, interface);
    EXPECT_EQ(list.flags, NODE_LIST | NODE_WRITABLE | NODE_CDB);
    EXPECT_EQ(list.shape, 32U);
    EXPECT_EQ(list.min_occurs, 0);
    EXPECT_EQ(list.max_occurs, unbounded);
    EXPECT_EQ(space.keys.at(list.keys - 1).tags, std::vector{name});
    EXPECT_EQ(space.parents.at(list.number), top.number);

    const auto& leaf = space.child(list.number, mtu);
    EXPECT_EQ(leaf.shape, 11U);
    EXPECT_EQ(leaf.type_ns, 0U);
    EXPECT_EQ(leaf.type_name, "uint16");
    EXPECT_EQ(leaf.default_value, (Value{ValueType::uint16, std::int64_t{1500}}));
    EXPECT_EQ(leaf.flags, NODE_WRITABLE | NODE_CDB);
    EXPECT_EQ(leaf.min_occurs, 0);
    EXPECT_EQ(leaf.keys, 0U);
    EXPECT_EQ(leaf.child, 0U);

    const auto& key = space.child(list.number, name);
    EXPECT_EQ(key.type_name, "string");
    EXPECT_EQ(key.min_occurs, 1);
    EXPECT_EQ(key.default_value, Value{});
    EXPECT_EQ(space.child(list.number, enabled).type_name, "boolean");
    EXPECT_EQ(space.child(list.number, ipv4).min_occurs, 0);

    const auto& servers = space.child(list.number, dns_server);
    EXPECT_EQ(servers.flags, NODE_LEAF_LIST | NODE_WRITABLE | NODE_CDB);
    EXPECT_EQ(servers.shape, 31U);
    EXPECT_EQ(servers.type_name, "");
    EXPECT_EQ(space.child(list.number, statistics).flags, NODE_CONTAINER);

    const auto& event = space.child(0, link_down);
    EXPECT_EQ(event.flags, NODE_NOTIFICATION);
    EXPECT_EQ(space.child(event.number, mtu).flags, 0U);
}

TEST(SchemaRecords, ActionsAndOtherTypes) {
    const auto schema = load_text(
        "typedef when { type yang:date-and-time; }"
        "rpc reboot { input { leaf delay { type uint32; } } output { leaf at { type when; } } }"
        "container c { action go { input { leaf far { type int8; } } }"
        "  choice ch { case a { leaf x { type bits { bit b0; bit b40 { position 40; } } } } }"
        "  leaf u { type union { type int8; type string; } } leaf e { type empty; } }");
    const auto space = Reader(schema_records(*schema)).spaces.at("t");
    const auto& rpc = space.child(0, name_hash("reboot"));
    EXPECT_EQ(rpc.flags, NODE_ACTION);
    EXPECT_EQ(space.child(rpc.number, name_hash("delay")).type_name, "uint32");
    EXPECT_EQ(space.child(rpc.number, name_hash("at")).type_name, "dateTime");
    EXPECT_EQ(space.child(rpc.number, name_hash("at")).shape, 19U);
    EXPECT_EQ(space.types.at("when").parent_name, "dateTime");
    const auto& container = space.child(0, name_hash("c"));
    const auto& action = space.child(container.number, name_hash("go"));
    EXPECT_EQ(action.flags, NODE_ACTION);
    EXPECT_EQ(space.child(action.number, name_hash("far")).flags, 0U);
    EXPECT_EQ(space.child(container.number, name_hash("x")).shape, 30U);
    EXPECT_EQ(space.child(container.number, name_hash("u")).shape, 5U);
    EXPECT_EQ(space.child(container.number, name_hash("u")).type_name, "");
    EXPECT_EQ(space.child(container.number, name_hash("e")).shape, 2U);
}

TEST(SchemaRecords, CommonTypesAreAlwaysThere) {
    const auto spaces = spaces_of({});
    const auto& yang = spaces.at("ietf-yang-types");
    EXPECT_EQ(yang.head.hash, 1567598639U);
    EXPECT_TRUE(yang.notree);
    const auto& time = yang.types.at("date-and-time");
    EXPECT_EQ(time.derivation, "identity");
    EXPECT_EQ(time.parent_ns, 0U);
    EXPECT_EQ(time.parent_name, "dateTime");
    EXPECT_EQ(yang.types.at("counter32").parent_name, "uint32");
    EXPECT_TRUE(spaces.at("ietf-inet-types").notree);
    EXPECT_EQ(spaces.at("ietf-inet-types").types.at("port-number").parent_name, "uint16");
    // An address is a value of its own, and no string.
    EXPECT_FALSE(spaces.at("ietf-inet-types").types.contains("ipv4-address"));
}

TEST(SchemaRecords, RepliesHoldThemAll) {
    const auto schema = load({"example-if", "example-alarm"});
    const auto records = schema_records(*schema);
    const auto replies = schema_replies(*schema);
    std::vector<SchemaRecord> read;
    for (std::size_t i = 0; i < replies.namespaces.size(); ++i) {
        const auto frame = decode_schema(replies.namespaces[i], [&](SchemaRecord&& record) {
            read.push_back(std::move(record));
            return true;
        });
        ASSERT_TRUE(frame) << to_string(frame.error());
        EXPECT_EQ(*frame == LoadFrame::end, i + 1 == replies.namespaces.size());
        EXPECT_LT(replies.namespaces[i].size(), std::size_t{64} << 10);
    }
    EXPECT_EQ(read, records);

    std::set<std::string> names;
    for (const auto& frame : replies.hashes) {
        const auto good = decode_hashes(frame, [&](NameHash&& row) {
            EXPECT_EQ(row.hash, name_hash(row.name));
            return names.insert(row.name).second;
        });
        ASSERT_TRUE(good);
    }
    EXPECT_EQ(names.size(), hash_table(*schema).size());
    for (const auto* used : {"interfaces", "mtu", "http://example.com/if", "fan-failure"})
        EXPECT_TRUE(names.contains(used)) << used;
}

TEST(SchemaRecords, ClientsFindNodesByPath) {
    SchemaNames names;
    for (auto& record : schema_records(*load({"example-if"})))
        ASSERT_TRUE(names.add(std::move(record)));
    for (auto& row : hash_table(*load({"example-if"})))
        ASSERT_TRUE(names.add(std::move(row)));
    const ObjectRef path{{{example_if, mtu, {}},
                          {{}, 0, ValueList{{Value::buf("eth0")}}},
                          {example_if, interface, {}},
                          {example_if, interfaces, {}}}};
    EXPECT_EQ(names.type_of(path), ValueType::uint16);
    EXPECT_EQ(confd::to_text(path, names), "/interfaces/interface{eth0}/mtu");
}

}  // namespace
}  // namespace confd::sim::test
