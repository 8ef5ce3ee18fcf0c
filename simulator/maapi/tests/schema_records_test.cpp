// SPDX-License-Identifier: Apache-2.0
// Schema records of scenarios/yang/example-if.yang. The hashes were computed by a program of their
// own out of docs/protocol.md, "Hashes".
#include "simulator/maapi/schema_records.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "protocol/maapi/schema_names.hpp"
#include "protocol/term/notation.hpp"
#include "protocol/term/tree.hpp"
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
    std::map<std::uint32_t, SchemaChoice> choices;
    std::map<std::uint32_t, SchemaCase> cases;
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
    void on(const SchemaType& record) {
        EXPECT_TRUE(open_->types.emplace(record.name, record).second) << record.name;
    }
    void on(const SchemaKeys& record) {
        open_->keys.push_back(record);
        EXPECT_EQ(record.number, open_->keys.size());
    }
    void on(const SchemaNode& record) {
        // Whatever a node refers to has come before it.
        for (const auto other : {record.child, record.next})
            EXPECT_TRUE(other == 0 || open_->nodes.contains(other)) << record.number;
        EXPECT_LE(record.keys, open_->keys.size());
        EXPECT_TRUE(record.choice == 0 || open_->choices.contains(record.choice));
        if (record.type_ns != 0) {
            EXPECT_EQ(record.type_ns, open_->head.hash);
            EXPECT_TRUE(open_->types.contains(record.type_name)) << record.type_name;
        }
        EXPECT_TRUE(open_->nodes.emplace(record.number, record).second);
    }
    void on(const SchemaChoice& record) {
        EXPECT_TRUE(open_->cases.contains(record.first_case));
        EXPECT_TRUE(record.next == 0 || open_->choices.contains(record.next));
        EXPECT_TRUE(open_->choices.emplace(record.number, record).second);
    }
    void on(const SchemaCase& record) {
        EXPECT_TRUE(record.next == 0 || open_->cases.contains(record.next));
        for (const auto node : {record.first_node, record.last_node})
            EXPECT_TRUE(node == 0 || open_->nodes.contains(node));
        EXPECT_TRUE(open_->cases.emplace(record.number, record).second);
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
    EXPECT_EQ(space.types.at("admin-status").derivation, "enum");
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
    EXPECT_EQ(leaf.type_ns, example_if);
    EXPECT_EQ(space.types.at(leaf.type_name).parent_name, "uint16");
    EXPECT_EQ(leaf.default_value, (Value{ValueType::uint16, std::int64_t{1500}}));
    EXPECT_EQ(leaf.flags, NODE_WRITABLE | NODE_CDB);
    EXPECT_EQ(leaf.min_occurs, 0);
    EXPECT_EQ(leaf.keys, 0U);
    EXPECT_EQ(leaf.child, 0U);

    const auto& key = space.child(list.number, name);
    EXPECT_EQ(key.type_ns, example_if);
    EXPECT_EQ(space.types.at(key.type_name).derivation, "string");
    EXPECT_EQ(key.min_occurs, 1);
    EXPECT_EQ(key.default_value, Value{});
    EXPECT_EQ(space.child(list.number, enabled).type_name, "boolean");
    EXPECT_EQ(space.child(list.number, ipv4).min_occurs, 0);

    const auto& servers = space.child(list.number, dns_server);
    EXPECT_EQ(servers.flags, NODE_LEAF_LIST | NODE_WRITABLE | NODE_CDB);
    EXPECT_EQ(servers.shape, 31U);
    EXPECT_EQ(servers.compare, 3U);
    EXPECT_EQ(space.types.at(servers.type_name).derivation, "list");
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
    EXPECT_EQ(space.child(action.number, name_hash("far")).flags, NODE_PARAMETER);
    EXPECT_EQ(space.child(rpc.number, name_hash("at")).flags, NODE_RESULT);
    EXPECT_EQ(space.child(container.number, name_hash("x")).shape, 30U);
    EXPECT_EQ(space.child(container.number, name_hash("u")).shape, 5U);
    EXPECT_EQ(space.child(container.number, name_hash("u")).type_name, "u");
    EXPECT_EQ(space.types.at("u").derivation, "union");
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
    EXPECT_EQ(yang.types.at("counter32").parent_name, "Counter32");
    EXPECT_EQ(yang.types.at("zero-based-counter32").parent_name, "Counter32");
    EXPECT_TRUE(spaces.at("ietf-inet-types").notree);
    EXPECT_EQ(spaces.at("ietf-inet-types").types.at("port-number").parent_name, "inetPortNumber");
    EXPECT_EQ(spaces.at("ietf-inet-types").types.at("ipv4-address").parent_name, "inetAddressIPv4");
}

/// What a leaf of this type has: the shape, and its type as clients are told of it.
struct Told {
    std::uint32_t shape = 0;
    std::string type;  ///< the name, or derivation parent opaque
    bool operator==(const Told&) const = default;
};
void PrintTo(const Told& told, std::ostream* out) {
    *out << told.shape << ' ' << told.type;
}

std::string told(const Space& space, std::uint32_t ns, const std::string& type_name) {
    if (ns == 0) return type_name;
    const auto& type = space.types.at(type_name);
    const auto term = read_term(type.opaque);
    return type.derivation + ' ' + type.parent_name + ' ' +
           (term ? to_string(*term) : to_string(term.error()));
}

Told leaf_of(const std::string& type, const std::string& more = {},
             const std::string& statement = "leaf x") {
    const auto schema = load_text("identity base; identity red { base base; } " + more +
                                  " container c { " + statement + " { type " + type +
                                  " } leaf other { type enumeration { enum up; } } }");
    const auto space = Reader(schema_records(*schema)).spaces.at("t");
    const auto& leaf = space.child(space.child(0, name_hash("c")).number, name_hash("x"));
    return {leaf.shape, told(space, leaf.type_ns, leaf.type_name)};
}

TEST(SchemaRecords, TypesThatClientsKnowByName) {
    const std::pair<const char*, Told> cases[] = {
        {"int8;", {6, "int8"}},
        {"int16;", {7, "int16"}},
        {"int32;", {8, "int32"}},
        {"int64;", {9, "int64"}},
        {"uint8;", {10, "uint8"}},
        {"uint16;", {11, "uint16"}},
        {"uint32;", {12, "uint32"}},
        {"uint64;", {13, "uint64"}},
        {"boolean;", {17, "boolean"}},
        {"string;", {5, "string"}},
        {"binary;", {39, "binary"}},
        {"binary { length 4; }", {39, "binary"}},
        {"instance-identifier;", {34, "instance-identifier"}},
        {"empty;", {2, ""}},
        {"yang:date-and-time;", {19, "dateTime"}},
        {"yang:counter32;", {12, "Counter32"}},
        {"yang:counter64;", {13, "Counter64"}},
        {"yang:gauge32;", {12, "Gauge32"}},
        {"yang:object-identifier;", {38, "oid"}},
        {"yang:object-identifier-128;", {38, "oid"}},
        {"yang:dotted-quad;", {46, "dottedQuad"}},
        {"yang:hex-string;", {47, "hexString"}},
        {"inet:ipv4-address;", {15, "inetAddressIPv4"}},
        {"inet:ipv4-address-no-zone;", {15, "inetAddressIPv4"}},
        {"inet:ipv6-address;", {16, "inetAddressIPv6"}},
        {"inet:ip-address;", {5, "inetAddressIP"}},
        {"inet:host;", {5, "inetAddress"}},
        {"inet:port-number;", {11, "inetPortNumber"}},
        {"inet:ipv4-prefix;", {40, "ipv4Prefix"}},
        {"inet:ipv6-prefix;", {41, "ipv6Prefix"}},
        {"inet:ip-prefix;", {5, "ipPrefix"}},
    };
    for (const auto& [type, expected] : cases)
        EXPECT_EQ(leaf_of(type), expected) << type;
    EXPECT_EQ(leaf_of("mine;", "typedef mine { type yours; } typedef yours { type uint8; }"),
              (Told{10, "uint8"}));
    EXPECT_EQ(leaf_of("ipv4-address-and-prefix-length;",
                      "typedef ipv4-address-and-prefix-length { type string; }"),
              (Told{48, "ipv4AddressAndPrefixLength"}));
}

TEST(SchemaRecords, TypesOfRecords) {
    const auto t = std::to_string(name_hash("urn:t"));
    const auto red = "[{<<\"t:red\">>, " + t + ", " + std::to_string(name_hash("red")) + "}]";
    const std::pair<const char*, Told> cases[] = {
        {"enumeration { enum up; enum down { value 7; } }",
         {28, "enum  [{<<\"up\">>, 0}, {<<\"down\">>, 7}]"}},
        {"bits { bit a; bit b { position 31; } }",
         {29, "bits  {32, [{<<\"a\">>, 0}, {<<\"b\">>, 31}]}"}},
        {"bits { bit a { position 32; } }", {30, "bits  {64, [{<<\"a\">>, 32}]}"}},
        {"bits { bit a { position 64; } }", {50, "bits  {72, [{<<\"a\">>, 64}]}"}},
        {"decimal64 { fraction-digits 3; }", {43, "decimal64  {3, []}"}},
        {"identityref { base base; }", {44, ("idref  " + red)}},
        {"uint8 { range \"1..5 | 10\"; }", {10, "number uint8 [{1, 5, 0}, {10, 10, 0}]"}},
        {"int64 { range \"min..-5\"; }", {9, "number int64 [{-9223372036854775808, -5, 0}]"}},
        {"uint64 { range \"7..max\"; }", {13, "number uint64 [{7, 18446744073709551615, 0}]"}},
        {"string { length \"1..8\"; }", {5, "string string {[{1, 8}], []}"}},
        {"string { length \"1..max\"; pattern a*; }",
         {5, "string string {[{1, 2147483647}], <<\"a*\">>}"}},
        // One text cannot say both.
        {"string { pattern a*; pattern b*; }", {5, "string string {[], []}"}},
        {"union { type int8; type inet:ip-address; type empty; }",
         {5, "union  [{0, int8}, {0, inetAddressIPv4}, {0, inetAddressIPv6}]"}},
        {"union { type leafref { path ../other; } type string; }",
         {5, ("union  [{" + t + ", other}, {0, string}]")}},
        // Members that are of one value type.
        {"union { type int8 { range 1; } type int8 { range 3; } }",
         {6, ("union  [{" + t + ", x}, {" + t + ", 'x-2'}]")}},
        {"union { type inet:ipv4-address; type inet:ipv4-address-no-zone; }",
         {15, "union  [{0, inetAddressIPv4}, {0, inetAddressIPv4}]"}},
        {"leafref { path ../other; }", {28, "enum  [{<<\"up\">>, 0}]"}},
    };
    for (const auto& [type, expected] : cases)
        EXPECT_EQ(leaf_of(type), expected) << type;
    const auto* const percent = "typedef percent { type uint8 { range 0..100; } }";
    EXPECT_EQ(leaf_of("percent;", percent), (Told{10, "number uint8 [{0, 100, 0}]"}));
    EXPECT_EQ(leaf_of("percent { range 0..9; }", percent), (Told{10, "number uint8 [{0, 9, 0}]"}));
    EXPECT_EQ(leaf_of("uint8;", "", "leaf-list x"), (Told{31, "list  {0, uint8}"}));
    EXPECT_EQ(leaf_of("percent;", percent, "leaf-list x"),
              (Told{31, "list  {" + t + ", percent}"}));
    EXPECT_EQ(leaf_of("leafref { path ../other; }", "", "leaf-list x"),
              (Told{31, "list  {" + t + ", other}"}));
}

TEST(SchemaRecords, AnIdentityrefOfSeveralBasesListsWhatIsDerivedFromAll) {
    const auto* const identities =
        "identity other; identity both { base base; base other; } "
        "identity below { base both; } identity one { base other; }";
    const auto item = [](const std::string& identity) {
        return "{<<\"t:" + identity + "\">>, " + std::to_string(name_hash("urn:t")) + ", " +
               std::to_string(name_hash(identity)) + "}";
    };
    EXPECT_EQ(leaf_of("identityref { base base; base other; }", identities),
              (Told{44, "idref  [" + item("both") + ", " + item("below") + "]"}));
    EXPECT_EQ(leaf_of("identityref { base one; base other; }", identities).type, "idref  []");
}

/// A module that imports the vendor's common one, of which it has what matters here.
Space with_tailf(const std::string& body) {
    const auto* const common =
        "module tailf-common { namespace \"http://tail-f.com/yang/common\"; prefix tailf;"
        "  extension sort-order { argument how; }"
        "  typedef ipv4-address-and-prefix-length { type string; }"
        "  typedef ipv6-address-and-prefix-length { type string; }"
        "  typedef ip-address-and-prefix-length { type union {"
        "    type ipv4-address-and-prefix-length; type ipv6-address-and-prefix-length; } }"
        "  typedef hex-list { type string; } typedef octet-list { type string; }"
        "  typedef md5-digest-string { type string; } }";
    const auto text =
        "module u { namespace \"urn:u\"; prefix u; import tailf-common { prefix v; } " + body +
        " }";
    const test::Folder folder;
    folder.write("tailf-common.yang", common);
    folder.write("u.yang", text);
    const auto schema = load({"u"}, folder.path());
    return Reader(schema_records(*schema)).spaces.at("u");
}

TEST(SchemaRecords, TypesOfTheVendorsCommonModule) {
    const std::pair<const char*, Told> cases[] = {
        {"v:ipv4-address-and-prefix-length", {48, "ipv4AddressAndPrefixLength"}},
        {"v:ipv6-address-and-prefix-length", {49, "ipv6AddressAndPrefixLength"}},
        {"v:ip-address-and-prefix-length", {5, "ipAddressAndPrefixLength"}},
        {"v:hex-list", {39, "hexList"}},
        {"v:octet-list", {39, "octetList"}},
        {"v:md5-digest-string", {5, "MD5DigestString"}},
        {"mine", {48, "ipv4AddressAndPrefixLength"}},
    };
    for (const auto& [type, expected] : cases) {
        const auto space =
            with_tailf("typedef mine { type v:ipv4-address-and-prefix-length; } leaf x { type " +
                       std::string(type) + "; }");
        const auto& leaf = space.child(0, name_hash("x"));
        EXPECT_EQ((Told{leaf.shape, told(space, leaf.type_ns, leaf.type_name)}), expected) << type;
    }
}

TEST(SchemaRecords, OrderByTheVendorsExtension) {
    const auto list = [](const std::string& called, const std::string& order) {
        return "list " + called + " { key n; leaf n { type string; } " + order + " }";
    };
    const auto space = with_tailf(
        list("plain", "") + list("snmp", "v:sort-order snmp;") +
        list("implied", "v:sort-order snmp-implied;") + list("unsorted", "v:sort-order unsorted;") +
        list("normal", "v:sort-order normal;") + list("user", "ordered-by user;") +
        "leaf-list values { type int8; v:sort-order unsorted; }");
    const std::pair<const char*, std::uint32_t> expected[] = {
        {"plain", 0},    {"snmp", 1},   {"implied", 2}, {"user", 3},
        {"unsorted", 4}, {"normal", 0}, {"values", 4}};
    for (const auto& [called, compare] : expected)
        EXPECT_EQ(space.child(0, name_hash(called)).compare, compare) << called;
}

TEST(SchemaRecords, NamesOfTypesAreUnique) {
    const auto schema = load_text(
        "typedef speed { type enumeration { enum slow; enum fast; } }"
        "container a { leaf speed { type enumeration { enum one; } } leaf s { type speed; }"
        "  leaf t { type speed; } leaf x { type uint8 { range 1; } } }"
        "container b { leaf x { type uint8 { range 2; } } leaf-list x2 { type speed; }"
        "  leaf-list x3 { type speed; } }");
    const auto space = Reader(schema_records(*schema)).spaces.at("t");
    const auto type_of = [&](const char* top, const char* leaf) {
        const auto parent = space.child(0, name_hash(top)).number;
        return space.child(parent, name_hash(leaf)).type_name;
    };
    EXPECT_EQ(type_of("a", "speed"), "speed-2");
    EXPECT_EQ(type_of("a", "s"), "speed");
    EXPECT_EQ(type_of("a", "t"), "speed");
    EXPECT_EQ(type_of("a", "x"), "x");
    EXPECT_EQ(type_of("b", "x"), "x-2");
    EXPECT_EQ(type_of("b", "x2"), type_of("b", "x3"));
}

TEST(SchemaRecords, Choices) {
    const auto schema = load_text(
        "choice top { leaf one { type string; } }"
        "container c { leaf before { type string; }"
        "  choice outer { default b; case a { leaf x { type string; }"
        "    choice inner { mandatory true; leaf y { type string; } } leaf z { type string; } }"
        "    case b { leaf w { when \"../before = 'a'\"; type string; } } case none; }"
        "  choice second { leaf v { type string; } } }");
    const auto space = Reader(schema_records(*schema)).spaces.at("t");
    const auto& container = space.child(0, name_hash("c"));
    const auto number = [&](const char* leaf) {
        return space.child(container.number, name_hash(leaf)).number;
    };
    const auto& outer = space.choices.at(container.choice);
    EXPECT_EQ(outer.tag, name_hash("outer"));
    EXPECT_EQ(outer.parent, container.number);
    EXPECT_EQ(outer.min_occurs, 0);
    const auto& a = space.cases.at(outer.first_case);
    const auto& b = space.cases.at(a.next);
    EXPECT_EQ(a.tag, name_hash("a"));
    EXPECT_EQ(a.parent, container.number);
    EXPECT_EQ(a.first_node, number("x"));
    EXPECT_EQ(a.last_node, number("z"));
    EXPECT_EQ(outer.default_case, b.number);
    EXPECT_EQ(b.first_node, number("w"));
    EXPECT_EQ(b.last_node, number("w"));
    EXPECT_EQ(b.first_choice, 0U);
    const auto& none = space.cases.at(b.next);
    EXPECT_EQ(none.first_node, 0U);
    EXPECT_EQ(none.next, 0U);
    const auto& inner = space.choices.at(a.first_choice);
    EXPECT_EQ(inner.tag, name_hash("inner"));
    EXPECT_EQ(inner.min_occurs, 1);
    EXPECT_EQ(inner.next, 0U);
    EXPECT_EQ(space.cases.at(inner.first_case).first_node, number("y"));
    const auto& second = space.choices.at(outer.next);
    EXPECT_EQ(second.next, 0U);
    EXPECT_EQ(space.cases.at(second.first_case).tag, name_hash("v"));
    EXPECT_EQ(space.choices.size(), 4U);
    // One count numbers them all.
    std::set<std::uint32_t> numbers;
    for (const auto& [n, node] : space.nodes)
        EXPECT_TRUE(numbers.insert(n).second);
    for (const auto& [n, choice] : space.choices)
        EXPECT_TRUE(numbers.insert(n).second);
    for (const auto& [n, one] : space.cases)
        EXPECT_TRUE(numbers.insert(n).second);
    EXPECT_EQ(*numbers.rbegin(), numbers.size());
    EXPECT_EQ(space.nodes.at(number("w")).flags, NODE_CASE | NODE_WHEN | NODE_WRITABLE | NODE_CDB);
    EXPECT_EQ(space.nodes.at(number("before")).flags, NODE_WRITABLE | NODE_CDB);
    std::set<std::string> names;
    for (const auto& row : hash_table(*schema))
        names.insert(row.name);
    for (const auto* used : {"top", "outer", "inner", "none", "y"})
        EXPECT_TRUE(names.contains(used)) << used;
}

TEST(SchemaRecords, FlagsDefaultsAndOrder) {
    const auto schema = load_text(
        "leaf target { type int8; } leaf ref { type leafref { path /target; } }"
        "leaf-list colours { ordered-by user; default red; default blue; type string; }"
        "list rows { key n; ordered-by user; leaf n { type int8; } }"
        "list others { key n; leaf n { type int8; } } anydata any;");
    const auto space = Reader(schema_records(*schema)).spaces.at("t");
    const auto node = [&](const char* of) { return space.child(0, name_hash(of)); };
    EXPECT_EQ(node("ref").flags, NODE_LEAFREF | NODE_WRITABLE | NODE_CDB);
    EXPECT_EQ(node("ref").shape, 6U);
    EXPECT_EQ(node("colours").compare, 3U);
    EXPECT_EQ(node("colours").default_value,
              (Value{ValueType::list, ValueList{{Value::buf("red"), Value::buf("blue")}}}));
    EXPECT_EQ(node("rows").compare, 3U);
    EXPECT_EQ(node("others").compare, 0U);
    EXPECT_EQ(node("any").type_name, "string");
}

TEST(SchemaRecords, TypesOnlyComeLast) {
    const auto schema = load({"example-if", "example-alarm"});
    std::vector<bool> trees;
    for (const auto& record : schema_records(*schema)) {
        if (std::holds_alternative<SchemaParents>(record)) trees.push_back(true);
        if (std::holds_alternative<SchemaNoTree>(record)) trees.push_back(false);
    }
    EXPECT_GT(std::ranges::count(trees, true), 1);
    EXPECT_GT(std::ranges::count(trees, false), 1);
    EXPECT_TRUE(std::ranges::is_sorted(trees, std::greater<>()));
}

TEST(SchemaRecords, RepliesHoldThemAll) {
    const auto schema = load({"example-if", "example-alarm"});
    const auto records = schema_records(*schema);
    const auto replies = schema_replies(schema);
    std::vector<SchemaRecord> read;
    for (std::size_t i = 0; i < replies.namespaces.size(); ++i) {
        const auto frame = decode_schema(replies.namespaces[i], [&](SchemaRecord&& record) {
            read.push_back(std::move(record));
            return true;
        });
        ASSERT_TRUE(frame) << to_string(frame.error());
        EXPECT_EQ(*frame, LoadFrame::more);
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

TEST(SchemaRecords, InTheShapesOfTheErlangClient) {
    const auto schema = load_text(
        "typedef state { type enumeration { enum up; enum down; } }"
        "container c { list l { key n; leaf n { type uint8 { range 1..5; } }"
        "  leaf s { type state; default up; } } choice ch { mandatory true; case a {"
        "  leaf x { type string; } } } }");
    const auto replies = schema_replies(schema);
    std::string all;
    for (const auto& frame : replies.ikp_namespaces.get()) {
        const auto term = read_payload(frame);
        ASSERT_TRUE(term);
        for (const auto& record : term->elements())
            all += to_string(record) + "\n";
    }
    const std::string expected[] = {
        "{ns, 'urn:t', t, " + std::to_string(name_hash("urn:t")) + ", '', <<\"t\">>}\n",
        "{node, [c], undefined, undefined, undefined, 1, 1, [l, {confd_cs_choice, ch, "
        "[{confd_cs_case, a, [x]}], '', 1}], [], 262, [], 0, [], [], undefined}\n",
        "{node, [l, c], undefined, undefined, undefined, 0, unbounded, [n, s], [n], 7, [], 0, [], "
        "[], undefined}\n",
        "{node, [n, l, c], n, 10, undefined, 1, 1, [], [], 6, [], 0, [], [], undefined}\n",
        "{node, [s, l, c], state, 28, {28, 0}, 0, 1, [], [], 6, [], 0, [], [], undefined}\n",
        "{node, [x, c], {'', string}, 5, undefined, 0, 1, [], [], 134, [], 0, [], [], "
        "undefined}\n",
        "{type, n, derived, {restriction, {'', uint8}, [{min_inclusive, {10, 1}}, {max_inclusive, "
        "{10, 5}}]}}\n",
        "{type, state, derived, {restriction, {'', string}, [{enumeration, <<\"up\">>, 0}, "
        "{enumeration, <<\"down\">>, 1}]}}\nend_of_ns\n",
    };
    for (const auto& record : expected)
        EXPECT_TRUE(all.contains(record)) << record << all.substr(0, 3000);
}

TEST(SchemaRecords, HaveParametersBelowTheirOperationInTheErlangClientsShapes) {
    const auto schema = load_text(
        "rpc reboot { input { leaf delay { type uint32; } } output { leaf at { type string; } } }"
        "container c { action go { input { leaf far { type int8; } } } }");
    const auto replies = schema_replies(schema);
    std::string all;
    for (const auto& frame : replies.ikp_namespaces.get())
        all += to_string(read_payload(frame).value()) + "\n";
    for (const auto* node : {"{node, [reboot], ", "{node, [delay, reboot], ",
                             "{node, [at, reboot], ", "{node, [go, c], ", "{node, [far, go, c], "})
        EXPECT_TRUE(all.contains(node)) << node << all.substr(0, 3000);
    EXPECT_TRUE(all.contains("0, 1, [delay, at], []")) << all.substr(0, 3000);
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
