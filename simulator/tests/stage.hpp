// SPDX-License-Identifier: Apache-2.0
// A scenario, a hub and an engine on a clock that stands still until told to move.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/value/calendar.hpp"
#include "protocol/value/text.hpp"
#include "simulator/base/earliest.hpp"
#include "simulator/scenario/engine.hpp"
#include "simulator/tests/support.hpp"

namespace confd::sim::test {

/// Steps under this head start on line 4.
inline constexpr std::string_view stage_head =
    "format: 1\n"
    "subscribers: [{role: auditor, must: [NOTIF_AUDIT, NOTIF_AUDIT_SYNC]}]\n"
    "steps:\n";

template <class T>
std::vector<T> of_kind(const std::vector<HubEvent>& events) {
    std::vector<T> out;
    for (const auto& event : events) {
        if (const auto* found = std::get_if<T>(&event)) out.push_back(*found);
    }
    return out;
}

class Stage {
  public:
    explicit Stage(std::string_view steps, std::string_view head = stage_head,
                   const LoadOptions& options = {}, bool dry = false)
        : scenario_(load(std::string(head) + std::string(steps), options)),
          hub_(config()),
          engine_(scenario_, hub_,
                  {.log = [this](const std::string& line) { log.push_back(line); },
                   .trace = [this](const Trace& trace) { traced.push_back(line_of(trace)); },
                   .dry = dry}) {}

    StepStatus poll() { return engine_.poll(now, hub_.poll(now)); }
    StepStatus after(std::chrono::milliseconds span) {
        now += span;
        return poll();
    }
    /// Moves the clock from one deadline to the next, until the scenario ends or that time.
    StepStatus run(std::chrono::milliseconds at_most = std::chrono::hours(1)) {
        const auto end = now + at_most;
        auto status = poll();
        for (int i = 0; i < 100'000 && status == StepStatus::running; ++i) {
            const auto next = earliest({engine_.next_deadline(), hub_.next_deadline()});
            if (!next || *next > end) break;
            now = std::max(now, *next);
            status = poll();
        }
        return status;
    }

    HubClient client(std::uint32_t mask) { return {hub_, now, client_config(mask)}; }
    HubClient auditor() { return client(NOTIF_AUDIT | NOTIF_AUDIT_SYNC); }
    /// A subscriber of a stream.
    HubClient listener(StreamRequest request) {
        auto config = client_config(NOTIF_STREAM_EVENT);
        config.subscription.stream = std::move(request);
        return {hub_, now, config};
    }
    /// The client closes its connection.
    void leave(const HubClient& client) { leave(client.id()); }
    /// A client connects, and goes without a word.
    void look_in() { leave(hub_.connect(now, {})); }

    /// How it failed: "4 s.yaml:4:5: ..", the number being the outcome.
    std::string failure() const {
        return engine_.failure() ? fmt::format("{} {}", static_cast<int>(engine_.outcome()),
                                               to_string(*engine_.failure()))
                                 : "";
    }
    /// Texts of the audit events that have come.
    std::vector<std::string> texts(HubClient& client) {
        std::vector<std::string> out;
        for (const auto& event : client.exchange(now)) {
            if (const auto* audit = event.get<AuditNotification>()) out.push_back(audit->msg);
        }
        return out;
    }
    std::vector<std::uint32_t> types(HubClient& client) {
        std::vector<std::uint32_t> out;
        for (const auto& event : client.exchange(now))
            out.push_back(event.type);
        return out;
    }

    Instant now{};
    std::vector<std::string> log;
    std::vector<std::string> traced;  ///< "100 4:5 delay 100ms": milliseconds, place, text
    Scenario scenario_;
    Hub hub_;
    Engine engine_;

  private:
    void leave(PeerId id) {
        hub_.eof(now, id);
        hub_.forget(id);
    }

    HubConfig config() const {
        auto config = scenario_.hub_config();
        config.wall_origin = scenario_.clock.value_or(WallTime{});
        return config;
    }
    static std::string line_of(const Trace& trace) {
        const std::chrono::duration<double, std::milli> since = trace.time.time_since_epoch();
        return fmt::format("{} {}:{} {}", since.count(), trace.place.line, trace.place.column,
                           trace.text);
    }
};

/// What a subscriber has got of a stream, a word each: the event's time of day (10:00:00Z), or the
/// name of what ended it.
inline std::vector<std::string> stream_words(const std::vector<Notification>& events) {
    std::vector<std::string> out;
    for (const auto& event : events) {
        const auto* stream = event.get<StreamNotification>();
        if (stream == nullptr) continue;
        switch (stream->type) {
            case STREAM_NOTIFICATION_EVENT: {
                const auto text = to_text(stream->event_time);
                out.push_back(text.substr(text.find('T') + 1));
                break;
            }
            case STREAM_REPLAY_COMPLETE:
                out.emplace_back("replay_complete");
                break;
            case STREAM_NOTIFICATION_COMPLETE:
                out.emplace_back("notification_complete");
                break;
            case STREAM_REPLAY_FAILED:
                out.push_back("replay_failed: " + stream->error);
                break;
        }
    }
    return out;
}

/// A user session whose audit events wait, and all other kinds of waiting.
inline constexpr std::uint32_t all_sync =
    NOTIF_AUDIT | NOTIF_AUDIT_SYNC | NOTIF_COMMIT_DIFF | NOTIF_HA_INFO | NOTIF_HA_INFO_SYNC;

}  // namespace confd::sim::test
