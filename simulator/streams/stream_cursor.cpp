// SPDX-License-Identifier: Apache-2.0
#include "simulator/streams/stream_cursor.hpp"

#include <algorithm>
#include <utility>

#include "simulator/base/role.hpp"

namespace confd::sim {
namespace {

/// Shares ownership of `owner` but points to a part of it.
template <class Owner>
std::shared_ptr<const Notification> part_of(std::shared_ptr<Owner> owner, const StreamEvent& part) {
    return {std::move(owner), &part.notification};
}

/// What the scenario itself says about the stream, such as a replay_complete of its own.
std::optional<StreamType> announcement(const LiveEvent& live) {
    const auto* stream = live.event.notification.get<StreamNotification>();
    if (stream == nullptr || stream->type == STREAM_NOTIFICATION_EVENT) return std::nullopt;
    return stream->type;
}

}  // namespace

StreamCursor::StreamCursor(std::shared_ptr<const StreamLog> log, CursorRequest request)
    : log_(std::move(log)),
      request_(std::move(request)),
      role_(all_roles),
      next_live_(log_->end()),
      replay_end_(log_->end()) {
    if (!request_.start) return;
    phase_ = Phase::replay;
    const auto& logged = log_->definition().log;
    const auto first = std::ranges::lower_bound(logged, *request_.start, {}, &StreamEvent::time);
    next_logged_ = static_cast<std::size_t>(first - logged.begin());
    if (log_->definition().replay_live) next_live_ = log_->first();
}

std::shared_ptr<const Notification> StreamCursor::next(WallTime now) {
    send_ = 0;
    if (phase_ == Phase::replay) {
        if (auto notification = next_replayed()) return notification;
    }
    return phase_ == Phase::live ? next_live(now) : nullptr;
}

std::optional<WallTime> StreamCursor::deadline() const {
    if (over() || !request_.stop) return std::nullopt;
    return *request_.stop + WallTime::duration(1);
}

/// Null when the replay has ended without a word.
std::shared_ptr<const Notification> StreamCursor::next_replayed() {
    const auto& stream = log_->definition();
    if (stream.replay_failed) return finish(STREAM_REPLAY_FAILED, *stream.replay_failed);
    if (!stream.replay) return finish(STREAM_REPLAY_FAILED, "The stream does not support replay");
    if (auto notification = next_logged()) return notification;
    while (auto live = take(replay_end_)) {
        const auto& event = live->event;
        if (!announcement(*live) && addressed(*live) && in_range(event.time) && passes(event)) {
            return part_of(std::move(live), event);
        }
    }
    return end_replay();
}

std::shared_ptr<const Notification> StreamCursor::next_logged() {
    const auto& logged = log_->definition().log;
    while (next_logged_ < logged.size() && in_range(logged[next_logged_].time)) {
        const auto& event = logged[next_logged_++];
        if (passes(event)) return part_of(log_, event);
    }
    return nullptr;
}

std::shared_ptr<const Notification> StreamCursor::end_replay() {
    const bool goes_on = log_->definition().after_replay == AfterReplay::live;
    phase_ = Phase::live;
    if (request_.stop && !goes_on) return nullptr;
    auto last = finish(STREAM_REPLAY_COMPLETE);
    if (goes_on) phase_ = Phase::live;
    return last;
}

std::shared_ptr<const Notification> StreamCursor::next_live(WallTime now) {
    while (auto live = take(log_->end())) {
        if (!addressed(*live) || (request_.stop && live->appended > *request_.stop)) continue;
        const auto said = announcement(*live);
        if (!said && !passes(live->event)) continue;
        if (said) phase_ = Phase::over;
        const auto& event = live->event;
        return part_of(std::move(live), event);
    }
    if (request_.stop && now > *request_.stop) return finish(STREAM_NOTIFICATION_COMPLETE);
    return nullptr;
}

std::shared_ptr<const Notification> StreamCursor::finish(StreamType type, std::string error) {
    phase_ = Phase::over;
    send_ = 0;
    StreamNotification last;
    last.type = type;
    last.error = std::move(error);
    return std::make_shared<const Notification>(NOTIF_STREAM_EVENT, std::move(last));
}

/// The next live event with a number below `end`, or null.
std::shared_ptr<const LiveEvent> StreamCursor::take(std::uint64_t end) {
    if (const auto first = std::min(log_->first(), end); next_live_ < first) {
        missed_ += first - next_live_;
        next_live_ = first;
    }
    if (next_live_ >= end) return nullptr;
    auto live = log_->live(next_live_++);
    send_ = live->send;
    return live;
}

bool StreamCursor::in_range(WallTime time) const {
    return time >= *request_.start && (!request_.stop || time <= *request_.stop);
}

bool StreamCursor::addressed(const LiveEvent& live) const {
    return (live.stream.empty() || live.stream == request_.stream) &&
           (live.role == all_roles || live.role == role_);
}

bool StreamCursor::passes(const StreamEvent& event) {
    if (!request_.access.permit(event.notification)) return false;
    if (!request_.filter) return true;
    if (!event.tree) return false;
    auto passes = request_.filter->evaluate(*event.tree);
    if (passes) return *passes;
    if (filter_ends_.events++ == 0) filter_ends_.why = std::move(passes.error());
    return false;
}

}  // namespace confd::sim
