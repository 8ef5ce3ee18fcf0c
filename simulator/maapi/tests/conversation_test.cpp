#include "simulator/maapi/conversation.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "protocol/maapi/schema.hpp"
#include "protocol/notification/generate.hpp"
#include "simulator/maapi/tests/allowed.hpp"

namespace confd::sim::maapi {
namespace {

constexpr std::int32_t handle = 1042;
constexpr std::int64_t usid = 17;

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
    explicit Peer(const Transactions& open) : conversation(schemas, open) {}

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
    EXPECT_EQ(peer.code(MaapiDiffIterate{.thandle = 7}), 61);
    EXPECT_EQ(peer.code(MaapiDiffIterate{.thandle = handle}), ERR_BADSTATE);
    EXPECT_EQ(peer.code(attach()), 0);
    EXPECT_EQ(peer.code(MaapiDiffIterate{.thandle = handle, .use_ikp = 1}), ERR_PROTOUSAGE);
    open.finish(1);
    EXPECT_EQ(peer.code(MaapiDiffIterate{.thandle = handle}), 61);
    // The same handle again is another transaction.
    open.open(2, {handle, usid, nullptr});
    EXPECT_EQ(peer.code(MaapiDiffIterate{.thandle = handle}), 61);
    EXPECT_EQ(peer.code(attach()), 0);
    EXPECT_EQ(peer.diff(MaapiDiffIterate{.thandle = handle}), DiffMessage(DiffEnd{}));
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
    EXPECT_EQ(peer.send(MaapiRequest(MaapiLoad{})), peer.schemas.namespaces);
    EXPECT_EQ(peer.conversation.take_calls().back().kind, CallKind::load_schemas);
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
    EXPECT_EQ(first.diff(ITER_STOP), DiffMessage(DiffEnd{}));
    EXPECT_EQ(second.diff(ITER_RECURSE), DiffMessage(created({tag(2)})));
    EXPECT_EQ(second.diff(ITER_RECURSE), DiffMessage(DiffEnd{}));
    EXPECT_EQ(first.conversation.take_calls().back().result, CallResult::stopped);
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
        message = peer.diff(answers[(sent.size() - 1) % answers.size()]);
    }
    RC_ASSERT(message == DiffMessage(DiffEnd{}));
    RC_ASSERT(sent == test::allowed(paths, answers));
}

/// Any value of the kind that diffs have.
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
    auto message = peer.diff(MaapiDiffIterate{.thandle = handle});
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
    for (const auto& frame : frames) {
        if (*rc::gen::arbitrary<bool>()) peer.send(MaapiRequest(MaapiDiffIterate{handle, 0, 0}));
        RC_ASSERT(!peer.send(frame).empty());
    }
}

}  // namespace
}  // namespace confd::sim::maapi
