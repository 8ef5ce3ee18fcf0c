// SPDX-License-Identifier: Apache-2.0
// What running steps see: the hub, the time, what has happened, what has been sent under which id.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/random.hpp"
#include "simulator/hub/hub.hpp"
#include "simulator/scenario/step.hpp"
#include "simulator/scenario/step_results.hpp"

namespace confd::sim {

/// How a scenario ended.
enum class Outcome : std::uint8_t {
    fulfilled,
    expectation_failed,  ///< something happened that should not have, or did not that should
    nobody_connected,    ///< an await ran out, and nobody had subscribed since the start
    timed_out,           ///< an await or a barrier ran out with subscribers there
};

struct Failure {
    Outcome outcome = Outcome::expectation_failed;
    Place place;  ///< of the step
    std::string message;
    /// What would have been accepted at that moment, and what came instead; a line each.
    std::vector<std::string> details;
    /// It came after the last step, when what had been sent was on its way.
    bool at_end = false;
};

/// "tour.yaml:12:5: await: expected ..", and the details below it, indented.
std::string to_string(const Failure& failure);

/// Something that happened, until an expectation has been met by it.
struct Observation {
    std::uint64_t number = 0;  ///< 1 for the first
    HubEvent event;
    bool used = false;
};

/// What a scenario puts up with although no expectation or step names it: bits.
enum Allowed : std::uint8_t {
    allow_nothing = 0,
    allow_acks = 1,         ///< acknowledgements that are late, given twice or owed by nobody
    allow_disconnects = 2,  ///< subscribers that go
    allow_malformed = 4,    ///< subscriptions and acknowledgements that cannot be read
    allow_unsafe = 8,       ///< sending what the vendor's library crashes on
};

/// A scenario's doings, for a dry run and for the log: every step that acts or waits.
struct Trace {
    Instant time;
    Place place;
    std::string text;  ///< "send NOTIF_AUDIT to auditor"
};

struct WorldOptions {
    std::uint64_t seed = 0;
    std::uint8_t allowed = allow_nothing;
    /// Nobody is there, and every wait for somebody is fulfilled at once.
    bool dry = false;
    std::function<void(const std::string&)> log;  ///< may be empty
    std::function<void(const Trace&)> trace;      ///< may be empty
    StepResults* results = nullptr;               ///< may be null
};

class World {
  public:
    World(Hub& hub, WorldOptions options) : hub_(hub), options_(std::move(options)) {}

    Hub& hub() { return hub_; }
    const Hub& hub() const { return hub_; }
    Instant now() const { return now_; }
    bool dry() const { return options_.dry; }
    void log(const std::string& text) const {
        if (options_.log) options_.log(text);
    }
    bool traced() const { return options_.trace != nullptr; }
    void trace(const StepSpec& step, std::string text) const;

    void begins(const StepSpec& step) const {
        if (options_.results != nullptr) options_.results->begins(step, now_);
    }
    void ends(const StepSpec& step, StepStatus status) const {
        if (options_.results != nullptr) options_.results->ends(step, now_, status);
    }

    /// The run has something to do at this time, whatever happens until then.
    void wake_at(Instant time);

    /// Records why a step has failed. Always StepStatus::failed.
    StepStatus fail(Outcome outcome, const Place& place, std::string message);
    const std::optional<Failure>& failure() const { return failure_; }
    /// For a step that puts up with the failure of a step inside it.
    std::optional<Failure> take_failure() { return std::exchange(failure_, std::nullopt); }

    /// Steps may follow one another at once only so often before what they sent leaves.
    bool spend_step() { return budget_ > 0 && budget_-- > 0; }

    /// Random numbers for one start of a step: they depend on the scenario's seed, the step's place
    /// and how often it has been started, never on what else goes on or how long it takes.
    Random random(const StepSpec& step, std::optional<std::uint64_t> seed = std::nullopt);

    // What has been sent.

    void remember(const std::string& id, SendId send) { sends_[id] = send; }
    /// The last event sent under this id.
    std::optional<SendId> sent(const std::string& id) const;

    // Faults that are active, by the names that steps gave them; the empty name is none.

    void remember_fault(const std::string& name, FaultId fault) {
        faults_.emplace_back(name, fault);
    }
    /// Those of this name, or with an empty name all; they are forgotten.
    std::vector<FaultId> take_faults(const std::string& name);

    // Steps that run at the scenario's end, whatever the end is; those added last run first.

    void defer(const std::vector<StepPtr>& steps, const Scope& scope);
    struct Deferred {
        const std::vector<StepPtr>* steps = nullptr;
        Scope scope;
    };
    std::vector<Deferred> take_deferred() { return std::exchange(deferred_, {}); }

    // What has happened. Old observations are dropped when there are very many.

    void observe(HubEvent event);
    std::deque<Observation>& observations() { return observations_; }
    std::uint64_t observed() const { return observed_; }
    /// The last few events from number `first` on that met no expectation, in words: "; instead
    /// came: ..", or empty.
    std::string unexpected_since(std::uint64_t first) const;
    /// Fails when something has come that `run`, the rest of the scenario, has no place for. At
    /// `otherwise` where it waits for nothing.
    bool judge(const StepRun& run, const Place& otherwise);
    /// The same after the last step, until all that was sent is there: subscribers may go then, but
    /// not leave it unread.
    bool judge_end(const Place& place);

    /// Called by the engine before each poll of the steps.
    void begin(Instant now);
    std::optional<Instant> wake() const { return wake_; }

  private:
    bool is_wrong(const HubEvent& event) const;
    void fail_by(const HubEvent& event, const StepRun& run, const Place& otherwise);

    Hub& hub_;
    WorldOptions options_;
    Instant now_;
    std::optional<Instant> wake_;
    std::optional<Failure> failure_;
    int budget_ = 0;
    std::map<std::string, SendId> sends_;
    std::map<const StepSpec*, std::uint64_t> starts_;
    std::vector<std::pair<std::string, FaultId>> faults_;
    std::vector<Deferred> deferred_;
    std::deque<Observation> observations_;
    std::uint64_t observed_ = 0;
    /// Numbers of observations that need an expectation and have met none yet.
    std::vector<std::uint64_t> open_questions_;
};

/// Whether the observation is something a subscriber did, rather than what followed from it.
bool is_from_peer(const HubEvent& event);

}  // namespace confd::sim
