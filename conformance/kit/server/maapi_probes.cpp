// MAAPI sockets, and the transactions that they are attached to. Diffs: diff_probes.cpp.
#include <fmt/format.h>

#include <stdexcept>

#include "conformance/kit/server/lab.hpp"

namespace confd::kit::server {
namespace {

/// For attach in a session that the transaction is not of.
constexpr std::int64_t another_session = 987'654'321;

Checked each(Lab& lab, const Step& step, auto&& run) {
    for (auto& peer : lab.group(step.connection)) {
        if (auto checked = run(peer); !checked) return checked;
    }
    return {};
}

// ---- Connecting. ----

bool turned_away(Peer& peer) {
    if (peer.reply) return peer.reply->status != HelloReply::accepted;
    return peer.take(1, peer.now()).kind == Incoming::Kind::closed;
}

/// A server without MAAPI is no worse for it, unless it is said to have it.
Checked connect(Lab& lab, Peer& peer, const Step& step) {
    Step hello = step;
    hello.parameters.insert_or_assign("id", std::to_string(CLIENT_MAAPI));
    if (auto checked = say_hello(lab, peer, hello); !checked) return checked;
    auto checked = expect_reply(lab, peer, "0");
    if (checked || lab.target.maapi || !turned_away(peer)) return checked;
    return skipped("the server refuses MAAPI sockets; --maapi says that it must not");
}

Checked probe_maapi(Lab& lab, const Step& step) {
    lab.create(step.connection, static_cast<std::size_t>(number_of(step, "count", 1)));
    return each(lab, step, [&](Peer& peer) { return connect(lab, peer, step); });
}

// ---- Requests that are answered with success or failure. ----

/// `what` is empty for success, `refused` for any failure, or the code of one.
std::string wanted_reply(std::string_view what, std::uint32_t op) {
    if (what.empty()) return fmt::format("the reply {:08x}: success", op);
    return fmt::format("the reply {:08x} and an error code{}{}", op | 0x80000000,
                       what == "refused" ? "" : ", ", what == "refused" ? "" : what);
}

bool fits(const MaapiReply& reply, std::string_view what) {
    if (what.empty() || reply) return what.empty() && reply;
    return what == "refused" || what == std::to_string(reply.error().code);
}

/// Operation and code, which a text may follow.
constexpr std::size_t failure_head = 8;

Checked expect_outcome(Lab& lab, Peer& peer, std::uint32_t op, std::string_view what) {
    const auto expected = wanted_reply(what, op);
    const auto incoming = next_answer(lab, peer);
    if (incoming.kind != Incoming::Kind::payload) return failed(expected, describe(incoming));
    const auto reply = decode_maapi_reply(incoming.payload, op);
    if (!reply) return failed(expected, to_string(reply.error()));
    if (!*reply && incoming.payload.size() > failure_head && incoming.payload.back() != 0)
        return failed("a text that ends with a NUL byte", told(reply->error()) + " without one");
    if (fits(*reply, what)) return {};
    return failed(expected, *reply ? "it succeeded" : told(reply->error()));
}

MaapiAttach attach_request(const Commit& commit, const Step& step) {
    MaapiAttach request;
    request.thandle = handle_of(commit);
    const auto session = text_of(step, "session", "own");
    if (session == "own" && commit.usid != 0) request.usid = commit.usid;
    if (session == "other") request.usid = another_session;
    return request;
}

Checked probe_attach(Lab& lab, const Step& step) {
    return each(lab, step, [&](Peer& peer) {
        const auto commit = commit_of(lab, peer, step);
        ask(peer, fmt::format("attach to transaction {}", commit.thandle),
            attach_request(commit, step), pace_of(step));
        peer.commit = commit;
        return expect_outcome(lab, peer, MAAPI_ATTACH, step.what);
    });
}

Checked probe_detach(Lab& lab, const Step& step) {
    return each(lab, step, [&](Peer& peer) {
        const auto commit = commit_of(lab, peer, step);
        ask(peer, fmt::format("detach from transaction {}", commit.thandle),
            MaapiDetach{handle_of(commit)}, pace_of(step));
        return expect_outcome(lab, peer, MAAPI_DETACH, step.what);
    });
}

std::uint32_t op_of(const Step& step) {
    return static_cast<std::uint32_t>(number_of(step, "op", 0));
}

/// A request that `send` has sent fails, and the connection stays.
Checked probe_fails(Lab& lab, const Step& step) {
    return each(lab, step, [&](Peer& peer) {
        return expect_outcome(lab, peer, op_of(step), step.what.empty() ? "refused" : step.what);
    });
}

/// What is no request is refused in one way or the other.
Checked probe_turned_down(Lab& lab, const Step& step) {
    return each(lab, step, [&](Peer& peer) -> Checked {
        const auto incoming = next_answer(lab, peer);
        const bool failure =
            incoming.kind == Incoming::Kind::payload && is_maapi_failure(incoming.payload);
        if (failure || incoming.kind == Incoming::Kind::closed) return {};
        return failed("a reply that reports failure, or the connection is closed",
                      describe(incoming));
    });
}

}  // namespace

std::string told(const PeerError& error) {
    return fmt::format("error {} ({})", error.code, error.text);
}

Commit commit_of(Lab& lab, const Peer& peer, const Step& step) {
    if (has(step, "handle")) return {number_of(step, "handle", 0), 0};
    if (peer.commit && !has(step, "of")) return *peer.commit;
    const auto& subscriber = lab.group(text_of(step, "of", "a")).front();
    if (subscriber.commit) return *subscriber.commit;
    throw std::invalid_argument(fmt::format("'{}': there is no transaction yet", step.text));
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

std::span<const Probe> maapi_probes() {
    static constexpr Probe probes[] = {
        {"maapi", probe_maapi, "version challenge piece pause count"},
        {"attach", probe_attach, "of handle session piece pause"},
        {"detach", probe_detach, "of handle piece pause"},
        {"fails", probe_fails, "op"},
        {"turned-down", probe_turned_down, ""},
    };
    return probes;
}

}  // namespace confd::kit::server
