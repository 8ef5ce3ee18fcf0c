// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "protocol/notification/notification.hpp"
#include "simulator/yang/tests/support.hpp"

namespace confd::sim::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// ---- Values ----

/// The value of a leaf x of this type.
Value value_of(const std::string& type, const std::string& text, const std::string& more = {}) {
    const auto schema = load_text(more + "notification n { leaf x { type " + type + " } }");
    if (schema == nullptr) return {};
    const auto built = build(*schema, "{n: {x: \"" + text + "\"}}");
    return built.values.size() == 3 ? built.values[1].v : Value{};
}

Value integer(ValueType type, std::int64_t number) {
    return {type, number};
}

TEST(YangValue, Numbers) {
    EXPECT_EQ(value_of("int8;", "-128"), integer(ValueType::int8, -128));
    EXPECT_EQ(value_of("int16;", "-129"), integer(ValueType::int16, -129));
    EXPECT_EQ(value_of("int32;", "+7"), integer(ValueType::int32, 7));
    EXPECT_EQ(value_of("int64;", "-9223372036854775808"), integer(ValueType::int64, INT64_MIN));
    EXPECT_EQ(value_of("uint8;", "255"), integer(ValueType::uint8, 255));
    EXPECT_EQ(value_of("uint16;", "65535"), integer(ValueType::uint16, 65535));
    EXPECT_EQ(value_of("uint32;", "4294967295"), integer(ValueType::uint32, 4294967295));
    EXPECT_EQ(value_of("uint64;", "18446744073709551615"), (Value{ValueType::uint64, UINT64_MAX}));
    EXPECT_EQ(value_of("yang:counter64;", "5"), (Value{ValueType::uint64, std::uint64_t{5}}));
    const auto decimal = [](std::int64_t value, std::uint8_t digits) {
        return Value{ValueType::decimal64, Decimal64{value, digits}};
    };
    EXPECT_EQ(value_of("decimal64 { fraction-digits 2; }", "-1.5"), decimal(-150, 2));
    EXPECT_EQ(value_of("decimal64 { fraction-digits 3; }", "0"), decimal(0, 3));
    EXPECT_EQ(value_of("decimal64 { fraction-digits 18; }", "-0.000000000000000001"),
              decimal(-1, 18));
    EXPECT_EQ(value_of("decimal64 { fraction-digits 1; }", "-922337203685477580.8"),
              decimal(INT64_MIN, 1));
}

TEST(YangValue, NamesAndBytes) {
    EXPECT_EQ(value_of("boolean;", "true"), (Value{ValueType::bool_, true}));
    EXPECT_EQ(value_of("enumeration { enum a { value -3; } enum b; }", "b"),
              integer(ValueType::enum_, -2));
    EXPECT_EQ(value_of("string;", "x y"), Value::buf("x y"));
    EXPECT_EQ(value_of("binary;", "AQL/"), (Value{ValueType::binary, Bytes{1, 2, 255}}));
    EXPECT_EQ(value_of("binary;", "AQ=="), (Value{ValueType::binary, Bytes{1}}));
    EXPECT_EQ(value_of("identityref { base top; }", "t:leaf",
                       "identity top; identity leaf { base top; }"),
              (Value{ValueType::identityref, IdentityRef{name_hash("urn:t"), name_hash("leaf")}}));
}

TEST(YangValue, BitsGoByTheHighestPosition) {
    EXPECT_EQ(value_of("bits { bit a { position 0; } bit b { position 31; } }", "b a"),
              integer(ValueType::bit32, 0x80000001));
    EXPECT_EQ(value_of("bits { bit a { position 1; } bit b { position 63; } }", "b"),
              (Value{ValueType::bit64, std::uint64_t{1} << 63}));
    EXPECT_EQ(value_of("bits { bit a { position 1; } bit b { position 40; } }", "a"),
              (Value{ValueType::bit64, std::uint64_t{2}}));
    // Bit n is 1 << n % 8 in byte n / 8.
    EXPECT_EQ(value_of("bits { bit a { position 9; } bit b { position 64; } }", "a b"),
              (Value{ValueType::bitbig, Bytes{0, 2, 0, 0, 0, 0, 0, 0, 1}}));
}

TEST(YangValue, WellKnownTypedefs) {
    const auto ip4 = Value{ValueType::ipv4, Ip4{192, 0, 2, 1}};
    const auto ip6 = Value{ValueType::ipv6, Ip6{0x2001, 0xdb8, 0, 0, 0, 0, 0, 1}};
    EXPECT_EQ(value_of("inet:ipv4-address;", "192.0.2.1"), ip4);
    EXPECT_EQ(value_of("inet:ipv4-address-no-zone;", "192.0.2.1"), ip4);
    EXPECT_EQ(value_of("inet:ipv4-address;", "192.0.2.1%eth0"), Value::buf("192.0.2.1%eth0"));
    EXPECT_EQ(value_of("inet:ipv6-address;", "2001:db8::1"), ip6);
    EXPECT_EQ(value_of("inet:ip-address;", "2001:db8::1"), ip6);
    EXPECT_EQ(value_of("inet:ip-address;", "192.0.2.1"), ip4);
    EXPECT_EQ(value_of("inet:host;", "192.0.2.1"), ip4);
    EXPECT_EQ(value_of("inet:host;", "example.com"), Value::buf("example.com"));
    EXPECT_EQ(value_of("inet:ipv4-prefix;", "192.0.2.0/24"),
              (Value{ValueType::ipv4prefix, Ip4Prefix{{192, 0, 2, 0}, 24}}));
    EXPECT_EQ(value_of("inet:ip-prefix;", "2001:db8::/32"),
              (Value{ValueType::ipv6prefix, Ip6Prefix{{0x2001, 0xdb8, 0, 0, 0, 0, 0, 0}, 32}}));
    EXPECT_EQ(value_of("yang:object-identifier;", "1.3.6.1"),
              (Value{ValueType::oid, Oid{{1, 3, 6, 1}}}));
    EXPECT_EQ(value_of("yang:object-identifier-128;", "1.3.6.4294967295"),
              (Value{ValueType::oid, Oid{{1, 3, 6, 4294967295}}}));
    EXPECT_EQ(value_of("yang:dotted-quad;", "1.2.3.4"),
              (Value{ValueType::dquad, Bytes{1, 2, 3, 4}}));
    EXPECT_EQ(value_of("yang:hex-string;", "0a:FF"), (Value{ValueType::hexstr, Bytes{10, 255}}));
    EXPECT_EQ(value_of("yang:mac-address;", "00:11:22:33:44:55"), Value::buf("00:11:22:33:44:55"));
    Datetime time{.year = 2026, .month = 11, .day = 22, .hour = 10};
    time.zone.timezone = std::int8_t{0};
    EXPECT_EQ(value_of("yang:date-and-time;", "2026-11-22T10:00:00Z"),
              (Value{ValueType::datetime, time}));
}

TEST(YangValue, DerivedTypedefsCountToo) {
    const auto ip4 = Value{ValueType::ipv4, Ip4{192, 0, 2, 1}};
    EXPECT_EQ(
        value_of("b;", "192.0.2.1",
                 "typedef a { type inet:ipv4-address { length 1..12; } } typedef b { type t:a; }"),
        ip4);
    // A typedef in a scope of its own hides nothing of the well-known ones.
    const auto schema = load_text(R"(
        grouping g { typedef mine { type inner; } typedef inner { type yang:dotted-quad; }
                     leaf x { type mine; } }
        notification n { uses g; })");
    EXPECT_EQ(build(*schema, "{n: {x: 1.2.3.4}}").values[1].v,
              (Value{ValueType::dquad, Bytes{1, 2, 3, 4}}));
    // Same name, other module.
    EXPECT_EQ(value_of("dotted-quad;", "1.2.3.4", "typedef dotted-quad { type string; }"),
              Value::buf("1.2.3.4"));
    EXPECT_EQ(value_of("ipv4-address-and-prefix-length;", "192.0.2.1/24",
                       "typedef ipv4-address-and-prefix-length { type string; }"),
              (Value{ValueType::ipv4_and_plen, Ip4Prefix{{192, 0, 2, 1}, 24}}));
}

TEST(YangValue, UnionsAndLeafrefsAreWhatTheyAreInFact) {
    const std::string more =
        "typedef u { type union { type uint8; type inner; type string; } }"
        "typedef inner { type union { type boolean; type yang:dotted-quad; } }";
    EXPECT_EQ(value_of("u;", "17", more), integer(ValueType::uint8, 17));
    EXPECT_EQ(value_of("u;", "true", more), (Value{ValueType::bool_, true}));
    EXPECT_EQ(value_of("u;", "1.2.3.4", more), (Value{ValueType::dquad, Bytes{1, 2, 3, 4}}));
    EXPECT_EQ(value_of("u;", "256", more), Value::buf("256"));
    const auto schema = load_text(R"(
        container c { leaf ip { type inet:ip-address; } leaf n { type int8; } }
        notification n {
          leaf a { type leafref { path "/t:c/t:ip"; } }
          leaf b { type union { type leafref { path "/c/n"; } type leafref { path "../a"; } } }
        })");
    const auto event = build(*schema, "{n: {a: 192.0.2.1, b: 192.0.2.1}}");
    ASSERT_EQ(event.values.size(), 4U);
    EXPECT_EQ(event.values[1].v, (Value{ValueType::ipv4, Ip4{192, 0, 2, 1}}));
    EXPECT_EQ(event.values[2].v, event.values[1].v);
    EXPECT_EQ(build(*schema, "{n: {b: 5}}").values[1].v, integer(ValueType::int8, 5));
}

TEST(YangValue, InstanceIdentifiersAreKeypathsInnermostFirst) {
    const auto schema = load({"example-if", "example-alarm"});
    const auto event = build(*schema, R"({alarm-cleared: {id: 1, type: al:link-failure,
        time: "2026-11-22T10:00:00Z",
        resource: "/example-if:interfaces/interface[name='eth1']/mtu"}})");
    const auto ns = name_hash("http://example.com/if");
    ObjectRef path;
    path.steps = {{ns, name_hash("mtu"), {}},
                  {{}, 0, ValueList{{Value::buf("eth1")}}},
                  {ns, name_hash("interface"), {}},
                  {ns, name_hash("interfaces"), {}}};
    ASSERT_GT(event.values.size(), 4U);
    EXPECT_EQ(event.values[3].v, (Value{ValueType::objectref, path}));
}

TEST(YangValue, ATreeNestsInTheOrderOfTheSchema) {
    const auto schema = load({"example-if"});
    const auto event = build(*schema, R"(link-down:
      neighbor: [{state: up, id: 1}, {id: 2, state: lost}]
      address: [192.0.2.1, "2001:db8::1"]
      reason: [null]
      mtu: 9000
      if-name: eth1)");
    std::string shape;
    for (const auto& value : event.values) {
        EXPECT_EQ(value.ns, name_hash("http://example.com/if"));
        shape += value.marker == TagMarker::start  ? "("
                 : value.marker == TagMarker::stop ? ")"
                 : value.marker == TagMarker::leaf ? "-"
                                                   : std::string(info_of(value.v.type).name) + " ";
    }
    EXPECT_EQ(shape, "(buf uint16 -list (uint32 enum )(uint32 enum ))");
    EXPECT_EQ(event.values[0].tag, name_hash("link-down"));
    EXPECT_EQ(event.values[1].tag, name_hash("if-name"));
}

TEST(YangValue, DefaultsAreNotSent) {
    const auto schema = load_text(
        "notification n { leaf a { type int8; default 5; } "
        "container c { leaf b { type int8; default 6; } } }");
    EXPECT_EQ(build(*schema, "{n: {}}").values.size(), 2U);
    EXPECT_EQ(build(*schema, "{n: null}").values.size(), 2U);
    EXPECT_EQ(build(*schema, "{n: {a: 5}}").values.size(), 3U);
    EXPECT_TRUE((*schema->compile("n/a = 5 and n/c/b = 6"))
                    ->evaluate(*build(*schema, "{n: {}}").tree)
                    .value());
}

// ---- What is wrong ----

TEST(YangErrors, NameTheLeafAndWhatItTakes) {
    const auto schema = load({"example-if"});
    EXPECT_EQ(errors(*schema, "link-down:\n  if-name: eth1\n  mtu: 10\n"),
              "e.yaml:3:8: mtu: expected a uint16 of 68..9216, found the number 10 (Unsatisfied "
              "range - value \"10\" is out of the allowed range)\n");
    EXPECT_EQ(errors(*schema, "link-down:\n  if-name: [1]\n  admin-status: on\n"),
              "e.yaml:2:12: if-name: expected a text of 1..64 characters like "
              "[a-z]+[0-9]+(/[0-9]+)*, found a list\n"
              "e.yaml:3:17: admin-status: expected up, down or testing, found the text \"on\" "
              "(Invalid enumeration value \"on\")\n");
    EXPECT_EQ(errors(*schema, "link-down: {if-name: eth0, reason: yes, counters: 7, address: 1}"),
              "e.yaml:1:36: reason: expected [null], found the text \"yes\"\n"
              "e.yaml:1:51: expected the nodes of container counters, found the number 7\n"
              "e.yaml:1:63: expected a list for leaf-list address, found the number 1\n");
}

TEST(YangErrors, NameWhatIsMissing) {
    const auto schema = load({"example-if"});
    EXPECT_EQ(errors(*schema, "link-down:\n  mtu: 1500\n"),
              "e.yaml:2:3: notification link-down needs its leaf 'if-name'\n");
    EXPECT_EQ(errors(*schema,
                     "link-down:\n  if-name: e0\n  neighbor:\n    - {state: up}\n"
                     "    - {id: x, state: up}\n"),
              "e.yaml:4:7: an entry of list neighbor needs its key 'id'\n"
              "e.yaml:5:12: id: expected a uint32, found the text \"x\" (Invalid type uint32 value "
              "\"x\")\n");
    EXPECT_EQ(errors(*schema,
                     "link-down:\n  if-name: e0\n  neighbor:\n    - {id: 1, state: up}\n"
                     "    - {id: 3}\n"),
              "e.yaml:5:7: list neighbor needs its leaf 'state'\n");
    EXPECT_EQ(errors(*schema,
                     "link-down:\n  if-name: e0\n  neighbor:\n    - {id: 1, state: up}\n"
                     "    - {id: 1, state: up}\n"),
              "e.yaml:5:7: list neighbor has an entry with this key already\n");
}

TEST(YangErrors, SuggestNames) {
    const auto schema = load({"example-if"});
    EXPECT_EQ(errors(*schema, "link-down: {if-name: e0, mtuu: 1}"),
              "e.yaml:1:26: notification link-down has no node 'mtuu'; did you mean 'mtu'?\n");
    EXPECT_EQ(errors(*schema, "lnk-down: {}"),
              "e.yaml:1:1: no module has a notification "
              "'lnk-down'; did you mean 'link-down'?\n");
    EXPECT_THAT(errors(*schema, "iff:link-down: {}"), HasSubstr("'iff:link-down'"));
    EXPECT_THAT(errors(*schema, "[]"), HasSubstr("expected a map of one notification"));
    EXPECT_THAT(errors(*schema, "link-down: 7"), HasSubstr("the nodes of notification link-down"));
    EXPECT_THAT(errors(*load({}), "link-down: {}"), HasSubstr("no module is loaded"));
}

TEST(YangErrors, ConditionsAndReferencesInsideTheEventAreChecked) {
    const auto schema = load_text(R"(
        container c { leaf n { type int8; } }
        notification n {
          leaf a { type int8; must ". > 3"; }
          list l { key k; leaf k { type string; } }
          leaf r { type leafref { path "/n/l/k"; } }
          leaf out { type leafref { path "/c/n"; } }
          leaf w { when "../a = 5"; type string; }
        })");
    build(*schema, "{n: {a: 5, w: x, l: [{k: q}], r: q, out: 7}}");
    EXPECT_THAT(errors(*schema, "n:\n  r: x\n  a: 4\n"), StartsWith("e.yaml:2:6: "));
    EXPECT_THAT(errors(*schema, "n:\n  l: []\n  a: 3\n"), StartsWith("e.yaml:3:6: "));
    EXPECT_THAT(errors(*schema, "n:\n  a: 4\n  w: x\n"), StartsWith("e.yaml:3:6: "));
}

TEST(YangErrors, AnEventHasABound) {
    const auto schema = load_text("notification n { leaf-list x { type int8; } }");
    std::string text = "n:\n  x: [1";
    for (std::size_t i = 0; i < max_event_nodes; ++i)
        text += ",1";
    Diagnostics diagnostics;
    EXPECT_FALSE(schema->build(*yaml(text + "]", diagnostics), diagnostics));
    EXPECT_THAT(texts(diagnostics), HasSubstr("more than 5000 nodes"));
}

// ---- Modules ----

std::string load_errors(const std::vector<std::string>& names, const std::string& directory) {
    Diagnostics diagnostics;
    EXPECT_EQ(Schema::load(requests(names), {directory}, diagnostics), nullptr);
    return texts(diagnostics);
}

TEST(YangModules, MayBeBuiltIn) {
    static constexpr BuiltInModule built_in[] = {
        {"tiny", "module tiny { namespace 'urn:t'; prefix t; notification ping; }"}};
    const std::vector<std::string> nowhere;
    Diagnostics none;
    EXPECT_EQ(Schema::load(requests({"tiny"}), nowhere, none, built_in)->notifications(),
              std::vector<std::string>{"tiny:ping"});
    Diagnostics misspelt;
    EXPECT_EQ(Schema::load(requests({"tyni", "ietf-yang-tpyes"}), nowhere, misspelt, built_in),
              nullptr);
    EXPECT_EQ(texts(misspelt),
              "test.yaml:1:1: no YANG module 'tyni' in any folder; did you mean 'tiny'?\n"
              "test.yaml:2:1: no YANG module 'ietf-yang-tpyes' in any folder; did you mean "
              "'ietf-yang-types'?\n");
}

TEST(YangModules, AreFoundByNameAndByPath) {
    EXPECT_EQ(load({"example-if.yang"})->notifications().size(), 2U);
    EXPECT_EQ(
        load({sample_modules + "/example-alarm.yang"}, "/")->notifications(),
        (std::vector<std::string>{"example-alarm:alarm-raised", "example-alarm:alarm-cleared"}));
    EXPECT_TRUE(load({})->notifications().empty());
    EXPECT_EQ(load({"ietf-yang-types", "ietf-inet-types"})->notifications().size(), 0U);
}

TEST(YangModules, ErrorsTellWhere) {
    EXPECT_EQ(load_errors({"exampel-if"}, sample_modules),
              "test.yaml:1:1: no YANG module 'exampel-if' in " + sample_modules +
                  "; did you mean 'example-if'?\n");
    const Folder folder;
    folder.write("bad.yang",
                 "module bad {\n  namespace \"urn:bad\";\n  prefix b;\n  leaf x {\n"
                 "    tipe string;\n  }\n}\n");
    folder.write("user.yang",
                 "module user { namespace \"urn:u\"; prefix u;\n"
                 "import bad { prefix b; } }");
    folder.write("late.yang",
                 "module late { namespace \"urn:l\"; prefix l;\n"
                 "leaf x { type nothing; } }");
    EXPECT_THAT(load_errors({"bad"}, folder.path()), StartsWith("test.yaml:1:1: bad.yang:5: "));
    EXPECT_THAT(load_errors({"user"}, folder.path()), StartsWith("test.yaml:1:1: bad.yang:5: "));
    EXPECT_THAT(load_errors({"late"}, folder.path()), HasSubstr("nothing"));
    EXPECT_THAT(load_errors({"nowhere.yang"}, folder.path()), HasSubstr("no YANG module"));
}

TEST(YangModules, NotificationsGoByPrefixWhereNamesAreShared) {
    const Folder folder;
    for (const std::string name : {"one", "two"}) {
        folder.write(name + ".yang", "module " + name + " { namespace \"urn:" + name +
                                         "\"; prefix p" + name + "; notification same; " +
                                         "notification " + name + "-only; }");
    }
    const auto schema = load({"one", "two"}, folder.path());
    EXPECT_EQ(build(*schema, "{pone:same: {}}").values[0].ns, name_hash("urn:one"));
    EXPECT_EQ(build(*schema, "{two:same: {}}").values[0].ns, name_hash("urn:two"));
    EXPECT_EQ(build(*schema, "{two-only: {}}").values.size(), 2U);
    EXPECT_THAT(errors(*schema, "{same: {}}"), HasSubstr("one:same or two:same"));
    Diagnostics diagnostics;
    EXPECT_EQ(schema->notification_tag("one-only", {}, diagnostics)->ns, name_hash("urn:one"));
    EXPECT_FALSE(schema->notification_tag("three-only", {}, diagnostics));
}

TEST(YangModules, TreesOutliveTheirSchema) {
    auto schema = load({"example-if"});
    const auto event = build(*schema, "{link-down: {if-name: eth1}}");
    const auto filter = schema->compile("link-down/if-name = 'eth1'").value();
    schema.reset();
    EXPECT_TRUE(filter->evaluate(*event.tree).value());
}

// ---- Random events ----

void expect_nested(const std::vector<TagValue>& values) {
    std::vector<XmlTag> open;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const XmlTag tag{values[i].ns, values[i].tag};
        if (values[i].marker == TagMarker::start) {
            open.push_back(tag);
        } else if (values[i].marker == TagMarker::stop) {
            ASSERT_FALSE(open.empty());
            EXPECT_EQ(open.back(), tag);
            open.pop_back();
        }
        EXPECT_EQ(open.empty(), i + 1 == values.size());
    }
}

TEST(YangRandom, SamplesAreValidAndNest) {
    const auto schema = load({"example-if", "example-alarm"});
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        Random draws(seed);
        const auto event = schema->random(draws);
        ASSERT_TRUE(event) << seed;
        expect_nested(event->values);
        Random again(seed);
        EXPECT_EQ(schema->random(again)->values, event->values);
    }
}

TEST(YangRandom, EveryTypeHasAValue) {
    const auto schema = load_text(R"(
        identity top; identity leaf1 { base top; } identity leaf2 { base leaf1; }
        container data { list l { key "a b"; leaf a { type string; } leaf b { type int8; }
                                  leaf c { type empty; } } }
        notification n {
          leaf i8 { type int8; mandatory true; } leaf i64 { type int64; mandatory true; }
          leaf u64 { type uint64 { range "1..5|100..max"; } mandatory true; }
          leaf d { type decimal64 { fraction-digits 4; range "-1.5..2"; } mandatory true; }
          leaf s { type string { length "3..5|40"; } mandatory true; }
          leaf p { type string { pattern '[a-f]{2}(-\d+)?|x\.[^a-z]\p{Lu}[\w-]'; length 2..9; }
                   mandatory true; }
          leaf np { type string { pattern '[a-c]{3}'; pattern 'a.*' { modifier invert-match; } }
                    mandatory true; }
          leaf bin { type binary { length 1..7; } mandatory true; }
          leaf bits { type bits { bit a; bit b; } mandatory true; }
          leaf e { type enumeration { enum "with space"; enum b; } mandatory true; }
          leaf id { type identityref { base top; } mandatory true; }
          leaf inst { type instance-identifier; mandatory true; }
          leaf un { type union { type int8; type inet:ip-address; } mandatory true; }
          leaf em { type empty; mandatory true; }
          leaf ref { type leafref { path "/n/i8"; } mandatory true; }
          leaf out { type leafref { path "/data/l/a"; } mandatory true; }
          leaf dt { type yang:date-and-time; mandatory true; }
          leaf oid { type yang:object-identifier; mandatory true; }
          leaf uuid { type yang:uuid; mandatory true; }
          leaf mac { type yang:mac-address; mandatory true; }
          leaf host { type inet:host; mandatory true; }
          leaf uri { type inet:uri; mandatory true; }
          leaf xp { type yang:xpath1.0; mandatory true; }
          leaf p6 { type inet:ip-prefix; mandatory true; }
          leaf dq { type yang:dotted-quad; mandatory true; }
          choice ch { mandatory true; leaf c1 { type int8; } container c2 { leaf x { type int8; } } }
          leaf-list ll { type int8; min-elements 2; max-elements 3; }
          list li { key k; min-elements 3; leaf k { type uint8; } leaf v { type string;
                    mandatory true; } }
          container np1 { leaf must { type int8; mandatory true; } }
          container pr { presence yes; leaf must { type int8; mandatory true; } }
          leaf cond { type int8; must ". > ../i8"; }
        })");
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        Random draws(seed);
        const auto event = schema->random(draws, "n");
        ASSERT_TRUE(event) << seed;
        expect_nested(event->values);
    }
    EXPECT_FALSE(load({})->random(*std::make_unique<Random>(1)));
    EXPECT_FALSE(schema->random(*std::make_unique<Random>(1), "m"));
}

/// Times are not long ago, and addresses nobody's.
TEST(YangRandom, WithATimeIsOfAServerAtWork) {
    const auto schema = load({"example-if", "example-alarm"});
    constexpr TimePoint now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);
    Random draws(5);
    int times = 0;
    int addresses = 0;
    for (int i = 0; i < 300; ++i) {
        const auto event = schema->random(draws, {}, now);
        ASSERT_TRUE(event) << event.error();
        for (const auto& value : event->values) {
            if (const auto* time = std::get_if<Datetime>(&value.v.payload)) {
                ++times;
                EXPECT_LE(*to_time_point(*time), now);
                EXPECT_GT(*to_time_point(*time), now - std::chrono::hours(1));
            }
            if (const auto* ip = std::get_if<Ip6>(&value.v.payload)) {
                ++addresses;
                EXPECT_TRUE((*ip)[0] == 0x2001 || (*ip)[0] == 0xfd20);
            }
        }
    }
    EXPECT_GT(times, 50);
    EXPECT_GT(addresses, 10);
}

RC_GTEST_PROP(YangRandom, AnyChoicesMakeAValidEvent, (const std::vector<std::uint32_t>& numbers)) {
    static const auto schema = load({"example-if", "example-alarm"});
    ListedChoices choices(numbers);
    const auto event = schema->random(choices);
    RC_ASSERT(event.has_value());
    RC_ASSERT(event->tree != nullptr);
}

TEST(YangRandom, WhatCannotBeIsNothing) {
    const auto schema = load_text(
        "notification n { leaf a { type int8; must 'false()'; "
        "mandatory true; } }");
    Random draws(1);
    EXPECT_FALSE(schema->random(draws));
}

}  // namespace
}  // namespace confd::sim::test
