// SPDX-License-Identifier: Apache-2.0
#include "simulator/text/forms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "protocol/value/text.hpp"
#include "simulator/text/key_schema.hpp"
#include "simulator/text/scalars.hpp"
#include "text/mask.hpp"
#include "text/units.hpp"

namespace confd::sim::forms {
namespace {

namespace json = boost::json;

constexpr std::int64_t any_high = std::numeric_limits<std::int64_t>::max();

/// The bounds of a duration that may be any.
bool bounded(const KeyRules& rules) {
    return rules.low != std::numeric_limits<std::int64_t>::min() || rules.high != any_high;
}

void read_names(const YamlPtr& node, std::vector<std::string>& into, const Key&, Reading& reading) {
    into = parse_names(*node, reading.diagnostics);
}
void read_flag(const YamlPtr& node, bool& into, const Key&, Reading& reading) {
    if (node->is_scalar() && node->plain && (node->text == "true" || node->text == "false")) {
        into = node->text == "true";
    } else {
        report_expected(*node, "true or false", reading.diagnostics);
    }
}
std::string flag_text(const bool& value, const Key&) {
    return value ? "true" : "false";
}
json::object flag_schema(const Key&) {
    return schema::typed("boolean");
}

void read_seed(const YamlPtr& node, std::uint64_t& into, const Key&, Reading& reading) {
    if (const auto seed = parse_uint64(*node, "a seed", reading.diagnostics)) into = *seed;
}
std::string seed_text(const std::uint64_t& value, const Key&) {
    return fmt::format("{}", value);
}
json::object seed_schema(const Key&) {
    return {{"type", "integer"}, {"minimum", 0}, {"maximum", UINT64_MAX}};
}

void read_number(const YamlPtr& node, double& into, const Key& key, Reading& reading) {
    const auto number = parse_number(*node, static_cast<double>(key.rules.low),
                                     static_cast<double>(key.rules.high), reading.diagnostics);
    if (number) into = *number;
}
std::string number_text(const double& value, const Key&) {
    return fmt::format("{}", value);
}
json::object number_schema(const Key& key) {
    return {{"type", "number"}, {"minimum", key.rules.low}, {"maximum", key.rules.high}};
}

void read_duration(const YamlPtr& node, std::chrono::milliseconds& into, const Key& key,
                   Reading& reading) {
    const auto span = sim::parse_timespan(*node, reading.diagnostics);
    if (!span) return;
    const auto& rules = key.rules;
    if (span->count() < rules.low || span->count() > rules.high) {
        return report_expected(*node,
                               fmt::format("a duration from {} to {}",
                                           timespan_text(std::chrono::milliseconds(rules.low)),
                                           timespan_text(std::chrono::milliseconds(rules.high))),
                               reading.diagnostics);
    }
    into = *span;
}
std::string duration_text(const std::chrono::milliseconds& value, const Key&) {
    return timespan_text(value);
}
json::object duration_schema(const Key& key) {
    const auto& rules = key.rules;
    if (!bounded(rules)) return schema::ref("duration");
    return schema::matching(fmt::format("^{}$", schema::duration_pattern(rules.low, rules.high)));
}

void read_rate(const YamlPtr& node, double& into, const Key&, Reading& reading) {
    if (const auto rate = parse_rate(*node, reading.diagnostics)) into = *rate;
}
std::string rate_text(const double& value, const Key&) {
    return fmt::format("{}/s", value);
}
json::object rate_schema(const Key&) {
    return schema::ref("rate");
}

void read_mask(const YamlPtr& node, std::uint32_t& into, const Key&, Reading& reading) {
    if (const auto mask = sim::parse_mask(*node, reading.diagnostics)) into = *mask;
}
std::string text_of_mask(const std::uint32_t& value, const Key&) {
    return value == 0 ? std::string() : mask_text(value);
}
json::object mask_schema(const Key&) {
    return schema::ref("mask");
}

void read_hex(const YamlPtr& node, Bytes& into, const Key&, Reading& reading) {
    if (auto bytes = parse_hex_bytes(*node, reading.diagnostics)) into = std::move(*bytes);
}
std::string hex_text(const Bytes& value, const Key&) {
    return to_hex(value);
}
json::object hex_schema(const Key&) {
    // 00000005 is a number to YAML, and its zeros count.
    return schema::either({schema::matching("^\\s*([0-9a-fA-F]{2}\\s*)*$"),
                           json::object{{"type", "integer"}, {"minimum", 0}}});
}

void read_release(const YamlPtr& node, Release& into, const Key&, Reading& reading) {
    const auto release = node->is_scalar() ? parse_release(node->text) : std::nullopt;
    if (!release) {
        return report_expected(*node, "a release from 6.0 to 8.9 such as 7.8", reading.diagnostics);
    }
    into = *release;
}
std::string release_text(const Release& value, const Key&) {
    return to_string(value);
}
json::object release_schema(const Key&) {
    return schema::ref("release");
}

void read_product(const YamlPtr& node, Product& into, const Key&, Reading& reading) {
    const auto product = node->is_scalar() ? parse_product(node->text) : std::nullopt;
    if (!product) return report_expected(*node, "confd or nso", reading.diagnostics);
    into = *product;
}
std::string product_text(const Product& value, const Key&) {
    return std::string(to_string(value));
}
json::object product_schema(const Key&) {
    return {{"enum", {"confd", "nso", "ncs"}}};
}

void read_word(const YamlPtr& node, std::string& into, const Key& key, Reading& reading) {
    const auto index = detail::read_choice(*node, key, reading);
    if (index) into = key.rules.choices[*index];
}

void read_bits(const YamlPtr& node, std::uint8_t& into, const Key& key, Reading& reading) {
    const auto add = [&](const YamlNode& item) {
        if (const auto index = detail::read_choice(item, key, reading)) {
            into |= static_cast<std::uint8_t>(1U << *index);
        }
    };
    if (!node->is_sequence()) return add(*node);
    for (const auto& item : node->items)
        add(*item);
}
json::object bits_schema(const Key& key) {
    return schema::one_or_list(choice_schema(key));
}

}  // namespace

namespace detail {

std::optional<std::int64_t> read_integer(const YamlNode& node, const Key& key, Reading& reading) {
    const auto& rules = key.rules;
    if (rules.low == rules.high) {
        // Nothing to choose from.
        if (node.is_scalar() && node.plain && node.text == fmt::format("{}", rules.low)) {
            return rules.low;
        }
        report_expected(node, fmt::format("{}, {}", rules.low, key.doc), reading.diagnostics);
        return std::nullopt;
    }
    return parse_int(node, rules.low, rules.high, rules.what.empty() ? "a number" : rules.what,
                     reading.diagnostics);
}

std::string integer_text(std::int64_t value) {
    return fmt::format("{}", value);
}

std::optional<std::size_t> read_choice(const YamlNode& node, const Key& key, Reading& reading) {
    const auto choices = key.rules.choices;
    const auto found = std::ranges::find(choices, node.text);
    if (node.is_scalar() && found != choices.end()) {
        return static_cast<std::size_t>(found - choices.begin());
    }
    reading.diagnostics.report(
        node.place, fmt::format("expected {}, found {}{}", one_of(choices), describe(node),
                                suggestion(node.text, choices)));
    return std::nullopt;
}

YamlPtr whole_variable(const YamlPtr& node, Reading& reading) {
    if (!node->is_scalar() || reading.first == nullptr) return node;
    const auto written = substitute(node, *reading.first, reading.diagnostics);
    return written->is_scalar() ? node : written;
}

void read_map(const YamlPtr& node, void* into, const Key& key, Reading& reading) {
    read_keys(whole_variable(node, reading), *key.rules.map, into, reading);
}

}  // namespace detail

json::object any_schema(const Key&) {
    return {};
}
json::object text_schema(const Key&) {
    return schema::scalar();
}
json::object name_schema(const Key&) {
    auto out = schema::scalar();
    out["minLength"] = 1;
    return out;
}
json::object names_schema(const Key& key) {
    return schema::one_or_list(name_schema(key));
}
json::object integer_schema(const Key& key) {
    return schema::integer(key.rules.low, key.rules.high);
}
json::object choice_schema(const Key& key) {
    return schema::one_of_names(key.rules.choices);
}
json::object datetime_schema(const Key&) {
    return schema::ref("datetime");
}
json::object map_schema(const Key& key) {
    return schema::of_map(*key.rules.map);
}
json::object maps_schema(const Key& key) {
    return schema::list_of(schema::of_map(*key.rules.map));
}

void read_text(const YamlPtr& node, std::string& into, const Key&, Reading& reading) {
    if (auto given = parse_text(*node, "a text", reading.diagnostics)) into = std::move(*given);
}
void read_name(const YamlPtr& node, std::string& into, const Key& key, Reading& reading) {
    const auto what = key.rules.what.empty() ? "a name" : key.rules.what;
    if (auto given = parse_name(*node, what, reading.diagnostics)) into = std::move(*given);
}
std::string as_it_is(const std::string& value, const Key&) {
    return value;
}
void read_node(const YamlPtr& node, YamlPtr& into, const Key&, Reading&) {
    into = node;
}

constexpr FormOf<std::vector<std::string>> names =
    make<std::vector<std::string>, read_names>(names_schema);
constexpr FormOf<bool> flag = make<bool, read_flag, flag_text>(flag_schema);
constexpr FormOf<std::uint64_t> seed = make<std::uint64_t, read_seed, seed_text>(seed_schema);
constexpr FormOf<double> number = make<double, read_number, number_text>(number_schema);
constexpr FormOf<std::chrono::milliseconds> duration =
    make<std::chrono::milliseconds, read_duration, duration_text>(duration_schema);
constexpr FormOf<double> rate = make<double, read_rate, rate_text>(rate_schema);
constexpr FormOf<std::uint32_t> mask = make<std::uint32_t, read_mask, text_of_mask>(mask_schema);
constexpr FormOf<Bytes> hex = make<Bytes, read_hex, hex_text>(hex_schema);
constexpr FormOf<Release> release = make<Release, read_release, release_text>(release_schema);
constexpr FormOf<Product> product = make<Product, read_product, product_text>(product_schema);
constexpr FormOf<std::uint8_t> bits = make<std::uint8_t, read_bits>(bits_schema);
constexpr FormOf<std::string> word = make<std::string, read_word, as_it_is>(choice_schema);

}  // namespace confd::sim::forms
