// Hello, access check, reply; and what can be done to any connection.
#include <fmt/format.h>

#include <charconv>
#include <stdexcept>

#include "conformance/kit/server/lab.hpp"
#include "protocol/value/text.hpp"

namespace confd::kit::server {
namespace {

Hello hello_of(const Lab& lab, const Step& step) {
    const auto byte = [&](std::string_view key, std::uint8_t otherwise) {
        return static_cast<std::uint8_t>(number_of(step, key, otherwise));
    };
    Hello hello;
    hello.client_id = byte("id", CLIENT_EVENT_NOTIFICATIONS);
    hello.wants_challenge = number_of(step, "challenge", lab.target.secret ? 1 : 0) != 0;
    hello.protocol_version = static_cast<std::uint16_t>(
        number_of(step, "version", lab.target.release.protocol_version()));
    hello.library_version = static_cast<std::uint32_t>(
        number_of(step, "library", lab.target.release.library_version()));
    hello.max_depth = byte("depth", default_max_depth);
    hello.max_key_length = byte("key", default_max_key_length);
    return hello;
}

Checked each(Lab& lab, const Step& step, auto&& run) {
    for (auto& peer : lab.group(step.connection)) {
        if (auto checked = run(peer); !checked) return checked;
    }
    return {};
}

Checked probe_hello(Lab& lab, const Step& step) {
    lab.create(step.connection, static_cast<std::size_t>(number_of(step, "count", 1)));
    return each(lab, step, [&](Peer& peer) { return say_hello(lab, peer, step); });
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

void send_answer(Lab& lab, Peer& peer, std::string_view how) {
    auto digest = access_digest(lab.target.secret.value_or(Bytes()), *peer.challenge);
    if (how == "wrong") digest.back() ^= 1;
    Bytes answer{how == "byte" ? std::uint8_t{13} : access_response};
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

Checked probe_challenge(Lab& lab, const Step& step) {
    return each(lab, step, [&](Peer& peer) -> Checked {
        if (auto checked = take_challenge(peer); !checked) return checked;
        if (!has(step, "unlike")) return {};
        const auto& other = lab.group(text_of(step, "unlike")).front();
        if (other.challenge != peer.challenge) return {};
        return failed("random bytes in the challenge", "two connections got the same 16 bytes");
    });
}

Checked probe_answer(Lab& lab, const Step& step) {
    return each(lab, step, [&](Peer& peer) -> Checked {
        if (!peer.challenge) throw std::invalid_argument("there is no challenge to answer");
        send_answer(lab, peer, step.what);
        return {};
    });
}

Checked probe_granted(Lab& lab, const Step& step) {
    return each(lab, step, [&](Peer& peer) { return expect_granted(peer); });
}

Checked probe_denied(Lab& lab, const Step& step) {
    return each(lab, step, [&](Peer& peer) -> Checked {
        // Two bytes are one too many: what comes before the close is at most one, and not 0.
        const auto incoming = peer.take(2, peer.soon());
        const bool fits = incoming.kind == Incoming::Kind::closed &&
                          (incoming.payload.empty() || incoming.payload[0] != access_granted);
        if (fits) return {};
        return failed("the connection is closed, after one byte other than 0 at most",
                      describe(incoming));
    });
}

Checked probe_reply(Lab& lab, const Step& step) {
    return each(lab, step, [&](Peer& peer) -> Checked {
        const auto statuses = step.what.empty() ? std::string("0") : step.what;
        if (auto checked = expect_reply(lab, peer, statuses); !checked) return checked;
        if (!has(step, "like")) return {};
        auto other = *lab.group(text_of(step, "like")).front().reply;
        other.status = peer.reply->status;
        if (other == *peer.reply) return {};
        return failed("the same versions and sizes in every reply: they are the server's own",
                      fmt::format("protocol version {} here, {} on the other connection",
                                  peer.reply->protocol_version, other.protocol_version));
    });
}

Checked probe_closed(Lab& lab, const Step& step) {
    return each(lab, step, [&](Peer& peer) -> Checked {
        const auto incoming = peer.take(1, peer.soon());
        if (incoming.kind == Incoming::Kind::closed) return {};
        return failed("the server closes the connection", describe(incoming));
    });
}

Checked probe_silent(Lab& lab, const Step& step) {
    lab.settle(time_of(step, "for", lab.target.quiet));
    return each(lab, step, [&](Peer& peer) -> Checked {
        const auto incoming = peer.take(1, peer.now());
        if (incoming.kind == Incoming::Kind::silence) return {};
        return failed("the server sends nothing and does not close", describe(incoming));
    });
}

Checked probe_send(Lab& lab, const Step& step) {
    return each(lab, step, [&](Peer& peer) -> Checked {
        if (has(step, "term")) {
            peer.send_frame("raw", "a term", payload_of(text_of(step, "term")), pace_of(step));
        } else if (has(step, "frame")) {
            peer.send_frame("raw", "a frame", bytes_of(step, "frame"), pace_of(step));
        } else {
            auto bytes = bytes_of(step, "bytes");
            bytes.resize(bytes.size() + static_cast<std::size_t>(number_of(step, "fill", 0)), 0x61);
            peer.send_raw("raw", "bytes", bytes, pace_of(step));
        }
        return {};
    });
}

Checked probe_close(Lab& lab, const Step& step) {
    return each(lab, step, [&](Peer& peer) -> Checked {
        if (step.what == "half") {
            peer.half_close();
        } else if (step.what == "reset") {
            peer.abort();
        } else {
            peer.close();
        }
        return {};
    });
}

bool listed(std::string_view statuses, std::uint8_t status) {
    return fmt::format("|{}|", statuses).find(fmt::format("|{}|", status)) != std::string::npos;
}

}  // namespace

Pace pace_of(const Step& step) {
    return {static_cast<std::size_t>(number_of(step, "piece", 0)),
            time_of(step, "pause", std::chrono::milliseconds(0))};
}

Checked say_hello(Lab& lab, Peer& peer, const Step& step) {
    if (auto done = peer.connect(static_cast<int>(number_of(step, "buffer", 0))); !done) {
        return done;
    }
    peer.hello = hello_of(lab, step);
    Bytes bytes;
    append_hello(bytes, peer.hello);
    if (has(step, "bytes")) bytes = bytes_of(step, "bytes");
    bytes.resize(static_cast<std::size_t>(number_of(step, "cut", std::ssize(bytes))));
    if (number_of(step, "hold", 0) != 0) {
        peer.hold(bytes);
    } else {
        peer.send_raw("hello",
                      fmt::format("hello: client id {}, protocol version {}", peer.hello.client_id,
                                  peer.hello.protocol_version),
                      bytes, pace_of(step));
    }
    return {};
}

Checked expect_reply(Lab& lab, Peer& peer, std::string_view statuses) {
    if (peer.hello.wants_challenge && !peer.challenge) {
        if (auto checked = take_challenge(peer); !checked) return checked;
        send_answer(lab, peer, "right");
        if (auto checked = expect_granted(peer); !checked) return checked;
    }
    const auto expected = fmt::format("a reply of 9 bytes with status {}", statuses);
    const auto incoming = peer.take(hello_size, peer.soon());
    if (incoming.kind != Incoming::Kind::payload) return failed(expected, describe(incoming));
    peer.reply = parse_hello_reply(incoming.payload);
    if (listed(statuses, peer.reply->status)) return {};
    return failed(expected, fmt::format("the status is {}", peer.reply->status));
}

Checked expect_alive(Lab& lab) {
    auto peer = lab.make_peer("another");
    Step step;
    step.parameters.emplace("mask", "NOTIF_DEVEL");
    auto checked = say_hello(lab, peer, step);
    if (checked) checked = expect_reply(lab, peer, "0");
    if (checked) checked = subscribe(lab, peer, step);
    if (checked) checked = expect_ok(peer);
    if (!checked) checked.error().expected = "the server goes on to serve other clients";
    return checked;
}

std::span<const Probe> handshake_probes() {
    constexpr std::string_view hello =
        "id version library depth key challenge bytes cut hold piece pause buffer count";
    static constexpr Probe probes[] = {
        {"hello", probe_hello, hello},
        {"challenge", probe_challenge, "unlike"},
        {"answer", probe_answer, ""},
        {"granted", probe_granted, ""},
        {"denied", probe_denied, ""},
        {"reply", probe_reply, "like"},
        {"closed", probe_closed, ""},
        {"silent", probe_silent, "for"},
        {"send", probe_send, "term frame bytes fill piece pause"},
        {"close", probe_close, ""},
        {"alive", [](Lab& lab, const Step&) { return expect_alive(lab); }, ""},
    };
    return probes;
}

}  // namespace confd::kit::server
