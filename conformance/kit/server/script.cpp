#include "conformance/kit/server/script.hpp"

#include <fmt/format.h>

namespace confd::kit::server {
namespace {

constexpr std::string_view blanks = " \t\r";

/// The next word of the line, quotes taken off; nothing at its end.
std::string next_word(std::string_view& rest) {
    const auto start = rest.find_first_not_of(blanks);
    rest.remove_prefix(start == std::string_view::npos ? rest.size() : start);
    std::string word;
    bool quoted = false;
    while (!rest.empty() && (quoted || blanks.find(rest.front()) == std::string_view::npos)) {
        if (rest.front() == '"') {
            quoted = !quoted;
        } else {
            word.push_back(rest.front());
        }
        rest.remove_prefix(1);
    }
    return word;
}

std::expected<Step, std::string> parse_line(std::string_view line) {
    Step step;
    step.text = line;
    step.probe = next_word(line);
    if (step.probe.ends_with(':')) {
        step.connection = step.probe.substr(0, step.probe.size() - 1);
        step.probe = next_word(line);
    }
    for (auto word = next_word(line); !word.empty(); word = next_word(line)) {
        const auto equals = word.find('=');
        if (equals != std::string::npos) {
            step.parameters.insert_or_assign(word.substr(0, equals), word.substr(equals + 1));
        } else if (step.what.empty()) {
            step.what = word;
        } else {
            return std::unexpected(fmt::format("'{}': what is '{}' for?", step.text, word));
        }
    }
    return step;
}

}  // namespace

std::expected<std::vector<Step>, std::string> parse_script(std::string_view script) {
    std::vector<Step> steps;
    while (!script.empty()) {
        const auto end = std::min(script.find('\n'), script.size());
        auto line = script.substr(0, end);
        script.remove_prefix(std::min(end + 1, script.size()));
        line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
        if (line.empty() || line.front() == '#') continue;
        auto step = parse_line(line);
        if (!step) return std::unexpected(step.error());
        steps.push_back(std::move(*step));
    }
    if (steps.empty()) return std::unexpected("the script is empty");
    return steps;
}

}  // namespace confd::kit::server
