// SPDX-License-Identifier: Apache-2.0
// A scenario: what a file says, checked and ready to run.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/notification/types.hpp"
#include "protocol/release.hpp"
#include "simulator/hub/hub.hpp"
#include "simulator/scenario/step.hpp"
#include "simulator/text/diagnostics.hpp"
#include "simulator/text/keys.hpp"
#include "simulator/text/yaml.hpp"
#include "simulator/yang/built_in_module.hpp"

namespace confd::sim {

class Schema;

/// A user session that exists: stream subscriptions can name it, and `mix` draws from them.
struct Session {
    UserInfo uinfo;
    std::vector<std::string> groups;
};

/// How the scenario is played, for people and for the tests: with the reference client, and by a
/// server that is started as usual unless one of them is its command line.
struct TryIt {
    std::string run;  ///< "confd-listen --mask NOTIF_AUDIT", "confd-sim run tour --time-scale 0.2"
    int exits = 0;    ///< its exit code
    std::optional<std::uint32_t>
        prints;  ///< so many lines with events, or with what is wrong in one
};

struct Scenario {
    std::string name;
    std::string description;
    std::uint64_t seed = 0;
    Release release;
    Product product = Product::confd;
    std::vector<Role> roles;
    std::vector<StreamDefinition> streams;
    std::optional<std::vector<Session>> sessions;
    std::shared_ptr<const Schema> schema;  ///< of `modules`; null without any
    bool modules_failed = false;           ///< what is wrong with them has been reported
    std::optional<WallTime> clock;         ///< the time of day at the start; nothing: the real one
    WallTime loaded_at;        ///< `clock`, or when it was loaded: `now` in what is read only then
    std::uint8_t allowed = 0;  ///< bits of Allowed
    std::vector<TryIt> tries;
    Scope variables;
    std::vector<StepPtr> steps;
    std::vector<Diagnostic> warnings;
    std::vector<ListedStep> listed;  ///< the steps and those inside them, in the order of the file

    /// What a server needs to play it; the caller adds secret, limits and clock.
    HubConfig hub_config() const;
};

/// Where files named by a scenario come from: their text, or a sentence.
using ReadFile = std::function<std::expected<std::string, std::string>(const std::string& path)>;

/// The file's text; bounded by max_scenario_bytes.
std::expected<std::string, std::string> read_disk(const std::string& path);

struct LoadOptions {
    // What the command line decides; it wins over the file.
    std::optional<Release> release;
    std::optional<Product> product;
    std::optional<std::uint64_t> seed;
    /// Where the scenario and what it includes come from.
    ReadFile read = read_disk;
    /// YANG modules are looked for here beside the scenario's own folder and its folder `yang`.
    std::vector<std::string> module_path;
    /// Modules that need no file; see Schema::load().
    std::span<const BuiltInModule> built_in_modules;
};

/// Checks everything and reports all that is wrong.
std::expected<Scenario, std::vector<Diagnostic>> load_scenario(std::string_view text,
                                                               const std::string& file,
                                                               const LoadOptions& options = {});
/// The same of a scenario that has been read as a part of `file`.
std::expected<Scenario, std::vector<Diagnostic>> load_scenario(const YamlPtr& root,
                                                               const std::string& file,
                                                               const LoadOptions& options = {});

/// The same, from a file; one that cannot be read is a diagnostic too.
std::expected<Scenario, std::vector<Diagnostic>> load_scenario_file(
    const std::string& path, const LoadOptions& options = {});

/// A single step, as it would stand in the scenario under `kind`: for the control interface.
std::expected<StepPtr, std::vector<Diagnostic>> load_step(const Scenario& scenario,
                                                          std::string_view kind,
                                                          std::string_view text,
                                                          const std::string& file);

/// The keys of a scenario file, and of one of its `subscribers`.
extern const MapShape scenario_shape;
extern const MapShape role_shape;

}  // namespace confd::sim
