// SPDX-License-Identifier: Apache-2.0
#include "simulator/cli/dry_run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "program/command_line.hpp"
#include "simulator/cli/commands.hpp"
#include "simulator/scenario/engine.hpp"

namespace confd::sim::cli {
namespace {

/// A long mix says no more after so many lines.
constexpr std::size_t max_lines = 10'000;

class Timeline {
  public:
    explicit Timeline(const Scenario& scenario)
        : hub_(config_of(scenario)),
          engine_(scenario, hub_,
                  {.log = [](const std::string&) {},
                   .trace = [this](const Trace& trace) { print(trace); },
                   .dry = true}) {}

    int play() {
        Instant now{};
        while (engine_.poll(now, hub_.poll(now)) == StepStatus::running && lines_ <= max_lines) {
            const auto next = engine_.next_deadline();
            if (!next) break;
            now = std::max(now, *next);
        }
        if (lines_ > max_lines) text_ += fmt::format("... and so on, after {} lines\n", max_lines);
        const int code = program::print_output("confd-sim", text_);
        if (!engine_.failure()) return code;
        say(to_string(*engine_.failure()));
        return exit_usage;
    }

  private:
    static HubConfig config_of(const Scenario& scenario) {
        auto config = scenario.hub_config();
        config.wall_origin = scenario.loaded_at;
        return config;
    }

    void print(const Trace& trace) {
        if (++lines_ > max_lines) return;
        const std::chrono::duration<double> at = trace.time.time_since_epoch();
        text_ += fmt::format("{:+10.3f}s  {}:{}  {}\n", at.count(), trace.place.line,
                             trace.place.column, trace.text);
    }

    Hub hub_;
    std::size_t lines_ = 0;
    std::string text_;
    Engine engine_;
};

}  // namespace

int dry_run(const Scenario& scenario) {
    return Timeline(scenario).play();
}

}  // namespace confd::sim::cli
