// SPDX-License-Identifier: Apache-2.0
#include "protocol/maapi/client_session.hpp"

#include <fmt/format.h>

#include <cassert>
#include <utility>
#include <variant>

#include "protocol/term/tags.hpp"

namespace confd {
namespace {

HandshakeConfig handshake_of(const MaapiClientConfig& config) {
    return {.client_id = CLIENT_MAAPI,
            .release = config.release,
            .secret = config.secret,
            .max_depth = config.max_depth,
            .max_key_length = config.max_key_length};
}

MaapiReply reply_of(DiffEnd& end) {
    using Kind = DiffEnd::Kind;
    if (end.kind == Kind::done) return {};
    return std::unexpected(
        PeerError{end.kind == Kind::badstate ? ERR_BADSTATE : ERR_EXTERNAL, std::move(end.text)});
}

}  // namespace

MaapiClientSession::MaapiClientSession(const MaapiClientConfig& config)
    : limits_(config.limits),
      handshake_(handshake_of(config), output_),
      input_(config.limits.payload) {}

MaapiClientSession::Poll MaapiClientSession::fail(SessionFailure failure) {
    state_ = State::failed;
    failure_ = std::move(failure);
    return Poll::failed;
}

MaapiClientSession::Poll MaapiClientSession::fail_protocol(Error error) {
    return fail({SessionFailure::Kind::protocol, {}, std::move(error)});
}

MaapiClientSession::Poll MaapiClientSession::poll() {
    if (state_ == State::failed) return Poll::failed;
    if (state_ == State::handshake) return on_handshake();
    if (std::exchange(stopped_, false)) return complete({});
    while (true) {
        const auto frame = input_.next();
        if (!frame) return fail_protocol(frame.error());
        if (!*frame && !eof_) return Poll::need_input;
        if (!*frame) return fail(closed_by_peer(input_));
        // A frame of a load that does not end it says nothing to the owner.
        if (const auto step = on_frame(**frame); step != Poll::need_input) return step;
    }
}

MaapiClientSession::Poll MaapiClientSession::on_handshake() {
    switch (handshake_.step(input_, eof_, output_)) {
        case ClientHandshake::Step::need_input:
            return Poll::need_input;
        case ClientHandshake::Step::failed:
            return fail(handshake_.failure());
        case ClientHandshake::Step::done:
            break;
    }
    state_ = State::idle;
    return Poll::connected;
}

MaapiClientSession::Poll MaapiClientSession::on_frame(ByteView payload) {
    if (is_late_end(payload)) return Poll::need_input;
    if (state_ == State::idle || answer_due_) {
        return fail_protocol(
            {Errc::unexpected_frame, 0, {}, "the server sent something that nothing asked for"});
    }
    if (state_ == State::calling || is_maapi_failure(payload)) {
        auto reply = decode_maapi_reply(payload, op_, limits_);
        if (!reply) return fail_protocol(std::move(reply.error()));
        return complete(std::move(*reply));
    }
    return state_ == State::iterating ? on_change(payload) : on_load(payload);
}

/// Once after a stop. For an iteration it cannot be told from an end of its own.
bool MaapiClientSession::is_late_end(ByteView payload) {
    if (!end_may_follow_) return false;
    end_may_follow_ = false;
    if (state_ == State::iterating || payload.empty() || payload.front() != term_version) {
        return false;
    }
    const auto message = decode_diff(payload, limits_);
    return message && std::holds_alternative<DiffEnd>(*message);
}

MaapiClientSession::Poll MaapiClientSession::on_change(ByteView payload) {
    auto message = decode_diff(payload, limits_);
    if (!message) return fail_protocol(std::move(message.error()));
    if (auto* const end = std::get_if<DiffEnd>(&*message)) return complete(reply_of(*end));
    change_ = std::move(std::get<DiffChange>(*message));
    answer_due_ = true;
    return Poll::change;
}

MaapiClientSession::Poll MaapiClientSession::on_load(ByteView payload) {
    const auto frame = load_.take(payload, *into_, limits_);
    if (!frame) return fail_protocol(frame.error());
    return *frame == LoadFrame::end ? complete({}) : Poll::need_input;
}

MaapiClientSession::Poll MaapiClientSession::complete(MaapiReply reply) {
    state_ = State::idle;
    into_ = nullptr;
    reply_ = std::move(reply);
    return Poll::reply;
}

void MaapiClientSession::call(const MaapiRequest& request) {
    assert(idle());
    op_ = op_of(request);
    state_ = op_ == MAAPI_DIFF_ITERATE ? State::iterating : State::calling;
    const auto mark = begin_frame(output_);
    encode_maapi_request(request, output_);
    end_frame(output_, mark);
}

void MaapiClientSession::load(MaapiOp op, SchemaNames& into) {
    call(MaapiLoad{.op = op, .use_ikp = false, .namespaces = {}});
    state_ = State::loading;
    into_ = &into;
    load_ = SchemaLoad(op);
}

void MaapiClientSession::answer(IterAnswer answer) {
    assert(answer_due_);
    answer_due_ = false;
    stopped_ = end_may_follow_ = answer == ITER_STOP;
    const auto mark = begin_frame(output_);
    encode_iter_answer(answer, output_);
    end_frame(output_, mark);
}

}  // namespace confd
