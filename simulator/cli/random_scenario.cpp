// SPDX-License-Identifier: Apache-2.0
#include "simulator/cli/random_scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <string_view>

#include "simulator/scenario/event_fields.hpp"

namespace confd::sim::cli {
namespace {

/// A scenario's text and, for each of its lines, the option that it is made of.
struct Text {
    std::string text;
    std::vector<std::string_view> options;

    void line(std::string_view option, std::string_view content) {
        text += fmt::format("{}\n", content);
        options.push_back(option);
    }
};

/// A value as it was given, whatever it is: a number or word as such, all else as a text.
std::string value_text(std::string_view value) {
    constexpr std::string_view plain =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_./+-";
    const bool as_it_is = !value.empty() && value.find_first_not_of(plain) == value.npos &&
                          (value.size() > 1 || value != "-");
    return as_it_is ? std::string(value)
                    : boost::json::serialize(boost::json::string(value.data(), value.size()));
}

/// The events of `--mix`, each on a line. The error is a sentence.
std::expected<void, std::string> add_mix(Text& text, std::string_view mix) {
    std::vector<std::string_view> seen;
    while (true) {
        const auto part = mix.substr(0, mix.find(','));
        const auto equals = part.find('=');
        const auto name = part.substr(0, equals);
        if (equals == std::string_view::npos || name.empty()) {
            return std::unexpected(fmt::format(
                "--mix: expected EVENT=WEIGHT,.. such as audit=6,commit_diff=1, found '{}'", part));
        }
        if (std::ranges::find(seen, name) != seen.end()) {
            return std::unexpected(fmt::format("--mix: the event '{}' is there twice", name));
        }
        seen.push_back(name);
        text.line("--mix", fmt::format("        {}: {}", value_text(name),
                                       value_text(part.substr(equals + 1))));
        if (part.size() == mix.size()) return {};
        mix.remove_prefix(part.size() + 1);
    }
}

bool has_streams(std::string_view mix) {
    while (true) {
        const auto name = mix.substr(0, mix.find_first_of("=,"));
        if (event_type(name) == NOTIF_STREAM_EVENT || name == std::to_string(NOTIF_STREAM_EVENT))
            return true;
        const auto comma = mix.find(',');
        if (comma == std::string_view::npos) return false;
        mix.remove_prefix(comma + 1);
    }
}

void add_rest(Text& text, const Options& options) {
    const auto add = [&](std::string_view option, std::string_view value) {
        if (value.empty()) return;
        text.line(option, fmt::format("      {}: {}", option.substr(2), value_text(value)));
    };
    add("--rate", options.rate);
    add("--count", options.count);
    add("--duration", options.duration.empty() && options.count.empty() ? "24h" : options.duration);
    add("--acks", options.acks);
}

std::string message_of(const Diagnostic& diagnostic, const Text& text) {
    const auto line = static_cast<std::size_t>(diagnostic.place.line) - 1;
    const auto option = line < text.options.size() ? text.options[line] : std::string_view();
    return option.empty() ? to_string(diagnostic)
                          : fmt::format("{}: {}", option, diagnostic.message);
}

}  // namespace

std::expected<Scenario, std::vector<std::string>> random_scenario(const Options& options,
                                                                  const LoadOptions& load) {
    Text text;
    for (const auto* line : {"format: 1", "name: random", "allow: disconnects"})
        text.line({}, line);
    // Events of streams need modules: the library's.
    if (has_streams(options.mix)) text.line("--mix", "modules: [example-if, example-alarm]");
    text.line({}, "steps:");
    text.line("--subscribers", fmt::format("  - await: {}", options.subscribers));
    text.line({}, "  - mix:");
    text.line("--mix", "      events:");
    if (const auto good = add_mix(text, options.mix); !good) {
        return std::unexpected(std::vector{good.error()});
    }
    add_rest(text, options);
    auto scenario = load_scenario(text.text, "random", load);
    if (scenario) return std::move(*scenario);
    std::vector<std::string> errors;
    for (const auto& diagnostic : scenario.error())
        errors.push_back(message_of(diagnostic, text));
    return std::unexpected(std::move(errors));
}

}  // namespace confd::sim::cli
