// SPDX-License-Identifier: Apache-2.0
// Hello, access check, reply; and what can be done to any connection.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "conformance/kit/server/lab.hpp"

namespace confd::kit::server {
namespace {

using sim::Key;
using sim::key;
using sim::KeyRules;
using sim::Presence;

Hello hello_of(const Lab& lab, const HelloKeys& keys) {
    const auto& release = lab.target.release;
    Hello hello;
    hello.client_id = keys.id;
    hello.wants_challenge = keys.challenge.value_or(lab.target.secret.has_value());
    hello.protocol_version = keys.version.value_or(release.protocol_version());
    hello.library_version = keys.library.value_or(release.library_version());
    hello.max_depth = keys.depth;
    hello.max_key_length = keys.key;
    return hello;
}

Checked take_challenge(Peer& peer) {
    const std::string expected = "the byte 11 and 16 random bytes";
    const auto incoming = peer.take(1 + Challenge{}.size(), peer.soon());
    if (incoming.kind != Incoming::Kind::payload || incoming.payload[0] != access_challenge) {
        return failed(expected, describe(incoming));
    }
    peer.challenge.emplace();
    std::ranges::copy(ByteView(incoming.payload).subspan(1), peer.challenge->begin());
    return {};
}

/// How the challenge is answered.
enum class Answer : std::uint8_t { right, wrong, byte };
constexpr std::string_view answers[] = {"right", "wrong", "byte"};

void send_answer(const Target& target, Peer& peer, Answer how) {
    auto digest = access_digest(target.secret.value_or(Bytes()), *peer.challenge);
    if (how == Answer::wrong) digest.back() ^= 1;
    Bytes answer{how == Answer::byte ? std::uint8_t{13} : access_response};
    answer.insert(answer.end(), digest.begin(), digest.end());
    peer.send_raw("access", "answer to the challenge", answer);
}

Checked expect_granted(Peer& peer) {
    const auto incoming = peer.take(1, peer.soon());
    if (incoming.kind == Incoming::Kind::payload && incoming.payload[0] == access_granted) {
        return {};
    }
    return failed("the byte 0: the access is granted", describe(incoming));
}

/// The access check if the hello asked for it, then the reply with one of the statuses.
Checked expect_reply(Peer& peer, const Target& target, std::span<const std::uint8_t> statuses) {
    if (peer.hello.wants_challenge && !peer.challenge) {
        if (auto checked = take_challenge(peer); !checked) return checked;
        send_answer(target, peer, Answer::right);
        if (auto checked = expect_granted(peer); !checked) return checked;
    }
    const auto expected =
        fmt::format("a reply of 9 bytes with status {}", fmt::join(statuses, " or "));
    const auto incoming = peer.take(hello_size, peer.soon());
    if (incoming.kind != Incoming::Kind::payload) return failed(expected, describe(incoming));
    peer.reply = parse_hello_reply(incoming.payload);
    if (std::ranges::find(statuses, peer.reply->status) != statuses.end()) return {};
    return failed(expected, fmt::format("the status is {}", peer.reply->status));
}

// ---- Steps. ----

struct HelloStep : OpeningStep {
    Pace pace;

    Checked run_on(Lab& lab, Peer& peer) const override {
        return say_hello(lab, peer, hello, pace);
    }
};

struct AnswerStep : PeerStep {
    Answer how = Answer::right;

    Checked run_on(Lab& lab, Peer& peer) const override {
        if (!peer.challenge) return broken("there is no challenge to answer");
        send_answer(lab.target, peer, how);
        return {};
    }
};
constexpr Key answer_keys[] = {
    key<&AnswerStep::how>("how", "right; wrong by a bit; byte: right, behind another first byte",
                          {.alone = true, .choices = answers}),
};

struct Term : PeerStep {
    Bytes payload;
    Pace pace;

    Checked run_on(Lab&, Peer& peer) const override {
        peer.send_frame("raw", "a term", payload, pace);
        return {};
    }
};
constexpr Key term_keys[] = {
    key<&Term::payload>("text", forms::term, "the term; it goes out as one frame",
                        {.presence = Presence::required, .alone = true}),
};

struct Raw : PeerStep {
    Bytes bytes;
    bool frame = false;
    std::size_t fill = 0;
    Pace pace;

    Checked run_on(Lab&, Peer& peer) const override {
        if (frame) {
            peer.send_frame("raw", "a frame", bytes, pace);
            return {};
        }
        auto all = bytes;
        all.resize(all.size() + fill, 0x61);
        peer.send_raw("raw", "bytes", all, pace);
        return {};
    }
};
constexpr Key raw_keys[] = {
    key<&Raw::bytes>("hex", sim::forms::hex, "the bytes; blanks are ignored",
                     {.presence = Presence::required, .alone = true}),
    key<&Raw::frame>("frame", "put the length in front, as of a frame"),
    key<&Raw::fill>("fill", "so many bytes follow",
                    {.low = 0, .high = 1'000'000, .without = "frame"}),
};

/// As in a scenario, but for the connections that it is about.
enum class Close : std::uint8_t { fin, rst, half };
constexpr std::string_view ways[] = {"fin", "rst", "half"};

struct CloseStep : PeerStep {
    Close how = Close::fin;

    Checked run_on(Lab&, Peer& peer) const override {
        switch (how) {
            case Close::fin:
                peer.close();
                break;
            case Close::rst:
                peer.abort();
                break;
            case Close::half:
                peer.half_close();
                break;
        }
        return {};
    }
};
constexpr Key close_keys[] = {
    key<&CloseStep::how>("how", "fin; rst: a reset; half: nothing more is sent", {.choices = ways}),
};

struct Alive : Step {
    Checked run(Lab& lab) const override { return expect_alive(lab); }
};

// ---- What is expected. ----

struct ExpectChallenge : PeerStep {
    std::optional<std::string> unlike;

    Checked run_on(Lab& lab, Peer& peer) const override {
        if (auto checked = take_challenge(peer); !checked) return checked;
        if (!unlike || lab.group(*unlike).front().challenge != peer.challenge) return {};
        return failed("random bytes in the challenge", "two connections got the same 16 bytes");
    }
};
constexpr Key challenge_keys[] = {
    key<&PeerStep::on, ExpectChallenge>("challenge", sim::forms::name, "on which connection"),
    key<&ExpectChallenge::unlike>("unlike", sim::forms::name, "that of this connection"),
};

struct ExpectGranted : PeerStep {
    Checked run_on(Lab&, Peer& peer) const override { return expect_granted(peer); }
};

struct ExpectDenied : PeerStep {
    Checked run_on(Lab&, Peer& peer) const override {
        // Two bytes are one too many: what comes before the close is at most one, and not 0.
        const auto incoming = peer.take(2, peer.soon());
        const bool fits = incoming.kind == Incoming::Kind::closed &&
                          (incoming.payload.empty() || incoming.payload[0] != access_granted);
        if (fits) return {};
        return failed("the connection is closed, after one byte other than 0 at most",
                      describe(incoming));
    }
};

struct ExpectReply : PeerStep {
    std::vector<std::uint8_t> statuses{HelloReply::accepted};
    std::optional<std::string> like;

    Checked run_on(Lab& lab, Peer& peer) const override {
        if (auto checked = expect_reply(peer, lab.target, statuses); !checked) return checked;
        if (!like) return {};
        auto other = *lab.group(*like).front().reply;
        other.status = peer.reply->status;
        if (other == *peer.reply) return {};
        return failed("the same versions and sizes in every reply: they are the server's own",
                      fmt::format("protocol version {} here, {} on the other connection",
                                  peer.reply->protocol_version, other.protocol_version));
    }
};
constexpr Key reply_keys[] = {
    key<&ExpectReply::statuses>("reply", forms::statuses,
                                "its status, or a list of those it may have"),
    key<&ExpectReply::like>("like", sim::forms::name,
                            "but for the status, that of this connection"),
};

struct ExpectDisconnect : PeerStep {
    Checked run_on(Lab&, Peer& peer) const override {
        const auto incoming = peer.take(1, peer.soon());
        if (incoming.kind == Incoming::Kind::closed) return {};
        return failed("the server closes the connection", describe(incoming));
    }
};

struct ExpectNothing : PeerStep {
    std::chrono::milliseconds span{};

    void prepare(Lab& lab) const override { lab.settle(span); }
    Checked run_on(Lab&, Peer& peer) const override {
        const auto incoming = peer.take(1, peer.now());
        if (incoming.kind == Incoming::Kind::silence) return {};
        return failed("the server sends nothing and does not close", describe(incoming));
    }
};
constexpr Key nothing_keys[] = {
    key<&ExpectNothing::span>("nothing", "for so long", {.presence = Presence::required}),
};

}  // namespace

Checked say_hello(Lab& lab, Peer& peer, const HelloKeys& keys, Pace pace) {
    if (auto done = peer.connect(keys.buffer); !done) return done;
    peer.hello = hello_of(lab, keys);
    Bytes bytes;
    append_hello(bytes, peer.hello);
    if (keys.hex) bytes = *keys.hex;
    bytes.resize(keys.cut.value_or(bytes.size()));
    if (keys.hold) {
        peer.hold(bytes);
    } else {
        peer.send_raw("hello",
                      fmt::format("hello: client id {}, protocol version {}", peer.hello.client_id,
                                  peer.hello.protocol_version),
                      bytes, pace);
    }
    return {};
}

Checked expect_accepted(Lab& lab, Peer& peer) {
    constexpr std::uint8_t accepted[] = {HelloReply::accepted};
    return expect_reply(peer, lab.target, accepted);
}

Checked expect_alive(Lab& lab) {
    auto peer = lab.make_peer("another");
    auto checked = say_hello(lab, peer, {});
    if (checked) checked = expect_accepted(lab, peer);
    if (checked) checked = subscribe(lab, peer, {.mask = {.bits = NOTIF_DEVEL}});
    if (checked) checked = expect_ok(peer);
    if (!checked) checked.error().expected = "the server goes on to serve other clients";
    return checked;
}

std::span<const Key> pace_keys() {
    static constexpr Key keys[] = {
        key<&Pace::piece>("piece", "sent in pieces of so many bytes",
                          {.low = 0, .high = 1'000'000}),
        key<&Pace::pause>("pause", "after each piece"),
    };
    return keys;
}

std::span<const Key> hello_keys() {
    constexpr KeyRules byte{.low = 0, .high = UINT8_MAX};
    constexpr KeyRules size{.low = 0, .high = 1'000'000};
    static constexpr Key keys[] = {
        key<&HelloKeys::id>("id", "the client id", byte),
        key<&HelloKeys::version>("version", "the protocol version", {.low = 0, .high = UINT16_MAX}),
        key<&HelloKeys::library>("library", "the library version", {.low = 0, .high = UINT32_MAX}),
        key<&HelloKeys::depth>("depth", "the longest keypath", byte),
        key<&HelloKeys::key>("key", "the most keys of a list", byte),
        key<&HelloKeys::challenge>("challenge", "ask for the access check"),
        key<&HelloKeys::hex>("hex", sim::forms::hex, "other bytes in place of all that"),
        key<&HelloKeys::cut>("cut", "only so many of its bytes are sent", size),
        key<&HelloKeys::hold>("hold", "it goes out with what is sent next"),
        key<&HelloKeys::buffer>("buffer", "bytes that the socket has room for", size),
        key<&HelloKeys::count>("count", "so many connections, all of this name",
                               {.low = 1, .high = 1000}),
    };
    return keys;
}

std::span<const StepKind> handshake_steps() {
    static constexpr StepKind kinds[] = {
        step_kind<HelloStep>("hello"),
        step_kind<AnswerStep>("answer", answer_keys),
        step_kind<Term>("term", term_keys),
        step_kind<Raw>("raw", raw_keys),
        step_kind<CloseStep>("close", close_keys),
        step_kind<Alive>("alive"),
    };
    return kinds;
}

std::span<const StepKind> handshake_expectations() {
    static constexpr StepKind kinds[] = {
        step_kind<ExpectChallenge>("challenge", challenge_keys),
        expectation_on<ExpectGranted>("granted"),
        expectation_on<ExpectDenied>("denied"),
        step_kind<ExpectReply>("reply", reply_keys),
        expectation_on<ExpectDisconnect>("disconnect"),
        step_kind<ExpectNothing>("nothing", nothing_keys),
    };
    return kinds;
}

}  // namespace confd::kit::server
