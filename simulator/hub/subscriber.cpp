// SPDX-License-Identifier: Apache-2.0
#include "simulator/hub/subscriber.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "simulator/base/earliest.hpp"

namespace confd::sim {
namespace {

/// A replay, or an answer to a MAAPI client, goes on when less than this waits: a long log or
/// schema is not queued at once.
constexpr std::size_t usual_queue = std::size_t{256} << 10;

}  // namespace

Subscriber::Subscriber(PeerId id, const Challenge& challenge, Instant now, HubContext& hub)
    : hub_(hub), id_(id), session_(hub.config.server, challenge), output_(session_), input_(now) {}

// ---- input ----

void Subscriber::feed(ByteView bytes) {
    hub_.events.comes_in(id_, bytes);
    // Once it is gone this would only pile up, while a fault holds up the close.
    if (!gone()) session_.feed(bytes);
}

bool Subscriber::delay(Instant now, ByteView bytes) {
    if (gone() || faults_ == nullptr) return false;
    faults_->push(now, bytes);
    return true;
}

std::vector<Action> Subscriber::move_in(Instant now) {
    output_.faults()->serves(faults_->service());
    return faults_->poll(now);
}

void Subscriber::end(Instant now) {
    if (!gone()) state_ = State::ended;
    if (faults_ != nullptr) faults_->finish(now);
}

/// Its end comes behind what a fault holds back.
bool Subscriber::end_session() {
    if (state_ == State::connected || (faults_ != nullptr && !faults_->idle())) return false;
    session_.feed_eof();
    return true;
}

std::size_t Subscriber::wanted(std::size_t size) const {
    // What a fault delays is not in the session yet.
    return has_faults() ? size : session_.wanted(size);
}

bool Subscriber::reading_paused(Instant now) const {
    return acks_held() || answers_wait() || (has_faults() && faults_->reading_paused(now));
}

/// What the client has to send in time. Nothing from one to which a fault may be done: that can be
/// what it waits for itself.
std::optional<InputTimeout::Due> Subscriber::input_due() const {
    if (gone() || has_faults()) return std::nullopt;
    return input_.due(session_, hub_.config.limits);
}

bool Subscriber::time_out(Instant now) {
    const auto due = input_due();
    if (!due || due->at > now) return false;
    output_.session().time_out(fmt::format("{} was not complete in time", due->what));
    return true;
}

// ---- the subscription ----

void Subscriber::admit(Instant now, std::string role) {
    role_ = std::move(role);
    if (cursor_) cursor_->set_role(role_);
    // The subscription itself has been read.
    if (!has_faults() && hub_.faults.touches(role_))
        make_faults(Stage::subscription, Stage::events);
    if (has_faults()) {
        output_.faults()->subscribed(role_, session_.context());
        faults_->subscribed(role_, session_.context());
    }
    output_.session().accept();
    output_.keep_reply();
    stats_ = std::make_unique<SubscriberStats>();
    stats_->peer = id_;
    stats_->role = role_;
    stats_->mask = session_.subscription().mask;
    stats_->subscribed = now;
    start_periodic(now);
}

void Subscriber::start_periodic(Instant now) {
    const auto& subscription = session_.subscription();
    const auto add = [&](std::uint32_t type, std::int64_t wanted) {
        if ((subscription.mask & type) == 0) return;
        const std::chrono::milliseconds interval(std::clamp<std::int64_t>(
            wanted, min_interval, std::chrono::milliseconds(std::chrono::years(1)).count()));
        periodic_.push_back({type, interval, now + interval});
    };
    add(NOTIF_HEARTBEAT, subscription.heartbeat_interval);
    add(NOTIF_HEALTH_CHECK, subscription.health_check_interval);
}

/// Until it leaves its counts are less by what the group had been sent before.
void Subscriber::join(const SubscriberGroup& group) {
    for (std::size_t i = 0; i < group.sent.size(); ++i)
        stats_->events[i] -= group.sent[i];
    output_.join(group);
}

void Subscriber::leave() {
    stats_->events = events();
    output_.leave();
}

EventCounts Subscriber::events() const {
    auto out = stats_->events;
    for (std::size_t i = 0; listens() && i < out.size(); ++i)
        out[i] += output_.group()->sent[i];
    return out;
}

std::size_t Subscriber::pump(Instant now) {
    std::size_t sent = 0;
    if (!cursor_ || !listens()) return sent;
    stopped_for_room_ = false;
    while (output_.waiting() < usual_queue) {
        const auto next = cursor_->next(hub_.config.wall(now));
        report_filter();
        if (next == nullptr) return sent;
        if (!output_.send(*next, hub_.events.observed() ? cursor_->send() : 0)) continue;
        ++stats_->events[bit_of(NOTIF_STREAM_EVENT)];
        ++sent;
    }
    stopped_for_room_ = true;
    return sent;
}

void Subscriber::report_filter() {
    auto ends = cursor_->take_filter_ends();
    if (ends.events == 0) return;
    filter_ends_ += ends.events;
    hub_.filter_ends += ends.events;
    hub_.events.add(FilterEnded{id_, role_, std::move(ends)});
}

void Subscriber::send_periodic(Instant now) {
    for (auto& event : periodic_) {
        if (event.next > now) continue;
        if (output_.send({event.type, SignalNotification{}}, 0)) {
            ++stats_->events[bit_of(event.type)];
            ++beats_;
        }
        // After a pause there is one, not all that were missed.
        event.next += event.interval;
        if (event.next <= now) event.next = now + event.interval;
    }
}

// ---- acknowledgements ----

bool Subscriber::acks_flow(Instant now) {
    const bool flow = state_ == State::ended || ack_limiter_.ready(ack_rate()) <= now;
    if (flow) {
        if (acks_ == Acks::held) acks_ = Acks::held_before;
        return true;
    }
    if (std::exchange(acks_, Acks::held) == Acks::never_held) {
        hub_.events.add(AcksHeld{id_, role_});
    }
    return false;
}

void Subscriber::count(Instant now, const Barriers::Answer& answer) {
    if (answer.verdict != AckVerdict::known) ack_limiter_.take(ack_rate(), now);
    ++stats_->acks[static_cast<std::size_t>(answer.verdict)];
    if (answer.verdict != AckVerdict::known && answer.verdict != AckVerdict::late) return;
    auto& latencies = stats_->latencies;
    if (!latencies) latencies = std::make_shared<Latencies>();
    latencies->add(std::chrono::duration_cast<Latencies::Micros>(now - answer.owed_since));
}

// ---- MAAPI ----

void Subscriber::on_request() {
    static const maapi::SchemaReplies none;
    if (maapi_ == nullptr) {
        const auto& schemas = hub_.config.schemas == nullptr ? none : *hub_.config.schemas;
        const auto& hello = session_.hello();
        const KeypathRoom room =
            hello ? KeypathRoom{hello->max_depth, hello->max_key_length} : KeypathRoom{};
        maapi_ = std::make_unique<maapi::Conversation>(schemas, hub_.transactions, room);
    }
    maapi_->receive(session_.frame());
    report_calls();
}

bool Subscriber::answers_wait() const {
    return maapi_ != nullptr && output_.waiting() >= usual_queue;
}

bool Subscriber::answer() {
    if (maapi_ == nullptr) return true;
    stopped_for_room_ = false;
    while (!answers_wait()) {
        const auto payload = maapi_->next();
        report_calls();
        if (!payload) return true;
        output_.session().send_payload(*payload);
    }
    stopped_for_room_ = true;
    return false;
}

void Subscriber::report_calls() {
    for (auto& call : maapi_->take_calls())
        hub_.events.add(MaapiCalled{id_, std::move(call)});
}

// ---- faults ----

/// `out` and `in`: where the connection is in either direction.
void Subscriber::make_faults(Stage out, Stage in) {
    auto outwards = std::make_unique<FaultChannel>(hub_.faults, id_, Direction::out, out);
    faults_ = std::make_unique<FaultChannel>(hub_.faults, id_, Direction::in, in);
    if (session_.is_maapi()) {
        outwards->serves(Service::maapi);
        faults_->serves(Service::maapi);
    }
    if (subscribed()) {
        outwards->subscribed(role_, session_.context());
        faults_->subscribed(role_, session_.context());
    }
    output_.set_faults(std::move(outwards));
}

void Subscriber::meet_faults_at_once() {
    if (hub_.faults.touches({})) make_faults(Stage::handshake, Stage::handshake);
}

void Subscriber::meet_faults() {
    if (has_faults() || gone() || hub_.faults.faults().empty()) return;
    if (!hub_.faults.touches(subscribed() ? role_ : std::string_view())) return;
    if (session_.partial()) return;
    // The reply to a hello still to be written is no frame.
    const bool maapi = session_.is_maapi() && !session_.has_output();
    if (subscribed() || maapi) {
        make_faults(Stage::events, Stage::events);
    } else if (!session_.hello()) {
        make_faults(Stage::handshake, Stage::handshake);
    }
}

void Subscriber::count_fault() {
    if (stats_) ++stats_->faults;
}

// ---- what waits for it ----

std::optional<std::string> Subscriber::overdue(Instant now) {
    const auto size = output_.waiting();
    const auto& limits = hub_.config.queue;
    if (size <= limits.soft) {
        crowded_since_.reset();
        return std::nullopt;
    }
    if (!crowded_since_) crowded_since_ = now;
    if (now - *crowded_since_ < limits.patience && size <= limits.hard) return std::nullopt;
    return fmt::format("{} bytes wait for it to read", size);
}

Lost Subscriber::lose() {
    const auto lost = output_.lose();
    if (stats_) stats_->lost = lost;
    return lost;
}

bool Subscriber::can_go_on() const {
    return stopped_for_room_ && output_.waiting() < usual_queue;
}

// ---- its end ----

void Subscriber::leave_for_good(Left left, const std::string& reason) {
    state_ = State::gone;
    output_.close(CloseHow::fin);
    note_end(left, reason);
    if (maapi_ == nullptr) return;
    maapi_->lose();
    report_calls();
    maapi_.reset();
}

void Subscriber::note_end(Left left, const std::string& reason) {
    if (!stats_) return;
    stats_->left_at = hub_.latest;
    stats_->left = left;
    stats_->reason = reason;
}

std::optional<SubscriberStats> Subscriber::stats() const {
    if (!stats_) return std::nullopt;
    auto out = *stats_;
    if (gone()) return out;
    out.left_at = hub_.latest;
    out.events = events();
    if (out.latencies) out.latencies = std::make_shared<Latencies>(*out.latencies);
    return out;
}

SubscriberCounters Subscriber::counters() const {
    SubscriberCounters out{.events = 0, .beats = beats_, .filter_ends = filter_ends_, .acks = {}};
    if (!stats_) return out;
    const auto counts = events();
    out.events = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    out.acks = stats_->acks;
    return out;
}

// ---- time ----

std::optional<Instant> Subscriber::deadline() const {
    auto next = limits_deadline();
    if (has_faults()) next = earliest({next, output_.faults()->deadline(), faults_->deadline()});
    if (!listens()) return next;
    for (const auto& event : periodic_)
        next = earliest({next, event.next});
    if (crowded_since_) next = earliest({next, *crowded_since_ + hub_.config.queue.patience});
    return earliest({next, stop_time()});
}

std::optional<Instant> Subscriber::limits_deadline() const {
    if (gone()) return std::nullopt;
    if (acks_held()) return ack_limiter_.ready(ack_rate());
    const auto due = input_due();
    return due ? std::optional(due->at) : std::nullopt;
}

std::optional<Instant> Subscriber::stop_time() const {
    if (!cursor_ || output_.waiting() >= usual_queue) return std::nullopt;
    const auto stop = cursor_->deadline();
    if (!stop) return std::nullopt;
    // Subscribers name any year; the clock's nanoseconds do not reach that far.
    constexpr std::chrono::microseconds far = std::chrono::years(50);
    return hub_.config.clock_origin + std::clamp(*stop - hub_.config.wall_origin, -far, far);
}

}  // namespace confd::sim
