// SPDX-License-Identifier: Apache-2.0
// Any text as a scenario: every mistake has its place in the text, and what is good can be played.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fuzz/oracle.hpp"
#include "protocol/bytes.hpp"
#include "simulator/library/library.hpp"
#include "simulator/scenario/engine.hpp"
#include "simulator/scenario/scenario.hpp"

using namespace confd;
using namespace confd::sim;

namespace {

constexpr std::string_view file_name = "library/fuzz.yaml";
/// Some scenarios have no end.
constexpr int rounds = 24;

/// A file that includes may name; the rest of the library's are there too.
std::expected<std::string, std::string> read_part(const std::string& path) {
    if (path == "library/part.yaml") return "vars: {name: part, list: [1, 2]}\n";
    if (path == "library/loop.yaml") return "include: fuzz.yaml\n";
    if (path == "library/bad.yaml") return "vars: [\n";
    for (const auto& file : library_files()) {
        if (path == std::string(library_folder) + '/' + std::string(file.path)) {
            return std::string(file.text);
        }
    }
    return std::unexpected("there is no such file");
}

void check_place(const Diagnostic& diagnostic, std::string_view text) {
    FUZZ_REQUIRE(!diagnostic.message.empty());
    FUZZ_REQUIRE(diagnostic.place.line >= 1 && diagnostic.place.column >= 1);
    if (diagnostic.place.file == nullptr || *diagnostic.place.file != file_name) return;
    // A carriage return ends a line too, and what is missing may be missed behind the last one.
    const auto ends = std::ranges::count(text, '\n') + std::ranges::count(text, '\r');
    FUZZ_REQUIRE(diagnostic.place.line <= ends + 2);
    FUZZ_REQUIRE(static_cast<std::size_t>(diagnostic.place.column) <= text.size() + 2);
}

void play(const Scenario& scenario) {
    auto config = scenario.hub_config();
    config.wall_origin = scenario.clock.value_or(WallTime{});
    Hub hub(std::move(config));
    Engine engine(scenario, hub, {});
    Instant now{};
    for (int round = 0; round < rounds; ++round) {
        auto events = hub.poll(now);
        if (engine.poll(now, std::move(events)) != StepStatus::running) break;
        auto next = engine.next_deadline();
        if (const auto due = hub.next_deadline(); due && (!next || *due < *next)) next = due;
        if (!next) break;
        now = std::max(now, *next);
    }
    FUZZ_REQUIRE((engine.status() == StepStatus::failed) == engine.failure().has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(as_text(ByteView(data, size)));
    LoadOptions options;
    options.read = read_part;
    options.built_in_modules = library_modules();
    const auto scenario = load_scenario(text, std::string(file_name), options);
    if (scenario) {
        play(*scenario);
        return 0;
    }
    FUZZ_REQUIRE(!scenario.error().empty());
    for (const auto& diagnostic : scenario.error())
        check_place(diagnostic, text);
    return 0;
}
