// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/server/peer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/value/text.hpp"

namespace confd::kit::server {

std::string describe(const Incoming& incoming) {
    switch (incoming.kind) {
        case Incoming::Kind::payload:
            return fmt::format(
                "{} bytes came: {}", incoming.payload.size(),
                to_hex(ByteView(incoming.payload)
                           .first(std::min<std::size_t>(incoming.payload.size(), 64))));
        case Incoming::Kind::closed:
            return incoming.payload.empty()
                       ? "the server closed the connection"
                       : fmt::format("the server closed the connection after {} bytes: {}",
                                     incoming.payload.size(), to_hex(incoming.payload));
        case Incoming::Kind::silence:
            return "nothing came";
        case Incoming::Kind::bad_frame:
            return "the bytes are no frame: " + incoming.detail;
    }
    return {};
}

Checked Peer::connect(int receive_buffer) {
    input_ = FrameReader();
    auto connected = reach_->connect(*target_, soon(), receive_buffer);
    if (!connected) {
        auto finding = failed("the server accepts connections", connected.error());
        finding.error().reached = false;
        return finding;
    }
    connection_ = std::move(*connected);
    transcript_->note(false, "connect", name_ + ": connect");
    return {};
}

void Peer::hold(ByteView bytes) {
    held_.insert(held_.end(), bytes.begin(), bytes.end());
}

void Peer::write(ByteView bytes, Pace pace) {
    Bytes all = std::exchange(held_, {});
    all.insert(all.end(), bytes.begin(), bytes.end());
    const auto piece = pace.piece == 0 ? all.size() : pace.piece;
    for (std::size_t at = 0; at < all.size(); at += piece) {
        const auto part = ByteView(all).subspan(at, std::min(piece, all.size() - at));
        if (connection_ == nullptr || !connection_->send(part, soon())) return;
        if (pace.pause.count() > 0) reach_->sleep(pace.pause);
    }
}

void Peer::send_raw(std::string_view kind, std::string summary, ByteView bytes, Pace pace) {
    transcript_->raw(false, kind, fmt::format("{}: {}", name_, summary), bytes);
    write(bytes, pace);
}

void Peer::send_frame(std::string_view kind, std::string summary, ByteView payload, Pace pace) {
    transcript_->frame(false, kind, fmt::format("{}: {}", name_, summary), payload);
    Bytes bytes;
    append_frame(bytes, payload);
    write(bytes, pace);
}

bool Peer::read_some(Clock::time_point deadline, Incoming::Kind& otherwise) {
    constexpr std::size_t at_once = 65536;
    std::size_t size = 0;
    const auto read = connection_ == nullptr
                          ? Connection::Read::closed
                          : connection_->receive(input_.prepare(at_once), size, deadline);
    switch (read) {
        case Connection::Read::bytes:
            input_.commit(size);
            return true;
        case Connection::Read::closed:
            otherwise = Incoming::Kind::closed;
            return false;
        case Connection::Read::timeout:
            break;
    }
    otherwise = Incoming::Kind::silence;
    return false;
}

Incoming Peer::take(std::size_t size, Clock::time_point deadline) {
    Incoming incoming;
    bool more = true;
    while (more) {
        if (const auto bytes = input_.take(size)) {
            incoming = {Incoming::Kind::payload, Bytes(bytes->begin(), bytes->end())};
            transcript_->raw(true, "raw", fmt::format("{}: {} bytes", name_, size), *bytes);
            return incoming;
        }
        more = read_some(deadline, incoming.kind);
    }
    if (const auto rest = input_.take(input_.buffered()); rest && !rest->empty()) {
        incoming.payload.assign(rest->begin(), rest->end());
        transcript_->raw(true, "raw", fmt::format("{}: {} bytes", name_, rest->size()), *rest);
    }
    transcript_->note(true, incoming.kind == Incoming::Kind::closed ? "close" : "silence",
                      fmt::format("{}: {}", name_, describe({incoming.kind})));
    return incoming;
}

Incoming Peer::next(Clock::time_point deadline) {
    Incoming incoming;
    while (true) {
        const auto frame = input_.next();
        if (!frame) {
            const auto rest = input_.take(input_.buffered());
            transcript_->raw(true, "raw", name_ + ": no frame", rest.value_or(ByteView()));
            return {Incoming::Kind::bad_frame, {}, to_string(frame.error())};
        }
        if (*frame) return {Incoming::Kind::payload, Bytes((*frame)->begin(), (*frame)->end())};
        if (read_some(deadline, incoming.kind)) continue;
        if (input_.partial()) {
            return {Incoming::Kind::bad_frame, {}, "a frame is announced and does not come whole"};
        }
        if (incoming.kind == Incoming::Kind::closed) {
            transcript_->note(true, "close", name_ + ": the server closed the connection");
        }
        return incoming;
    }
}

std::optional<Notification> Peer::next_event(Clock::time_point deadline, Incoming& otherwise) {
    otherwise = next(deadline);
    if (otherwise.kind != Incoming::Kind::payload) return std::nullopt;
    auto event = decode_notification(otherwise.payload, {.context = context(), .limits = {}});
    if (!event) {
        transcript_->frame(true, "raw", name_ + ": no event", otherwise.payload);
        otherwise = {Incoming::Kind::bad_frame, {}, "no event: " + to_string(event.error())};
        return std::nullopt;
    }
    transcript_->event(name_, *event, otherwise.payload, context());
    return std::move(*event);
}

void Peer::half_close() {
    transcript_->note(false, "close", name_ + ": no more will be sent");
    if (connection_ != nullptr) connection_->half_close();
}

void Peer::abort() {
    transcript_->note(false, "close", name_ + ": reset");
    if (connection_ != nullptr) connection_->abort();
    connection_.reset();
}

void Peer::close() {
    transcript_->note(false, "close", name_ + ": close");
    connection_.reset();
}

}  // namespace confd::kit::server
