// SPDX-License-Identifier: Apache-2.0
#include "simulator/text/scalars.hpp"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <vector>

#include "protocol/value/text.hpp"
#include "text/mask.hpp"
#include "text/units.hpp"

namespace confd::sim {
namespace {

template <class T>
bool whole_number(std::string_view text, T& out) {
    const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), out);
    return code == std::errc{} && stop == text.data() + text.size();
}

/// As YAML 1.2 has them: -17, +17, 0x11, 0o21.
template <class T>
bool yaml_integer(std::string_view text, T& out) {
    const bool based = text.starts_with("0x") || text.starts_with("0o");
    if (based) {
        const auto digits = text.substr(2);
        const auto [stop, code] = std::from_chars(digits.data(), digits.data() + digits.size(), out,
                                                  text[1] == 'x' ? 16 : 8);
        return !digits.starts_with('-') && code == std::errc{} &&
               stop == digits.data() + digits.size();
    }
    if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
    return whole_number(text, out);
}

std::vector<std::string_view> names_of(std::span<const Constant> table) {
    std::vector<std::string_view> names;
    for (const auto& constant : table)
        names.push_back(constant.name);
    return names;
}

void report_constant(const YamlNode& node, std::span<const Constant> table,
                     Diagnostics& diagnostics) {
    const auto names = names_of(table);
    // Long tables are named by their nearest entry alone.
    constexpr std::size_t listed = 12;
    auto choices = names;
    choices.emplace_back("a number");
    const auto expected = names.size() <= listed && !names.empty()
                              ? one_of(choices)
                              : std::string("the name of a constant or a number");
    diagnostics.report(node.place, fmt::format("expected {}, found {}{}", expected, describe(node),
                                               suggestion(node.text, names)));
}

}  // namespace

void report_expected(const YamlNode& node, std::string_view expected, Diagnostics& diagnostics) {
    diagnostics.report(node.place, fmt::format("expected {}, found {}", expected, describe(node)));
}

std::optional<std::int64_t> parse_int(const YamlNode& node, std::int64_t low, std::int64_t high,
                                      std::string_view what, Diagnostics& diagnostics) {
    std::int64_t value = 0;
    if (node.is_scalar() && node.plain && yaml_integer(node.text, value) && value >= low &&
        value <= high) {
        return value;
    }
    const bool bounded = low != std::numeric_limits<std::int64_t>::min() ||
                         high != std::numeric_limits<std::int64_t>::max();
    const auto expected =
        bounded ? fmt::format("{} from {} to {}", what, low, high) : std::string(what);
    const bool quoted = node.is_scalar() && !node.plain && yaml_integer(node.text, value);
    report_expected(node, quoted ? expected + " without quotes" : expected, diagnostics);
    return std::nullopt;
}

std::optional<std::uint64_t> parse_uint64(const YamlNode& node, std::string_view what,
                                          Diagnostics& diagnostics) {
    std::uint64_t value = 0;
    if (node.is_scalar() && node.plain && yaml_integer(node.text, value)) return value;
    report_expected(node, fmt::format("{} from 0 to {}", what, UINT64_MAX), diagnostics);
    return std::nullopt;
}

std::optional<double> parse_number(const YamlNode& node, double low, double high,
                                   Diagnostics& diagnostics) {
    double value = 0;
    if (node.is_scalar() && node.plain && whole_number(node.text, value) && value >= low &&
        value <= high) {
        return value;
    }
    report_expected(node, fmt::format("a number from {} to {}", low, high), diagnostics);
    return std::nullopt;
}

std::optional<double> parse_rate(const YamlNode& node, Diagnostics& diagnostics) {
    constexpr double max_rate = 1e6;  // more than any socket takes
    std::string_view text = node.is_scalar() ? std::string_view(node.text) : "";
    double seconds = 1;
    if (text.ends_with("/s") || text.ends_with("/m") || text.ends_with("/h")) {
        seconds = text.back() == 's' ? 1 : text.back() == 'm' ? 60 : 3600;
        text.remove_suffix(2);
    }
    double value = 0;
    if (whole_number(text, value) && value > 0 && value / seconds <= max_rate) {
        return value / seconds;
    }
    report_expected(node, "a rate of at most 1000000/s such as 1000/s, 0.5/s or 30/m", diagnostics);
    return std::nullopt;
}

std::optional<std::string> parse_text(const YamlNode& node, std::string_view what,
                                      Diagnostics& diagnostics) {
    if (node.is_scalar()) return node.text;
    report_expected(node, what, diagnostics);
    return std::nullopt;
}

std::optional<std::string> parse_name(const YamlNode& node, std::string_view what,
                                      Diagnostics& diagnostics) {
    if (node.is_scalar() && !node.text.empty()) return node.text;
    report_expected(node, what, diagnostics);
    return std::nullopt;
}

std::vector<std::string> parse_names(const YamlNode& node, Diagnostics& diagnostics) {
    std::vector<std::string> out;
    const auto add = [&](const YamlNode& item) {
        if (auto name = parse_name(item, "a name", diagnostics)) out.push_back(std::move(*name));
    };
    if (!node.is_sequence()) {
        add(node);
        return out;
    }
    for (const auto& item : node.items)
        add(*item);
    return out;
}

std::optional<Bytes> parse_hex_bytes(const YamlNode& node, Diagnostics& diagnostics) {
    auto bytes = node.is_scalar() ? parse_hex(node.text) : std::nullopt;
    if (!bytes) report_expected(node, "bytes in hex such as 00 01 a7", diagnostics);
    return bytes;
}

std::optional<std::chrono::milliseconds> parse_timespan(const YamlNode& node,
                                                        Diagnostics& diagnostics) {
    if (node.is_scalar()) {
        if (const auto span = confd::parse_timespan(node.text)) return span;
    }
    report_expected(node, timespan_expected, diagnostics);
    return std::nullopt;
}

std::optional<std::int64_t> parse_constant(const YamlNode& node, std::span<const Constant> table,
                                           Diagnostics& diagnostics) {
    std::int64_t number = 0;
    if (node.is_scalar() && node.plain && yaml_integer(node.text, number)) return number;
    if (node.is_scalar()) {
        if (const auto value = value_of(table, node.text)) return value;
    }
    report_constant(node, table, diagnostics);
    return std::nullopt;
}

std::optional<std::uint32_t> parse_mask(const YamlNode& node, Diagnostics& diagnostics) {
    std::uint32_t mask = 0;
    bool good = true;
    const auto add = [&](const YamlNode& item) {
        if (!item.is_scalar()) {
            good = false;
            return report_expected(item, "events such as NOTIF_AUDIT", diagnostics);
        }
        const auto bits = confd::parse_mask(item.text);
        if (!bits) diagnostics.report(item.place, bits.error());
        good &= bits.has_value();
        mask |= bits.value_or(0);
    };
    if (node.is_sequence()) {
        for (const auto& item : node.items)
            add(*item);
    } else {
        add(node);
    }
    return good ? std::optional(mask) : std::nullopt;
}

}  // namespace confd::sim
