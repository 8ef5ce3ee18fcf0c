// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/client/output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <cstdint>
#include <utility>

#include "conformance/kit/report/json_text.hpp"
#include "protocol/maapi/changes.hpp"
#include "protocol/notification/notification.hpp"
#include "protocol/render/render.hpp"

namespace confd::kit {
namespace {

namespace json = boost::json;

constexpr std::string_view hidden = "***";

/// Values are shown up to here; the whole line is in the client's output.
constexpr std::size_t shown = 200;

std::string show(const json::value& value) {
    auto text = json::serialize(value);
    if (text.size() > shown) text = text.substr(0, shown) + " ..";
    return text;
}

std::string differ(const std::string& path, const json::value& expected, const json::value& found) {
    return fmt::format("{}: expected {}, found {}", path.empty() ? "the line" : path,
                       show(expected), show(found));
}

bool is_number(const json::value& value) {
    return value.is_int64() || value.is_uint64() || value.is_double();
}

/// 5, 5.0 and 5e0 are one number; whole ones beyond 2^53 must be exact.
bool equal_numbers(const json::value& a, const json::value& b) {
    if (!a.is_double() && !b.is_double()) {
        if (a.is_int64() != b.is_int64()) {
            boost::system::error_code error;
            const auto left = a.to_number<std::uint64_t>(error);
            if (error) return false;
            const auto right = b.to_number<std::uint64_t>(error);
            return !error && left == right;
        }
        return a == b;
    }
    const auto left = a.to_number<double>();
    const auto right = b.to_number<double>();
    // A double that stands for a whole number beyond this has lost digits on the way.
    constexpr double exact = 9007199254740992.0;  // 2^53
    if (!a.is_double() || !b.is_double()) return left == right && std::abs(left) <= exact;
    constexpr double digits = 1e-12;
    return left == right || std::abs(left - right) <= digits * std::abs(left);
}

class Comparison {
  public:
    std::optional<std::string> compare(const json::value& expected, const json::value& found,
                                       const std::string& path) {
        if (expected.is_object() && found.is_object())
            return compare(expected.get_object(), found.get_object(), path);
        if (expected.is_array() && found.is_array())
            return compare(expected.get_array(), found.get_array(), path);
        const bool same = is_number(expected) && is_number(found) ? equal_numbers(expected, found)
                                                                  : expected == found;
        return same ? std::nullopt : std::optional(differ(path, expected, found));
    }

  private:
    std::optional<std::string> compare(const json::object& expected, const json::object& found,
                                       const std::string& path) {
        for (const auto& [key, value] : expected) {
            const auto below =
                path.empty() ? std::string(key) : fmt::format("{}.{}", path, std::string_view(key));
            const auto* other = found.if_contains(key);
            if (other == nullptr) {
                return fmt::format("{}: expected {}, but there is no such member", below,
                                   show(value));
            }
            if (key == "clearpass" && other->is_string() && other->get_string() == hidden) continue;
            if (auto wrong = compare(value, *other, below)) return wrong;
        }
        return std::nullopt;
    }

    std::optional<std::string> compare(const json::array& expected, const json::array& found,
                                       const std::string& path) {
        for (std::size_t i = 0; i < std::min(expected.size(), found.size()); ++i) {
            if (auto wrong = compare(expected[i], found[i], fmt::format("{}[{}]", path, i)))
                return wrong;
        }
        if (expected.size() == found.size()) return std::nullopt;
        return fmt::format("{}: expected {} elements, found {}", path, expected.size(),
                           found.size());
    }
};

bool is_known(const json::object& event) {
    const auto* type = event.if_contains("type");
    if (type == nullptr || !is_number(*type)) return false;
    boost::system::error_code error;
    const auto number = type->to_number<std::uint32_t>(error);
    return !error && std::ranges::find(event_types(), number) != event_types().end();
}

/// A line of the output that is to be compared.
struct Line {
    std::size_t number = 0;
    json::value value;
};

struct Lines {
    std::vector<Line> lines;
    std::string wrong;  ///< a line that begins like JSON and is none
};

Lines read_lines(std::string_view output) {
    Lines out;
    for (std::size_t number = 1; !output.empty() && out.wrong.empty(); ++number) {
        const auto end = std::min(output.find('\n'), output.size());
        const auto line = output.substr(0, end);
        output.remove_prefix(std::min(end + 1, output.size()));
        if (!line.starts_with('{')) continue;
        auto value = parse_json(line);
        if (!value) {
            out.wrong = fmt::format("line {} of the output is no JSON: {}", number, value.error());
        } else if (is_known(value->get_object())) {
            out.lines.push_back({number, std::move(*value)});
        }
    }
    return out;
}

/// The diffs that were read, each as a list of its changes.
std::vector<json::array> diffs_in(const Log& log, const RenderOptions& options) {
    std::vector<json::array> out;
    json::array changes;
    for (const auto& message : log.messages) {
        if (message.kind != "maapi" || message.from_peer) continue;
        const auto part = decode_diff(payload_of(message));
        if (!part) continue;
        if (const auto* change = std::get_if<DiffChange>(&*part)) {
            changes.push_back(to_json(*change, options));
        } else {
            out.push_back(std::exchange(changes, {}));
        }
    }
    return out;
}

}  // namespace

std::optional<std::string> difference(const json::value& expected, const json::value& found) {
    return Comparison().compare(expected, found, {});
}

std::vector<json::value> expected_events(const Log& log, WireContext context) {
    std::vector<json::value> out;
    for (const auto& message : log.messages) {
        if (message.kind != "event" || message.from_peer) continue;
        const auto event =
            decode_notification(payload_of(message), {.context = context, .limits = {}});
        if (!event) continue;
        auto line =
            to_json(*event, {.context = context, .show_clearpass = true, .log_names = false});
        if (is_known(line)) out.emplace_back(std::move(line));
    }
    return out;
}

void add_diffs(std::vector<json::value>& events, const Log& log, WireContext context,
               const Names* names) {
    auto diffs = diffs_in(log, {.context = context, .names = names});
    auto next = diffs.begin();
    for (auto& event : events) {
        if (next == diffs.end()) return;
        if (event.as_object().contains("commit_diff")) event.as_object()["diff"] = *next++;
    }
}

SchemaNames names_in(const Log& log) {
    SchemaNames out;
    const auto keep = [&]<class Record>(Record&& record) {
        return out.add(std::forward<Record>(record));
    };
    for (const auto& message : log.messages) {
        if (message.kind != "maapi" || message.from_peer) continue;
        // A frame is of one table or of the other, or no part of a load.
        if (!decode_schema(payload_of(message), keep))
            (void)decode_hashes(payload_of(message), keep);
    }
    return out;
}

std::optional<std::string> compare_output(const std::vector<json::value>& expected,
                                          std::string_view output,
                                          const std::vector<json::value>& by_name) {
    const auto [lines, wrong] = read_lines(output);
    for (std::size_t i = 0; i < std::min(expected.size(), lines.size()); ++i) {
        const auto why = difference(expected[i], lines[i].value);
        if (!why || (i < by_name.size() && !difference(by_name[i], lines[i].value))) continue;
        return fmt::format("event {} (line {} of the output): {}", i + 1, lines[i].number, *why);
    }
    if (!wrong.empty()) return wrong;
    if (lines.size() < expected.size()) {
        return fmt::format("{} of {} events were printed; the first that is missing is {}",
                           lines.size(), expected.size(), show(expected[lines.size()]));
    }
    if (lines.size() > expected.size()) {
        return fmt::format("{} events were printed, {} were sent; the first that was not is {}",
                           lines.size(), expected.size(), show(lines[expected.size()].value));
    }
    return std::nullopt;
}

}  // namespace confd::kit
