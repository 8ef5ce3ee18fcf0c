// SPDX-License-Identifier: Apache-2.0
#include "simulator/maapi/conversation.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "generate/events.hpp"
#include "protocol/maapi/schema.hpp"
#include "protocol/value/text.hpp"
#include "simulator/maapi/tests/allowed.hpp"

namespace confd::sim::maapi {
namespace {

constexpr std::int32_t handle = 1042;
constexpr std::int64_t usid = 17;
constexpr std::uint32_t all_flags =
    ITER_WANT_ATTR | ITER_WANT_P_CONTAINER | ITER_WANT_LEAF_LIST_AS_LEAF;

PathStep tag(std::uint32_t number) {
    return {7, number, {}};
}
PathStep entry(std::string key) {
    return {{}, 0, ValueList{{Value::buf(std::move(key))}}};
}

/// Outermost first, as people write it.
DiffChange created(std::vector<PathStep> steps) {
    std::ranges::reverse(steps);
    return {.path = {std::move(steps)}, .op = MOP_CREATED, .old_value = {}, .new_value = {}};
}

struct Peer {
    explicit Peer(const Transactions& open, KeypathRoom room = {})
        : conversation(schemas, open, room) {}

    /// Frames that answer one.
    std::vector<Bytes> send(const MaapiRequest& request) {
        Bytes payload;
        encode_maapi_request(request, payload);
        return send(payload);
    }
    std::vector<Bytes> send(IterAnswer answer) {
        Bytes payload;
        encode_iter_answer(answer, payload);
        return send(payload);
    }
    std::vector<Bytes> send(const Bytes& payload) {
        conversation.receive(payload);
        std::vector<Bytes> out;
        while (const auto frame = conversation.next())
            out.emplace_back(frame->begin(), frame->end());
        return out;
    }
    /// The code of the only frame that answers; 0 for success.
    std::int64_t code(const MaapiRequest& request) {
        const auto frames = send(request);
        if (frames.size() != 1) return -1;
        const auto reply = decode_maapi_reply(frames[0], op_of(request));
        if (!reply) return -2;
        return reply->has_value() ? 0 : reply->error().code;
    }
    /// The next message of a diff.
    template <class Request>
    DiffMessage diff(const Request& request) {
        const auto frames = send(request);
        EXPECT_EQ(frames.size(), 1U);
        const auto message = decode_diff(frames.at(0));
        EXPECT_TRUE(message);
        return message ? *message : DiffMessage(DiffEnd{});
    }

    SchemaReplies schemas;
    Conversation conversation;
};

Transactions one_open(Diff diff, SendId send = 1) {
    Transactions out;
    out.open(send, {handle, usid, std::make_shared<const Diff>(std::move(diff))});
    return out;
}

MaapiAttach attach(std::optional<std::int64_t> session = usid) {
    return {.thandle = handle, .usid = session};
}

TEST(Conversation, Attach) {
    auto open = one_open({});
    Peer peer(open);
    EXPECT_EQ(peer.code(MaapiAttach{.thandle = 7, .usid = usid}), 61);
    EXPECT_EQ(peer.code(attach(18)), ERR_NOSESSION);
    EXPECT_EQ(peer.code(attach({})), 0);
    EXPECT_EQ(peer.code(attach(0)), 0);
    EXPECT_EQ(peer.code(attach()), 0);
    EXPECT_EQ(peer.code(MaapiDetach{handle}), 0);
    EXPECT_EQ(peer.code(MaapiDetach{handle}), 61);
    open.finish(1);
    EXPECT_EQ(peer.code(attach()), 61);
    const auto calls = peer.conversation.take_calls();
    ASSERT_EQ(calls.size(), 8U);
    EXPECT_EQ(calls[0].kind, CallKind::attach);
    EXPECT_EQ(calls[0].result, CallResult::error);
    EXPECT_EQ(calls[0].code, 61);
    EXPECT_EQ(calls[4].send, 1U);
    EXPECT_EQ(calls[4].result, CallResult::ok);
}

TEST(Conversation, IterateNeedsAnAttachedTransaction) {
    auto open = one_open({.changes = {created({tag(1)})}, .failure = {}});
    Peer peer(open);
    const auto badstate = [&](std::int32_t thandle) {
        const auto message = peer.diff(MaapiDiffIterate{.thandle = thandle});
        const auto* end = std::get_if<DiffEnd>(&message);
        return end != nullptr && end->kind == DiffEnd::Kind::badstate;
    };
    EXPECT_TRUE(badstate(7));
    EXPECT_TRUE(badstate(handle));
    EXPECT_EQ(peer.conversation.take_calls().back().result, CallResult::error);
    EXPECT_EQ(peer.code(attach()), 0);
    open.finish(1);
    EXPECT_TRUE(badstate(handle));
    // The same handle again is another transaction.
    open.open(2, {handle, usid, nullptr});
    EXPECT_TRUE(badstate(handle));
    EXPECT_EQ(peer.code(attach()), 0);
    EXPECT_EQ(peer.diff(MaapiDiffIterate{.thandle = handle}), DiffMessage(DiffEnd{}));
}

/// The ops and the innermost tags of what a reader with these flags gets.
std::vector<DiffChange> read_all(const Diff& diff, std::uint32_t flags) {
    const auto open = one_open(diff);
    Peer peer(open);
    peer.send(attach());
    std::vector<DiffChange> out;
    auto message = peer.diff(MaapiDiffIterate{.thandle = handle, .flags = flags});
    while (const auto* change = std::get_if<DiffChange>(&message)) {
        out.push_back(*change);
        message = peer.diff(ITER_RECURSE);
    }
    EXPECT_EQ(message, DiffMessage(DiffEnd{}));
    return out;
}

TEST(Conversation, FlagsSayWhatIsSent) {
    const auto list = [](std::vector<std::string> texts) {
        ValueList items;
        for (auto& text : texts)
            items.items.push_back(Value::buf(std::move(text)));
        return Value{ValueType::list, std::move(items)};
    };
    auto attribute = created({tag(1)});
    attribute.op = MOP_ATTR_SET;
    attribute.new_value = AttrSet{ATTR_ANNOTATION, Value::buf("soon")};
    auto whole = created({tag(2)});
    whole.op = MOP_VALUE_SET;
    whole.old_value = list({"a", "b"});
    whole.new_value = list({"b", "c"});
    const Diff diff{.changes = {attribute, created({tag(3)}), whole, created({tag(4)})},
                    .failure = {},
                    .presence_containers = {1},
                    .whole_leaf_lists = {2}};
    EXPECT_EQ(read_all(diff, all_flags), diff.changes);
    auto gone = created({tag(2), entry("a")});
    gone.op = MOP_DELETED;
    const auto come = created({tag(2), entry("c")});
    EXPECT_EQ(read_all(diff, 0), (std::vector{gone, come, diff.changes[3]}));
    EXPECT_EQ(read_all(diff, ITER_WANT_ATTR),
              (std::vector{attribute, gone, come, diff.changes[3]}));
    EXPECT_EQ(read_all(diff, ITER_WANT_P_CONTAINER),
              (std::vector{diff.changes[1], gone, come, diff.changes[3]}));
    EXPECT_EQ(read_all(diff, ITER_WANT_LEAF_LIST_AS_LEAF), (std::vector{whole, diff.changes[3]}));
}

TEST(Conversation, AFailureComesAfterTheLastChangeThatIsSent) {
    auto attribute = created({tag(1)});
    attribute.op = MOP_ATTR_SET;
    attribute.new_value = AttrSet{ATTR_ANNOTATION, Value::buf("soon")};
    const DiffEnd end{DiffEnd::Kind::error, "locked"};
    const auto open =
        one_open({.changes = {created({tag(2)}), attribute}, .failure = Diff::Failure{2, end}});
    Peer peer(open);
    peer.send(attach());
    peer.diff(MaapiDiffIterate{.thandle = handle});
    EXPECT_EQ(peer.diff(ITER_RECURSE), DiffMessage(end));
}

TEST(Conversation, PathsByName) {
    const auto path = created({{7, 70, {}}, entry("eth0"), {{}, 71, {}}, {8, 80, {}}, {8, 99, {}}});
    const auto open = one_open({.changes = {path}, .failure = {}});
    Peer peer(open);
    peer.schemas.names = {{7, "urn:if"}, {8, "urn:ip"}, {70, "list"}, {71, "ip"}, {80, "mtu"}};
    EXPECT_EQ(peer.code({MaapiAttach{.thandle = handle, .usid = usid, .use_ikp = true}}), 0);
    const auto frames = peer.send(MaapiRequest(MaapiDiffIterate{.thandle = handle, .use_ikp = 1}));
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(to_hex(frames[0]),
              "8368046c00000005"
              "6163"                                        // unknown: the hash
              "6c0000000164000675726e3a69706400036d7475"    // ['urn:ip'|mtu]
              "6400026970"                                  // ip
              "68016d0000000465746830"                      // {<<"eth0">>}
              "6c0000000164000675726e3a69666400046c697374"  // ['urn:if'|list]
              "6a6101640009756e646566696e6564640009756e646566696e6564");
}

TEST(Conversation, TheTransactionEndsInTheMiddle) {
    auto open = one_open({.changes = {created({tag(1)}), created({tag(2)})}, .failure = {}});
    Peer peer(open);
    peer.send(attach());
    EXPECT_TRUE(std::holds_alternative<DiffChange>(peer.diff(MaapiDiffIterate{.thandle = handle})));
    open.finish(1);
    const auto end = peer.diff(ITER_RECURSE);
    ASSERT_TRUE(std::holds_alternative<DiffEnd>(end));
    EXPECT_EQ(std::get<DiffEnd>(end).kind, DiffEnd::Kind::badstate);
}

TEST(Conversation, FailsWhereTheScenarioWants) {
    const DiffEnd end{DiffEnd::Kind::error, "locked"};
    const auto open = one_open(
        {.changes = {created({tag(1)}), created({tag(2)})}, .failure = Diff::Failure{1, end}});
    Peer peer(open);
    peer.send(attach());
    peer.diff(MaapiDiffIterate{.thandle = handle});
    EXPECT_EQ(peer.diff(ITER_RECURSE), DiffMessage(end));
    const auto call = peer.conversation.take_calls().back();
    EXPECT_EQ(call.result, CallResult::error);
    EXPECT_EQ(call.changes, 1U);
    EXPECT_EQ(call.text, "locked");
    // The socket goes on.
    EXPECT_EQ(peer.code(MaapiDetach{handle}), 0);
}

TEST(Conversation, LosesWhatIsBeingRead) {
    const auto open = one_open({.changes = {created({tag(1)}), created({tag(2)})}, .failure = {}});
    Peer peer(open);
    peer.send(attach());
    peer.diff(MaapiDiffIterate{.thandle = handle});
    peer.conversation.lose();
    const auto call = peer.conversation.take_calls().back();
    EXPECT_EQ(call.kind, CallKind::diff_iterate);
    EXPECT_EQ(call.result, CallResult::lost);
    EXPECT_EQ(call.changes, 1U);
}

TEST(Conversation, Loads) {
    const Transactions open;
    Peer peer(open);
    Bytes end;
    encode_load_end(end);
    for (const auto op : {MAAPI_LOAD_ALL_NS, MAAPI_LOAD_HASH_DB, MAAPI_LOAD_MOUNT_POINTS})
        EXPECT_EQ(peer.send(MaapiRequest(MaapiLoad{op})), std::vector<Bytes>{end}) << op;
    peer.schemas.namespaces = {{1}, {2}, {3}};
    EXPECT_EQ(peer.send(MaapiRequest(MaapiLoad{})), (std::vector<Bytes>{{1}, {2}, {3}, end}));
    EXPECT_EQ(peer.conversation.take_calls().back().kind, CallKind::load_schemas);
    // Some, in the order of all.
    peer.schemas.parts = {{7, 0, 2}, {8, 2, 1}};
    const auto some = [](std::vector<std::uint32_t> hashes) {
        return MaapiRequest(MaapiLoad{.op = MAAPI_LOAD_NS_LIST, .namespaces = std::move(hashes)});
    };
    EXPECT_EQ(peer.send(some({8, 9, 7, 8})), (std::vector<Bytes>{{1}, {2}, {3}, end}));
    EXPECT_EQ(peer.send(some({8})), (std::vector<Bytes>{{3}, end}));
    EXPECT_EQ(peer.send(some({})), std::vector<Bytes>{end});
    EXPECT_EQ(peer.conversation.take_calls().size(), 3U);
}

TEST(Conversation, LoadsInTheShapesOfTheErlangClient) {
    const Transactions open;
    Peer peer(open);
    peer.schemas.namespaces = {{1}, {2}};
    peer.schemas.ikp_namespaces = FramesOnDemand([] { return std::vector<Bytes>{{3}, {4}}; });
    peer.schemas.hashes = {{5}};
    // Operation 232 and the term `ikp`, as that client writes them.
    const Bytes load{0, 0, 0, 232, 131, 100, 0, 3, 'i', 'k', 'p'};
    Bytes end;
    encode_load_end(end);
    EXPECT_EQ(peer.send(load), (std::vector<Bytes>{{3}, {4}, end}));
    EXPECT_EQ(peer.conversation.take_calls().back().kind, CallKind::load_schemas);
    // It asks for no hash table, but others on the same server do.
    EXPECT_EQ(peer.send(MaapiRequest(MaapiLoad{})), (std::vector<Bytes>{{1}, {2}, end}));
}

TEST(Conversation, OtherOperationsAndGarbageAreErrors) {
    const auto open = one_open({.changes = {created({tag(1)})}, .failure = {}});
    Peer peer(open);
    EXPECT_EQ(peer.code(MaapiUnknown{.op = 10, .rest = {1, 2, 3}}), ERR_PROTOUSAGE);
    for (const auto& garbage : {Bytes{}, Bytes{0, 0, 0}, Bytes{0, 0, 0, 220, 1}, Bytes{131, 106}})
        EXPECT_EQ(peer.send(garbage).size(), 1U);
    EXPECT_EQ(peer.code(attach()), 0);
    // In place of an answer to a change.
    peer.diff(MaapiDiffIterate{.thandle = handle});
    const auto end = peer.diff(Bytes{0, 0, 0, 99});
    ASSERT_TRUE(std::holds_alternative<DiffEnd>(end));
    EXPECT_EQ(std::get<DiffEnd>(end).kind, DiffEnd::Kind::error);
}

TEST(Conversation, SeveralReadersOfOneTransaction) {
    const auto open = one_open({.changes = {created({tag(1)}), created({tag(2)})}, .failure = {}});
    Peer first(open);
    Peer second(open);
    first.send(attach());
    second.send(attach());
    const MaapiDiffIterate iterate{.thandle = handle};
    EXPECT_EQ(first.diff(iterate), second.diff(iterate));
    // Nothing answers a stop.
    EXPECT_TRUE(first.send(ITER_STOP).empty());
    EXPECT_EQ(first.conversation.take_calls().back().result, CallResult::stopped);
    EXPECT_EQ(first.code(MaapiDetach{handle}), 0);
    EXPECT_EQ(second.diff(ITER_RECURSE), DiffMessage(created({tag(2)})));
    EXPECT_EQ(second.diff(ITER_RECURSE), DiffMessage(DiffEnd{}));
    EXPECT_EQ(second.conversation.take_calls().back().result, CallResult::ok);
}

// ---- Properties ----

/// A path of a small tree, so that many are above and beside one another.
std::vector<PathStep> any_path() {
    std::vector<PathStep> steps;
    const auto depth = *rc::gen::inRange(1, 5);
    for (int i = 0; i < depth; ++i) {
        const bool keys = i > 0 && !steps.back().keys && *rc::gen::arbitrary<bool>();
        const auto which = *rc::gen::inRange<std::uint32_t>(1, 4);
        steps.push_back(keys ? entry(std::to_string(which)) : tag(which));
    }
    return steps;
}

RC_GTEST_PROP(ConversationProperty, SendsWhatTheAnswersAllow, ()) {
    const auto count = *rc::gen::inRange<std::size_t>(0, 20);
    Diff diff;
    std::vector<std::vector<PathStep>> paths;
    for (std::size_t i = 0; i < count; ++i) {
        paths.push_back(any_path());
        diff.changes.push_back(created(paths.back()));
        // Tells changes of one path apart.
        diff.changes.back().old_value = Value{ValueType::int64, static_cast<std::int64_t>(i)};
    }
    const auto answers = *rc::gen::nonEmpty(
        rc::gen::container<std::vector<IterAnswer>>(rc::gen::weightedElement<IterAnswer>(
            {{1, ITER_STOP}, {8, ITER_RECURSE}, {4, ITER_CONTINUE}, {3, ITER_UP}})));
    const auto open = one_open(diff);
    Peer peer(open);
    peer.send(attach());
    auto message = peer.diff(MaapiDiffIterate{.thandle = handle});
    std::vector<std::size_t> sent;
    while (const auto* change = std::get_if<DiffChange>(&message)) {
        sent.push_back(
            static_cast<std::size_t>(std::get<std::int64_t>(change->old_value->payload)));
        const auto answer = answers[(sent.size() - 1) % answers.size()];
        if (answer == ITER_STOP) {
            RC_ASSERT(peer.send(answer).empty());
            message = DiffEnd{};
        } else {
            message = peer.diff(answer);
        }
    }
    RC_ASSERT(message == DiffMessage(DiffEnd{}));
    RC_ASSERT(sent == test::allowed(paths, answers));
}

/// Any value of the kind that diffs have.
/// A path of so many steps, the last with so many keys.
DiffChange deep(std::size_t steps, std::size_t keys) {
    std::vector<PathStep> path;
    for (std::size_t i = 0; i + 1 < steps; ++i)
        path.push_back(tag(static_cast<std::uint32_t>(i + 1)));
    PathStep last{{}, 0, ValueList{}};
    last.keys->items.resize(keys, Value::buf("k"));
    path.push_back(std::move(last));
    return created(std::move(path));
}

/// The changes that a client with these arrays reads, and those that it does not get.
std::pair<std::size_t, std::size_t> read_by(KeypathRoom room, bool unsafe) {
    Diff diff{.changes = {deep(19, 8), deep(20, 1), deep(3, 9), deep(4, 1)}};
    diff.unsafe = unsafe;
    const auto open = one_open(std::move(diff));
    Peer peer(open, room);
    EXPECT_EQ(peer.code(MaapiAttach{.thandle = handle, .usid = usid}), 0);
    auto message = peer.diff(MaapiRequest(MaapiDiffIterate{.thandle = handle, .flags = all_flags}));
    while (std::holds_alternative<DiffChange>(message))
        message = peer.diff(ITER_RECURSE);
    const auto calls = peer.conversation.take_calls();
    return {calls.back().changes, calls.back().left_out};
}

TEST(Conversation, LeavesOutPathsThatTheClientCannotHold) {
    using Counts = std::pair<std::size_t, std::size_t>;
    EXPECT_EQ(read_by({20, 9}, false), Counts(2, 2));
    EXPECT_EQ(read_by({60, 18}, false), Counts(4, 0));
    EXPECT_EQ(read_by({0, 0}, false), Counts(4, 0)) << "a client without arrays";
    EXPECT_EQ(read_by({20, 9}, true), Counts(4, 0)) << "the scenario says so";
}

TEST(Conversation, FailsAfterWhatIsLeftOfADiff) {
    const DiffEnd end{DiffEnd::Kind::error, "locked"};
    const auto open =
        one_open({.changes = {deep(25, 1), deep(4, 1)}, .failure = Diff::Failure{2, end}});
    Peer peer(open, {20, 9});
    EXPECT_EQ(peer.code(MaapiAttach{.thandle = handle, .usid = usid}), 0);
    auto message = peer.diff(MaapiRequest(MaapiDiffIterate{.thandle = handle, .flags = all_flags}));
    EXPECT_TRUE(std::holds_alternative<DiffChange>(message));
    EXPECT_EQ(peer.diff(ITER_RECURSE), DiffMessage(end));
}

DiffChange any_change(Choices& choices) {
    DiffChange out;
    const auto steps = 1 + choices.below(6);
    for (std::uint64_t i = 0; i < steps; ++i) {
        if (i + 1 < steps && choices.below(3) == 0) {
            out.path.steps.push_back({{}, 0, ValueList{{generate_value(choices)}}});
        } else {
            out.path.steps.push_back(tag(static_cast<std::uint32_t>(choices.below(1000))));
        }
    }
    out.op = static_cast<Mop>(1 + choices.below(6));
    if (choices.below(2) == 0) out.old_value = generate_value(choices);
    if (out.op == MOP_VALUE_SET) out.new_value = generate_value(choices);
    if (out.op == MOP_ATTR_SET) out.new_value = AttrSet{ATTR_TAGS, generate_value(choices)};
    if (out.op == MOP_MOVED_AFTER) {
        MovedAfter moved;
        if (choices.below(2) == 0) moved.keys = ValueList{{generate_value(choices)}};
        out.new_value = std::move(moved);
    }
    return out;
}

RC_GTEST_PROP(ConversationProperty, AnyChangeSurvivesTheWire,
              (const std::vector<std::uint32_t>& numbers)) {
    ListedChoices choices(numbers);
    Diff diff;
    for (int i = 0; i < 5; ++i)
        diff.changes.push_back(any_change(choices));
    const auto open = one_open(diff);
    Peer peer(open);
    peer.send(attach());
    auto message = peer.diff(MaapiDiffIterate{.thandle = handle, .flags = all_flags});
    for (const auto& change : diff.changes) {
        RC_ASSERT(message == DiffMessage(change));
        message = peer.diff(ITER_RECURSE);
    }
    RC_ASSERT(message == DiffMessage(DiffEnd{}));
}

RC_GTEST_PROP(ConversationProperty, AnyBytesAreAnswered, (const std::vector<Bytes>& frames)) {
    const auto open = one_open({.changes = {created({tag(1)}), created({tag(2)})}, .failure = {}});
    Peer peer(open);
    peer.send(attach());
    const Bytes stop{0, 0, 0, ITER_STOP};
    for (const auto& frame : frames) {
        if (*rc::gen::arbitrary<bool>()) peer.send(MaapiRequest(MaapiDiffIterate{handle, 0, 0}));
        RC_ASSERT(!peer.send(frame).empty() || frame == stop);
    }
}

}  // namespace
}  // namespace confd::sim::maapi
