// SPDX-License-Identifier: Apache-2.0
// The table of kinds, parameters as text, and the faults.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "simulator/faults/active_faults.hpp"
#include "simulator/faults/tests/set_param.hpp"

namespace confd::sim {
namespace {

using testing::HasSubstr;

using test::set;

std::string message(const std::expected<void, FaultProblem>& done) {
    return done ? "" : done.error().param + ": " + done.error().message;
}

TEST(FaultTable, NamesAreUniqueAndFound) {
    std::set<std::string_view> names;
    for (const auto& info : fault_kinds()) {
        EXPECT_TRUE(names.insert(info.name).second) << info.name;
        EXPECT_EQ(find_fault_kind(info.name), &info);
        EXPECT_FALSE(info.doc.empty() || info.directions.empty() || info.services.empty() ||
                     info.stages.empty());
        EXPECT_NE(info.apply == nullptr, info.kind != FaultKind::fail_connections);
        EXPECT_EQ(&info_of(info.kind), &info) << "not in the order of the enumeration";
        for (const auto& param : info.params) {
            EXPECT_EQ(std::ranges::count(common_params(), param.name, &Key::name), 0)
                << param.name << " hides a common one";
        }
    }
    EXPECT_EQ(find_fault_kind("nonsense"), nullptr);
}

TEST(FaultTable, DefaultsAreGoodAndReadBack) {
    for (const auto& info : fault_kinds()) {
        const auto spec = make_fault(info.kind);
        EXPECT_EQ(message(check(spec)), "") << info.name;
        for (const auto params : {common_params(), info.params}) {
            for (const auto& param : params) {
                const auto text = param_text(spec, param);
                if (text.empty()) continue;
                auto copy = spec;
                EXPECT_EQ(set(copy, param.name, text), "") << info.name << "." << param.name;
                EXPECT_EQ(copy, spec) << info.name << "." << param.name;
            }
        }
    }
}

TEST(FaultTable, EverythingIsInTheReadme) {
    std::ifstream file(CONFD_SOURCE_DIR "/simulator/faults/README.md");
    const std::string readme(std::istreambuf_iterator<char>(file), {});
    const auto mentioned = [&](std::string_view name) {
        EXPECT_THAT(readme, HasSubstr("`" + std::string(name) + "`"));
    };
    for (const auto& param : common_params())
        mentioned(param.name);
    for (const auto& info : fault_kinds()) {
        const auto row = readme.find("| `" + std::string(info.name) + "` |");
        ASSERT_NE(row, std::string::npos) << info.name;
        const auto line = readme.substr(row, readme.find('\n', row) - row);
        for (const auto& param : info.params)
            EXPECT_THAT(line, HasSubstr("`" + std::string(param.name) + "`"));
        for (const auto& choice : info.directions)
            EXPECT_THAT(line, HasSubstr(name_of(choice)));
    }
}

TEST(FaultParams, AreReadFromText) {
    auto spec = make_fault(FaultKind::split);
    EXPECT_EQ(set(spec, "bytes", "0x10"), "");
    EXPECT_EQ(spec.bytes, 16);
    EXPECT_EQ(set(spec, "gap", "1.5s"), "");
    EXPECT_EQ(spec.gap, std::chrono::milliseconds(1500));
    EXPECT_EQ(set(spec, "probability", "0.25"), "");
    EXPECT_EQ(spec.probability, 0.25);
    EXPECT_EQ(set(spec, "events", "NOTIF_AUDIT | NOTIF_HA_INFO"), "");
    EXPECT_EQ(spec.events, 1U | 64U);
    EXPECT_EQ(set(spec, "direction", "in"), "");
    EXPECT_EQ(spec.direction, Direction::in);
    auto corrupt = make_fault(FaultKind::corrupt);
    EXPECT_EQ(set(corrupt, "hex", "ff 00a1"), "");
    EXPECT_EQ(corrupt.hex, (Bytes{0xff, 0x00, 0xa1}));
}

TEST(FaultParams, SayWhatIsWrong) {
    auto split = make_fault(FaultKind::split);
    EXPECT_EQ(
        set(split, "bites", "1"),
        "'bites' is not among the parameters of split: expected direction, service, to, role, "
        "stage, probability, seed, skip, times, total, events, bytes or gap; did you mean "
        "'bytes'?");
    EXPECT_EQ(set(split, "bytes", "0"), "expected a number from 1 to 16777216, found the number 0");
    EXPECT_EQ(set(split, "bytes", "many"),
              "expected a number from 1 to 16777216, found the text \"many\"");
    EXPECT_EQ(set(split, "gap", "10"),
              "expected a duration of at most 24h such as 250ms, 1.5s or 2m, found the number 10");
    EXPECT_EQ(set(split, "gap", "0s"),
              "expected a duration from 1ms to 24h, found the text \"0s\"");
    EXPECT_EQ(set(split, "probability", "nan"),
              "expected a number from 0 to 1, found the text \"nan\"");
    EXPECT_EQ(set(split, "events", "NOTIF_AUDITS"),
              "'NOTIF_AUDITS' is no event; did you mean 'NOTIF_AUDIT'?");
    auto refuse = make_fault(FaultKind::refuse);
    EXPECT_EQ(set(refuse, "direction", "inn"),
              "expected out or in, found the text \"inn\"; did you mean 'in'?");
    EXPECT_EQ(set(refuse, "direction", "in"), "");
    EXPECT_EQ(message(check(refuse)), "direction: refuse goes out only");
    auto corrupt = make_fault(FaultKind::corrupt);
    EXPECT_EQ(set(corrupt, "hex", "abc"),
              "expected bytes in hex such as 00 01 a7, found the text \"abc\"");
    auto garbage = make_fault(FaultKind::garbage);
    EXPECT_EQ(set(garbage, "how", "behind"),
              "expected before or instead, found the text \"behind\"");
}

TEST(FaultCheck, RefusesWhatMakesNoSense) {
    auto spec = make_fault(FaultKind::drop);
    spec.stage = Stage::handshake;
    EXPECT_EQ(message(check(spec)), "stage: drop takes events, subscription here, not 'handshake'");
    spec = make_fault(FaultKind::oversized_length);
    spec.direction = Direction::in;
    EXPECT_EQ(message(check(spec)), "direction: oversized_length goes out only");
    spec = make_fault(FaultKind::refuse);
    spec.role = "auditor";
    EXPECT_EQ(message(check(spec)),
              "to: 'auditor' is not known yet at this stage, which takes 'all' only");
    spec = make_fault(FaultKind::drop);
    spec.direction = Direction::in;
    spec.events = 1;
    EXPECT_EQ(message(check(spec)), "events: only what goes out is events");
    spec = make_fault(FaultKind::corrupt);
    spec.direction = Direction::in;
    spec.field = "msg";
    EXPECT_EQ(message(check(spec)), "field: only events, which go out, have fields");
    spec = make_fault(FaultKind::split);
    spec.bytes = 0;
    EXPECT_EQ(message(check(spec)),
              "bytes: expected a number from 1 to 16777216, found the number 0");
}

TEST(FaultCheck, KnowsWhatOnlySubscribersHave) {
    for (const auto& info : fault_kinds()) {
        auto spec = make_fault(info.kind);
        const bool unsaid = info.kind == FaultKind::fail_connections;
        EXPECT_EQ(spec.service, unsaid ? Service::any : Service::events) << info.name;
        spec.stage = Stage::subscription;
        spec.service = Service::maapi;
        EXPECT_NE(message(check(spec)), "") << info.name;
    }
    auto spec = make_fault(FaultKind::unknown_event);
    spec.service = Service::any;
    EXPECT_EQ(message(check(spec)), "service: unknown_event takes events here, not 'any'");
}

TEST(Board, RefusesWhatIsWrong) {
    ActiveFaults faults;
    auto spec = make_fault(FaultKind::refuse);
    spec.status = 0;
    EXPECT_EQ(faults.add(spec).error().param, "status");
    EXPECT_TRUE(faults.faults().empty());
}

TEST(Board, KeepsFaultsUntilTheyAreRemoved) {
    ActiveFaults faults;
    EXPECT_FALSE(faults.touches(""));
    auto spec = make_fault(FaultKind::drop);
    spec.role = "auditor";
    const auto id = faults.add(spec);
    ASSERT_TRUE(id);
    EXPECT_TRUE(faults.touches("auditor"));
    EXPECT_FALSE(faults.touches("other"));
    EXPECT_FALSE(faults.touches(""));
    EXPECT_EQ(faults.find(*id)->spec.role, "auditor");
    EXPECT_TRUE(faults.remove(*id));
    EXPECT_FALSE(faults.remove(*id));
    EXPECT_FALSE(faults.touches("auditor"));
    EXPECT_EQ(*faults.add(spec), *id + 1);
}

TEST(FaultCheck, KnowsTheCatalogue) {
    auto unknown = make_fault(FaultKind::unknown_event);
    unknown.type = 1;
    EXPECT_EQ(message(check(unknown)), "type: 1 is the type of a known event");
    auto early = make_fault(FaultKind::early_event);
    early.type = 4;
    EXPECT_EQ(message(check(early)), "type: 4 is no type of an event");
    auto corrupt = make_fault(FaultKind::corrupt);
    corrupt.field = "uinfo.adr";
    EXPECT_EQ(message(check(corrupt)),
              "field: no event here has a field 'uinfo.adr'; did you mean 'uinfo.addr'?");
    corrupt.field = "uinfo.addr";
    EXPECT_EQ(message(check(corrupt)), "");
    corrupt.events = 1;
    EXPECT_NE(message(check(corrupt)), "");
}

TEST(Board, FailsTheFirstConnections) {
    ActiveFaults faults;
    auto spec = make_fault(FaultKind::fail_connections);
    spec.count = 2;
    spec.skip = 1;
    spec.how = "rst";
    ASSERT_TRUE(faults.add(spec));
    EXPECT_EQ(faults.on_connect(1), std::nullopt);
    EXPECT_EQ(faults.on_connect(2), CloseHow::rst);
    EXPECT_EQ(faults.on_connect(3), CloseHow::rst);
    EXPECT_EQ(faults.on_connect(4), std::nullopt);
    const auto hits = faults.take_hits();
    ASSERT_EQ(hits.size(), 2U);
    EXPECT_EQ(hits[0].note, "fault 1 (fail_connections): connection 2 ended at once");
    EXPECT_EQ(hits[0].peer, 2U);
    EXPECT_EQ(faults.faults()[0].hits, 2);
    EXPECT_TRUE(faults.take_hits().empty());
}

}  // namespace
}  // namespace confd::sim
