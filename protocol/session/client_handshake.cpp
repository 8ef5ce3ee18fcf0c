// SPDX-License-Identifier: Apache-2.0
#include "protocol/session/client_handshake.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace confd {
namespace {

constexpr std::size_t challenge_message_size = 1 + std::tuple_size_v<Challenge>;

std::string refusal_text(const HandshakeConfig& config, const HelloReply& reply) {
    switch (reply.status) {
        case HelloReply::incompatible_version:
            return fmt::format(
                "Library protocol version ({}) is not compatible with ConfD protocol version ({})",
                config.release.protocol_version(), reply.protocol_version);
        case HelloReply::too_small:
            return fmt::format("Maximum depth/key length {}/{} are too small, ConfD needs {}/{}",
                               config.max_depth, config.max_key_length, reply.max_depth,
                               reply.max_key_length);
        default:
            return fmt::format("The server refused the connection with status {}", reply.status);
    }
}

SessionFailure refusal(std::string text) {
    return {SessionFailure::Kind::refused, {ERR_PROTOUSAGE, std::move(text)}, {}};
}

}  // namespace

std::string to_string(const SessionFailure& failure) {
    switch (failure.kind) {
        case SessionFailure::Kind::closed:
            return failure.error.message.empty() ? "the server closed the connection"
                                                 : failure.error.message;
        case SessionFailure::Kind::refused: {
            const auto name = name_of(constants<PeerErrorCode>, failure.peer.code);
            return fmt::format("the server refused: {} ({}{}{})", failure.peer.text,
                               name.value_or(""), name ? " " : "code ", failure.peer.code);
        }
        case SessionFailure::Kind::protocol:
            break;
    }
    return to_string(failure.error);
}

SessionFailure closed_by_peer(const FrameReader& input) {
    SessionFailure failure;
    if (input.buffered() > 0) {
        failure.error = {Errc::truncated,
                         input.offset(),
                         {},
                         fmt::format("the server closed the connection {} bytes into a message",
                                     input.buffered())};
    }
    return failure;
}

ClientHandshake::ClientHandshake(HandshakeConfig config, Bytes& output)
    : config_(std::move(config)), state_(config_.secret ? State::challenge : State::hello_reply) {
    append_hello(output, {.client_id = config_.client_id,
                          .wants_challenge = config_.secret.has_value(),
                          .protocol_version = config_.release.protocol_version(),
                          .library_version = config_.release.library_version(),
                          .max_depth = config_.max_depth,
                          .max_key_length = config_.max_key_length});
}

ClientHandshake::Step ClientHandshake::step(FrameReader& input, bool eof, Bytes& output) {
    switch (state_) {
        case State::challenge:
            return on_challenge(input, eof, output);
        case State::access_result:
            return on_access_result(input, eof);
        case State::hello_reply:
            break;
    }
    return on_hello_reply(input, eof);
}

ClientHandshake::Step ClientHandshake::fail(SessionFailure failure) {
    failure_ = std::move(failure);
    return Step::failed;
}

ClientHandshake::Step ClientHandshake::starved(const FrameReader& input, bool eof) {
    if (!eof) return Step::need_input;
    // A server may deny access by closing without a word.
    if (input.buffered() == 0 && state_ == State::access_result) {
        return fail(refusal("Access denied"));
    }
    return fail(closed_by_peer(input));
}

ClientHandshake::Step ClientHandshake::on_challenge(FrameReader& input, bool eof, Bytes& output) {
    const auto message = input.take(challenge_message_size);
    if (!message) return starved(input, eof);
    if (message->front() != access_challenge) {
        return fail({SessionFailure::Kind::protocol,
                     {},
                     {Errc::bad_handshake,
                      0,
                      {},
                      fmt::format("expected an access challenge (byte {}), found byte {}",
                                  access_challenge, message->front())}});
    }
    Challenge challenge{};
    std::copy(message->begin() + 1, message->end(), challenge.begin());
    const auto digest = access_digest(*config_.secret, challenge);
    output.push_back(access_response);
    output.insert(output.end(), digest.begin(), digest.end());
    state_ = State::access_result;
    return on_access_result(input, eof);
}

ClientHandshake::Step ClientHandshake::on_access_result(FrameReader& input, bool eof) {
    const auto result = input.take(1);
    if (!result) return starved(input, eof);
    if (result->front() != access_granted) return fail(refusal("Access denied"));
    state_ = State::hello_reply;
    return on_hello_reply(input, eof);
}

ClientHandshake::Step ClientHandshake::on_hello_reply(FrameReader& input, bool eof) {
    const auto bytes = input.take(hello_size);
    if (!bytes) return starved(input, eof);
    server_ = parse_hello_reply(*bytes);
    if (server_.status != HelloReply::accepted)
        return fail(refusal(refusal_text(config_, server_)));
    return Step::done;
}

}  // namespace confd
