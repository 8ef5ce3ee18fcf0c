// SPDX-License-Identifier: Apache-2.0
// MAAPI sockets, and the transactions that they are attached to. Diffs: diff_steps.cpp.
#include <fmt/format.h>

#include "conformance/kit/server/lab.hpp"
#include "simulator/text/scalars.hpp"

namespace confd::kit::server {
namespace {

using sim::Key;
using sim::key;
using sim::Presence;

/// For attach in a session that the transaction is not of.
constexpr std::int64_t another_session = 987'654'321;

// ---- Connecting. ----

bool turned_away(Peer& peer) {
    if (peer.reply) return peer.reply->status != HelloReply::accepted;
    return peer.take(1, peer.now()).kind == Incoming::Kind::closed;
}

/// A server without MAAPI is no worse for it, unless it is said to have it.
Checked connect(Lab& lab, Peer& peer, std::optional<std::uint16_t> version, Pace pace) {
    const HelloKeys hello{.id = CLIENT_MAAPI, .version = version};
    if (auto checked = say_hello(lab, peer, hello, pace); !checked) return checked;
    auto checked = expect_accepted(lab, peer);
    if (checked || lab.target.maapi || !turned_away(peer)) return checked;
    return skipped("the server refuses MAAPI sockets; --maapi says that it must not");
}

struct MaapiStep : PeerStep {
    std::optional<std::uint16_t> version;
    Pace pace;

    bool creates() const override { return true; }
    void prepare(Lab& lab) const override { lab.create(on, 1); }
    Checked run_on(Lab& lab, Peer& peer) const override {
        return connect(lab, peer, version, pace);
    }
};
constexpr Key maapi_keys[] = {
    key<&MaapiStep::version>("version", "the protocol version", {.low = 0, .high = UINT16_MAX}),
};

// ---- Requests that are answered with success or failure. ----

/// How a request ends: with success, or with a failure, of this code when there is one.
struct Outcome {
    bool failure = false;
    std::optional<std::int64_t> code;
};

std::string wanted_reply(const Outcome& outcome, std::uint32_t op) {
    if (!outcome.failure) return fmt::format("the reply {:08x}: success", op);
    return fmt::format("the reply {:08x} and an error code{}", op | 0x80000000,
                       outcome.code ? fmt::format(", {}", *outcome.code) : "");
}

bool fits(const MaapiReply& reply, const Outcome& outcome) {
    if (!outcome.failure || reply) return !outcome.failure && reply;
    return !outcome.code || *outcome.code == static_cast<std::int64_t>(reply.error().code);
}

/// "any", or the code of an error.
void read_failure(const sim::YamlPtr& node, Outcome& into, const Key&, sim::Reading& reading) {
    constexpr std::int64_t most = 100'000;
    into.failure = true;
    if (node->text == "any") return;
    into.code = sim::parse_int(*node, 1, most, "any, or the code of an error", reading.diagnostics);
}
constexpr auto failure_form = sim::forms::make<Outcome, read_failure>(sim::forms::any_schema);

/// Operation and code, which a text may follow.
constexpr std::size_t failure_head = 8;

std::string told(const PeerError& error) {
    return fmt::format("error {} ({})", error.code, error.text);
}

Checked expect_outcome(Lab& lab, Peer& peer, std::uint32_t op, const Outcome& outcome) {
    const auto expected = wanted_reply(outcome, op);
    const auto incoming = next_answer(lab, peer);
    if (incoming.kind != Incoming::Kind::payload) return failed(expected, describe(incoming));
    const auto reply = decode_maapi_reply(incoming.payload, op);
    if (!reply) return failed(expected, to_string(reply.error()));
    if (!*reply && incoming.payload.size() > failure_head && incoming.payload.back() != 0)
        return failed("a text that ends with a NUL byte", told(reply->error()) + " without one");
    if (fits(*reply, outcome)) return {};
    return failed(expected, *reply ? "it succeeded" : told(reply->error()));
}

/// In which session a client attaches.
enum class InSession : std::uint8_t { own, none, other };
constexpr std::string_view sessions[] = {"own", "none", "other"};

/// A request about a transaction.
struct Transaction {
    std::optional<std::string> of;
    std::optional<std::int64_t> handle;
    Outcome outcome;

    std::expected<Commit, Finding> find(Lab& lab, const Peer& peer) const {
        if (handle) return Commit{*handle, 0};
        return commit_of(lab, peer, of);
    }
};
template <class Owner>
constexpr Key of_key = key<&Transaction::of, Owner>(
    "of", sim::forms::name,
    "of the last event of this subscriber, else of the last that the step's "
    "connection was attached to, or of a");
template <class Owner>
constexpr Key handle_key = key<&Transaction::handle, Owner>(
    "handle", sim::forms::integer<std::int64_t>, "a handle in place of that",
    {.low = INT32_MIN, .high = INT32_MAX});
template <class Owner>
constexpr Key fails_key = key<&Transaction::outcome, Owner>(
    "fails", failure_form, "the request fails: any, or the code of the error");

struct Attach : PeerStep, Transaction {
    InSession session = InSession::own;
    Pace pace;

    Checked run_on(Lab& lab, Peer& peer) const override {
        const auto commit = find(lab, peer);
        if (!commit) return std::unexpected(commit.error());
        MaapiAttach request;
        request.thandle = handle_of(*commit);
        if (session == InSession::own && commit->usid != 0) request.usid = commit->usid;
        if (session == InSession::other) request.usid = another_session;
        ask(peer, fmt::format("attach to transaction {}", commit->thandle), request, pace);
        peer.commit = *commit;
        return expect_outcome(lab, peer, MAAPI_ATTACH, outcome);
    }
};
constexpr Key attach_keys[] = {
    of_key<Attach>,
    handle_key<Attach>,
    fails_key<Attach>,
    key<&Attach::session>("session", "that of the event, none or another", {.choices = sessions}),
};

struct Detach : PeerStep, Transaction {
    Pace pace;

    Checked run_on(Lab& lab, Peer& peer) const override {
        const auto commit = find(lab, peer);
        if (!commit) return std::unexpected(commit.error());
        ask(peer, fmt::format("detach from transaction {}", commit->thandle),
            MaapiDetach{handle_of(*commit)}, pace);
        return expect_outcome(lab, peer, MAAPI_DETACH, outcome);
    }
};
constexpr Key detach_keys[] = {of_key<Detach>, handle_key<Detach>, fails_key<Detach>};

// ---- What is expected. ----

/// A request that `raw` has sent fails, and the connection stays.
struct ExpectFailure : PeerStep {
    Outcome outcome;
    std::uint32_t op = 0;

    Checked run_on(Lab& lab, Peer& peer) const override {
        return expect_outcome(lab, peer, op, outcome);
    }
};
constexpr Key failure_keys[] = {
    key<&ExpectFailure::outcome>("failure", failure_form, "any, or the code of the error",
                                 {.presence = Presence::required}),
    key<&ExpectFailure::op>("op", "of this operation", {.low = 0, .high = UINT16_MAX}),
};

/// What is no request is refused in one way or the other.
struct ExpectTurnedDown : PeerStep {
    Checked run_on(Lab& lab, Peer& peer) const override {
        const auto incoming = next_answer(lab, peer);
        const bool failure =
            incoming.kind == Incoming::Kind::payload && is_maapi_failure(incoming.payload);
        if (failure || incoming.kind == Incoming::Kind::closed) return {};
        return failed("a reply that reports failure, or the connection is closed",
                      describe(incoming));
    }
};

}  // namespace

std::expected<Commit, Finding> commit_of(Lab& lab, const Peer& peer,
                                         const std::optional<std::string>& of) {
    if (peer.commit && !of) return *peer.commit;
    const auto& subscriber = lab.group(of.value_or("a")).front();
    if (subscriber.commit) return *subscriber.commit;
    return broken("there is no transaction yet");
}

std::int32_t handle_of(const Commit& commit) {
    return static_cast<std::int32_t>(commit.thandle);
}

void ask(Peer& peer, std::string summary, const MaapiRequest& request, Pace pace) {
    Bytes payload;
    encode_maapi_request(request, payload);
    peer.send_frame("maapi", std::move(summary), payload, pace);
}

Incoming next_answer(Lab& lab, Peer& peer) {
    auto incoming = peer.next(peer.soon());
    if (incoming.kind == Incoming::Kind::payload) {
        lab.transcript.frame(true, "maapi", peer.name() + ": answer", incoming.payload);
    }
    return incoming;
}

std::span<const StepKind> maapi_steps() {
    static constexpr StepKind kinds[] = {
        step_kind<MaapiStep>("maapi", maapi_keys),
        step_kind<Attach>("attach", attach_keys),
        step_kind<Detach>("detach", detach_keys),
    };
    return kinds;
}

std::span<const StepKind> maapi_expectations() {
    static constexpr StepKind kinds[] = {
        step_kind<ExpectFailure>("failure", failure_keys),
        expectation_on<ExpectTurnedDown>("turned_down"),
    };
    return kinds;
}

}  // namespace confd::kit::server
