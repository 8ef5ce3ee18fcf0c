// SPDX-License-Identifier: Apache-2.0
// expect: waits for something a subscriber does, or sees to it that none does anything.
//
// What happened before the step counts too unless an expectation before has been met by it, so that
// a quick subscriber is no failure.
#include <fmt/format.h>

#include "simulator/hub/describe.hpp"
#include "simulator/scenario/steps/expectation.hpp"
#include "simulator/scenario/steps/steps.hpp"
#include "simulator/text/scalars.hpp"
#include "text/units.hpp"

namespace confd::sim {
namespace {

/// One of the two.
struct Expect : StepSpec {
    using StepSpec::StepSpec;
    std::unique_ptr<Expectation> what;
    std::optional<std::chrono::milliseconds> nothing;
    std::chrono::milliseconds within = default_within;

    std::unique_ptr<StepRun> start(const Scope&) const override;
    bool waits() const override { return true; }
    bool could_accept(const HubEvent& event) const override {
        return what != nullptr && what->could_accept(event);
    }
    std::string text() const {
        return nothing ? fmt::format("nothing for {}", timespan_text(*nothing))
                       : fmt::format("{} within {}", what->text(), timespan_text(within));
    }
};

constexpr Key key_of(std::string_view name, const ExpectationKind& kind, std::string_view doc) {
    return key<&Expect::what>(name, kind.form, doc,
                              {.presence = Presence::one_of, .map = &kind.shape});
}

constexpr Key keys[] = {
    key_of("ack", ack_expectation, "an acknowledgement"),
    key_of("disconnect", disconnect_expectation, "a subscriber goes"),
    key_of("reconnect", reconnect_expectation, "a subscriber goes and comes back"),
    key_of("subscription", subscription_expectation, "a new subscription"),
    key_of("refused", refused_expectation, "a client is turned down"),
    key_of("syslog", syslog_expectation, "the server's own syslog goes off or on"),
    key_of("slow", slow_expectation,
           "a subscriber is closed because it does not read; disconnect is met by that too"),
    key_of("maapi", maapi_expectation,
           "a MAAPI peer, such as a reader of a diff, has been answered"),
    key<&Expect::nothing>("nothing", "no client does anything for so long",
                          {.presence = Presence::one_of}),
    key<&Expect::within>("within", "how long to wait", {.without = "nothing"}),
};
constexpr auto shape = shape_of<Expect>(
    "the keys of expect",
    "Waits for something that subscribers do. What came before counts too, unless another "
    "expectation was met by it.",
    keys);

class ExpectRun : public StepRun {
  public:
    explicit ExpectRun(const Expect& spec) : spec_(spec) {}

    StepStatus poll(World& world) override {
        if (!deadline_) {
            deadline_ = world.now() + spec_.within;
            first_ = world.observed() + 1;
            if (world.traced()) world.trace(spec_, "expect " + spec_.text());
        }
        if (world.dry()) return StepStatus::done;
        for (auto& observation : world.observations()) {
            if (observation.used) continue;
            observation.used = spec_.what->part_of(observation.event);
            if (!spec_.what->met_by(observation.event, world)) continue;
            observation.used = true;
            return StepStatus::done;
        }
        if (world.now() < *deadline_) {
            world.wake_at(*deadline_);
            return StepStatus::running;
        }
        return world.fail(
            Outcome::expectation_failed, spec_.place(),
            fmt::format("expect: expected {}{}", spec_.text(), world.unexpected_since(first_)));
    }
    void accepts(std::vector<Accepted>& out) const override {
        out.push_back({spec_.place(), spec_.text()});
    }
    bool could_accept(const HubEvent& event) const override { return spec_.could_accept(event); }

  private:
    const Expect& spec_;
    std::optional<Instant> deadline_;
    std::uint64_t first_ = 0;
};

class NothingRun : public StepRun {
  public:
    explicit NothingRun(const Expect& spec) : spec_(spec) {}

    StepStatus poll(World& world) override {
        if (!end_) {
            end_ = world.now() + *spec_.nothing;
            first_ = world.observed() + 1;
            if (world.traced()) world.trace(spec_, "expect " + spec_.text());
        }
        if (const auto came = world.unexpected_since(first_); !came.empty()) {
            return world.fail(Outcome::expectation_failed, spec_.place(),
                              fmt::format("expect: expected {}{}", spec_.text(), came));
        }
        if (world.now() >= *end_) return StepStatus::done;
        world.wake_at(*end_);
        return StepStatus::running;
    }
    void accepts(std::vector<Accepted>& out) const override {
        out.push_back({spec_.place(), spec_.text()});
    }

  private:
    const Expect& spec_;
    std::optional<Instant> end_;
    std::uint64_t first_ = 0;
};

std::unique_ptr<StepRun> Expect::start(const Scope&) const {
    if (nothing) return std::make_unique<NothingRun>(*this);
    return std::make_unique<ExpectRun>(*this);
}

}  // namespace

extern constexpr StepKind expect_kind = step_kind<Expect, shape>("expect");

}  // namespace confd::sim
