// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/server/lab.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "conformance/kit/run/command.hpp"

namespace confd::kit::server {
Group& Lab::create(const std::string& name, std::size_t count) {
    auto& group = groups[name];
    group.clear();
    for (std::size_t i = 0; i < count; ++i)
        group.push_back(make_peer(count == 1 ? name : fmt::format("{}{}", name, i + 1)));
    return group;
}

Group& Lab::group(const std::string& name) {
    const auto found = groups.find(name);
    if (found == groups.end()) throw std::invalid_argument("no connection is called " + name);
    return found->second;
}

Checked Lab::triggers_fine() {
    for (auto& [name, trigger] : triggers) {
        if (!trigger->wait_until(reach.now()) || trigger->exit_code() == 0) continue;
        if (trigger->exit_code() == trigger_cannot) {
            return skipped("the trigger cannot make this event (it ended with exit code 77)");
        }
        return broken(fmt::format("the trigger {}: {}", describe_exit(*trigger->exit_code()),
                                  trigger->output()));
    }
    return {};
}

void Lab::settle(std::chrono::milliseconds at_least) {
    const auto until = reach.now() + at_least;
    if (reach.needs_fence()) {
        // A connection of its own, which is no part of the case: the report does not show it, and
        // a server that does not serve it is found by the cases about that.
        Lab beside(target, reach);
        static_cast<void>(expect_alive(beside));
        if (!triggers.empty()) reach.let_programs_run();
    }
    if (const auto now = reach.now(); now < until) {
        reach.sleep(std::chrono::ceil<std::chrono::milliseconds>(until - now));
    }
}

}  // namespace confd::kit::server
