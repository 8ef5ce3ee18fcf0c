// SPDX-License-Identifier: Apache-2.0
// close: ends the connections of subscribers.
#include <fmt/format.h>

#include "simulator/scenario/steps/steps.hpp"

namespace confd::sim {
namespace {

/// In the order of CloseHow.
constexpr std::string_view ways[] = {"fin", "rst", "half"};

struct CloseStep : StepSpec {
    using StepSpec::StepSpec;
    std::string role = std::string(all_roles);
    CloseHow how = CloseHow::fin;

    std::unique_ptr<StepRun> start(const Scope&) const override;
};

constexpr Key keys[] = {
    key<&CloseStep::role>("to", forms::role, "whose connections", {.alone = true}),
    key<&CloseStep::how>(
        "how",
        "fin: what is queued goes out first; rst: a reset at once, what is queued is lost, but for "
        "the answer to the subscription; half: nothing more is sent, but acknowledgements are "
        "still "
        "taken",
        {.choices = ways}),
};
constexpr auto shape =
    shape_of<CloseStep>("the keys of close", "Closes the connections of subscribers.", keys);

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

}  // namespace

extern constexpr StepKind close_kind = step_kind<CloseStep, shape>("close");

}  // namespace confd::sim
