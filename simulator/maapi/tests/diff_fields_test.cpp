// SPDX-License-Identifier: Apache-2.0
#include "simulator/maapi/diff_fields.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/maapi/keypath.hpp"
#include "simulator/maapi/path_text.hpp"
#include "simulator/yang/tests/support.hpp"

namespace confd::sim::test {

using namespace maapi;

namespace {

using testing::HasSubstr;

struct Parsed {
    std::optional<Diff> diff;
    std::string errors;
};

Parsed parse(const std::string& yaml, const Schema* schema, const std::string& failure = {}) {
    Diagnostics diagnostics;
    const auto file = std::make_shared<const std::string>("test.yaml");
    const auto changes = parse_yaml(yaml, file, diagnostics);
    const auto error = failure.empty() ? nullptr : parse_yaml(failure, file, diagnostics);
    Parsed out;
    out.diff = parse_diff(*changes, error, {.schema = schema}, diagnostics);
    out.errors = texts(diagnostics);
    return out;
}

/// A single change that must be good.
DiffChange change(const std::string& yaml, const Schema* schema) {
    auto parsed = parse("[" + yaml + "]", schema);
    EXPECT_EQ(parsed.errors, "") << yaml;
    return parsed.diff ? parsed.diff->changes.at(0) : DiffChange{};
}

class ByNames : public testing::Test {
  protected:
    DiffChange change(const std::string& yaml) const { return test::change(yaml, schema.get()); }
    std::string errors(const std::string& yaml) const {
        return parse("[" + yaml + "]", schema.get()).errors;
    }

    std::shared_ptr<const Schema> schema = load({"example-if"});
};

TEST_F(ByNames, Values) {
    const auto set = change(
        "{path: '/if:interfaces/interface{eth0}/mtu', op: value_set, value: 9000, old: 1500}");
    EXPECT_EQ(set.op, MOP_VALUE_SET);
    EXPECT_EQ(to_text(set.path), "/1265344724:321503962/221572658{eth0}/1751455506");
    EXPECT_EQ(set.new_value,
              (decltype(set.new_value)(Value{ValueType::uint16, std::int64_t{9000}})));
    EXPECT_EQ(set.old_value, (Value{ValueType::uint16, std::int64_t{1500}}));
    const auto list = change(
        "{path: '/example-if:interfaces/interface{eth0}/dns-server', op: value_set,"
        " value: [192.0.2.1, '2001:db8::1']}");
    EXPECT_EQ(std::get<ValueList>(std::get<Value>(list.new_value).payload).items.size(), 2U);
}

TEST_F(ByNames, EntriesAndTheirOrder) {
    const auto moved = change(
        "{path: '/interfaces/interface{eth0}/dns-server{192.0.2.1}', op: moved_after,"
        " after: ['2001:db8::1']}");
    const auto& after = std::get<MovedAfter>(moved.new_value);
    ASSERT_TRUE(after.keys);
    EXPECT_EQ(after.keys->items.at(0).type, ValueType::ipv6);
    EXPECT_EQ(moved.path.steps.front().keys->items.at(0).type, ValueType::ipv4);
    const auto first = change(
        "{path: '/interfaces/interface{eth0}/dns-server{192.0.2.1}', op: moved_after,"
        " after: first}");
    EXPECT_EQ(first.new_value, (decltype(first.new_value)(MovedAfter{})));
}

TEST_F(ByNames, Attributes) {
    const auto value_of = [&](const std::string& rest) {
        const auto made =
            change("{path: '/interfaces/interface{eth0}', op: attr_set, " + rest + "}");
        return std::get<AttrSet>(made.new_value);
    };
    EXPECT_EQ(value_of("attr: annotation, value: soon"),
              (AttrSet{ATTR_ANNOTATION, Value::buf("soon")}));
    EXPECT_EQ(value_of("attr: tags, value: [a, b]"),
              (AttrSet{ATTR_TAGS,
                       Value{ValueType::list, ValueList{{Value::buf("a"), Value::buf("b")}}}}));
    EXPECT_EQ(value_of("attr: inactive, value: true"),
              (AttrSet{ATTR_INACTIVE, Value{ValueType::bool_, true}}));
    EXPECT_EQ(value_of("attr: tags, removed: true"), (AttrSet{ATTR_TAGS, Value{}}));
}

TEST_F(ByNames, KeysHaveTheirLeafsTypes) {
    const auto typed = load_text(
        "identity base; identity red { base base; } container c { list l { key 'a b d e';"
        " leaf a { type uint8; } leaf b { type string; } leaf d { type inet:ipv4-address; }"
        " leaf e { type identityref { base base; } } } }");
    const auto made =
        test::change(R"({path: '/c/l{7 "x y" 10.0.0.1 t:red}', op: created})", typed.get());
    const auto& keys = made.path.steps.front().keys->items;
    ASSERT_EQ(keys.size(), 4U);
    EXPECT_EQ(keys[0], (Value{ValueType::uint8, std::int64_t{7}}));
    EXPECT_EQ(keys[1], Value::buf("x y"));
    EXPECT_EQ(keys[2].type, ValueType::ipv4);
    EXPECT_EQ(keys[3].type, ValueType::identityref);
}

TEST_F(ByNames, Mistakes) {
    EXPECT_THAT(errors("{path: '/interfaces/interface{eth0}/mut', op: deleted}"),
                HasSubstr("test.yaml:1:9: list interface has no node 'mut'; did you mean 'mtu'?"));
    EXPECT_THAT(errors("{path: /interface, op: created}"), HasSubstr("did you mean 'interfaces'?"));
    EXPECT_THAT(errors("{path: /interfaces/interface/mtu, op: deleted}"),
                HasSubstr("needs its keys"));
    EXPECT_THAT(errors("{path: '/interfaces/interface{a b}', op: created}"),
                HasSubstr("has 1 key, name"));
    EXPECT_THAT(errors("{path: '/interfaces{a}', op: created}"), HasSubstr("has no entries"));
    EXPECT_THAT(errors("{path: '/interfaces/interface{eth0}/mtu', op: value_set, value: 5}"),
                HasSubstr("expected a uint16 of 68..9216 for mtu, found the number 5"));
    EXPECT_THAT(errors("{path: '/interfaces/interface{eth0}/mtu', op: value_set}"),
                HasSubstr("needs 'value'"));
    EXPECT_THAT(errors("{path: /interfaces, op: value_set, value: 1}"), HasSubstr("only a leaf"));
    EXPECT_THAT(errors("{path: /interfaces, op: createt}"), HasSubstr("did you mean 'created'?"));
    EXPECT_THAT(errors("{path: /interfaces, op: created, value: 1}"),
                HasSubstr("goes with value_set and attr_set"));
    EXPECT_THAT(errors("{path: /interfaces, op: moved_after, after: first}"),
                HasSubstr("entry of a list"));
    EXPECT_THAT(errors("{path: /interfaces, op: attr_set, attr: tags}"),
                HasSubstr("either 'value' or 'removed'"));
    EXPECT_THAT(errors("{path: /interfaces, op: created, colour: red}"), HasSubstr("colour"));
    EXPECT_THAT(errors("{op: created}"), HasSubstr("'path' is missing"));
}

TEST(ByNumbers, PathsAndTypedValues) {
    const auto set = change(
        "{path: '/7:1/2{eth0}/3', op: value_set, value: {type: uint16, value: 1500}}", nullptr);
    EXPECT_EQ(to_text(set.path), "/7:1/2{eth0}/3");
    const auto steps = change(
        "{path: [{keys: [{type: uint8, value: 7}]}, {ns: 7, tag: 1}], op: created}", nullptr);
    ASSERT_EQ(steps.path.steps.size(), 2U);
    EXPECT_EQ(steps.path.steps[0].keys->items[0].type, ValueType::uint8);
    EXPECT_THAT(parse("[{path: /interfaces, op: created}]", nullptr).errors,
                HasSubstr("'modules'"));
}

TEST(DiffFailure, AfterSoManyChanges) {
    const auto parsed =
        parse("[{path: '/7:1', op: created}]", nullptr, "{count: 1, text: locked, kind: badstate}");
    ASSERT_TRUE(parsed.diff) << parsed.errors;
    EXPECT_EQ(parsed.diff->failure->after, 1U);
    EXPECT_EQ(parsed.diff->failure->how, (DiffEnd{DiffEnd::Kind::badstate, "locked"}));
    EXPECT_THAT(parse("[]", nullptr, "{count: -1, text: x}").errors, HasSubstr("found"));
    EXPECT_THAT(parse("[]", nullptr, "{text: x}").errors, HasSubstr("'count' is missing"));
}

TEST(PathText, Quotes) {
    const auto steps = parse_path_text(R"(/a/b{"x } \"y\"" z}/c)");
    ASSERT_TRUE(steps);
    ASSERT_EQ(steps->size(), 3U);
    EXPECT_EQ((*steps)[1].keys, (std::vector<std::string>{"x } \"y\"", "z"}));
    for (const auto* wrong : {"", "a", "/", "/a{", "/a{}", "/a{\"x}", "/a}b", "/a{b}c"})
        EXPECT_FALSE(parse_path_text(wrong)) << wrong;
}

}  // namespace
}  // namespace confd::sim::test
