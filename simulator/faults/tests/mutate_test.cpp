// SPDX-License-Identifier: Apache-2.0
// Each mutation is what it says: the decoder finds that fault and no other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "generate/events.hpp"
#include "protocol/term/tree.hpp"
#include "simulator/faults/effect.hpp"
#include "simulator/faults/fields.hpp"
#include "simulator/faults/tests/rig.hpp"

namespace confd::sim::test {
namespace {

using testing::HasSubstr;

Bytes payload_of(const Notification& event, const WireContext& context) {
    Bytes out;
    EXPECT_TRUE(encode_notification(event, out, context));
    return out;
}

/// What the client makes of one event that this fault was done to.
Rig struck(const FaultSpec& spec, const Notification& event = audit(17)) {
    Rig rig;
    rig.settle();
    add(rig.faults, spec);
    rig.send(event);
    rig.settle();
    return rig;
}

Notification commit() {
    CommitNotification body;
    body.uinfo.username = "oper";
    body.uinfo.addr.ip = Ip4{192, 0, 2, 1};
    return {NOTIF_COMMIT_SIMPLE, body};
}

/// Calls f(event, context) for events of all types in all wire forms.
template <class F>
void for_many_events(F&& f) {
    for (const auto dialect : {Dialect::v6x, Dialect::v7x, Dialect::v8x}) {
        for (const auto product : {Product::confd, Product::nso}) {
            const WireContext context{dialect, product};
            for (const auto type : event_types()) {
                for (std::int64_t seed = 0; seed < 8; ++seed) {
                    Choice draws(seed, 1, 1);
                    f(generate_notification(draws, type, context), context);
                }
            }
        }
    }
}

WireMessage unit_of(const Notification& event, const WireContext& context) {
    WireMessage message{MessageKind::event, {}, event.type};
    append_frame(message.bytes, payload_of(event, context));
    return message;
}

Result<Notification> decode(const WireMessage& message, const WireContext& context) {
    return decode_notification(ByteView(message.bytes).subspan(frame_header_size),
                               {.context = context, .strict = true});
}

TEST(FindField, KnowsPathsOfErrors) {
    const WireContext context;
    const auto payload = payload_of(audit(17), context);
    const auto term = find_field(payload, "msg", context);
    ASSERT_TRUE(term);
    EXPECT_EQ(read_term(ByteView(payload).subspan(term->at, term->size)), Term::text("hello"));
    EXPECT_EQ(find_field(payload, "audit.msg", context)->at, term->at);
    EXPECT_TRUE(find_field(payload, "type", context));
    EXPECT_FALSE(find_field(payload, "message", context));
    EXPECT_FALSE(find_field(Bytes{131}, "msg", context));
    EXPECT_FALSE(find_field(Bytes(7, 0xff), "msg", context));
}

TEST(FindField, GoesIntoRecords) {
    const WireContext context;
    const auto payload = payload_of(commit(), context);
    const auto name = find_field(payload, "uinfo.username", context);
    ASSERT_TRUE(name);
    EXPECT_EQ(read_term(ByteView(payload).subspan(name->at, name->size)), Term::text("oper"));
    const auto addr = find_field(payload, "uinfo.addr", context);
    ASSERT_TRUE(addr);
    EXPECT_EQ(read_term(ByteView(payload).subspan(addr->at, addr->size)),
              Term::tuple({192, 0, 2, 1}));
    const auto uinfo = find_field(payload, "uinfo", context);
    ASSERT_TRUE(uinfo);
    EXPECT_LT(uinfo->at, name->at);
    EXPECT_GT(uinfo->at + uinfo->size, addr->at + addr->size);
}

TEST(FindField, GoesIntoLists) {
    SnmpaNotification snmpa;
    snmpa.vb.resize(3);
    const WireContext context;
    const auto payload = payload_of({NOTIF_SNMPA, snmpa}, context);
    for (const auto* path : {"vb", "vb[2]", "vb[2].val", "snmpa.vb[1].name", "count"}) {
        const auto term = find_field(payload, path, context);
        ASSERT_TRUE(term) << path;
        Bytes broken = payload;
        broken[term->at] = 255;
        const auto error = decode_notification(broken, {.context = context}).error();
        EXPECT_EQ(error.offset, term->at);
        EXPECT_THAT(error.path, testing::EndsWith(path));
    }
    EXPECT_FALSE(find_field(payload, "vb[3]", context));
}

/// Asking the decoder works for every event: each of its elements has a name, and is found by it.
TEST(FindField, FindsWhatTheDecoderNames) {
    for_many_events([&](const Notification& event, const WireContext& context) {
        auto payload = payload_of(event, context);
        for (std::size_t at = 2; at < payload.size(); ++at) {
            const auto byte = std::exchange(payload[at], std::uint8_t{0});
            const auto decoded = decode_notification(payload, {.context = context});
            payload[at] = byte;
            if (decoded || decoded.error().offset != at) continue;
            const auto& path = decoded.error().path;
            if (path == key_of(event)) continue;
            const auto found = find_field(payload, path, context);
            ASSERT_TRUE(found) << path;
            EXPECT_LE(found->at, at) << path;
        }
    });
}

TEST(FindField, NoFieldOfAnyEventIsTakenForAMisspeltOne) {
    std::set<std::pair<std::uint32_t, std::string>> seen;
    for_many_events([&](const Notification& event, const WireContext& context) {
        auto payload = payload_of(event, context);
        for (std::size_t at = 2; at < payload.size(); ++at) {
            const auto byte = std::exchange(payload[at], std::uint8_t{0});
            const auto decoded = decode_notification(payload, {.context = context});
            payload[at] = byte;
            if (decoded || decoded.error().offset != at) continue;
            const auto& path = decoded.error().path;
            if (path == key_of(event) || !seen.insert({event.type, path}).second) continue;
            std::string meant;
            EXPECT_TRUE(may_have_field(event.type, path, meant)) << event.type << " " << path;
        }
    });
    EXPECT_GT(seen.size(), 100U);
}

/// Does it to a message that nothing else is done to.
std::string mutate(const FaultSpec& fault, WireMessage& message, const WireContext& context,
                   Choice& choice) {
    FaultEffect effect{.message = std::move(message)};
    auto what = info_of(fault.kind).apply(fault, effect, context, choice);
    message = std::move(effect.message);
    return what;
}

TEST(Mutate, WrongArityIsOneOfEveryEvent) {
    for (const auto how : {"fewer", "more"}) {
        const auto spec = fault(FaultKind::wrong_arity, {{"how", how}});
        for_many_events([&](const Notification& event, const WireContext& context) {
            auto message = unit_of(event, context);
            Choice choice(0, 1, 1);
            mutate(spec, message, context, choice);
            const auto decoded = decode(message, context);
            ASSERT_FALSE(decoded) << event.type << " " << how;
            EXPECT_EQ(decoded.error().code, Errc::wrong_arity) << to_string(decoded.error());
        });
    }
}

TEST(Mutate, UnknownEventIsOneAndStaysATerm) {
    const auto spec = fault(FaultKind::unknown_event);
    for_many_events([&](const Notification& event, const WireContext& context) {
        auto message = unit_of(event, context);
        Choice choice(0, 1, 1);
        EXPECT_EQ(mutate(spec, message, context, choice), "given the type 3221225472");
        EXPECT_EQ(decode(message, context).error().code, Errc::unknown_event);
        EXPECT_TRUE(read_payload(ByteView(message.bytes).subspan(frame_header_size)));
    });
}

TEST(Mutate, WrongTypeLeavesATermInAFrame) {
    for (const auto how : {"float", "integer", "atom", "tuple", "list", "binary"}) {
        const auto spec = fault(FaultKind::wrong_type, {{"how", how}});
        for_many_events([&](const Notification& event, const WireContext& context) {
            auto message = unit_of(event, context);
            const auto before = message.bytes;
            Choice choice(event.type, 1, 1);
            mutate(spec, message, context, choice);
            EXPECT_NE(message.bytes, before);
            EXPECT_TRUE(read_payload(ByteView(message.bytes).subspan(frame_header_size)));
            FrameReader frames;
            frames.append(message.bytes);
            EXPECT_TRUE(*frames.next());
            EXPECT_EQ(frames.buffered(), 0U);
        });
    }
}

TEST(Mutate, CorruptKeepsTheLength) {
    const auto spec = fault(FaultKind::corrupt, {{"flips", "5"}});
    for_many_events([&](const Notification& event, const WireContext& context) {
        auto message = unit_of(event, context);
        const auto before = message.bytes;
        Choice choice(event.type, 1, 1);
        mutate(spec, message, context, choice);
        ASSERT_EQ(message.bytes.size(), before.size());
        int flipped = 0;
        for (std::size_t i = 0; i < before.size(); ++i) {
            const auto changed = static_cast<unsigned>(before[i] ^ message.bytes[i]);
            EXPECT_TRUE(changed == 0 || i >= frame_header_size);
            flipped += std::popcount(changed);
        }
        EXPECT_EQ(flipped, 5);
    });
}

TEST(Mutate, WrongTypeOfAField) {
    auto rig = struck(fault(FaultKind::wrong_type, {{"field", "msg"}}));
    ASSERT_EQ(rig.malformed.size(), 1U);
    EXPECT_EQ(rig.malformed[0].code, Errc::wrong_type);
    EXPECT_EQ(rig.malformed[0].path, "audit.msg");
    EXPECT_THAT(rig.faults.take_hits()[0].note,
                HasSubstr("given a float instead of a binary in audit.msg"));
    auto same = struck(fault(FaultKind::wrong_type, {{"field", "usid"}, {"how", "integer"}}));
    EXPECT_EQ(same.malformed[0].path, "audit.usid");
    auto inner = struck(fault(FaultKind::wrong_type, {{"field", "uinfo.port"}}), commit());
    EXPECT_EQ(inner.malformed[0].path, "commit.uinfo.port");
}

TEST(Mutate, WrongArityOfAField) {
    auto rig =
        struck(fault(FaultKind::wrong_arity, {{"field", "uinfo"}, {"how", "more"}}), commit());
    ASSERT_EQ(rig.malformed.size(), 1U);
    EXPECT_EQ(rig.malformed[0].code, Errc::wrong_arity);
    EXPECT_THAT(rig.malformed[0].path, HasSubstr("uinfo"));
}

TEST(Mutate, FieldsChooseCandidates) {
    auto rig = struck(fault(FaultKind::corrupt, {{"field", "uinfo.addr"}}));
    EXPECT_EQ(usids(rig.events), (std::vector<std::int64_t>{17}));
    EXPECT_EQ(rig.faults.faults()[0].candidates, 0);
}

TEST(Mutate, CorruptPutsBytesIntoAField) {
    auto rig =
        struck(fault(FaultKind::corrupt, {{"field", "msg"}, {"offset", "3"}, {"hex", "5a 5a 5a"}}));
    ASSERT_EQ(rig.events.size(), 1U);
    EXPECT_EQ(rig.events[0].get<AuditNotification>()->msg, "helZZ");
}

TEST(Mutate, UnknownEventReachesTheClient) {
    auto rig = struck(fault(FaultKind::unknown_event));
    ASSERT_EQ(rig.events.size(), 1U);
    EXPECT_TRUE(rig.events[0].get<GenericNotification>());
    EXPECT_EQ(rig.events[0].type, 0xc0000000U);
}

TEST(Mutate, WrongLengthShiftsFrames) {
    auto more = struck(fault(FaultKind::wrong_length, {{"by", "3"}}));
    EXPECT_TRUE(more.events.empty());
    EXPECT_TRUE(more.client.partial());
    auto fewer = struck(fault(FaultKind::wrong_length, {{"by", "-3"}}));
    ASSERT_EQ(fewer.malformed.size(), 1U);
    EXPECT_EQ(fewer.malformed[0].code, Errc::truncated);
    auto none = struck(fault(FaultKind::wrong_length, {{"by", "-60000"}}));
    EXPECT_EQ(none.failure->error.code, Errc::empty_frame);
}

TEST(Mutate, OversizedLengthIsRefusedByAnyReader) {
    auto rig = struck(fault(FaultKind::oversized_length));
    ASSERT_TRUE(rig.failure);
    EXPECT_EQ(rig.failure->error.code, Errc::frame_too_long);
}

TEST(Mutate, GarbageComesBeforeOrInstead) {
    auto before = struck(fault(FaultKind::garbage, {{"bytes", "32"}}));
    auto instead = struck(fault(FaultKind::garbage, {{"bytes", "32"}, {"how", "instead"}}));
    EXPECT_TRUE(before.failure || before.client.partial());
    EXPECT_EQ(instead.arrivals.back().size, 32U);
    EXPECT_GT(before.arrivals.back().size, 32U);
}

TEST(Mutate, CorruptsTheHandshakeAndAcknowledgements) {
    Rig rig;
    add(rig.faults, fault(FaultKind::corrupt, {{"stage", "handshake"}, {"hex", "07"}}));
    rig.settle();
    ASSERT_TRUE(rig.failure);

    Rig inwards;
    add(inwards.faults, fault(FaultKind::corrupt, {{"direction", "in"}, {"hex", "00"}}));
    inwards.settle();
    inwards.client.send({AckKind::audit_synced, 1});
    inwards.settle();
    EXPECT_THAT(inwards.server_reason, HasSubstr("bad_version"));
}

TEST(Mutate, NothingIsLeftToChangeAfterADrop) {
    auto rig = struck(fault(FaultKind::drop));
    for (const auto kind : {FaultKind::corrupt, FaultKind::wrong_type, FaultKind::wrong_length,
                            FaultKind::wrong_arity, FaultKind::unknown_event})
        add(rig.faults, fault(kind));
    rig.faults.take_hits();
    rig.send(audit(1));
    rig.settle();
    EXPECT_TRUE(rig.events.empty());
    EXPECT_TRUE(rig.malformed.empty());
    const auto hits = rig.faults.take_hits();
    ASSERT_EQ(hits.size(), 6U);
    EXPECT_THAT(hits[5].note, HasSubstr("left as it was"));
}

}  // namespace
}  // namespace confd::sim::test
