// SPDX-License-Identifier: Apache-2.0
#include "protocol/session/server_session.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <utility>

#include "protocol/session/event_frame.hpp"

namespace confd {
namespace {

constexpr std::size_t access_message_size = 1 + std::tuple_size_v<Digest>;

/// A server has thousands of clients that say a word now and then: room for a few of those is kept.
constexpr std::size_t idle_capacity = 512;

bool too_small(std::uint8_t has, std::uint8_t needed) {
    return has != 0 && has < needed;
}

}  // namespace

ServerSession::ServerSession(ServerConfig config, const Challenge& challenge)
    : config_(std::move(config)), challenge_(challenge), input_(config_.limits.payload) {}

WireContext ServerSession::context() const {
    const auto version = hello_ ? hello_->protocol_version : config_.release.protocol_version();
    const bool by_name = subscription_.stream && subscription_.stream->use_ikp != 0;
    return {dialect_of(version), config_.product, by_name ? config_.names.get() : nullptr};
}

std::size_t ServerSession::wanted(std::size_t size) const {
    if (!in_handshake()) return size;
    const auto message = state_ == State::hello ? hello_size : access_message_size;
    const auto have = input_.buffered();
    // A message that is complete has not been looked at yet.
    return have < message ? std::min(size, message - have) : 1;
}

ServerSession::Poll ServerSession::poll() {
    switch (state_) {
        case State::hello:
            return on_hello();
        case State::access_answer:
            return on_access_response();
        case State::subscribe:
            return on_subscription();
        case State::deciding:
            return Poll::need_input;
        case State::streaming:
            return on_ack();
        case State::maapi:
            return on_request();
        case State::closed:
            break;
    }
    return Poll::closed;
}

ServerSession::Poll ServerSession::close(std::string reason) {
    state_ = State::closed;
    reason_ = std::move(reason);
    return Poll::closed;
}

ServerSession::Poll ServerSession::starved() {
    if (input_.capacity() > idle_capacity) input_.release();
    if (!eof_) return Poll::need_input;
    // Between two messages of a conversation that is complete, or before it.
    const bool settled =
        state_ == State::streaming || state_ == State::maapi || state_ == State::hello;
    if (input_.buffered() == 0 && settled) return close({});
    return close(input_.buffered() > 0 ? "the client closed in the middle of a message"
                                       : "the client closed before it had subscribed");
}

ServerSession::Poll ServerSession::on_hello() {
    const auto bytes = input_.take(hello_size);
    if (!bytes) return starved();
    hello_ = parse_hello(*bytes);
    if (!hello_->wants_challenge) {
        if (config_.secret) return close("the client does not offer the access check");
        return reply_to_hello();
    }
    output_.push_back(access_challenge);
    output_.insert(output_.end(), challenge_.begin(), challenge_.end());
    state_ = State::access_answer;
    return on_access_response();
}

ServerSession::Poll ServerSession::on_access_response() {
    const auto bytes = input_.take(access_message_size);
    if (!bytes) return starved();
    if (config_.secret) {
        const auto expected = access_digest(*config_.secret, challenge_);
        const bool right = bytes->front() == access_response &&
                           CRYPTO_memcmp(bytes->data() + 1, expected.data(), expected.size()) == 0;
        if (!right) {
            output_.push_back(access_denied);
            return close("the client does not know the access secret");
        }
    }
    output_.push_back(access_granted);
    return reply_to_hello();
}

bool ServerSession::serves(std::uint8_t client_id) const {
    return client_id == CLIENT_EVENT_NOTIFICATIONS || (client_id == CLIENT_MAAPI && config_.maapi);
}

ServerSession::Poll ServerSession::reply_to_hello() {
    if (!serves(hello_->client_id)) {
        return close(fmt::format("the client asks for service {}, this socket serves {}",
                                 hello_->client_id, static_cast<int>(CLIENT_EVENT_NOTIFICATIONS)));
    }
    const auto own = keypath_room(config_.product);
    HelloReply reply{.status = HelloReply::accepted,
                     .protocol_version = config_.release.protocol_version(),
                     .release = config_.release.library_version(),
                     .max_depth = std::max(config_.max_depth, own.max_depth),
                     .max_key_length = std::max(config_.max_key_length, own.max_key_length)};
    const auto version = hello_->protocol_version;
    if (version < oldest_protocol_version || version > newest_protocol_version) {
        reply.status = HelloReply::incompatible_version;
    } else if (too_small(hello_->max_depth, config_.max_depth) ||
               too_small(hello_->max_key_length, config_.max_key_length)) {
        reply.status = HelloReply::too_small;
    }
    append_hello_reply(output_, reply);
    if (reply.status == HelloReply::incompatible_version) {
        return close(fmt::format("the client's protocol version {} is not served", version));
    }
    if (reply.status == HelloReply::too_small) {
        return close(fmt::format("the client's keypath room {}/{} is too small", hello_->max_depth,
                                 hello_->max_key_length));
    }
    maapi_ = hello_->client_id == CLIENT_MAAPI;
    state_ = maapi_ ? State::maapi : State::subscribe;
    return poll();
}

std::expected<std::optional<ByteView>, Error> ServerSession::next_frame() {
    auto frame = input_.next();
    frame_ = frame && *frame ? **frame : ByteView();
    return frame;
}

ServerSession::Poll ServerSession::on_subscription() {
    const auto frame = next_frame();
    if (!frame) return refuse_usage(frame.error());
    if (!*frame) return starved();
    auto decoded = decode_subscription(**frame, context().dialect, config_.limits);
    if (!decoded) return refuse_usage(decoded.error());
    subscription_ = std::move(*decoded);
    state_ = State::deciding;
    return Poll::subscription;
}

ServerSession::Poll ServerSession::refuse_usage(const Error& error) {
    refuse({ERR_PROTOUSAGE, fmt::format("Bad subscription: {}", to_string(error))});
    malformed_ = true;
    return Poll::closed;
}

void ServerSession::accept() {
    const auto mark = begin_frame(output_);
    encode_reply({}, output_);
    end_frame(output_, mark);
    state_ = State::streaming;
}

void ServerSession::refuse(const PeerError& error) {
    const auto mark = begin_frame(output_);
    encode_reply(std::unexpected(error), output_);
    end_frame(output_, mark);
    refusal_code_ = error.code;
    close(fmt::format("refused with {}: {}", error.code, error.text));
}

void ServerSession::time_out(const std::string& reason) {
    if (state_ == State::closed) return;
    if (state_ == State::subscribe) return refuse({ERR_PROTOUSAGE, reason});
    malformed_ = !in_handshake();
    close(reason);
}

ServerSession::Poll ServerSession::close_malformed(std::string reason) {
    malformed_ = true;
    return close(std::move(reason));
}

ServerSession::Poll ServerSession::on_ack() {
    const auto frame = next_frame();
    if (!frame) return close_malformed(to_string(frame.error()));
    if (!*frame) return starved();
    auto decoded = decode_ack(**frame, config_.limits);
    if (!decoded) {
        return close_malformed(
            fmt::format("not an acknowledgement: {}", to_string(decoded.error())));
    }
    ack_ = *decoded;
    return Poll::ack;
}

ServerSession::Poll ServerSession::on_request() {
    const auto frame = next_frame();
    if (!frame) return close_malformed(to_string(frame.error()));
    return *frame ? Poll::request : starved();
}

std::expected<void, Error> ServerSession::send(const Notification& notification) {
    return append_event(output_, notification, context());
}

}  // namespace confd
