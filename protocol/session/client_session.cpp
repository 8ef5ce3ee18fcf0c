#include "protocol/session/client_session.hpp"

#include <fmt/format.h>

#include <utility>

namespace confd {
namespace {

constexpr std::size_t challenge_message_size = 1 + std::tuple_size_v<Challenge>;

std::string refusal_text(const ClientConfig& config, const HelloReply& reply) {
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

ClientSession::ClientSession(ClientConfig config)
    : config_(std::move(config)),
      decode_options_{{config_.release.dialect(), config_.product}, config_.strict, config_.limits},
      state_(config_.secret ? State::challenge : State::hello_reply),
      input_(config_.limits.payload) {
    append_hello(output_, {.client_id = CLIENT_EVENT_NOTIFICATIONS,
                           .wants_challenge = config_.secret.has_value(),
                           .protocol_version = config_.release.protocol_version(),
                           .library_version = config_.release.library_version(),
                           .max_depth = config_.max_depth,
                           .max_key_length = config_.max_key_length});
}

ClientSession::Poll ClientSession::poll() {
    switch (state_) {
        case State::challenge:
            return on_challenge();
        case State::access_result:
            return on_access_result();
        case State::hello_reply:
            return on_hello_reply();
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
    if (!eof_) return Poll::need_input;
    SessionFailure failure;
    if (input_.buffered() > 0) {
        failure.error = {Errc::truncated,
                         input_.offset(),
                         {},
                         fmt::format("the server closed the connection {} bytes into a message",
                                     input_.buffered())};
    } else if (state_ == State::access_result) {
        // A server may deny access by closing without a word.
        return fail(refusal("Access denied"));
    }
    return fail(std::move(failure));
}

ClientSession::Poll ClientSession::on_challenge() {
    const auto message = input_.take(challenge_message_size);
    if (!message) return starved();
    if (message->front() != access_challenge) {
        return fail_protocol({Errc::bad_handshake,
                              0,
                              {},
                              fmt::format("expected an access challenge (byte {}), found byte {}",
                                          access_challenge, message->front())});
    }
    Challenge challenge{};
    std::copy(message->begin() + 1, message->end(), challenge.begin());
    const auto digest = access_digest(*config_.secret, challenge);
    output_.push_back(access_response);
    output_.insert(output_.end(), digest.begin(), digest.end());
    state_ = State::access_result;
    return on_access_result();
}

ClientSession::Poll ClientSession::on_access_result() {
    const auto result = input_.take(1);
    if (!result) return starved();
    if (result->front() != access_granted) return fail(refusal("Access denied"));
    state_ = State::hello_reply;
    return on_hello_reply();
}

ClientSession::Poll ClientSession::on_hello_reply() {
    const auto bytes = input_.take(hello_size);
    if (!bytes) return starved();
    server_ = parse_hello_reply(*bytes);
    if (server_.status != HelloReply::accepted)
        return fail(refusal(refusal_text(config_, server_)));
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
    auto decoded = decode_notification(payload_, notification_, decode_options_);
    if (decoded) return Poll::notification;
    error_ = std::move(decoded.error());
    return Poll::malformed;
}

void ClientSession::send(const Ack& ack) {
    const auto mark = begin_frame(output_);
    encode_ack(ack, output_);
    end_frame(output_, mark);
}

}  // namespace confd
