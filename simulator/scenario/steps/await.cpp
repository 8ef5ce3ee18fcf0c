// await: waits until so many subscribers are there.
#include <fmt/format.h>

#include "simulator/hub/describe.hpp"
#include "simulator/scenario/scalars.hpp"
#include "simulator/scenario/steps/steps.hpp"

namespace confd::sim {
namespace {

constexpr std::int64_t max_count = 100'000;

struct Await : StepSpec {
    using StepSpec::StepSpec;
    std::string role = std::string(everybody);
    std::size_t count = 1;
    std::chrono::milliseconds within = default_await;

    std::unique_ptr<StepRun> start(const Scope&) const override;
};

class AwaitRun : public StepRun {
  public:
    explicit AwaitRun(const Await& spec) : spec_(spec) {}

    StepStatus poll(World& world) override {
        const auto there = world.hub().subscribers(spec_.role);
        if (there.size() >= spec_.count) return StepStatus::done;
        if (!deadline_) deadline_ = world.now() + spec_.within;
        if (world.now() < *deadline_) {
            world.wake_at(*deadline_);
            return StepStatus::running;
        }
        return give_up(world, there.size());
    }

  private:
    StepStatus give_up(World& world, std::size_t count) const {
        const bool nobody = world.hub().subscriptions() == 0;
        auto message =
            fmt::format("await: expected {} subscriber{}{} within {}, {} there", spec_.count,
                        spec_.count == 1 ? "" : "s", of_role(), duration_text(spec_.within),
                        count == 1 ? "1 is" : fmt::format("{} are", count));
        for (const auto peer : world.hub().subscribers()) {
            message += fmt::format("; {}: {}", peer_name(peer, world.hub()),
                                   describe_subscription(*world.hub().session(peer)));
        }
        return world.fail(nobody ? Outcome::nobody_connected : Outcome::timed_out, spec_.place(),
                          message + world.unexpected_since(1));
    }
    std::string of_role() const {
        return spec_.role == everybody ? "" : fmt::format(" of role {}", spec_.role);
    }

    const Await& spec_;
    std::optional<Instant> deadline_;
};

std::unique_ptr<StepRun> Await::start(const Scope&) const {
    return std::make_unique<AwaitRun>(*this);
}

}  // namespace

StepPtr parse_await(const YamlPtr& body, Loading& loading, const Place& place) {
    auto step = std::make_shared<Await>(place);
    if (!body->is_map()) {
        const auto node = substitute(body, *loading.first, loading.diagnostics);
        const auto count =
            parse_int(*node, 1, max_count, "a number of subscribers or a map", loading.diagnostics);
        step->count = static_cast<std::size_t>(count.value_or(1));
        return step;
    }
    StepMap map(body, "await", loading);
    step->role = map.role("role");
    const auto* role = loading.find_role(step->role);
    const auto otherwise = role == nullptr || role->count == 0 ? 1 : role->count;
    step->count = static_cast<std::size_t>(
        map.count("count", static_cast<std::int64_t>(otherwise), 1, max_count));
    step->within = map.duration("within", default_await);
    return step;
}

}  // namespace confd::sim
