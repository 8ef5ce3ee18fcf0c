// SPDX-License-Identifier: Apache-2.0
// await: waits until so many subscribers are there.
#include <fmt/format.h>

#include "simulator/hub/describe.hpp"
#include "simulator/scenario/steps/steps.hpp"
#include "simulator/text/scalars.hpp"
#include "text/units.hpp"

namespace confd::sim {
namespace {

constexpr std::int64_t max_count = 100'000;

struct Await : StepSpec {
    using StepSpec::StepSpec;
    std::string role = std::string(all_roles);
    std::optional<std::size_t> given_count;
    std::size_t count = 1;
    std::chrono::milliseconds within = default_await;

    std::unique_ptr<StepRun> start(const Scope&) const override;
    bool waits() const override { return true; }
    void finish(const Given&, const Loading& loading) {
        const auto* known = loading.find_role(role);
        count = given_count.value_or(known == nullptr || known->count == 0 ? 1 : known->count);
    }
    std::string text() const {
        return fmt::format("{} subscriber{}{} within {}", count, count == 1 ? "" : "s",
                           of_role(role), timespan_text(within));
    }
};

constexpr Key keys[] = {
    key<&Await::role>("role", forms::role, "whose subscribers to wait for"),
    key<&Await::given_count>(
        "count", "how many must be there",
        {.alone = true, .otherwise = "the role's count, or 1", .low = 1, .high = max_count}),
    key<&Await::within>("within", "how long to wait"),
};
constexpr auto shape =
    shape_of<Await>("the keys of await", "Waits until so many subscribers are there.", keys);

class AwaitRun : public StepRun {
  public:
    explicit AwaitRun(const Await& spec) : spec_(spec) {}

    StepStatus poll(World& world) override {
        if (!deadline_) {
            deadline_ = world.now() + spec_.within;
            if (world.traced()) world.trace(spec_, "await " + spec_.text());
        }
        const auto there = world.hub().subscriber_count(spec_.role);
        if (there >= spec_.count || world.dry()) return StepStatus::done;
        if (world.now() < *deadline_) {
            world.wake_at(*deadline_);
            return StepStatus::running;
        }
        return give_up(world, there);
    }
    void accepts(std::vector<Accepted>& out) const override {
        out.push_back({spec_.place(), spec_.text()});
    }

  private:
    StepStatus give_up(World& world, std::size_t count) const {
        const bool nobody = world.hub().subscriptions() == 0;
        auto message = fmt::format("await: expected {}, {} there", spec_.text(),
                                   count == 1 ? "1 is" : fmt::format("{} are", count));
        for (const auto peer : world.hub().subscribers()) {
            message += fmt::format("; {}: {}", peer_name(peer, world.hub()),
                                   describe_subscription(*world.hub().session(peer)));
        }
        return world.fail(nobody ? Outcome::nobody_connected : Outcome::timed_out, spec_.place(),
                          message + world.unexpected_since(1));
    }

    const Await& spec_;
    std::optional<Instant> deadline_;
};

std::unique_ptr<StepRun> Await::start(const Scope&) const {
    return std::make_unique<AwaitRun>(*this);
}

}  // namespace

extern constexpr StepKind await_kind = step_kind<Await, shape>("await");

std::string of_role(std::string_view role) {
    return role == all_roles ? std::string() : fmt::format(" of role {}", role);
}

std::string to_role(std::string_view role) {
    return role == all_roles ? std::string() : fmt::format(" to {}", role);
}

}  // namespace confd::sim
