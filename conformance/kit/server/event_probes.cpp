// Events, what is owed for them, and what waits for it.
#include <fmt/format.h>

#include <optional>
#include <stdexcept>

#include "conformance/kit/server/lab.hpp"

namespace confd::kit::server {
namespace {

/// How often triggers are looked at while an event is waited for.
constexpr std::chrono::milliseconds glance{50};

/// An id that no event of a case has.
constexpr std::int64_t unknown_id = 987'654'321;

Checked each(Lab& lab, const Step& step, auto&& run) {
    for (auto& peer : lab.group(step.connection)) {
        if (auto checked = run(peer); !checked) return checked;
    }
    return {};
}

Checked probe_trigger(Lab& lab, const Step& step) {
    const auto count = text_of(step, "count", "1");
    if (count != "1" && lab.target.trigger.find("{count}") == std::string::npos) {
        return skipped("the trigger has no {count}");
    }
    event_of(step);
    auto trigger = lab.reach.trigger(lab.target, step.what, count);
    if (!trigger) return broken(trigger.error());
    lab.transcript.note(false, "trigger", trigger_line(lab.target, step.what, count));
    lab.triggers.insert_or_assign(text_of(step, "as", "t"), std::move(*trigger));
    return {};
}

/// What the acknowledgement of an event would be, whether or not this subscriber owes it: it says
/// which session or transaction the event belongs to.
std::optional<Ack> belongs_to(const Notification& event) {
    return ack_owed(event, ~std::uint32_t{0});
}

/// The next event of a type; events of other types may come at any time.
Checked expect_event(Lab& lab, Peer& peer, std::uint32_t type, std::string_view name) {
    const auto deadline = peer.soon();
    const auto expected = fmt::format("{} arrives at subscriber {}", name, peer.name());
    Incoming otherwise;
    while (true) {
        const auto event = peer.next_event(std::min(deadline, peer.now() + glance), otherwise);
        if (event && event->type == type) {
            peer.owed = belongs_to(*event);
            if (const auto* diff = event->get<CommitDiffNotification>()) {
                peer.commit = Commit{diff->tctx.th, diff->uinfo.usid};
            }
            return {};
        }
        if (event) continue;
        if (auto fine = lab.triggers_fine(); !fine) return fine;
        if (otherwise.kind != Incoming::Kind::silence) return failed(expected, describe(otherwise));
        if (peer.now() >= deadline) return failed(expected, "it did not come");
    }
}

Checked probe_event(Lab& lab, const Step& step) {
    const auto type = event_of(step);
    return each(lab, step, [&](Peer& peer) -> Checked {
        for (auto left = number_of(step, "count", 1); left > 0; --left) {
            if (auto checked = expect_event(lab, peer, type, step.what); !checked) return checked;
        }
        return {};
    });
}

/// Looks at what has come so far.
Checked expect_quiet(Peer& peer, const Step& step) {
    const auto type = event_of(step);
    const bool same = number_of(step, "same", 0) != 0;
    const auto expected = fmt::format("no {} at subscriber {}", step.what, peer.name());
    Incoming otherwise;
    while (true) {
        const auto event = peer.next_event(peer.now(), otherwise);
        if (event && event->type == type && (!same || belongs_to(*event) == peer.owed)) {
            return failed(expected, "it came");
        }
        if (event) continue;
        if (otherwise.kind == Incoming::Kind::silence) return {};
        return failed(expected, describe(otherwise));
    }
}

Checked probe_quiet(Lab& lab, const Step& step) {
    lab.settle(time_of(step, "for", lab.target.quiet));
    return each(lab, step, [&](Peer& peer) { return expect_quiet(peer, step); });
}

/// What came after all that was sent before has been answered: the server reads in order.
Checked probe_ack(Lab& lab, const Step& step) {
    return each(lab, step, [&](Peer& peer) -> Checked {
        if (!peer.owed) throw std::invalid_argument("there is nothing to acknowledge");
        auto ack = *peer.owed;
        if (step.what == "unknown") ack.id = unknown_id;
        Bytes payload;
        encode_ack(ack, payload);
        for (auto left = number_of(step, "times", 1); left > 0; --left)
            peer.send_frame("ack", to_string(ack), payload);
        return {};
    });
}

Trigger& trigger_of(Lab& lab, const Step& step) {
    const auto found = lab.triggers.find(step.what.empty() ? "t" : step.what);
    if (found == lab.triggers.end()) throw std::invalid_argument("no such trigger");
    return *found->second;
}

bool is_closed(Peer& peer) {
    return peer.take(1, peer.now()).kind == Incoming::Kind::closed;
}

/// A server may close a connection for what came on it, which ends the wait for it too.
Checked probe_held(Lab& lab, const Step& step) {
    auto& trigger = trigger_of(lab, step);
    lab.settle(lab.target.quiet);
    if (!trigger.wait_until(lab.reach.now())) return {};
    if (auto fine = lab.triggers_fine(); !fine) return fine;
    if (number_of(step, "or-closed", 0) != 0 && is_closed(lab.group(step.connection).front())) {
        return {};
    }
    return failed("what the event belongs to hangs until it is acknowledged",
                  "the trigger has returned");
}

Checked probe_released(Lab& lab, const Step& step) {
    auto& trigger = trigger_of(lab, step);
    const bool ended = trigger.wait_until(lab.reach.now() + lab.target.timeout);
    if (auto fine = lab.triggers_fine(); !fine) return fine;
    if (ended) return {};
    return failed("what the event belongs to goes on", "the trigger does not return");
}

Checked probe_beats(Lab& lab, const Step& step) {
    const auto type = event_of(step);
    const auto until = lab.reach.now() + time_of(step, "for", std::chrono::milliseconds(2300));
    auto& peer = lab.group(step.connection).front();
    std::int64_t count = 0;
    Incoming otherwise;
    while (peer.now() < until) {
        const auto event = peer.next_event(until, otherwise);
        if (event && event->type == type) ++count;
        if (event || otherwise.kind == Incoming::Kind::silence) continue;
        return failed("beats", describe(otherwise));
    }
    const auto least = number_of(step, "least", 1);
    const auto most = number_of(step, "most", 3);
    if (count >= least && count <= most) return {};
    return failed(fmt::format("{} to {} {} in this time", least, most, step.what),
                  fmt::format("{} came", count));
}

}  // namespace

std::span<const Probe> event_probes() {
    static constexpr Probe probes[] = {
        {"trigger", probe_trigger, "count as"},   {"event", probe_event, "count"},
        {"quiet", probe_quiet, "for same"},       {"ack", probe_ack, "times"},
        {"held", probe_held, "or-closed"},        {"released", probe_released, ""},
        {"beats", probe_beats, "for least most"},
    };
    return probes;
}

}  // namespace confd::kit::server
