// SPDX-License-Identifier: Apache-2.0
// Event fields: what is printed as JSON can be pasted into a scenario and means the same event.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "protocol/maapi/changes.hpp"
#include "protocol/maapi/keypath.hpp"
#include "protocol/render/render.hpp"
#include "protocol/tests/gen_event.hpp"
#include "protocol/value/text.hpp"
#include "simulator/scenario/event_fields.hpp"
#include "simulator/tests/support.hpp"
#include "simulator/text/value_fields.hpp"

namespace confd::sim {
namespace {

using testing::SizeIs;

/// What is left out has this time.
constexpr TimePoint load_time = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);

YamlPtr yaml(std::string_view text) {
    Diagnostics diagnostics;
    auto node = parse_yaml(text, std::make_shared<const std::string>("f"), diagnostics);
    for (const auto& d : diagnostics.take())
        ADD_FAILURE() << to_string(d);
    return node;
}

std::optional<Notification> event(std::uint32_t type, std::string_view fields,
                                  const WireContext& wire = {}) {
    Diagnostics diagnostics;
    auto out = parse_event(type, yaml(fields).get(), wire, {load_time, load_time}, diagnostics);
    for (const auto& d : diagnostics.take())
        ADD_FAILURE() << to_string(d);
    return out;
}

/// Prints the event, reads it back, and compares what both print: absent and empty are one there.
void expect_round_trip(const Notification& notification, const WireContext& wire,
                       bool newer_names = false) {
    const RenderOptions options{
        .context = wire, .show_clearpass = true, .newer_names = newer_names};
    const auto json = to_json(notification, options);
    const auto* fields = json.if_contains(key_of(notification));
    const auto text = fields == nullptr ? "{}" : boost::json::serialize(*fields);
    const auto back = event(notification.type, text, wire);
    ASSERT_TRUE(back) << text;
    EXPECT_EQ(boost::json::serialize(to_json(*back, options)), boost::json::serialize(json));
}

TEST(EventFields, EveryEventReadsBackWhatItPrints) {
    for (const auto dialect : {Dialect::v6x, Dialect::v7x, Dialect::v8x}) {
        for (const auto product : {Product::confd, Product::nso}) {
            for (const auto type : event_types()) {
                SCOPED_TRACE(fmt::format("{} {}", *notif_name(type), to_string(dialect)));
                expect_round_trip(*make_notification(type, dialect), {dialect, product});
            }
        }
    }
}

TEST(EventFields, EveryFormOfAnEventReadsBack) {
    for (const auto& type : constants<HaInfoType>) {
        HaNotification ha;
        ha.type = static_cast<HaInfoType>(type.value);
        ha.nomaster = HA_NOTICK;
        ha.slave_arrived = {Value::buf("n1"), Ip6{1, 2, 3, 4, 5, 6, 7, 8}};
        ha.slave_died = {Value{ValueType::uint16, std::int64_t{7}}, std::string("rack 4")};
        ha.beslave_result = HA_BIND;
        expect_round_trip({NOTIF_HA_INFO, ha}, {});
        expect_round_trip({NOTIF_HA_INFO, ha}, {}, true);
    }
    for (const auto& provider : constants<DataProvider>) {
        CommitFailedNotification failed;
        failed.provider = static_cast<DataProvider>(provider.value);
        failed.ip = Ip6{0x2001, 0xdb8, 0, 0, 0, 0, 0, 1};
        failed.port = 65535;
        failed.daemon_name = "ifd";
        expect_round_trip({NOTIF_COMMIT_FAILED, failed}, {});
    }
    for (const auto& pdu : constants<SnmpaPduType>) {
        SnmpaNotification snmp;
        snmp.pdu_type = static_cast<SnmpaPduType>(pdu.value);
        snmp.enterprise = {1, 3, 6, 1, 4, 1, 4294967295};
        snmp.vb = {{{SNMP_VARIABLE, SNMP_INTEGER, "ifIndex", {}, {}, {}}, {"2"}},
                   {{SNMP_OID, SNMP_NULL, {}, {1, 3}, {}, {}}, {}},
                   {{SNMP_COL_ROW, SNMP_Counter64, {}, {}, {2, 3}, "ifDescr"}, {""}}};
        expect_round_trip({NOTIF_SNMPA, snmp}, {});
    }
    for (const auto& type : constants<StreamType>) {
        StreamNotification stream;
        stream.type = static_cast<StreamType>(type.value);
        stream.error = "no log";
        stream.values = {
            {1, 2, TagMarker::start, {}},      {1, 3, TagMarker::leaf, {}},
            {1, 3, TagMarker::del, {}},        {1, 3, TagMarker::move_first, {}},
            {1, 3, TagMarker::move_after, {}}, {1, 4, TagMarker::value, Value::buf("x")},
            {1, 2, TagMarker::stop, {}}};
        expect_round_trip({NOTIF_STREAM_EVENT, stream}, {});
    }
}

TEST(EventFields, TakeTheNamesOfNewerReleases) {
    const std::pair<const char*, const char*> same[] = {
        {"{type: HA_INFO_NOPRIMARY, noprimary: HA_NOTICK}",
         "{type: HA_INFO_NOMASTER, nomaster: HA_NOTICK}"},
        {"{type: HA_INFO_SECONDARY_DIED, secondary_died: {nodeid: {type: buf, value: n}, str: r}}",
         "{type: HA_INFO_SLAVE_DIED, slave_died: {nodeid: {type: buf, value: n}, str: r}}"},
        {"{type: HA_INFO_SECONDARY_ARRIVED, secondary_arrived: {nodeid: {type: buf, value: n}, "
         "ip4: 192.0.2.1}}",
         "{type: HA_INFO_SLAVE_ARRIVED, slave_arrived: {nodeid: {type: buf, value: n}, ip4: "
         "192.0.2.1}}"},
        {"{type: HA_INFO_SECONDARY_INITIALIZED, cdb_initialized_by_copy: 1}",
         "{type: HA_INFO_SLAVE_INITIALIZED, cdb_initialized_by_copy: 1}"},
        {"{type: HA_INFO_IS_PRIMARY}", "{type: HA_INFO_IS_MASTER}"},
        {"{type: HA_INFO_BESECONDARY_RESULT, besecondary_result: 0}",
         "{type: HA_INFO_BESLAVE_RESULT, beslave_result: 0}"},
        {"{type: 1, nomaster: 27, noprimary: HA_BADFXS}", "{type: 1, nomaster: 27}"},
    };
    for (const auto& [newer, older] : same)
        EXPECT_EQ(event(NOTIF_HA_INFO, newer), event(NOTIF_HA_INFO, older)) << newer;
    Diagnostics diagnostics;
    for (const auto* fields :
         {"{type: 1, nomaster: 27, noprimary: 28}", "{type: 5, noprimary: 28}"})
        EXPECT_FALSE(parse_event(NOTIF_HA_INFO, yaml(fields).get(), {}, {load_time, load_time},
                                 diagnostics));
    const auto wrong = diagnostics.take();
    ASSERT_THAT(wrong, SizeIs(2));
    EXPECT_EQ(wrong[0].message, "'noprimary' is the newer name of 'nomaster', and they differ");
    EXPECT_EQ(wrong[1].message,
              "'noprimary' is not there in this form of the event, given the fields before it");
}

TEST(EventFields, NewerReleasesAreGivenBothNames) {
    HaNotification ha;
    ha.type = HA_INFO_BESLAVE_RESULT;
    ha.beslave_result = HA_BIND;
    const Notification event{NOTIF_HA_INFO, ha};
    EXPECT_EQ(boost::json::serialize(to_json(event).at("hnot")),
              R"({"type":7,"beslave_result":30})");
    EXPECT_EQ(boost::json::serialize(to_json(event, {.newer_names = true}).at("hnot")),
              R"({"type":7,"beslave_result":30,"besecondary_result":30})");
    EXPECT_TRUE(has_newer_names({7, 8, 0}) && has_newer_names({8, 0, 0}));
    EXPECT_FALSE(has_newer_names({7, 7, 2}));
}

TEST(EventFields, TheCommitQueuesColumnsReadBack) {
    CqProgressNotification cq;
    cq.timestamp.year = 2026;
    cq.cq_tag = "tag";
    cq.completed_devices = {{"ce0", "ce1"}};
    cq.failed_devices.rows = {{{"ce2", "refused"}, {"ce3", "no route"}}};
    cq.completed_services.rows = {{{"red", {"ce0"}}}};
    cq.failed_services.rows = {{{"blue", {}, {"ce2", "ce3"}}}};
    const auto back =
        event(NCS_NOTIF_CQ_PROGRESS,
              boost::json::serialize(to_json({NCS_NOTIF_CQ_PROGRESS, cq}).at("cq_progress")),
              {Dialect::v7x, Product::nso});
    ASSERT_TRUE(back);
    EXPECT_EQ(back->get<CqProgressNotification>()->failed_devices, cq.failed_devices);
    EXPECT_EQ(back->get<CqProgressNotification>()->completed_services, cq.completed_services);
    EXPECT_EQ(back->get<CqProgressNotification>()->failed_services, cq.failed_services);
    EXPECT_EQ(back->get<CqProgressNotification>()->cq_tag, "tag");
}

TEST(EventFields, TakeNamesOfConstantsAndDefaults) {
    const auto start = event(NOTIF_USER_SESSION,
                             "{type: USER_SESS_LOCK, database: RUNNING, uinfo: {proto: SSH, addr: "
                             "'::1', logintime: 5, context: my own}}");
    const auto* body = start->get<UserSessNotification>();
    EXPECT_EQ(body->type, USER_SESS_LOCK);
    EXPECT_EQ(body->database, Datastore::RUNNING);
    EXPECT_EQ(body->uinfo.proto, SessionProto::SSH);
    EXPECT_EQ(body->uinfo.addr.ip, Ip(Ip6{0, 0, 0, 0, 0, 0, 0, 1}));
    EXPECT_EQ(body->uinfo.logintime.seconds, 5);
    EXPECT_EQ(body->uinfo.context, "my own");
    EXPECT_EQ(body->uinfo.usid, 17);
    EXPECT_EQ(body->uinfo.username, "admin");
}

TEST(EventFields, ATextIsAnyScalar) {
    EXPECT_EQ(event(NOTIF_AUDIT, "{msg: 17, user: true}")->get<AuditNotification>()->msg, "17");
    EXPECT_EQ(event(NOTIF_AUDIT, "{msg: ''}")->get<AuditNotification>()->msg, "");
}

TEST(EventFields, SpanAttributesAreTextsOrNumbers) {
    const auto progress =
        event(NOTIF_PROGRESS, "{attributes: [{name: a, value: 3}, {name: b, value: '3'}]}",
              {Dialect::v8x, Product::confd});
    const auto& attributes = progress->get<ProgressSpanNotification>()->attributes;
    ASSERT_THAT(attributes, SizeIs(2));
    EXPECT_EQ(std::get<std::int64_t>(attributes[0].value), 3);
    EXPECT_EQ(std::get<std::string>(attributes[1].value), "3");
}

TEST(EventFields, EveryTypeOfValueReadsBack) {
    const std::vector<Value> values{
        {ValueType::noexists, {}},
        {ValueType::default_, {}},
        {ValueType::xmltag, XmlTag{1, 4294967295}},
        Value::buf("5mf\"5b\n"),
        {ValueType::int8, std::int64_t{-128}},
        {ValueType::int64, INT64_MIN},
        {ValueType::uint64, UINT64_MAX},
        {ValueType::bit32, std::int64_t{0xffffffff}},
        {ValueType::double_, -1.5e300},
        {ValueType::bool_, true},
        {ValueType::ipv4, Ip4{10, 0, 0, 1}},
        {ValueType::ipv6, Ip6{0x2001, 0xdb8, 0, 0, 0, 0, 0, 1}},
        {ValueType::qname, Box<Qname>(Qname{"if", "mtu"})},
        {ValueType::qname, Box<Qname>(Qname{{}, "mtu"})},
        {ValueType::datetime, *parse_datetime("2026-11-22T10:00:00.000001+05:30")},
        {ValueType::date, *parse_date("2026-11-22Z")},
        {ValueType::time, *parse_time("10:00:00-03:30")},
        {ValueType::duration, *parse_duration("P1Y2M3DT4H5M6.000007S")},
        {ValueType::enum_, std::int64_t{-1}},
        {ValueType::list, ValueList{{Value::buf("a"), {ValueType::int32, std::int64_t{3}}}}},
        {ValueType::list, ValueList{}},
        {ValueType::objectref,
         ObjectRef{{{.ns = {}, .tag = 0, .keys = ValueList{{Value::buf("eth0")}}},
                    {.ns = 5, .tag = 6, .keys = {}}}}},
        {ValueType::oid, Oid{{1, 3, 6, 4294967295}}},
        {ValueType::binary, Bytes{0, 255}},
        {ValueType::dquad, Bytes{192, 0, 2, 1}},
        {ValueType::ipv4prefix, Ip4Prefix{{10, 0, 0, 0}, 8}},
        {ValueType::ipv6_and_plen, Ip6Prefix{{1}, 64}},
        {ValueType::decimal64, Decimal64{-12345, 2}},
        {ValueType::identityref, IdentityRef{7, 8}},
    };
    for (const auto& value : values) {
        const auto json = boost::json::serialize(to_json(value));
        Diagnostics diagnostics;
        EXPECT_EQ(parse_value(*yaml(json), diagnostics), std::optional(value)) << json;
        for (const auto& d : diagnostics.take())
            ADD_FAILURE() << to_string(d);
    }
}

TEST(EventFields, AWholeLineOfJsonCanBePasted) {
    test::load(R"(
format: 1
steps:
  - send: {fields: {"type":1,"name":"NOTIF_AUDIT","audit":{"logno":115,"user":"a","usid":17,"msg":"m"}}}
  - send: {event: NOTIF_HEARTBEAT, fields: {"type":8192,"name":"NOTIF_HEARTBEAT"}}
)");
}

/// Names for some of the tags that generated events have.
class SomeNames : public Names {
  public:
    std::optional<std::string_view> name_of(std::uint32_t, std::uint32_t tag) const override {
        return tag % 2 == 0 ? std::optional<std::string_view>("link-up") : std::nullopt;
    }
};

std::string scenario_of(const WireContext& wire, std::string_view line, bool stream) {
    constexpr std::array releases{"6.6", "7.8", "8.2"};
    return fmt::format(
        "format: 1\nrelease: {}\nproduct: {}\nstreams: [{{name: s}}]\nsteps:\n"
        "  - send: {{{} fields: {}}}\n",
        releases.at(static_cast<std::size_t>(wire.dialect)), to_string(wire.product),
        stream ? "stream: s, " : "", line);
}

/// Whatever confd-listen prints, a scenario takes, and prints the same of it.
RC_GTEST_PROP(PrintedLines, CanBePasted, ()) {
    const auto wire = confd::test::any_context();
    auto event = confd::test::any_event(wire);
    RC_PRE(why_unavailable(event.type, wire).empty());
    const SomeNames names;
    const RenderOptions options{.context = wire,
                                .show_clearpass = *rc::gen::arbitrary<bool>(),
                                .names = *rc::gen::element<const Names*>(nullptr, &names)};
    const auto printed = to_json(event, options);
    const auto line = boost::json::serialize(printed);
    const auto wrong = test::errors_of(scenario_of(wire, line, event.type == NOTIF_STREAM_EVENT));
    if (!wrong.empty()) RC_FAIL(line + "\n" + wrong);

    const auto pasted = printed_line(yaml(line));
    RC_ASSERT(pasted.has_value());
    Diagnostics diagnostics;
    const auto back =
        parse_event(event.type, pasted->fields.get(), wire, {load_time, load_time}, diagnostics);
    RC_ASSERT(back.has_value());
    // Secrets that were hidden stay so.
    auto again = options;
    again.show_clearpass = true;
    RC_ASSERT(boost::json::serialize(to_json(*back, again)) == line);
}

TEST(PrintedLines, MeanWhatWasPrinted) {
    AuditNotification audit;
    audit.msg = "$HOME costs $5, ${x} and $$ \xf0\x9f\x98\x80";
    const auto line = boost::json::serialize(to_json({NOTIF_AUDIT, audit}));
    const auto back =
        event(NOTIF_AUDIT, boost::json::serialize(to_json({NOTIF_AUDIT, audit}).at("audit")));
    EXPECT_EQ(back->get<AuditNotification>()->msg, audit.msg);
    EXPECT_EQ(test::errors_of(scenario_of({}, line, false)), "");
    // Fields that somebody has written have variables.
    EXPECT_THAT(test::errors_of(scenario_of({}, "{msg: $HOME}, event: audit", false)),
                testing::HasSubstr("no variable 'HOME'"));
}

/// The deepest that the wire has: a list in a list, as deep as a term may be.
TEST(PrintedLines, MayBeDeep) {
    HaNotification ha;
    ha.type = HA_INFO_SLAVE_ARRIVED;
    ha.slave_arrived.nodeid = Value::buf("x");
    Bytes payload;
    std::string deepest;
    while (true) {
        const Notification event{NOTIF_HA_INFO, ha};
        ASSERT_TRUE(encode_notification(event, payload, {}));
        if (!decode_notification(payload, {})) break;
        deepest = boost::json::serialize(to_json(event));
        payload.clear();
        ha.slave_arrived.nodeid =
            Value{ValueType::list, ValueList{{std::move(ha.slave_arrived.nodeid)}}};
    }
    EXPECT_GT(std::ranges::count(deepest, '['), 25);
    EXPECT_EQ(test::errors_of(scenario_of({}, deepest, false)), "");
}

TEST(PrintedLines, MayHaveTheirDiffs) {
    const std::string head =
        "{\"type\":16,\"name\":\"NOTIF_COMMIT_DIFF\",\"commit_diff\":{\"database\":2,"
        "\"tctx\":{\"th\":1042},\"flags\":0},\"diff\":";
    DiffChange change;
    change.path = *parse_keypath("/1:2/1:3");
    change.op = MOP_VALUE_SET;
    change.new_value = Value{ValueType::uint16, std::int64_t{1500}};
    change.old_value = Value::buf("$x");
    DiffChange moved;
    moved.path = *parse_keypath("/1:2/1:3{\"a\"}");
    moved.op = MOP_MOVED_AFTER;
    moved.new_value = MovedAfter{};
    DiffChange after = moved;
    after.new_value = MovedAfter{.keys = ValueList{{Value::buf("b")}}};
    DiffChange note = change;
    note.op = MOP_ATTR_SET;
    note.new_value = AttrSet{ATTR_ANNOTATION, Value::buf("text")};
    note.old_value = {};
    boost::json::array changes;
    for (const auto& one : {change, moved, after, note})
        changes.push_back(to_json(one));
    for (const auto& diff : {std::string("[]"), boost::json::serialize(changes)}) {
        EXPECT_EQ(test::errors_of(scenario_of({}, head + diff + "}", false)), "");
        EXPECT_EQ(test::errors_of(scenario_of({}, head + diff + ",\"diff_error\":\"cut\"}", false)),
                  "");
    }
}

TEST(EventFields, SaysWhichEventsAReleaseLacks) {
    EXPECT_EQ(why_unavailable(NOTIF_PROGRESS, {Dialect::v6x, Product::confd}),
              "NOTIF_PROGRESS came with the 7 releases");
    EXPECT_EQ(why_unavailable(NOTIF_COMMIT_PROGRESS, {Dialect::v6x, Product::confd}), "");
    EXPECT_EQ(why_unavailable(NCS_NOTIF_AUDIT_NETWORK, {Dialect::v7x, Product::nso}), "");
}

}  // namespace
}  // namespace confd::sim
