// SPDX-License-Identifier: Apache-2.0
// The MAAPI corner: messages, changes, schemas, keypaths, names, and the client's session.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fstream>
#include <string>

#include "generate/events.hpp"
#include "protocol/maapi/client_session.hpp"
#include "protocol/session/server_session.hpp"
#include "protocol/tests/bytes_util.hpp"
#include "protocol/tests/gen_event.hpp"
#include "protocol/tests/maapi_util.hpp"
#include "protocol/value/hash.hpp"

namespace confd::test {
namespace {

template <class Encode>
Bytes encoded(Encode&& encode) {
    Bytes out;
    encode(out);
    return out;
}

Bytes payload_of(const MaapiRequest& request) {
    return encoded([&](Bytes& out) { encode_maapi_request(request, out); });
}
Bytes payload_of(const DiffMessage& message) {
    return encoded([&](Bytes& out) { encode_diff(message, out); });
}

/// Changing any one byte must be survived, and leave no value that can't be written again.
template <class Read, class Write>
void check_damage(const Bytes& accepted, Read&& read, Write&& write) {
    for (std::size_t i = 0; i < accepted.size(); ++i) {
        for (const int change : {1, 0x80, 0xff}) {
            Bytes damaged = accepted;
            damaged[i] = static_cast<std::uint8_t>(damaged[i] ^ change);
            const auto result = read(ExactBuffer(damaged).view());
            if (result) write(*result);
        }
    }
}

// ---- Messages ----

TEST(MaapiMessage, RequestsAreThoseOfThePage) {
    EXPECT_EQ(hex(payload_of(MaapiAttach{.thandle = 70000, .usid = {}})),
              "000000dc0001117083680162ffffffff");
    EXPECT_EQ(hex(payload_of(MaapiAttach{.thandle = 5, .ns = 7, .usid = 9})),
              "000000dc00000005836802"
              "6107"
              "6109");
    EXPECT_EQ(hex(payload_of(MaapiDetach{70000})), "000000dd00011170");
    EXPECT_EQ(hex(payload_of(MaapiDiffIterate{.thandle = 70000})),
              "000000b7000111700000000000000000");
    EXPECT_EQ(hex(payload_of(MaapiLoad{MAAPI_LOAD_ALL_NS})), "000000e8");
    EXPECT_EQ(hex(payload_of(MaapiLoad{MAAPI_LOAD_MOUNT_POINTS})), "00000108");
}

TEST(MaapiMessage, RequestsSurviveCutsAndDamage) {
    const std::vector<MaapiRequest> requests{
        MaapiAttach{.thandle = -1, .ns = name_hash("a"), .usid = 17},
        MaapiAttach{},
        MaapiDetach{3},
        MaapiDiffIterate{.thandle = 3, .use_ikp = 1, .flags = 0xfffffff0},
        MaapiAttach{.thandle = 3, .ns = 0, .usid = 17, .use_ikp = true},
        MaapiLoad{MAAPI_LOAD_HASH_DB},
        MaapiLoad{.op = MAAPI_LOAD_NS_LIST, .namespaces = {7, 0x7fffffff, 300}},
    };
    const auto read = [](ByteView bytes) { return decode_maapi_request(bytes); };
    for (const auto& request : requests) {
        const auto payload = payload_of(request);
        EXPECT_EQ(decode_maapi_request(payload), request);
        check_truncations(payload, read);
        check_damage(payload, read, [](const MaapiRequest& r) { return payload_of(r); });
    }
}

TEST(MaapiMessage, RequestsOfTheErlangClient) {
    const auto attach = unhex("000000dc00000007836803640003 75726e 6111 640006757365696b70");
    EXPECT_EQ(decode_maapi_request(attach),
              MaapiRequest(
                  MaapiAttach{.thandle = 7, .ns = name_hash("urn"), .usid = 17, .use_ikp = true}));
    EXPECT_FALSE(decode_maapi_request(unhex("000000dc00000007836803 6100 6111 6400026f6b")));
    const auto load = unhex("000000e8 83640003696b70");
    EXPECT_EQ(decode_maapi_request(load), MaapiRequest(MaapiLoad{.use_ikp = true}));
    EXPECT_EQ(payload_of(MaapiLoad{.use_ikp = true}), load);
    EXPECT_FALSE(decode_maapi_request(unhex("000000e8 836400026f6b")));
    EXPECT_FALSE(decode_maapi_request(unhex("000000e8 83")));
}

TEST(MaapiMessage, NamespacesAreFoundInAnyTerm) {
    // [{5, 3}, 'urn', <<"urn">>]
    const auto request = decode_maapi_request(
        unhex("000000fd 836c00000003 680261056103 64000375726e 6d0000000375726e 6a"));
    const std::vector<std::uint32_t> found{5, 3, name_hash("urn"), name_hash("urn")};
    EXPECT_EQ(request, MaapiRequest(MaapiLoad{.op = MAAPI_LOAD_NS_LIST, .namespaces = found}));
    EXPECT_FALSE(decode_maapi_request(unhex("000000fd")));
    EXPECT_FALSE(decode_maapi_request(unhex("000000fd 00000005")));
}

TEST(MaapiMessage, UnknownOperationsAreKept) {
    const auto payload = unhex("000003e7 0102");
    const auto request = decode_maapi_request(payload);
    EXPECT_EQ(request, MaapiRequest(MaapiUnknown{999, {1, 2}}));
    EXPECT_EQ(payload_of(*request), payload);
    EXPECT_EQ(op_of(payload), 999U);
    EXPECT_EQ(op_of(unhex("000000")), std::nullopt);
}

TEST(MaapiMessage, RepliesAreThoseOfThePage) {
    const auto reply_bytes = [](const MaapiReply& reply) {
        return hex(encoded([&](Bytes& out) { encode_maapi_reply(MAAPI_ATTACH, reply, out); }));
    };
    const MaapiReply refused = std::unexpected(PeerError{ERR_NOTRANS, "No such transaction"});
    EXPECT_EQ(reply_bytes({}), "000000dc");
    // A text ends with a NUL, and there always is one.
    EXPECT_EQ(reply_bytes(std::unexpected(PeerError{ERR_NOTRANS, ""})),
              "800000dc0000003d836d0000000100");
    EXPECT_EQ(reply_bytes(refused),
              "800000dc0000003d836d000000144e6f2073756368207472616e73616374696f6e00");
    // Neither is needed.
    EXPECT_EQ(decode_maapi_reply(
                  unhex("800000dc0000003d836d000000134e6f2073756368207472616e73616374696f6e"),
                  MAAPI_ATTACH),
              refused);
    EXPECT_EQ(decode_maapi_reply(unhex("800000dc0000003d"), MAAPI_ATTACH),
              MaapiReply(std::unexpected(PeerError{ERR_NOTRANS, ""})));
    EXPECT_EQ(decode_maapi_reply(unhex(reply_bytes(refused)), MAAPI_ATTACH), refused);
    EXPECT_EQ(decode_maapi_reply(unhex("000000dc"), MAAPI_ATTACH), MaapiReply());
}

TEST(MaapiMessage, WrongRepliesAreErrors) {
    const auto code = [](std::string_view bytes) {
        const auto reply = decode_maapi_reply(unhex(bytes), MAAPI_ATTACH);
        return reply ? std::string("accepted") : std::string(name_of(reply.error().code));
    };
    EXPECT_EQ(code("000000dd"), "unexpected_frame");
    EXPECT_EQ(code("00"), "truncated");
    EXPECT_EQ(code("800000dc00"), "truncated");
    EXPECT_EQ(code("000000dc00"), "trailing_bytes");
    EXPECT_EQ(code("800000dc0000003d836101"), "wrong_type");
    EXPECT_EQ(code("800000dc0000003d836d0000000161ff"), "trailing_bytes");
}

TEST(MaapiMessage, FailuresAreToldFromTerms) {
    EXPECT_TRUE(is_maapi_failure(unhex("800000b70000003d")));
    EXPECT_FALSE(is_maapi_failure(unhex("83680164000672657475726e")));
    EXPECT_FALSE(is_maapi_failure({}));
}

// ---- Changes ----

TEST(MaapiChange, IsTheOneOfThePage) {
    const auto bytes =
        "8368046c000000046c00000001624b6ba0d46268651712"
        "68016d0000000465746830"
        "6c00000001624b6ba0d4620d34ee32"
        "6c00000001624b6ba0d4621329c2da"
        "6a"
        "6104640009756e646566696e656468"
        "02610b62000005dc";
    const DiffChange change = mtu_set(1500);
    EXPECT_EQ(hex(payload_of(change)), bytes);
    EXPECT_EQ(decode_diff(unhex(bytes)), DiffMessage(change));
}

TEST(MaapiChange, EndsAreThoseOfThePage) {
    EXPECT_EQ(hex(payload_of(DiffEnd{})), "83680164000672657475726e");
    for (const auto kind : {DiffEnd::Kind::done, DiffEnd::Kind::error, DiffEnd::Kind::badstate}) {
        const DiffEnd end{kind, kind == DiffEnd::Kind::done ? "" : "why"};
        const auto payload = payload_of(end);
        EXPECT_EQ(decode_diff(payload), DiffMessage(end));
        check_truncations(payload, [](ByteView b) { return decode_diff(b); });
    }
}

DiffChange any_change() {
    const auto numbers = any_choices();
    ListedChoices choices(numbers);
    DiffChange change;
    for (auto steps = choices.below(8); steps > 0; --steps)
        change.path.steps.push_back(any_step(choices));
    change.op = static_cast<Mop>(1 + choices.below(6));
    if (choices.flip()) change.old_value = generate_value(choices);
    if (change.op == MOP_MOVED_AFTER) {
        auto& moved = change.new_value.emplace<MovedAfter>();
        if (choices.flip()) moved.keys.emplace().items.push_back(generate_value(choices));
    } else if (change.op == MOP_ATTR_SET) {
        change.new_value = AttrSet{ATTR_TAGS, generate_value(choices)};
    } else if (change.op == MOP_VALUE_SET || choices.flip()) {
        change.new_value = generate_value(choices);
    }
    return change;
}

RC_GTEST_PROP(MaapiChange, RoundTrips, ()) {
    const auto change = any_change();
    const auto payload = payload_of(change);
    RC_ASSERT((decode_diff(payload) == DiffMessage(change)));
    const auto read = [](ByteView b) { return decode_diff(b); };
    RC_ASSERT(truncation_fault(payload, read) == "");
    check_damage(payload, read, [](const DiffMessage& m) { return payload_of(m); });
}

TEST(MaapiChange, ErrorsSayWhere) {
    const auto error_in = [](std::string_view bytes) {
        const auto message = decode_diff(unhex(bytes));
        return message ? "accepted"
                       : fmt::format("{} {}", name_of(message.error().code), message.error().path);
    };
    const std::string undefined = "640009756e646566696e6564";
    EXPECT_EQ(error_in("8368046a6107" + undefined + undefined), "bad_value op");
    EXPECT_EQ(error_in("8368046a6104" + undefined + undefined), "bad_value new_value");
    EXPECT_EQ(error_in("8368046a6105" + undefined + "6101"), "wrong_type new_value");
    EXPECT_EQ(error_in("836804"
                       "6c000000014640000000000000006a"
                       "6101" +
                       undefined + undefined),
              "wrong_type path[0]");
    EXPECT_EQ(error_in("83680164000565727272720a"), "bad_value ");
    EXPECT_EQ(error_in("836803610161016101"), "wrong_arity ");
}

TEST(MaapiChange, SizesAreBounded) {
    DiffChange change = mtu_set(1);
    change.path.steps.resize(max_keypath_steps + 1, {.ns = 1, .tag = 300, .keys = {}});
    const auto deep = decode_diff(payload_of(change));
    ASSERT_FALSE(deep);
    EXPECT_EQ(deep.error().code, Errc::out_of_range);
    EXPECT_EQ(deep.error().path, "path");
    const auto large = decode_diff(Bytes(max_change_payload + 1, 0));
    ASSERT_FALSE(large);
    EXPECT_EQ(large.error().code, Errc::frame_too_long);
}

TEST(MaapiChange, AnswersAreOneWord) {
    EXPECT_EQ(hex(encoded([](Bytes& out) { encode_iter_answer(ITER_UP, out); })), "00000005");
    EXPECT_EQ(decode_iter_answer(unhex("00000002")), ITER_RECURSE);
    check_truncations(unhex("00000001"), decode_iter_answer);
    EXPECT_EQ(decode_iter_answer(unhex("00000004")).error().code, Errc::bad_value);
}

TEST(MaapiChange, OperationsHaveNames) {
    EXPECT_EQ(op_text(MOP_VALUE_SET), "value_set");
    EXPECT_EQ(op_text(MOP_MOVED_AFTER), "moved_after");
    EXPECT_EQ(op_text(static_cast<Mop>(77)), "77");
}

// ---- Schemas ----

std::vector<SchemaRecord> decoded(ByteView payload) {
    std::vector<SchemaRecord> out;
    const auto frame = decode_schema(payload, [&](SchemaRecord&& record) {
        out.push_back(std::move(record));
        return true;
    });
    EXPECT_TRUE(frame) << to_string(frame.error());
    return out;
}

Result<LoadFrame> read_schema(ByteView payload) {
    return decode_schema(payload, [](SchemaRecord&&) { return true; });
}
Result<LoadFrame> read_hashes(ByteView payload) {
    return decode_hashes(payload, [](NameHash&&) { return true; });
}

TEST(MaapiSchema, RecordsRoundTrip) {
    auto records = interface_schema();
    records.emplace_back(SchemaType{.name = "date-and-time", .parent_name = "dateTime"});
    records.emplace_back(SchemaType{.derivation = "typedef",
                                    .name = "percent",
                                    .parent_ns = 7,
                                    .parent_name = "uint8",
                                    .opaque = unhex("6803610061016102")});
    records.emplace_back(SchemaNode{.max_occurs = unbounded,
                                    .type_name = "",
                                    .default_value = {ValueType::uint8, std::int64_t{5}},
                                    .choice = 2,
                                    .compare = 3,
                                    .meta_data = unhex("6100"),
                                    .mount_id = unhex("6d0000000161")});
    records.emplace_back(SchemaChoice{1, 2, 3, 4, 1, 6, 7, 8});
    records.emplace_back(SchemaCase{1, 2, 3, 4, 5, 6, 7, 8});
    records.emplace_back(SchemaParents{});
    records.emplace_back(SchemaNoTree{});
    for (const auto& record : records) {
        const auto payload = encoded([&](Bytes& out) { encode_schema(record, out); });
        EXPECT_EQ(decoded(payload), std::vector{record}) << hex(payload);
        check_truncations(payload, read_schema);
        check_damage(payload, read_schema, [](LoadFrame) {});
    }
    const auto all = encoded([&](Bytes& out) { encode_schema(records, out); });
    EXPECT_EQ(decoded(all), records);
    check_truncations(all, read_schema);
}

/// The bytes of the page's section on loading one small namespace: what both sides send.
Bytes bytes_of_page() {
    std::ifstream page(CONFD_SOURCE_DIR "/docs/protocol.md");
    std::string digits;
    bool here = false;
    bool block = false;
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with("#")) here = line.starts_with("### 13.11 ");
        const bool fence = line.starts_with("```");
        if (fence) block = !block;
        if (here && block && !fence) digits += line.substr(0, line.find("  "));
    }
    return unhex(digits);
}

TEST(MaapiSchema, BytesAreThoseOfThePage) {
    Bytes expected;
    const auto frame = [&](auto&& encode) {
        append_frame(expected, encoded([&](Bytes& out) { encode(out); }));
    };
    for (const auto& record : interface_schema())
        frame([&](Bytes& out) { encode_schema(record, out); });
    frame(encode_load_end);
    frame([](Bytes& out) { encode_maapi_request(MaapiLoad{MAAPI_LOAD_HASH_DB}, out); });
    frame([](Bytes& out) { encode_hash_count(4, out); });
    std::vector<NameHash> rows;
    for (const auto* const name : {"interfaces", "interface", "name", "mtu"})
        rows.push_back({name, name_hash(name)});
    frame([&](Bytes& out) { encode_hashes(rows, out); });
    frame(encode_load_end);
    EXPECT_EQ(hex(bytes_of_page()), hex(expected));
}

TEST(MaapiSchema, EofEnds) {
    EXPECT_EQ(read_schema(unhex("83640003656f66")), LoadFrame::end);
    EXPECT_EQ(read_hashes(unhex("83640003656f66")), LoadFrame::end);
    EXPECT_EQ(read_schema(unhex("836a")), LoadFrame::more);
    EXPECT_EQ(read_schema(unhex("836c00000001640003656f666a")), LoadFrame::end);
    EXPECT_EQ(read_schema(unhex("836c00000002640003656f66640003656f666a")).error().code,
              Errc::bad_value);
}

TEST(MaapiSchema, ErrorsSayWhere) {
    const auto wrong = read_schema(unhex("8368026400026e736101"));
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, Errc::wrong_arity);
    EXPECT_EQ(wrong.error().path, "ns");
    const auto field =
        read_schema(unhex("836c00000001680264000472"
                          "6f6f7464000161"
                          "6a"));
    ASSERT_FALSE(field);
    EXPECT_EQ(field.error().path, "[0].root.node");
    EXPECT_EQ(read_schema(unhex("836801640003666f6f")).error().code, Errc::bad_value);
    const auto full = decode_schema(unhex("836801640006"
                                          "6e6f74726565"),
                                    [](SchemaRecord&&) { return false; });
    EXPECT_EQ(full.error().code, Errc::out_of_range);
}

TEST(MaapiSchema, HashTableRoundTrips) {
    const std::vector<NameHash> rows{{"mtu", name_hash("mtu")}, {"", 0}};
    const auto payload = encoded([&](Bytes& out) { encode_hashes(rows, out); });
    std::vector<NameHash> read;
    const auto frame = decode_hashes(payload, [&](NameHash&& row) {
        read.push_back(std::move(row));
        return true;
    });
    EXPECT_EQ(frame, LoadFrame::more);
    EXPECT_EQ(read, rows);
    check_truncations(payload, read_hashes);
    const auto count = encoded([](Bytes& out) { encode_hash_count(7, out); });
    EXPECT_EQ(hex(count), "836107");
    EXPECT_EQ(read_hashes(count), LoadFrame::more);
}

// ---- Keypaths ----

TEST(Keypath, HasNamesOrNumbers) {
    const auto names = interface_names();
    const auto path = mtu_set(1).path;
    EXPECT_EQ(to_text(path, names), "/interfaces/interface{eth0}/mtu");
    EXPECT_EQ(to_text(path), "/1265344724:321503962/221572658{eth0}/1751455506");
    EXPECT_EQ(parse_keypath("/interfaces/interface{eth0}/mtu", names), path);
    EXPECT_EQ(parse_keypath("/if:interfaces/if:interface{eth0}/1751455506", names), path);
    EXPECT_EQ(parse_keypath("/1265344724:321503962/221572658{eth0}/1751455506"), path);
    EXPECT_EQ(to_text(ObjectRef{}), "/");
    EXPECT_EQ(parse_keypath("/"), ObjectRef{});
}

TEST(Keypath, BareTagsTakeTheNamespaceOfAnOuterStep) {
    const ObjectRef bare{{{{}, 0, keys({Value::buf("eth1")})}, {{}, 300, {}}, {7, 200, {}}}};
    EXPECT_EQ(to_text(bare), "/7:200/300{eth1}");
    EXPECT_EQ(parse_keypath(to_text(bare)), qualified(bare));
    const ObjectRef without{{{7, 4, {}}, {{}, 300, {}}}};
    EXPECT_EQ(to_text(without), "/300/7:4");
    EXPECT_EQ(parse_keypath("/300/7:4"), without);
}

TEST(Keypath, KeysAreQuotedWhenTheyMust) {
    const auto with = [](std::vector<Value> values) {
        return ObjectRef{{{{}, 0, keys(std::move(values))}, {1, 2, {}}}};
    };
    EXPECT_EQ(to_text(with({Value::buf("a"), Value::buf("b c")})), "/1:2{a \"b c\"}");
    EXPECT_EQ(to_text(with({Value::buf("")})), "/1:2{\"\"}");
    EXPECT_EQ(to_text(with({Value::buf("}\"\\\n\x1b")})), R"(/1:2{"}\"\\\n\x1b"})");
    EXPECT_EQ(to_text(with({Value::buf("ge-0/0/1")})), "/1:2{ge-0/0/1}");
    EXPECT_EQ(to_text(with({Value::buf("\xff")})), R"(/1:2{"\xff"})");
    EXPECT_EQ(to_text(with({})), "/1:2{}");
    EXPECT_EQ(to_text(with({{ValueType::ipv4, Ip4{10, 0, 0, 1}}, {ValueType::uint16, 80L}})),
              "/1:2{10.0.0.1 80}");
}

TEST(Keypath, TypedKeysParseByTheSchema) {
    auto records = interface_schema();
    std::get<SchemaNode>(records[3]).shape = static_cast<std::uint32_t>(ValueType::uint16);
    const auto names = names_of(records);
    auto path = mtu_set(1).path;
    path.steps[1].keys = keys({{ValueType::uint16, 80L}});
    EXPECT_EQ(to_text(path, names), "/interfaces/interface{80}/mtu");
    EXPECT_EQ(parse_keypath(to_text(path, names), names), path);
    EXPECT_EQ(parse_keypath("/interfaces/interface{x}", names).error(), "'x' is no uint16");
}

TEST(Keypath, MistakesAreNamed) {
    const auto names = interface_names();
    for (const auto* text :
         {"", "x", "/", "//", "/interfaces//", "/nothing", "/if:nothing", "/no:interfaces",
          "/interfaces/interface{", "/interfaces/interface{\"", "/interfaces}x", "/1:2{\"\\q\"}",
          "/99999999999", "/1:2{a\"b\"}x", "/1:", "/:1"}) {
        const auto path = parse_keypath(text, names);
        if (std::string_view(text) == "/") continue;
        EXPECT_FALSE(path) << text;
    }
}

TEST(Keypath, WrongNamesAreNotPrinted) {
    SchemaNames names;
    // A name that is not that of its hash, and one that would end the step.
    EXPECT_TRUE(names.add(NameHash{"mtu", name_hash("interfaces")}));
    EXPECT_TRUE(names.add(NameHash{"a/b", name_hash("a/b")}));
    EXPECT_EQ(to_text(ObjectRef{{{5, name_hash("interfaces"), {}}}}, names), "/5:321503962");
    EXPECT_EQ(to_text(ObjectRef{{{5, name_hash("a/b"), {}}}}, names),
              fmt::format("/5:{}", name_hash("a/b")));
}

ObjectRef any_text_path() {
    const auto numbers = any_choices();
    ListedChoices choices(numbers);
    constexpr std::uint32_t namespaces[] = {1265344724, 7, 0};
    const std::uint32_t tags[] = {name_hash("mtu"), name_hash("interfaces"), 300, 0};
    ObjectRef path;
    for (auto steps = choices.below(8); steps > 0; --steps) {
        auto& step = path.steps.emplace_back();
        if (choices.below(3) == 0) {
            auto& list = step.keys.emplace();
            for (auto count = choices.below(4); count > 0; --count)
                list.items.push_back(Value::buf(any_key(choices)));
        } else {
            step.tag = choices.of(tags);
            if (choices.flip()) step.ns = choices.of(namespaces);
        }
    }
    return path;
}

RC_GTEST_PROP(Keypath, TextParsesBack, ()) {
    const auto path = any_text_path();
    const auto names = interface_names();
    RC_ASSERT((parse_keypath(to_text(path)) == qualified(path)));
    RC_ASSERT((parse_keypath(to_text(path, names), names) == qualified(path)));
}

RC_GTEST_PROP(Keypath, AnyValuePrintsAsAKeyThatParses, ()) {
    const auto numbers = any_choices();
    ListedChoices choices(numbers);
    const ObjectRef path{{{{}, 0, keys({generate_value(choices)})}, {1, 2, {}}}};
    const auto parsed = parse_keypath(to_text(path));
    RC_ASSERT(parsed.has_value());
    RC_ASSERT(to_text(*parsed) == to_text(path));
}

RC_GTEST_PROP(Keypath, AnyTextIsSurvived, (std::string text)) {
    const auto parsed = parse_keypath(text);
    if (parsed) RC_ASSERT((parse_keypath(to_text(*parsed)) == *parsed));
}

TEST(ValueText, ParsesBackByType) {
    const Value values[] = {
        Value::buf("x y"),
        {ValueType::int8, -5L},
        {ValueType::int64, -5L},
        {ValueType::uint64, UINT64_MAX},
        {ValueType::double_, 0.1},
        {ValueType::bool_, true},
        {ValueType::ipv4, Ip4{10, 0, 0, 1}},
        {ValueType::ipv6, Ip6{0x2001, 0xdb8}},
        {ValueType::qname, Box<Qname>(Qname{"if", "eth"})},
        {ValueType::datetime, Datetime{}},
        {ValueType::duration, Duration{.hours = 3}},
        {ValueType::enum_, 3L},
        {ValueType::oid, Oid{{1, 3, 6}}},
        {ValueType::binary, Bytes{1, 255}},
        {ValueType::dquad, Bytes{1, 2, 3, 4}},
        {ValueType::ipv4prefix, Ip4Prefix{{10, 0, 0, 0}, 8}},
        {ValueType::decimal64, Decimal64{-5, 2}},
        {ValueType::decimal64, Decimal64{1250, 2}},
        {ValueType::identityref, IdentityRef{7, 9}},
        {ValueType::xmltag, XmlTag{7, 9}},
        {ValueType::default_, {}},
    };
    for (const auto& value : values) {
        EXPECT_EQ(parse_value(value.type, to_text(value)), value) << to_text(value);
    }
    EXPECT_EQ(to_text(Value{ValueType::decimal64, Decimal64{-5, 2}}), "-0.05");
    EXPECT_EQ(to_text(Value{ValueType::list, keys({Value::buf("a b"), Value::buf("c")})}),
              "[\"a b\" c]");
    EXPECT_EQ(to_text(Value{ValueType::objectref, mtu_set(1).path}, interface_names()),
              "/interfaces/interface{eth0}/mtu");
    for (const auto* text : {"", ".", "1.", "-", "1.2.3"}) {
        EXPECT_FALSE(parse_value(ValueType::decimal64, text)) << text;
    }
    for (const auto* text : {"nan", "inf", "-inf", "1e999"}) {
        EXPECT_FALSE(parse_value(ValueType::double_, text)) << text;
    }
    EXPECT_FALSE(parse_value(ValueType::uint8, "256"));
    EXPECT_FALSE(parse_value(ValueType::list, "[]"));
}

// ---- Names ----

TEST(SchemaNamesTest, KnowTheTree) {
    const auto names = interface_names();
    const auto path = mtu_set(1).path;
    EXPECT_EQ(names.type_of(path), ValueType::uint16);
    ASSERT_NE(names.find(path), nullptr);
    EXPECT_EQ(names.name_of(0, name_hash("mtu")), "mtu");
    EXPECT_EQ(names.prefix_of(1265344724), "if");
    EXPECT_EQ(names.namespace_of("if"), 1265344724U);
    EXPECT_EQ(names.top_namespace("interfaces"), 1265344724U);
    EXPECT_EQ(names.top_namespace("mtu"), std::nullopt);
    ObjectRef list{{path.steps.begin() + 2, path.steps.end()}};
    EXPECT_EQ(names.key_type(list, 0), ValueType::buf);
    EXPECT_EQ(names.key_type(list, 1), std::nullopt);
    EXPECT_EQ(names.type_of(list), std::nullopt);
    EXPECT_EQ(names.find({{{1, 2, {}}}}), nullptr);
}

TEST(SchemaNamesTest, CirclesAndDanglingNumbersEnd) {
    SchemaNames names;
    EXPECT_TRUE(names.add(SchemaRecord(SchemaNode{.number = 1, .tag = 1, .child = 1, .next = 1})));
    EXPECT_TRUE(names.add(SchemaRecord(SchemaNode{.number = 2, .tag = 2, .child = 1, .next = 1})));
    EXPECT_TRUE(names.add(SchemaRecord(SchemaNode{.number = 3, .tag = 3, .keys = 9, .child = 99})));
    EXPECT_TRUE(names.add(SchemaRecord(SchemaRoot{2})));
    EXPECT_TRUE(names.add(SchemaRecord(SchemaRoot{77})));
    EXPECT_TRUE(names.add(SchemaRecord(SchemaParents{{{3, 3}, {3, {}}, {8, 1}, {1, 88}}})));
    EXPECT_EQ(names.key_type({{{0, 3, {}}}}, 0), std::nullopt);
}

TEST(SchemaNamesTest, AreBounded) {
    SchemaNames names(
        {.namespaces = 1, .nodes = 1, .names = 1, .keys = 2, .text = 100, .records = 20});
    EXPECT_TRUE(names.add(NameHash{"a", 1}));
    EXPECT_FALSE(names.add(NameHash{"b", 2}));
    EXPECT_TRUE(names.add(SchemaRecord(SchemaNode{.number = 1})));
    EXPECT_FALSE(names.add(SchemaRecord(SchemaNode{.number = 2})));
    EXPECT_TRUE(names.add(SchemaRecord(SchemaKeys{1, {1, 2}})));
    EXPECT_FALSE(names.add(SchemaRecord(SchemaKeys{2, {1}})));
    EXPECT_FALSE(names.add(SchemaRecord(SchemaNamespace{.prefix = std::string(60, 'x')})));
    int more = 0;
    while (names.add(SchemaRecord(SchemaNoTree{})))
        ++more;
    EXPECT_LT(more, 20);
}

// ---- The session ----

/// A client that is connected to a server session.
struct Pair {
    MaapiClientSession client{MaapiClientConfig{}};
    ServerSession server{{.maapi = true}, Challenge{}};

    Pair() {
        carry();
        EXPECT_EQ(client.poll(), MaapiClientSession::Poll::connected);
    }
    ServerSession::Poll carry() {
        server.feed(client.take_output());
        const auto step = server.poll();
        client.feed(server.take_output());
        return step;
    }
    MaapiClientSession::Poll reply(std::string_view bytes) {
        server.send_payload(unhex(bytes));
        client.feed(server.take_output());
        return client.poll();
    }
};

using Poll = MaapiClientSession::Poll;

TEST(MaapiClientSession, AttachesIteratesAndDetaches) {
    Pair pair;
    pair.client.call(MaapiAttach{.thandle = 70000, .usid = {}});
    ASSERT_EQ(pair.carry(), ServerSession::Poll::request);
    EXPECT_EQ(pair.client.poll(), Poll::need_input);
    EXPECT_EQ(pair.reply("000000dc"), Poll::reply);
    EXPECT_EQ(pair.client.reply(), MaapiReply());
    pair.client.call(MaapiDiffIterate{.thandle = 70000});
    ASSERT_EQ(pair.carry(), ServerSession::Poll::request);
    EXPECT_EQ(pair.reply(hex(payload_of(mtu_set(1500)))), Poll::change);
    EXPECT_EQ(pair.client.change(), mtu_set(1500));
    pair.client.answer(ITER_RECURSE);
    ASSERT_EQ(pair.carry(), ServerSession::Poll::request);
    EXPECT_EQ(hex(pair.server.frame()), "00000002");
    EXPECT_EQ(pair.reply("83680164000672657475726e"), Poll::reply);
    EXPECT_TRUE(pair.client.idle());
    EXPECT_TRUE(pair.client.reply());
}

TEST(MaapiClientSession, EndsOfAnIterationHaveCodes) {
    for (const auto& [end, code] : {std::pair{DiffEnd{DiffEnd::Kind::error, "no"}, ERR_EXTERNAL},
                                    {DiffEnd{DiffEnd::Kind::badstate, "no"}, ERR_BADSTATE}}) {
        Pair pair;
        pair.client.call(MaapiDiffIterate{.thandle = 1});
        EXPECT_EQ(pair.reply(hex(payload_of(end))), Poll::reply);
        EXPECT_EQ(pair.client.reply(), MaapiReply(std::unexpected(PeerError{code, "no"})));
    }
    Pair pair;
    pair.client.call(MaapiDiffIterate{.thandle = 1});
    EXPECT_EQ(pair.reply("800000b70000003d"), Poll::reply);
    EXPECT_EQ(pair.client.reply(), MaapiReply(std::unexpected(PeerError{ERR_NOTRANS, ""})));
}

TEST(MaapiClientSession, AStopEndsTheIterationByItself) {
    Pair pair;
    const auto stop = [&] {
        pair.client.call(MaapiDiffIterate{.thandle = 1});
        ASSERT_EQ(pair.reply(hex(payload_of(mtu_set(1)))), Poll::change);
        pair.client.answer(ITER_STOP);
        EXPECT_EQ(pair.client.poll(), Poll::reply);
        EXPECT_EQ(pair.client.reply(), MaapiReply());
        EXPECT_EQ(pair.client.poll(), Poll::need_input);
    };
    stop();
    // The next call has its own answer at once.
    pair.client.call(MaapiDetach{1});
    EXPECT_EQ(pair.reply("000000dd"), Poll::reply);
    // A server that does say {return} is passed over, once.
    stop();
    EXPECT_EQ(pair.reply("83680164000672657475726e"), Poll::need_input);
    pair.client.call(MaapiDetach{1});
    EXPECT_EQ(pair.reply("000000dd"), Poll::reply);
    stop();
    pair.client.call(MaapiDetach{1});
    EXPECT_EQ(pair.reply("83680164000672657475726e"), Poll::need_input);
    EXPECT_EQ(pair.reply("000000dd"), Poll::reply);
    // To an iteration that has no change it is the answer.
    stop();
    pair.client.call(MaapiDiffIterate{.thandle = 1});
    EXPECT_EQ(pair.reply("83680164000672657475726e"), Poll::reply);
    EXPECT_EQ(pair.reply("83680164000672657475726e"), Poll::failed);
}

TEST(MaapiClientSession, LoadsNames) {
    Pair pair;
    SchemaNames names;
    pair.client.load(MAAPI_LOAD_ALL_NS, names);
    for (const auto& record : interface_schema()) {
        const auto payload = encoded([&](Bytes& out) { encode_schema(record, out); });
        EXPECT_EQ(pair.reply(hex(payload)), Poll::need_input);
    }
    EXPECT_EQ(pair.reply("83640003656f66"), Poll::reply);
    EXPECT_EQ(names.node_count(), 4U);
    pair.client.load(MAAPI_LOAD_HASH_DB, names);
    EXPECT_EQ(pair.reply("836100"), Poll::need_input);
    EXPECT_EQ(pair.reply("83640003656f66"), Poll::reply);
}

TEST(MaapiClientSession, RefusesWhatNobodyAskedFor) {
    Pair idle;
    EXPECT_EQ(idle.reply("000000dc"), Poll::failed);
    EXPECT_EQ(idle.client.failure().error.code, Errc::unexpected_frame);
    EXPECT_EQ(idle.client.poll(), Poll::failed);
    Pair hasty;
    hasty.client.call(MaapiDiffIterate{.thandle = 1});
    EXPECT_EQ(hasty.reply(hex(payload_of(mtu_set(1)))), Poll::change);
    EXPECT_EQ(hasty.reply(hex(payload_of(mtu_set(2)))), Poll::failed);
}

TEST(MaapiClientSession, FailsWithTheConnection) {
    Pair pair;
    pair.client.call(MaapiDetach{1});
    pair.client.feed(unhex("0000"));
    pair.client.feed_eof();
    EXPECT_EQ(pair.client.poll(), Poll::failed);
    EXPECT_EQ(pair.client.failure().kind, SessionFailure::Kind::closed);
    EXPECT_EQ(pair.client.failure().error.code, Errc::truncated);
    MaapiClientSession fresh{MaapiClientConfig{}};
    fresh.feed_eof();
    EXPECT_EQ(fresh.poll(), Poll::failed);
    EXPECT_EQ(fresh.failure().kind, SessionFailure::Kind::closed);
}

TEST(MaapiClientSession, HelloAsksForMaapi) {
    MaapiClientSession client{MaapiClientConfig{}};
    EXPECT_EQ(hex(client.take_output()), "07004e070802001409");
}

}  // namespace
}  // namespace confd::test
