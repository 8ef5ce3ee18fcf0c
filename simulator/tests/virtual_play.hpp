// SPDX-License-Identifier: Apache-2.0
// Plays a scenario from its start to its end without sockets and without waiting: engine, hub and
// clients in virtual time, which goes from one deadline to the next. One scenario, one seed and the
// same clients give the same transcript, byte for byte.
//
//     VirtualPlay play(load(text));
//     play.add({.config = client_config(NOTIF_AUDIT | NOTIF_AUDIT_SYNC), .thinks = 5ms});
//     EXPECT_EQ(play.run(), StepStatus::done);
//     EXPECT_THAT(play.transcript(), HasSubstr(".."));
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/render/render.hpp"
#include "simulator/hub/describe.hpp"
#include "simulator/scenario/engine.hpp"
#include "simulator/tests/support.hpp"

namespace confd::sim::test {

/// What a client does, in a play.
struct VirtualClient {
    ClientConfig config;
    std::chrono::milliseconds joins{};   ///< when it connects first
    std::chrono::milliseconds thinks{};  ///< how long until it acknowledges an event
    bool acknowledges = true;
    /// So long after the server has closed its connection it connects again.
    std::optional<std::chrono::milliseconds> reconnects = {};
    std::optional<std::chrono::milliseconds> leaves = {};  ///< when it goes for good
};

class VirtualPlay {
  public:
    explicit VirtualPlay(Scenario scenario)
        : scenario_(std::move(scenario)),
          hub_(hub_config(scenario_)),
          engine_(scenario_, hub_,
                  {.log = [this](const std::string& text) { line("log " + text); },
                   .trace =
                       [this](const Trace& trace) {
                           line(fmt::format("{} {}", to_string(trace.place), trace.text));
                       }}) {}
    VirtualPlay(const VirtualPlay&) = delete;
    VirtualPlay& operator=(const VirtualPlay&) = delete;

    void add(VirtualClient client) { actors_.push_back({.script = std::move(client)}); }

    /// Until the scenario has ended, or nothing would ever happen any more, or this time. What is
    /// still running then did not end.
    StepStatus run(std::chrono::milliseconds at_most = std::chrono::hours(24)) {
        while (true) {
            act();
            auto events = hub_.poll(now_);
            for (const auto& event : events)
                line(describe(event, hub_));
            const auto status = engine_.poll(now_, std::move(events));
            read_all();
            if (status != StepStatus::running) {
                if (engine_.failure()) line(to_string(*engine_.failure()));
                return status;
            }
            const auto next = next_deadline();
            if (!next || *next > Instant(at_most)) return status;
            now_ = std::max(now_, *next);
        }
    }

    /// A line for each thing that happened, with its time in microseconds.
    const std::string& transcript() const { return transcript_; }
    Instant now() const { return now_; }
    Hub& hub() { return hub_; }
    const Engine& engine() const { return engine_; }
    /// Everything that a client got, over all of its connections.
    const std::vector<Notification>& received(std::size_t client) const {
        return actors_[client].received;
    }

  private:
    struct Pending {
        Instant at;
        Ack ack;
    };
    struct Actor {
        VirtualClient script;
        std::unique_ptr<HubClient> client = nullptr;  // null while it is not connected
        std::optional<Instant> joins = {};            // the next time
        bool started = false;
        bool gone = false;
        std::deque<Pending> acks = {};  // in the order of time
        std::vector<Notification> received = {};
    };

    static HubConfig hub_config(const Scenario& scenario) {
        auto config = scenario.hub_config();
        config.wall_origin = scenario.clock.value_or(WallTime{});
        return config;
    }

    void line(const std::string& text) {
        const auto since =
            std::chrono::duration_cast<std::chrono::microseconds>(now_.time_since_epoch());
        transcript_ += fmt::format("{} {}\n", since.count(), text);
    }
    void say(const Actor& actor, const std::string& text) {
        line(fmt::format("client {}: {}", &actor - actors_.data(), text));
    }

    /// What clients do by themselves at this time.
    void act() {
        for (auto& actor : actors_) {
            if (!std::exchange(actor.started, true)) actor.joins = Instant(actor.script.joins);
            if (!actor.gone && actor.script.leaves && Instant(*actor.script.leaves) <= now_) {
                leave(actor);
            }
            if (actor.joins && *actor.joins <= now_) {
                actor.joins.reset();
                actor.client = std::make_unique<HubClient>(hub_, now_, actor.script.config);
            }
            while (actor.client && !actor.acks.empty() && actor.acks.front().at <= now_) {
                actor.client->ack(now_, actor.acks.front().ack);
                actor.acks.pop_front();
            }
        }
    }

    void leave(Actor& actor) {
        actor.gone = true;
        actor.joins.reset();
        if (!actor.client) return;
        say(actor, "leaves");
        hub_.eof(now_, actor.client->id());
        hub_.forget(actor.client->id());
        actor.client.reset();
    }

    void read_all() {
        for (auto& actor : actors_) {
            if (actor.client) read(actor);
        }
    }

    void read(Actor& actor) {
        auto& client = *actor.client;
        const auto malformed = client.malformed().size();
        const auto& config = actor.script.config;
        for (auto& event : client.exchange(now_)) {
            say(actor, to_text(event, {.context = {config.release.dialect(), config.product}}));
            const auto ack = ack_owed(event, config.subscription.mask);
            if (ack && actor.script.acknowledges) {
                actor.acks.push_back({now_ + actor.script.thinks, *ack});
            }
            actor.received.push_back(std::move(event));
        }
        for (auto i = malformed; i < client.malformed().size(); ++i)
            say(actor, "malformed: " + to_string(client.malformed()[i]));
        const bool ended = client.closed() && client.closed() != CloseHow::half;
        if (!ended && !client.failure()) return;
        say(actor, client.failure() ? to_string(*client.failure()) : "closed by the server");
        hub_.eof(now_, client.id());
        hub_.forget(client.id());
        actor.client.reset();
        actor.acks.clear();
        if (actor.script.reconnects) actor.joins = now_ + *actor.script.reconnects;
    }

    std::optional<Instant> next_deadline() const {
        std::optional<Instant> next = engine_.next_deadline();
        const auto consider = [&](std::optional<Instant> time) {
            if (time && (!next || *time < *next)) next = time;
        };
        consider(hub_.next_deadline());
        for (const auto& actor : actors_) {
            consider(actor.joins);
            if (!actor.gone && actor.script.leaves) consider(Instant(*actor.script.leaves));
            if (actor.client && !actor.acks.empty()) consider(actor.acks.front().at);
        }
        return next;
    }

    Scenario scenario_;
    Hub hub_;
    Engine engine_;
    Instant now_{};
    std::vector<Actor> actors_;
    std::string transcript_;
};

}  // namespace confd::sim::test
