// A scenario: what a file says, checked and ready to run.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/release.hpp"
#include "simulator/hub/hub.hpp"
#include "simulator/scenario/diagnostics.hpp"
#include "simulator/scenario/step.hpp"

namespace confd::sim {

struct Scenario {
    std::string name;
    std::string description;
    std::uint64_t seed = 0;
    Release release;
    Product product = Product::confd;
    std::vector<Role> roles;
    std::vector<std::string> streams;
    Scope variables;
    std::vector<StepPtr> steps;

    /// What a server needs to play it; the caller adds secret and limits.
    HubConfig hub_config() const;
};

/// What the command line decides; it wins over the file.
struct LoadOptions {
    std::optional<Release> release;
    std::optional<Product> product;
    std::optional<std::uint64_t> seed;
};

/// Checks everything and reports all that is wrong.
std::expected<Scenario, std::vector<Diagnostic>> load_scenario(std::string_view text,
                                                               const std::string& file,
                                                               const LoadOptions& options = {});

/// The same, from a file; one that cannot be read is a diagnostic too.
std::expected<Scenario, std::vector<Diagnostic>> load_scenario_file(
    const std::string& path, const LoadOptions& options = {});

}  // namespace confd::sim
