// SPDX-License-Identifier: Apache-2.0
#include "program/line_writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>
#include <utility>

namespace confd::program {
namespace {

/// As much as goes to a pipe in one piece, whatever other processes write to it: whole lines if
/// possible.
std::string_view next_piece(std::string_view rest) {
    if (rest.size() <= PIPE_BUF) return rest;
    const auto end = rest.rfind('\n', PIPE_BUF - 1);
    return rest.substr(0, end == std::string_view::npos ? PIPE_BUF : end + 1);
}

/// How many bytes have been written, or -1 and errno.
ssize_t write_some(int descriptor, std::string_view piece) {
    while (true) {
        const auto size = ::write(descriptor, piece.data(), piece.size());
        if (size >= 0 || (errno != EINTR && errno != EAGAIN)) return size;
        // Another process that shares the open file has made it non-blocking.
        pollfd entry{descriptor, POLLOUT, 0};
        if (errno == EAGAIN) ::poll(&entry, 1, -1);
    }
}

/// Threads that are started meanwhile get no signal, not even SIGPIPE.
class NoSignals {
  public:
    NoSignals() {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    NoSignals(const NoSignals&) = delete;
    NoSignals& operator=(const NoSignals&) = delete;
    ~NoSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  private:
    sigset_t before_{};
};

}  // namespace

/// Shared with the thread, which may be left behind in a write that nothing ends.
struct LineWriter::State {
    State(int opened, std::string at, std::size_t most)
        : path(std::move(at)), limit(most), descriptor(opened) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        if (!path.empty() && descriptor >= 0) ::close(descriptor);
    }

    const std::string path;  // empty: the descriptor is another's
    const std::size_t limit;
    std::thread thread;

    mutable std::mutex mutex;  // of what follows
    std::condition_variable changed;
    int descriptor;
    std::string queue;
    std::size_t queued_lines = 0;
    std::size_t writing = 0;   // bytes that the thread has and that are not written
    std::size_t written = 0;   // bytes, since the start
    std::size_t dropped = 0;   // texts that nothing stands for yet
    std::size_t promised = 0;  // those that a line in the queue stands for
    std::string dropped_line;  // what will stand for `dropped`
    bool failing = false;      // the last attempt could not be written
    bool in_line = false;      // what was written ends without the end of its line
    int error = 0;
    bool closing = false;
    bool done = false;

    bool idle() const { return queue.empty() && writing == 0; }

    void drop(const DroppedLine& line) {
        ++dropped;
        if (line) dropped_line = line(dropped);
    }

    void add(std::string text) {
        ++queued_lines;
        if (queue.empty()) {
            queue = std::move(text);
        } else {
            queue += text;
        }
    }

    /// Puts the line into the queue that stands for what was dropped.
    void own_up() {
        if (dropped == 0) return;
        promised += std::exchange(dropped, 0);
        auto line = std::exchange(dropped_line, {});
        if (!line.empty()) queue += (std::exchange(in_line, false) ? "\n" : "") + line;
    }

    void open() {
        if (path.empty() || descriptor >= 0) return;
        const int opened = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
        const std::scoped_lock lock(mutex);
        descriptor = opened;
        if (opened < 0) error = errno;
    }

    void run() {
        open();
        std::unique_lock lock(mutex);
        while (true) {
            if (queue.empty() && !failing) own_up();
            changed.wait(lock, [this] { return closing || !queue.empty(); });
            if (queue.empty()) break;
            write_queue(lock);
        }
        done = true;
        changed.notify_all();
    }

    void write_queue(std::unique_lock<std::mutex>& lock) {
        const auto text = std::exchange(queue, {});
        const auto lines = std::exchange(queued_lines, 0);
        const auto stood_for = std::exchange(promised, 0);
        int failed = 0;
        for (std::string_view rest = text; !rest.empty() && failed == 0;) {
            writing = rest.size();
            lock.unlock();
            const auto size = write_some(descriptor, next_piece(rest));
            failed = size < 0 ? errno : 0;
            lock.lock();
            if (failed != 0) break;
            rest.remove_prefix(static_cast<std::size_t>(size));
            written += static_cast<std::size_t>(size);
            if (size > 0) in_line = text[text.size() - rest.size() - 1] != '\n';
            changed.notify_all();
        }
        writing = 0;
        failing = failed != 0;
        if (failing) {
            // Some of them may have been written: how many is not known to the byte.
            dropped += lines + stood_for;
            if (error == 0) error = failed;
        }
        changed.notify_all();
    }
};

LineWriter::LineWriter(std::shared_ptr<State> state) : state_(std::move(state)) {
    const NoSignals none;
    state_->thread = std::thread([shared = state_] { shared->run(); });
}

LineWriter::LineWriter(int descriptor, std::size_t limit)
    : LineWriter(std::make_shared<State>(descriptor, std::string(), limit)) {}

LineWriter::LineWriter(const std::string& path, int descriptor, std::size_t limit)
    : LineWriter(std::make_shared<State>(descriptor, path, limit)) {}

LineWriter::~LineWriter() {
    finish();
}

void LineWriter::write(std::string text, const DroppedLine& dropped) {
    auto& state = *state_;
    const std::scoped_lock lock(state.mutex);
    if (state.closing) return;
    const auto waiting = state.queue.size() + state.writing;
    const bool full = waiting > 0 && waiting + text.size() > state.limit;
    if (full || (state.dropped > 0 && !state.failing)) return state.drop(dropped);
    if (state.failing && state.queue.empty()) {
        if (dropped && state.dropped > 0) state.dropped_line = dropped(state.dropped);
        state.own_up();
    }
    state.add(std::move(text));
    state.changed.notify_all();
}

bool LineWriter::idle() const {
    const std::scoped_lock lock(state_->mutex);
    return state_->idle();
}

int LineWriter::error() const {
    const std::scoped_lock lock(state_->mutex);
    return state_->error;
}

bool LineWriter::finish(std::chrono::milliseconds patience) {
    auto& state = *state_;
    std::unique_lock lock(state.mutex);
    if (state.closing) return state.done && !state.failing;
    state.closing = true;
    state.changed.notify_all();
    while (!state.done) {
        const auto seen = state.written;
        const bool moved = state.changed.wait_for(
            lock, patience, [&] { return state.done || state.written != seen; });
        if (!moved) break;
    }
    const bool all = state.done && !state.failing;
    const bool ended = state.done;
    lock.unlock();
    if (ended) {
        state.thread.join();
    } else {
        state.thread.detach();
    }
    return all;
}

std::string dropped_text(std::size_t number, std::string_view what) {
    return fmt::format("{} {}{} dropped because {} not read in time", number, what,
                       number == 1 ? " was" : "s were", number == 1 ? "it was" : "they were");
}

LineWriter::DroppedLine dropped_line_of(std::string_view program) {
    return [name = std::string(program)](std::size_t lines) {
        return fmt::format("{}: {}\n", name, dropped_text(lines));
    };
}

}  // namespace confd::program
