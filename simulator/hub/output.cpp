// SPDX-License-Identifier: Apache-2.0
#include "simulator/hub/output.hpp"

#include <algorithm>
#include <utility>

#include "protocol/frame/frame.hpp"
#include "protocol/term/reader.hpp"

namespace confd::sim {
namespace {

/// Whether the bytes are frames of terms, from their first to their last.
bool are_frames(ByteView bytes) {
    while (bytes.size() > frame_header_size) {
        const std::size_t size = load_word(bytes.data());
        if (size == 0 || size > bytes.size() - frame_header_size) return false;
        if (bytes[frame_header_size] != term_version) return false;
        bytes = bytes.subspan(frame_header_size + size);
    }
    return bytes.empty();
}

/// The events in the last bytes of all that a subscriber was to be sent. They may begin in the
/// middle of one: where the next begins is where frames fit to the end. Bytes that a fault has been
/// at may fit nowhere and are none.
std::uint64_t count_events(ByteView tail) {
    std::size_t begin = 0;
    while (!are_frames(tail.subspan(begin)))
        ++begin;
    MessageCutter frames(Direction::out, Stage::events, UINT32_MAX);
    frames.append(tail.subspan(begin));
    std::uint64_t events = begin > 0 ? 1 : 0;
    while (const auto message = frames.next()) {
        if (message->event != 0) ++events;
    }
    return events;
}

void append(Bytes& to, ByteView bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

}  // namespace

void Output::join(const SubscriberGroup& group) {
    group_ = &group;
    got_ = group.batch.end();
}

void Output::leave() {
    catch_up();
    group_ = nullptr;
}

ServerSession& Output::session() {
    catch_up();
    return session_;
}

void Output::catch_up() {
    const auto bytes = rest();
    if (bytes.empty()) return;
    group_->batch.append_marks(got_, marks_, queued());
    session_.send_raw(bytes);
    got_ = group_->batch.end();
}

std::expected<void, Error> Output::send(const Notification& event, SendId mark) {
    catch_up();
    const auto begin = queued();
    auto sent = session_.send(event);
    if (sent && mark != 0) marks_.push_back({begin, mark});
    return sent;
}

void Output::pass_on(Instant now) {
    if (faults_ == nullptr) {
        append(passed_, session_.take_output());
        return;
    }
    Marks marks;
    const auto bytes = take_queued(marks);
    if (reply_) reply_ = std::min(*reply_, passed_.size());
    faults_->push(now, bytes, marks);
}

/// What the session has, with the marks of that: `passed_` keeps its own.
Bytes Output::take_queued(Marks& marks) {
    auto before = take_marks(marks_, passed_.size());
    marks = std::exchange(marks_, std::move(before));
    return session_.take_output();
}

bool Output::write_batch(Instant now) {
    const auto bytes = rest();
    if (bytes.empty() || close_ || pending()) return false;
    Marks marks;
    group_->batch.append_marks(got_, marks, 0);
    if (!marks.empty()) connection_->mark(std::move(marks));
    got_ = group_->batch.end();
    connection_->write(now, bytes);
    return true;
}

std::vector<Action> Output::take(Instant now) {
    std::vector<Action> actions;
    catch_up();
    reply_.reset();
    if (told_) discard();
    if (!passed_.empty()) {
        auto marks = take_marks(marks_, passed_.size());
        actions.emplace_back(Write{std::exchange(passed_, {}), std::move(marks)});
    }
    if (session_.has_output()) {
        Marks marks;
        auto bytes = take_queued(marks);
        if (faults_ == nullptr) {
            actions.emplace_back(Write{std::move(bytes), std::move(marks)});
        } else {
            faults_->push(now, bytes, marks);
        }
    }
    if (faults_ != nullptr) take_faults(now, actions);
    const bool idle = faults_ == nullptr || faults_->idle();
    if (close_due() && (idle || *close_ == CloseHow::rst)) {
        told_ = close_;
        actions.emplace_back(Close{*close_});
    }
    return actions;
}

/// What faults let through, or make of it. One that closes the connection does so whatever is
/// queued behind it.
void Output::take_faults(Instant now, std::vector<Action>& actions) {
    for (auto& action : faults_->poll(now)) {
        if (const auto* end = std::get_if<Close>(&action)) {
            told_ = end->how;
            close(end->how);
            if (end->how != CloseHow::half) drop();
        }
        actions.push_back(std::move(action));
    }
}

/// The connection has been told to end: what the session still says goes nowhere.
void Output::discard() {
    passed_.clear();
    marks_.clear();
    session_.take_output();
    if (told_ != CloseHow::half && faults_ != nullptr) faults_->stop();
}

void Output::perform(Instant now, std::vector<Action> actions) {
    for (auto& action : actions) {
        if (auto* write = std::get_if<Write>(&action)) {
            if (!write->marks.empty()) connection_->mark(std::move(write->marks));
            connection_->write(now, write->bytes);
        } else {
            connection_->close(std::get<Close>(action).how);
        }
    }
}

void Output::refresh() {
    if (connection_ != nullptr) unsent_ = connection_->unsent();
}

void Output::pause_reading(bool pause) {
    if (pause != std::exchange(paused_, pause)) connection_->pause_reading(pause);
}

void Output::drop() {
    if (group_ != nullptr) got_ = group_->batch.end();
    marks_.clear();
    const auto reply = reply_.value_or(0);
    passed_.resize(std::min(reply, passed_.size()));
    auto kept = session_.take_output();
    kept.resize(std::min(reply - passed_.size(), kept.size()));
    if (!kept.empty()) session_.send_raw(kept);
    if (faults_ != nullptr && !reply_) faults_->stop();
}

Lost Output::lose() {
    catch_up();
    refresh();
    auto bytes = connection_ == nullptr ? Bytes() : connection_->unsent_bytes();
    const auto size = waiting();
    if (faults_ != nullptr) append(bytes, faults_->held_bytes());
    append(bytes, passed_);
    append(bytes, session_.output());
    drop();
    return {.events = count_events(bytes), .bytes = size};
}

}  // namespace confd::sim
