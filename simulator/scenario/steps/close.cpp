// close: ends the connections of subscribers.
#include <fmt/format.h>

#include "simulator/scenario/steps/steps.hpp"

namespace confd::sim {
namespace {

constexpr std::string_view ways[] = {"fin", "rst", "half"};
constexpr CloseHow how_of[] = {CloseHow::fin, CloseHow::rst, CloseHow::half};

constexpr Key keys[] = {
    {.name = "to", .takes = Takes::role, .doc = "whose connections", .otherwise = "all"},
    {.name = "how",
     .takes = Takes::choice,
     .doc = "fin: what is queued goes out first; rst: a reset at once, what is queued is lost, but "
            "for the answer to the subscription; half: nothing more is sent, but acknowledgements "
            "are still taken",
     .otherwise = "fin",
     .choices = ways},
};
constexpr MapShape shape{"the keys of close", "Closes the connections of subscribers.", keys, "to"};

struct CloseStep : StepSpec {
    using StepSpec::StepSpec;
    std::string role;
    CloseHow how = CloseHow::fin;

    std::unique_ptr<StepRun> start(const Scope&) const override;
};

class CloseRun : public StepRun {
  public:
    explicit CloseRun(const CloseStep& spec) : spec_(spec) {}

    StepStatus poll(World& world) override {
        if (world.traced()) {
            world.trace(spec_, fmt::format("close ({}){}", ways[static_cast<int>(spec_.how)],
                                           of_role(spec_.role)));
        }
        for (const auto peer : world.hub().subscribers(spec_.role))
            world.hub().close(peer, spec_.how);
        return StepStatus::done;
    }

  private:
    const CloseStep& spec_;
};

std::unique_ptr<StepRun> CloseStep::start(const Scope&) const {
    return std::make_unique<CloseRun>(*this);
}

StepPtr parse(const YamlPtr& body, Loading& loading, const Place& place) {
    auto step = std::make_shared<CloseStep>(place);
    const DeclaredMap map(body, shape, loading);
    step->role = map.role("to");
    step->how = how_of[map.choice("how", 0)];
    return step;
}

}  // namespace

const StepKind close_kind{"close", shape, parse};

}  // namespace confd::sim
