// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/run/output_reader.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace confd::kit {
namespace {

constexpr std::size_t piece_size = std::size_t{64} * 1024;

/// No pipe holds more unless an administrator has raised /proc/sys/fs/pipe-max-size.
constexpr std::size_t most_in_a_pipe = std::size_t{1} << 20;

}  // namespace

void KeptText::add(std::string_view text) {
    size_ += text.size();
    const auto room = half_ - std::min(head_.size(), half_);
    head_ += text.substr(0, room);
    text.remove_prefix(std::min(room, text.size()));
    if (text.size() > half_) text.remove_prefix(text.size() - half_);
    tail_ += text;
    if (tail_.size() > 2 * half_) tail_.erase(0, tail_.size() - half_);
}

std::string KeptText::text() const {
    const auto end = std::string_view(tail_).substr(tail_.size() - std::min(tail_.size(), half_));
    const auto missing = size_ - head_.size() - end.size();
    if (missing == 0) return head_ + std::string(end);
    return fmt::format("{}\n.. {} bytes ..\n{}", head_, missing, end);
}

OutputReader::OutputReader(std::array<Descriptor, 2> pipes, std::array<std::size_t, 2> limits)
    : pipes_{Pipe{std::move(pipes[0]), KeptText(limits[0])},
             Pipe{std::move(pipes[1]), KeptText(limits[1])}},
      stop_(::eventfd(0, EFD_CLOEXEC)) {
    if (!stop_) throw std::system_error(errno, std::generic_category(), "eventfd");
    for (const auto& pipe : pipes_)
        ::fcntl(pipe.end.get(), F_SETFL, O_RDONLY | O_NONBLOCK);
    thread_ = std::jthread([this] { run(); });
}

OutputReader::~OutputReader() {
    const std::uint64_t one = 1;
    (void)!::write(stop_.get(), &one, sizeof one);
}

void OutputReader::run() {
    while (true) {
        // Of these two only this thread closes one. Those that are closed are passed over.
        std::array entries{pollfd{pipes_[0].end.get(), POLLIN, 0},
                           pollfd{pipes_[1].end.get(), POLLIN, 0}, pollfd{stop_.get(), POLLIN, 0}};
        if (::poll(entries.data(), entries.size(), -1) < 0 && errno != EINTR) return;
        if (entries[2].revents != 0) return;
        const std::scoped_lock lock(mutex_);
        for (std::size_t i = 0; i < pipes_.size(); ++i) {
            const auto events = entries.at(i).revents;
            auto& pipe = pipes_.at(i);
            if (events != 0 && !read_some(pipe) && (events & (POLLHUP | POLLERR)) != 0)
                pipe.end.close();
        }
    }
}

bool OutputReader::read_some(Pipe& pipe) {
    std::array<char, piece_size> piece;
    const auto size = ::read(pipe.end.get(), piece.data(), piece.size());
    if (size <= 0) return false;
    pipe.kept.add({piece.data(), static_cast<std::size_t>(size)});
    return true;
}

void OutputReader::catch_up() {
    const std::scoped_lock lock(mutex_);
    for (auto& pipe : pipes_) {
        const auto before = pipe.kept.size();
        // Something that the program has left behind may write without end.
        while (pipe.end && pipe.kept.size() - before < most_in_a_pipe && read_some(pipe)) {
        }
    }
}

std::string OutputReader::text(std::size_t index) const {
    const std::scoped_lock lock(mutex_);
    return pipes_.at(index).kept.text();
}

std::size_t OutputReader::size(std::size_t index) const {
    const std::scoped_lock lock(mutex_);
    return pipes_.at(index).kept.size();
}

}  // namespace confd::kit
