// SPDX-License-Identifier: Apache-2.0
#include "protocol/session/client_session.hpp"

#include <utility>

namespace confd {
namespace {

HandshakeConfig handshake_of(const ClientConfig& config) {
    return {.client_id = CLIENT_EVENT_NOTIFICATIONS,
            .release = config.release,
            .secret = config.secret,
            .max_depth = config.max_depth,
            .max_key_length = config.max_key_length};
}

}  // namespace

ClientSession::ClientSession(ClientConfig config)
    : config_(std::move(config)),
      decoder_({{config_.release.dialect(), config_.product}, config_.strict, config_.limits}),
      handshake_(handshake_of(config_), output_),
      input_(config_.limits.payload) {}

ClientSession::Poll ClientSession::poll() {
    switch (state_) {
        case State::handshake:
            return on_handshake();
        case State::subscribe_reply:
            return on_subscribe_reply();
        case State::streaming:
            return on_frame();
        case State::failed:
            break;
    }
    return Poll::failed;
}

ClientSession::Poll ClientSession::fail(SessionFailure failure) {
    state_ = State::failed;
    failure_ = std::move(failure);
    return Poll::failed;
}

ClientSession::Poll ClientSession::fail_protocol(Error error) {
    return fail({SessionFailure::Kind::protocol, {}, std::move(error)});
}

ClientSession::Poll ClientSession::starved() {
    return eof_ ? fail(closed_by_peer(input_)) : Poll::need_input;
}

ClientSession::Poll ClientSession::on_handshake() {
    switch (handshake_.step(input_, eof_, output_)) {
        case ClientHandshake::Step::need_input:
            return Poll::need_input;
        case ClientHandshake::Step::failed:
            return fail(handshake_.failure());
        case ClientHandshake::Step::done:
            break;
    }
    send_subscription();
    state_ = State::subscribe_reply;
    return on_subscribe_reply();
}

void ClientSession::send_subscription() {
    const auto mark = begin_frame(output_);
    encode_subscription(config_.subscription, output_, config_.release.dialect());
    end_frame(output_, mark);
}

ClientSession::Poll ClientSession::on_subscribe_reply() {
    const auto frame = input_.next();
    if (!frame) return fail_protocol(frame.error());
    if (!*frame) return starved();
    auto reply = decode_reply(**frame, config_.limits);
    if (!reply) return fail_protocol(std::move(reply.error()));
    if (!*reply) return fail({SessionFailure::Kind::refused, std::move(reply->error()), {}});
    state_ = State::streaming;
    return Poll::subscribed;
}

ClientSession::Poll ClientSession::on_frame() {
    const auto frame = input_.next();
    if (!frame) return fail_protocol(frame.error());
    if (!*frame) return starved();
    payload_ = **frame;
    auto decoded = decoder_.decode(payload_);
    if (!decoded) {
        error_ = std::move(decoded.error());
        return Poll::malformed;
    }
    notification_ = *decoded;
    const auto& stream = config_.subscription.stream;
    if (stream && stream->use_ikp != 0 && notification_->type == NOTIF_STREAM_EVENT)
        names_.learn(payload_);
    return Poll::notification;
}

void ClientSession::send(const Ack& ack) {
    const auto mark = begin_frame(output_);
    encode_ack(ack, output_);
    end_frame(output_, mark);
}

}  // namespace confd
