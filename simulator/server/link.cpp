#include "simulator/server/link.hpp"

#include <utility>

namespace confd::sim {

void Link::start(std::chrono::milliseconds write_timeout) {
    connection_.set_write_timeout(write_timeout);
    connection_.start(*this);
}

void Link::flush(Instant now) {
    for (auto& action : owner_.hub.output(now, id_, connection_.unsent())) {
        if (auto* write = std::get_if<Write>(&action)) {
            owner_.recorder.sent(now, id_, write->bytes);
            connection_.send(std::move(write->bytes));
        } else {
            close(std::get<Close>(action).how);
        }
    }
    const bool pause = owner_.hub.reading_paused(now, id_);
    if (pause == paused_ || finishing_) return;
    paused_ = pause;
    if (pause) {
        connection_.pause_reading();
    } else {
        connection_.resume_reading();
    }
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

std::span<std::uint8_t> Link::room(std::size_t size) {
    return room_ = owner_.hub.prepare(id_, size);
}

void Link::received(std::size_t size) {
    const auto now = owner_.now();
    owner_.recorder.received(now, id_, room_.first(size));
    owner_.hub.commit(now, id_, size);
    owner_.advance();
}

void Link::ended() {
    owner_.hub.eof(owner_.now(), id_);
    owner_.advance();
}

}  // namespace confd::sim
