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

#include "simulator/hub/hub.hpp"
#include "simulator/scenario/step.hpp"

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
};

/// "tour.yaml:12:5: await: expected ..".
std::string to_string(const Failure& failure);

/// Something that happened, until an expectation has been met by it.
struct Observation {
    std::uint64_t number = 0;  ///< 1 for the first
    HubEvent event;
    bool used = false;
};

class World {
  public:
    World(Hub& hub, std::function<void(const std::string&)> log)
        : hub_(hub), log_(std::move(log)) {}

    Hub& hub() { return hub_; }
    Instant now() const { return now_; }
    void log(const std::string& text) { log_(text); }

    /// The run has something to do at this time, whatever happens until then.
    void wake_at(Instant time);

    /// Records why a step has failed. Always StepStatus::failed.
    StepStatus fail(Outcome outcome, const Place& place, std::string message);
    const std::optional<Failure>& failure() const { return failure_; }

    /// Steps may follow one another at once only so often before what they sent leaves.
    bool spend_step() { return budget_ > 0 && budget_-- > 0; }

    // What has been sent.

    void remember(const std::string& id, SendId send) { sends_[id] = send; }
    /// The last event sent under this id.
    std::optional<SendId> sent(const std::string& id) const;

    // What has happened. Old observations are dropped when there are very many.

    void observe(HubEvent event);
    std::deque<Observation>& observations() { return observations_; }
    std::uint64_t observed() const { return observed_; }
    /// The last few events from number `first` on that met no expectation, in words: "; instead
    /// came: ..", or empty.
    std::string unexpected_since(std::uint64_t first) const;

    /// Called by the engine before each poll of the steps.
    void begin(Instant now);
    std::optional<Instant> wake() const { return wake_; }

  private:
    Hub& hub_;
    std::function<void(const std::string&)> log_;
    Instant now_;
    std::optional<Instant> wake_;
    std::optional<Failure> failure_;
    int budget_ = 0;
    std::map<std::string, SendId> sends_;
    std::deque<Observation> observations_;
    std::uint64_t observed_ = 0;
};

/// Whether the observation is something a subscriber did, rather than what followed from it.
bool is_from_peer(const HubEvent& event);

}  // namespace confd::sim
