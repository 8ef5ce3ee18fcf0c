// SPDX-License-Identifier: Apache-2.0
#include "simulator/server/socket_connection.hpp"

#include <utility>

namespace confd::sim {

void SocketConnection::start(std::chrono::milliseconds write_timeout) {
    context_.hub.attach(id_, *this);
    connection_.set_write_timeout(write_timeout);
    connection_.start(*this);
}

void SocketConnection::pause_reading(bool pause) {
    if (pause == paused_ || finishing_) return;
    paused_ = pause;
    if (pause) {
        connection_.pause_reading();
    } else {
        connection_.resume_reading();
    }
}

/// Mostly the kernel takes all of it at once, and nothing is kept or waited for.
void SocketConnection::write(Instant, ByteView bytes) {
    context_.recorder.sent(id_, bytes, marks_);
    marks_.clear();
    out_ += bytes.size();
    const auto rest = bytes.subspan(connection_.try_send(bytes));
    if (!rest.empty()) connection_.send(Bytes(rest.begin(), rest.end()));
}

void SocketConnection::close(CloseHow how) {
    switch (how) {
        case CloseHow::fin:
            return finish();
        case CloseHow::rst:
            finishing_ = true;
            return connection_.reset();
        case CloseHow::half:
            return connection_.finish_sending();
    }
}

void SocketConnection::finish() {
    if (std::exchange(finishing_, true)) return;
    connection_.finish();
}

void SocketConnection::received(std::size_t size) {
    const auto now = context_.now();
    const auto bytes = ByteView(context_.room).first(size);
    in_ += size;
    context_.hub.feed(now, id_, bytes);
    context_.advance();
}

void SocketConnection::ended() {
    context_.hub.eof(context_.now(), id_);
    context_.advance();
}

}  // namespace confd::sim
