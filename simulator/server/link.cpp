#include "simulator/server/link.hpp"

#include <utility>

namespace confd::sim {

void Link::start(std::chrono::milliseconds write_timeout) {
    owner_.hub.attach(id_, *this);
    connection_.set_write_timeout(write_timeout);
    connection_.start(*this);
}

void Link::pause_reading(bool pause) {
    if (pause == paused_ || finishing_) return;
    paused_ = pause;
    if (pause) {
        connection_.pause_reading();
    } else {
        connection_.resume_reading();
    }
}

/// Mostly the kernel takes all of it at once, and nothing is kept or waited for.
void Link::write(Instant, ByteView bytes) {
    owner_.recorder.sent(id_, bytes, marks_);
    marks_.clear();
    out_ += bytes.size();
    const auto rest = bytes.subspan(connection_.try_send(bytes));
    if (!rest.empty()) connection_.send(Bytes(rest.begin(), rest.end()));
}

void Link::close(CloseHow how) {
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

void Link::finish() {
    if (std::exchange(finishing_, true)) return;
    connection_.finish();
}

void Link::received(std::size_t size) {
    const auto now = owner_.now();
    const auto bytes = ByteView(owner_.room).first(size);
    in_ += size;
    owner_.hub.feed(now, id_, bytes);
    owner_.advance();
}

void Link::ended() {
    owner_.hub.eof(owner_.now(), id_);
    owner_.advance();
}

}  // namespace confd::sim
