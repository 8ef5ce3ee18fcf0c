// SPDX-License-Identifier: Apache-2.0
#include "testing/loopback.hpp"

#include <algorithm>
#include <stdexcept>

namespace confd::testing {
namespace {

/// A server that has something to do again and again at one time never gets to the next.
constexpr int max_turns = 1'000'000;

}  // namespace

bool Loopback::wait(Instant deadline, const std::function<bool()>& done) {
    for (int turns = 0; turns < max_turns; ++turns) {
        moved_ = false;
        server_->run();
        if (done()) return true;
        if (moved_) continue;
        if (now_ >= deadline) return false;
        auto next = deadline;
        if (const auto wanted = server_->next_deadline()) next = std::min(next, *wanted);
        if (next > now_) {
            now_ = next;
            turns = 0;
        }
    }
    throw std::logic_error("the server does not get any further");
}

void Loopback::sleep(std::chrono::nanoseconds span) {
    wait(now_ + span, [] { return false; });
}

Loopback::Line* Loopback::find(Id id) {
    const auto found = lines_.find(id);
    return found == lines_.end() ? nullptr : &found->second;
}

const Loopback::Line* Loopback::find(Id id) const {
    const auto found = lines_.find(id);
    return found == lines_.end() ? nullptr : &found->second;
}

std::optional<Loopback::Id> Loopback::connect(std::size_t room) {
    if (!listening_) return std::nullopt;
    lines_[++last_].room = room;
    arrived_.push_back(last_);
    moved_ = true;
    return last_;
}

bool Loopback::send(Id id, ByteView bytes) {
    auto* line = find(id);
    if (line == nullptr || line->client_gone || line->server_gone || line->to_server.closed)
        return false;
    line->to_server.bytes.insert(line->to_server.bytes.end(), bytes.begin(), bytes.end());
    moved_ = true;
    return true;
}

bool Loopback::readable(Id id) const {
    const auto* line = find(id);
    return line == nullptr || line->to_client.unread() > 0 || line->to_client.closed;
}

bool Loopback::at_end(Id id) const {
    const auto* line = find(id);
    return line == nullptr || (line->to_client.unread() == 0 && line->to_client.closed);
}

std::size_t Loopback::take(Pipe& pipe, std::span<std::uint8_t> into) {
    const auto size = std::min(into.size(), pipe.unread());
    std::copy_n(pipe.bytes.begin() + static_cast<std::ptrdiff_t>(pipe.read), size, into.begin());
    pipe.read += size;
    if (pipe.unread() == 0) {
        pipe.bytes.clear();
        pipe.read = 0;
    }
    return size;
}

std::size_t Loopback::receive(Id id, std::span<std::uint8_t> into) {
    auto* line = find(id);
    if (line == nullptr) return 0;
    const auto size = take(line->to_client, into);
    moved_ = moved_ || size > 0;
    return size;
}

void Loopback::half_close(Id id) {
    auto* line = find(id);
    if (line == nullptr) return;
    line->to_server.closed = true;
    moved_ = true;
}

void Loopback::close(Id id) {
    auto* line = find(id);
    if (line == nullptr) return;
    // As a kernel does: what will never be read is answered with a reset.
    if (line->to_client.unread() > 0) return reset(id);
    half_close(id);
    line->client_gone = true;
    if (line->server_gone) lines_.erase(id);
}

void Loopback::reset(Id id) {
    auto* line = find(id);
    if (line == nullptr) return;
    line->client_gone = line->reset_by_client = true;
    half_close(id);
    if (line->server_gone) lines_.erase(id);
}

std::optional<Loopback::Id> Loopback::accept() {
    if (arrived_.empty()) return std::nullopt;
    const auto id = arrived_.front();
    arrived_.pop_front();
    moved_ = true;
    return id;
}

Loopback::Read Loopback::read(Id id, std::span<std::uint8_t> into, std::size_t& size) {
    auto* line = find(id);
    if (line == nullptr) return Read::reset;
    size = take(line->to_server, into);
    if (size > 0) {
        moved_ = true;
        return Read::bytes;
    }
    if (line->reset_by_client) return Read::reset;
    return line->to_server.closed ? Read::closed : Read::nothing;
}

std::size_t Loopback::write(Id id, ByteView bytes) {
    auto* line = find(id);
    // Bytes for a client that has gone are taken and lost.
    if (line == nullptr || line->client_gone) return bytes.size();
    const auto unread = line->to_client.unread();
    const auto size = std::min(bytes.size(), line->room - std::min(line->room, unread));
    const auto part = bytes.first(size);
    line->to_client.bytes.insert(line->to_client.bytes.end(), part.begin(), part.end());
    moved_ = moved_ || size > 0;
    return size;
}

void Loopback::shut(Id id) {
    auto* line = find(id);
    if (line == nullptr || line->to_client.closed) return;
    line->to_client.closed = true;
    moved_ = true;
}

void Loopback::server_close(Id id) {
    auto* line = find(id);
    if (line == nullptr) return;
    line->to_client.closed = line->server_gone = true;
    moved_ = true;
    if (line->client_gone) lines_.erase(id);
}

bool Loopback::client_gone(Id id) const {
    const auto* line = find(id);
    return line == nullptr || line->client_gone;
}

}  // namespace confd::testing
