// SPDX-License-Identifier: Apache-2.0
// A simulator that is only there to be shown: its state is what a test puts into it.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "simulator/control/target.hpp"

namespace confd::sim::test {

struct FakeTarget : ControlTarget {
    SimulatorState now;
    std::string sent;
    std::function<void()> on_resume;

    SimulatorState state() const override { return now; }
    std::expected<SendReply, Errors> send(std::string_view body) override {
        if (body.empty()) return std::unexpected(Errors{"control:1:1: expected an event"});
        sent = body;
        return SendReply{.send = 12, .recipients = 2, .owed = 1};
    }
    std::expected<std::uint64_t, Errors> add_fault(std::string_view body) override {
        if (body.empty()) return std::unexpected(Errors{"control:1:1: expected a fault"});
        const auto id = now.faults.empty() ? 1 : now.faults.back().id + 1;
        now.faults.push_back({.id = id, .kind = "delay", .description = std::string(body)});
        return id;
    }
    bool remove_fault(std::uint64_t id) override {
        return std::erase_if(now.faults, [&](const auto& fault) { return fault.id == id; }) > 0;
    }
    void pause() override { now.run.status = RunStatus::paused; }
    void resume() override {
        now.run.status = RunStatus::running;
        if (on_resume) on_resume();
    }
};

/// Two subscribers, one of which has not answered yet, and a fault; every text is hostile.
inline SimulatorState busy_state(std::string_view hostile) {
    const std::string text(hostile);
    SimulatorState state;
    state.run = {.scenario = "audit-sync " + text,
                 .product = "confd",
                 .release = "7.8.2",
                 .seed = 18446744073709551615U,
                 .elapsed = std::chrono::milliseconds(12345),
                 .status = RunStatus::running,
                 .steps = {"audit-sync.yaml:17:9: barrier"}};
    state.subscribers = {{.id = 1,
                          .role = "auditor",
                          .address = "127.0.0.1:51234",
                          .version = "7.8",
                          .mask = {"NOTIF_AUDIT", "NOTIF_AUDIT_SYNC"},
                          .owes = 1,
                          .events = 3,
                          .filter_ends = 2,
                          .acks = {2, 0, 0, 1},
                          .connected = std::chrono::seconds(10)},
                         {.id = 2,
                          .address = "unix",
                          .version = "7.7",
                          .mask = {"NOTIF_STREAM_EVENT"},
                          .stream = text,
                          .queued = 4096,
                          .events = 120,
                          .connected = std::chrono::seconds(75)}};
    state.barriers = {{.send = 12,
                       .event = "NOTIF_AUDIT",
                       .open = std::chrono::milliseconds(1500),
                       .deadline = std::chrono::milliseconds(500),
                       .missing = {{1, "auditor", {AckKind::audit_synced, 17}}}}};
    state.faults = {{.id = 3, .kind = "delay", .role = "auditor", .description = text, .hits = 2}};
    return state;
}

}  // namespace confd::sim::test
