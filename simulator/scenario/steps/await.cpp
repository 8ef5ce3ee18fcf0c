// await: waits until so many subscribers are there.
#include <fmt/format.h>

#include "simulator/hub/describe.hpp"
#include "simulator/scenario/steps/steps.hpp"
#include "simulator/text/scalars.hpp"

namespace confd::sim {
namespace {

constexpr std::int64_t max_count = 100'000;

constexpr Key keys[] = {
    {.name = "role", .takes = Takes::role, .doc = "whom to wait for", .otherwise = "all"},
    {.name = "count",
     .takes = Takes::integer,
     .doc = "how many must be there",
     .otherwise = "the role's count, or 1",
     .low = 1,
     .high = max_count},
    {.name = "within", .takes = Takes::duration, .doc = "how long to wait", .otherwise = "60s"},
};
constexpr MapShape shape{"the keys of await", "Waits until so many subscribers are there.", keys,
                         "count"};

struct Await : StepSpec {
    using StepSpec::StepSpec;
    std::string role = std::string(all_roles);
    std::size_t count = 1;
    std::chrono::milliseconds within = default_await;

    std::unique_ptr<StepRun> start(const Scope&) const override;
    bool waits() const override { return true; }
    std::string text() const {
        return fmt::format("{} subscriber{}{} within {}", count, count == 1 ? "" : "s",
                           of_role(role), duration_text(within));
    }
};

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

StepPtr parse(const YamlPtr& body, Loading& loading, const Place& place) {
    auto step = std::make_shared<Await>(place);
    const DeclaredMap map(body, shape, loading);
    step->role = map.role("role");
    const auto* role = loading.find_role(step->role);
    const auto otherwise = role == nullptr || role->count == 0 ? 1 : role->count;
    step->count =
        static_cast<std::size_t>(map.integer("count", static_cast<std::int64_t>(otherwise)));
    step->within = map.duration("within", default_await);
    return step;
}

}  // namespace

const StepKind await_kind{"await", shape, parse};

std::string of_role(std::string_view role) {
    return role == all_roles ? std::string() : fmt::format(" of role {}", role);
}

std::string to_role(std::string_view role) {
    return role == all_roles ? std::string() : fmt::format(" to {}", role);
}

}  // namespace confd::sim
