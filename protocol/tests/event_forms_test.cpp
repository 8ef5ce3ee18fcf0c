// SPDX-License-Identifier: Apache-2.0
// Forms of events that single clients of the vendor stumble over, byte by byte.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "protocol/log_symbols.hpp"
#include "protocol/mask.hpp"
#include "protocol/notification/notification.hpp"
#include "protocol/render/render.hpp"
#include "protocol/session/subscription.hpp"
#include "protocol/term/notation.hpp"
#include "protocol/term/tree.hpp"
#include "protocol/value/text.hpp"

namespace confd {
namespace {

constexpr WireContext nso_7x{Dialect::v7x, Product::nso};
constexpr WireContext nso_8x{Dialect::v8x, Product::nso};

std::string term_of(const Notification& event, const WireContext& context) {
    Bytes payload;
    const auto encoded = encode_notification(event, payload, context);
    if (!encoded) return to_string(encoded.error());
    return to_string(*read_payload(payload));
}

Bytes payload_of(std::string_view notation) {
    return encode_payload(*parse_term(notation));
}

Result<Notification> decoded(std::string_view notation, const WireContext& context = nso_7x) {
    return decode_notification(payload_of(notation), {.context = context, .limits = {}});
}

constexpr std::string_view session = R"({8, 2, {17, <<"admin">>, <<>>, cli, 2, {192, 0, 2, 17},
    52114, %, <<>>, 0}, 1, 0})";

std::string with_login_time(std::string_view time) {
    std::string out(session);
    return out.replace(out.find('%'), 1, time);
}

TEST(LoginTime, OfNoLoginIsTheIntegerZero) {
    const Notification event{NOTIF_COMMIT_SIMPLE, CommitNotification{}};
    EXPECT_EQ(term_of(event, nso_7x),
              "{8, 0, {0, <<>>, <<>>, '', 0, {0, 0, 0, 0}, 0, 0, <<>>, 0}, 0, 0}");
}

TEST(LoginTime, IsReadFromAnEmptyBinaryToo) {
    for (const auto* none : {"0", "<<>>"}) {
        const auto event = decoded(with_login_time(none));
        ASSERT_TRUE(event) << to_string(event.error());
        EXPECT_EQ(event->get<CommitNotification>()->uinfo.logintime, LoginTime{}) << none;
    }
    const auto text = decoded(with_login_time("<<\"x\">>"));
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().path, "commit.uinfo.logintime");
}

TEST(SnmpVariables, HaveAtomsForNames) {
    SnmpaNotification snmpa;
    snmpa.pdu_type = SNMPA_PDU_V2TRAP;
    snmpa.vb = {{.var = {.type = SNMP_VARIABLE, .name = "sysUpTime"}, .val = {}},
                {.var = {.type = SNMP_COL_ROW, .rowindex = {1}, .column = "ifIndex"}, .val = {}}};
    const Notification event{NOTIF_SNMPA, snmpa};
    const auto term = term_of(event, nso_7x);
    EXPECT_NE(term.find("{1, 0, sysUpTime}"), std::string::npos) << term;
    EXPECT_NE(term.find("{3, 0, [1], ifIndex}"), std::string::npos) << term;
}

TEST(SnmpVariables, MayHaveTextsForNames) {
    const auto event = decoded(
        "{512, {2, 7, {192,0,2,1}, 162, 0, 0, 1, [{{1, 2, <<\"sysUpTime\">>}, <<\"5\">>}]}}");
    ASSERT_TRUE(event) << to_string(event.error());
    EXPECT_EQ(event->get<SnmpaNotification>()->vb.front().var.name, "sysUpTime");
}

TEST(CallHome, OfAKnownDeviceNeedsTheDevice) {
    const auto missing = decoded("{33554432, 1, {192,0,2,1}, 4334, <<\"key\">>, <<\"rsa\">>}");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, Errc::wrong_arity);
    EXPECT_EQ(missing.error().offset, 1U);
    EXPECT_EQ(missing.error().path, "call_home");
    EXPECT_EQ(missing.error().message, "expected a tuple of 7, found one of 6: device is missing");
    const auto there =
        decoded("{33554432, 1, {192,0,2,1}, 4334, <<\"key\">>, <<\"rsa\">>, <<\"ce0\">>}");
    ASSERT_TRUE(there) << to_string(there.error());
    EXPECT_EQ(there->get<CallHomeNotification>()->device, "ce0");
    EXPECT_TRUE(decoded("{33554432, 2, {192,0,2,1}, 4334, <<\"key\">>, <<\"rsa\">>}"));
}

TEST(CallHome, TellsOfADeviceThatIsGone) {
    CallHomeNotification gone;
    gone.type = CALL_HOME_DEVICE_DISCONNECTED;
    gone.device = "ce0";
    EXPECT_EQ(term_of({NCS_NOTIF_CALL_HOME_INFO, gone}, nso_8x),
              "{33554432, 3, {0, 0, 0, 0}, 0, <<>>, <<>>, <<\"ce0\">>}");
}

TEST(SystemGoingDown, IsItsBitAlone) {
    Bytes payload;
    ASSERT_TRUE(
        encode_notification({NOTIF_SYSTEM_GOING_DOWN, SignalNotification{}}, payload, nso_8x));
    EXPECT_EQ(to_hex(payload), "8368016e040000000080");
    EXPECT_EQ(decode_notification(payload, {.context = nso_8x, .limits = {}})->type,
              NOTIF_SYSTEM_GOING_DOWN);
}

TEST(Compaction, HasTheNamesOfTheApi) {
    const auto json = to_json({NOTIF_COMPACTION, CompactionNotification{}});
    for (const auto* name : {"dbfile", "type", "fsize_start", "fsize_end", "fsize_last",
                             "time_start", "duration", "ntrans"})
        EXPECT_TRUE(json.at("compaction").as_object().contains(name)) << name;
}

TEST(Masks, ArriveNegativeFromC) {
    for (const auto& [text, mask] : {std::pair{"-1", 0xffffffffU},
                                     {"-2147483648", 0x80000000U},
                                     {"4294967295", 0xffffffffU}}) {
        const auto subscription =
            decode_subscription(payload_of("{" + std::string(text) +
                                           ", 0, 0, {'NETCONF', undefined, undefined, "
                                           "undefined, 0, 0}, 0}"),
                                Dialect::v7x, {});
        ASSERT_TRUE(subscription) << to_string(subscription.error());
        EXPECT_EQ(subscription->mask, mask);
    }
    for (const auto* text : {"-2147483649", "4294967296"}) {
        const auto wide = decode_subscription(
            payload_of("{" + std::string(text) + ", 0, 0, undefined, 0}"), Dialect::v7x, {});
        ASSERT_FALSE(wide);
        EXPECT_EQ(wide.error().path, "mask");
    }
}

TEST(Masks, HaveNoEventsOfNewReleasesForOldClients) {
    EXPECT_EQ(served_mask(0xffffffff, Dialect::v7x), 0x3fffffffU);
    EXPECT_EQ(served_mask(0xffffffff, Dialect::v8x), 0xffffffffU);
    EXPECT_EQ(known_bits({Dialect::v6x, Product::confd}) & (since_7_bits | nso_bits), 0U);
}

// The table is the vendor's.
TEST(LogSymbols, AreThoseOfTheHeaders) {
    std::ifstream file(CONFD_SOURCE_DIR "/conformance/vectors/logsyms.tsv");
    std::size_t lines = 0;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with('#')) continue;
        ++lines;
        std::istringstream words(line);
        std::string name;
        std::string confd;
        std::string nso;
        words >> name >> confd >> nso;
        const auto text = [&](Product product) {
            const auto number = log_number(product, name);
            return number ? std::to_string(*number) : "-";
        };
        EXPECT_EQ(text(Product::confd), confd) << name;
        EXPECT_EQ(text(Product::nso), nso) << name;
    }
    EXPECT_GT(lines, 200U);
}

TEST(LogSymbols, StandBesideTheirNumbers) {
    const auto number = *log_number(Product::nso, "CONFD_AUTH_LOGIN_SUCCESS");
    const Notification event{NOTIF_AUDIT, AuditNotification{.logno = number}};
    const auto nso = to_json(event, {.context = nso_7x}).at("audit").as_object();
    EXPECT_EQ(nso.at("logno"), 171);
    EXPECT_EQ(nso.at("logno_name"), "AUTH_LOGIN_SUCCESS");
    EXPECT_NE(to_text(event, {.context = nso_7x}).find("logno=AUTH_LOGIN_SUCCESS"),
              std::string::npos);
    const auto plain = to_json(event, {.context = nso_7x, .log_names = false});
    EXPECT_FALSE(plain.at("audit").as_object().contains("logno_name"));
    const Notification unknown{NOTIF_AUDIT, AuditNotification{.logno = 99999}};
    EXPECT_FALSE(to_json(unknown).at("audit").as_object().contains("logno_name"));
}

}  // namespace
}  // namespace confd
