// SPDX-License-Identifier: Apache-2.0
// Events, what is owed for them, and what waits for it.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "conformance/kit/server/lab.hpp"
#include "protocol/notification/notification.hpp"

namespace confd::kit::server {
namespace {

using sim::Key;
using sim::key;
using sim::Presence;

/// How often triggers are looked at while an event is waited for.
constexpr std::chrono::milliseconds glance{50};

/// An id that no event of a case has.
constexpr std::int64_t unknown_id = 987'654'321;

std::string name_of_event(std::uint32_t type) {
    return std::string(notif_name(type).value_or("an event"));
}

// ---- Steps. ----

struct TriggerStep : Step {
    std::uint32_t event = 0;
    int count = 1;
    std::optional<std::string> id;

    Checked run(Lab& lab) const override {
        const auto name = name_of_event(event);
        const auto times = std::to_string(count);
        if (count != 1 && lab.target.trigger.find("{count}") == std::string::npos) {
            return skipped("the trigger has no {count}");
        }
        auto trigger = lab.reach.trigger(lab.target, name, times);
        if (!trigger) return broken(trigger.error());
        lab.transcript.note(false, "trigger", trigger_line(lab.target, name, times));
        lab.triggers.insert_or_assign(id.value_or(name), std::move(*trigger));
        return {};
    }
};
constexpr Key trigger_keys[] = {
    key<&TriggerStep::event>("event", forms::event, "what the trigger is to cause",
                             {.presence = Presence::required, .alone = true}),
    key<&TriggerStep::count>("count", "so many of one user session, one after the other",
                             {.low = 1, .high = 100'000}),
    key<&TriggerStep::id>("id", sim::forms::name, "what expectations call it, else by the event"),
};

/// What came after all that was sent before has been answered: the server reads in order.
struct AckStep : PeerStep {
    int times = 1;
    bool unknown = false;

    Checked run_on(Lab&, Peer& peer) const override {
        if (!peer.owed) return broken("there is nothing to acknowledge");
        auto ack = *peer.owed;
        if (unknown) ack.id = unknown_id;
        Bytes payload;
        encode_ack(ack, payload);
        for (auto left = times; left > 0; --left)
            peer.send_frame("ack", to_string(ack), payload);
        return {};
    }
};
constexpr Key ack_keys[] = {
    key<&AckStep::times>("times", "the same so often", {.low = 1, .high = 1000}),
    key<&AckStep::unknown>("unknown", "with an id that no event had"),
};

// ---- What is expected. ----

/// What the acknowledgement of an event would be, whether or not this subscriber owes it: it says
/// which session or transaction the event belongs to.
std::optional<Ack> belongs_to(const Notification& event) {
    return ack_owed(event, ~std::uint32_t{0});
}

/// The next event of a type; events of other types may come at any time.
struct ExpectEvent : PeerStep {
    std::uint32_t event = 0;
    int count = 1;

    Checked run_on(Lab& lab, Peer& peer) const override {
        for (auto left = count; left > 0; --left) {
            if (auto checked = take_one(lab, peer); !checked) return checked;
        }
        return {};
    }

  private:
    Checked take_one(Lab& lab, Peer& peer) const {
        const auto deadline = peer.soon();
        const auto expected =
            fmt::format("{} arrives at subscriber {}", name_of_event(event), peer.name());
        Incoming otherwise;
        while (true) {
            const auto next = peer.next_event(std::min(deadline, peer.now() + glance), otherwise);
            if (next && next->type == event) {
                peer.owed = belongs_to(*next);
                if (const auto* diff = next->get<CommitDiffNotification>()) {
                    peer.commit = Commit{diff->tctx.th, diff->uinfo.usid};
                }
                return {};
            }
            if (next) continue;
            if (auto fine = lab.triggers_fine(); !fine) return fine;
            if (otherwise.kind != Incoming::Kind::silence)
                return failed(expected, describe(otherwise));
            if (peer.now() >= deadline) return failed(expected, "it did not come");
        }
    }
};
constexpr Key event_keys[] = {
    key<&ExpectEvent::event>("event", forms::event, "it comes; others may come between",
                             {.presence = Presence::required}),
    key<&ExpectEvent::count>("count", "so often", {.low = 1, .high = 100'000}),
};

/// Looks at what has come so far.
struct ExpectNoEvent : PeerStep {
    std::uint32_t event = 0;
    bool same = false;
    std::optional<std::chrono::milliseconds> span;

    void prepare(Lab& lab) const override { lab.settle(span.value_or(lab.target.quiet)); }
    Checked run_on(Lab&, Peer& peer) const override {
        const auto expected =
            fmt::format("no {} at subscriber {}", name_of_event(event), peer.name());
        Incoming otherwise;
        while (true) {
            const auto next = peer.next_event(peer.now(), otherwise);
            if (next && next->type == event && (!same || belongs_to(*next) == peer.owed)) {
                return failed(expected, "it came");
            }
            if (next) continue;
            if (otherwise.kind == Incoming::Kind::silence) return {};
            return failed(expected, describe(otherwise));
        }
    }
};
constexpr Key no_event_keys[] = {
    key<&ExpectNoEvent::event>("no_event", forms::event, "it does not come",
                               {.presence = Presence::required}),
    key<&ExpectNoEvent::same>("same", "of the same session or transaction as the one before"),
    key<&ExpectNoEvent::span>("for", "for so long"),
};

Trigger* find_trigger(Lab& lab, const std::string& id) {
    const auto found = lab.triggers.find(id);
    return found == lab.triggers.end() ? nullptr : found->second.get();
}

bool is_closed(Peer& peer) {
    return peer.take(1, peer.now()).kind == Incoming::Kind::closed;
}

struct ExpectHeld : Step {
    std::string id;
    /// A server may close a connection for what came on it, which ends the wait for it too.
    std::optional<std::string> or_disconnect;

    Checked run(Lab& lab) const override {
        auto* trigger = find_trigger(lab, id);
        if (trigger == nullptr) return broken("no such trigger");
        lab.settle(lab.target.quiet);
        if (!trigger->wait_until(lab.reach.now())) return {};
        if (auto fine = lab.triggers_fine(); !fine) return fine;
        if (or_disconnect && is_closed(lab.group(*or_disconnect).front())) return {};
        return failed("what the event belongs to hangs until it is acknowledged",
                      "the trigger has returned");
    }
};
constexpr Key held_keys[] = {
    key<&ExpectHeld::id>("held", sim::forms::name, "the trigger has not returned",
                         {.presence = Presence::required}),
    key<&ExpectHeld::or_disconnect>("or_disconnect", sim::forms::name,
                                    "or it has, and this connection has been closed"),
};

struct ExpectReleased : Step {
    std::string id;

    Checked run(Lab& lab) const override {
        auto* trigger = find_trigger(lab, id);
        if (trigger == nullptr) return broken("no such trigger");
        const bool ended = trigger->wait_until(lab.reach.now() + lab.target.timeout);
        if (auto fine = lab.triggers_fine(); !fine) return fine;
        if (ended) return {};
        return failed("what the event belongs to goes on", "the trigger does not return");
    }
};
constexpr Key released_keys[] = {
    key<&ExpectReleased::id>("released", sim::forms::name, "the trigger returns",
                             {.presence = Presence::required}),
};

struct ExpectBeats : PeerStep {
    std::uint32_t event = 0;
    std::chrono::milliseconds span{2300};
    int least = 1;
    int most = 3;

    Checked run_on(Lab&, Peer& peer) const override {
        const auto until = peer.now() + span;
        int count = 0;
        Incoming otherwise;
        while (peer.now() < until) {
            const auto next = peer.next_event(until, otherwise);
            if (next && next->type == event) ++count;
            if (next || otherwise.kind == Incoming::Kind::silence) continue;
            return failed("beats", describe(otherwise));
        }
        if (count >= least && count <= most) return {};
        return failed(fmt::format("{} to {} {} in this time", least, most, name_of_event(event)),
                      fmt::format("{} came", count));
    }
};
constexpr Key beats_keys[] = {
    key<&ExpectBeats::event>("beats", forms::event, "events that come by themselves",
                             {.presence = Presence::required}),
    key<&ExpectBeats::span>("for", "in this time"),
    key<&ExpectBeats::least>("least", "at least so many", {.low = 0, .high = 1000}),
    key<&ExpectBeats::most>("most", "at most so many", {.low = 0, .high = 1000}),
};

}  // namespace

std::span<const StepKind> event_steps() {
    static constexpr StepKind kinds[] = {
        step_kind<TriggerStep>("trigger", trigger_keys),
        step_kind<AckStep>("ack", ack_keys),
    };
    return kinds;
}

std::span<const StepKind> event_expectations() {
    static constexpr StepKind kinds[] = {
        step_kind<ExpectEvent>("event", event_keys),
        step_kind<ExpectNoEvent>("no_event", no_event_keys),
        step_kind<ExpectHeld>("held", held_keys),
        step_kind<ExpectReleased>("released", released_keys),
        step_kind<ExpectBeats>("beats", beats_keys),
    };
    return kinds;
}

}  // namespace confd::kit::server
