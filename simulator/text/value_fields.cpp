// SPDX-License-Identifier: Apache-2.0
#include "simulator/text/value_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <type_traits>
#include <vector>

#include "protocol/notification/kinds.hpp"
#include "protocol/value/text.hpp"
#include "simulator/text/field_map.hpp"
#include "simulator/text/now.hpp"
#include "simulator/text/scalars.hpp"

namespace confd::sim {
namespace {

template <class T>
std::optional<T> integer(const YamlNode* node, std::string_view what, Diagnostics& diagnostics) {
    using Limits = std::numeric_limits<T>;
    const auto number = parse_int(*node, Limits::min(), Limits::max(), what, diagnostics);
    return number ? std::optional(static_cast<T>(*number)) : std::nullopt;
}

/// Parses with one of the functions of value/text.hpp.
template <class Parse>
auto text_form(const YamlNode* node, Parse parse, std::string_view expected,
               Diagnostics& diagnostics) {
    auto parsed = node->is_scalar() ? parse(node->text) : decltype(parse(node->text)){};
    if (!parsed) report_expected(*node, expected, diagnostics);
    return parsed;
}

/// Reads the members of one value after its type.
class ValueParser {
  public:
    ValueParser(FieldMap& map, const ValueTypeInfo& info, Diagnostics& diagnostics)
        : map_(map), info_(info), diagnostics_(diagnostics) {}

    std::optional<Value> parse() {
        switch (info_.shape) {
            case ValueShape::nothing:
                return Value{info_.type, {}};
            case ValueShape::text:
                return from(text());
            case ValueShape::integer:
                return from(ranged());
            case ValueShape::unsigned_64:
                return from(unsigned_64());
            case ValueShape::floating:
                return from(floating());
            case ValueShape::boolean:
                return from(boolean());
            case ValueShape::ip4:
                return spelt(parse_ip4, "an IPv4 address");
            case ValueShape::ip6:
                return spelt(parse_ip6, "an IPv6 address");
            case ValueShape::qname:
                return from(qname());
            case ValueShape::datetime:
                return from(datetime());
            case ValueShape::date:
                return date();
            case ValueShape::time:
                return time();
            case ValueShape::duration:
                return spelt(parse_duration, "a duration such as P1DT2H");
            case ValueShape::values:
                return from(values());
            case ValueShape::path:
                return from(path());
            case ValueShape::oid:
                return from(oid());
            case ValueShape::bytes:
                return from(bytes());
            case ValueShape::ip4_prefix:
                return spelt(parse_ip4_prefix, "a prefix such as 10.0.0.0/8");
            case ValueShape::ip6_prefix:
                return spelt(parse_ip6_prefix, "a prefix such as 2001:db8::/32");
            case ValueShape::decimal:
                return from(decimal());
            case ValueShape::identity:
                return from(pair<IdentityRef>("id", &IdentityRef::id));
            case ValueShape::tag:
                return from(pair<XmlTag>("tag", &XmlTag::tag));
            case ValueShape::marker:
                break;
        }
        diagnostics_.report(map_.node().place,
                            fmt::format("{} stands only as 'v' of a stream's values", info_.name));
        return std::nullopt;
    }

  private:
    template <class T>
    std::optional<Value> from(std::optional<T> payload) {
        if (!payload) return std::nullopt;
        return Value{info_.type, std::move(*payload)};
    }

    const YamlNode* require(std::string_view key) {
        const auto* node = map_.take(key);
        if (node == nullptr) {
            diagnostics_.report(map_.node().place,
                                fmt::format("a value of type {} needs '{}'", info_.name, key));
        }
        return node;
    }

    template <class Parser>
    std::optional<Value> spelt(Parser parser, std::string_view expected) {
        const auto* node = require("value");
        if (node == nullptr) return std::nullopt;
        return from(text_form(node, parser, expected, diagnostics_));
    }

    std::optional<Datetime> datetime() {
        const auto* node = require("value");
        return node == nullptr ? std::nullopt : parse_datetime(*node, diagnostics_);
    }
    /// What `now` says here, as a whole; nothing where something else stands.
    std::optional<Datetime> now() {
        const auto* node = map_.take("value");
        return node != nullptr && node->time ? std::optional(to_datetime(*node->time))
                                             : std::nullopt;
    }
    std::optional<Value> date() {
        const auto at = now();
        if (!at) return spelt(parse_date, "a date such as 2026-11-22, or now");
        return Value{info_.type,
                     Date{.year = at->year, .month = at->month, .day = at->day, .zone = at->zone}};
    }
    std::optional<Value> time() {
        const auto at = now();
        if (!at) return spelt(parse_time, "a time such as 10:00:00, or now");
        return Value{info_.type, Time{.hour = at->hour,
                                      .min = at->min,
                                      .sec = at->sec,
                                      .micro = at->micro,
                                      .zone = at->zone}};
    }

    std::optional<std::string> text() {
        const auto* node = require("value");
        return node == nullptr ? std::nullopt : parse_text(*node, "a text", diagnostics_);
    }
    std::optional<std::int64_t> ranged() {
        const auto* node = require("value");
        if (node == nullptr) return std::nullopt;
        return parse_int(*node, info_.low, info_.high, fmt::format("an {}", info_.name),
                         diagnostics_);
    }
    std::optional<std::uint64_t> unsigned_64() {
        const auto* node = require("value");
        return node == nullptr ? std::nullopt : parse_uint64(*node, "an integer", diagnostics_);
    }

    std::optional<double> floating() {
        const auto* node = require("value");
        if (node == nullptr) return std::nullopt;
        double value = 0;
        const auto* end = node->text.data() + node->text.size();
        const auto [stop, code] = std::from_chars(node->text.data(), end, value);
        // The wire has no NaN and no infinity.
        if (node->is_scalar() && node->plain && code == std::errc{} && stop == end &&
            std::abs(value) <= std::numeric_limits<double>::max()) {
            return value;
        }
        report_expected(*node, "a number such as 1.5", diagnostics_);
        return std::nullopt;
    }

    std::optional<bool> boolean() {
        const auto* node = require("value");
        if (node == nullptr) return std::nullopt;
        if (node->is_scalar() && (node->text == "true" || node->text == "false")) {
            return node->text == "true";
        }
        report_expected(*node, "true or false", diagnostics_);
        return std::nullopt;
    }

    std::optional<Box<Qname>> qname() {
        Qname out;
        const auto* prefix = map_.take("prefix");
        const auto* name = require("name");
        if (name == nullptr) return std::nullopt;
        if (prefix != nullptr && !prefix->is_null()) {
            out.prefix = parse_text(*prefix, "a prefix", diagnostics_);
            if (!out.prefix) return std::nullopt;
        }
        auto parsed = parse_text(*name, "a name", diagnostics_);
        if (!parsed) return std::nullopt;
        out.name = std::move(*parsed);
        return Box<Qname>(std::move(out));
    }

    template <class Item, class Parser>
    std::optional<std::vector<Item>> list_of(const YamlNode* node, std::string_view expected,
                                             Parser parser) {
        if (node == nullptr) return std::nullopt;
        if (!node->is_sequence()) {
            report_expected(*node, expected, diagnostics_);
            return std::nullopt;
        }
        std::vector<Item> out;
        bool good = true;
        for (const auto& item : node->items) {
            auto parsed = parser(*item);
            good &= parsed.has_value();
            if (good) out.push_back(std::move(*parsed));
        }
        return good ? std::optional(std::move(out)) : std::nullopt;
    }

    std::optional<ValueList> value_list(const YamlNode* node) {
        auto items = list_of<Value>(node, "a list of values", [&](const YamlNode& item) {
            return parse_value(item, diagnostics_);
        });
        return items ? std::optional(ValueList{std::move(*items)}) : std::nullopt;
    }
    std::optional<ValueList> values() { return value_list(require("value")); }

    std::optional<Oid> oid() {
        auto ids = list_of<std::uint32_t>(
            require("value"), "a list of numbers", [&](const YamlNode& item) {
                return integer<std::uint32_t>(&item, "a sub-identifier", diagnostics_);
            });
        return ids ? std::optional(Oid{std::move(*ids)}) : std::nullopt;
    }

    std::optional<PathStep> step(const YamlNode& node) {
        FieldMap map(node, "the members of a step of a path", diagnostics_);
        if (!node.is_map()) return std::nullopt;
        PathStep out;
        if (const auto* keys = map.take("keys")) {
            out.keys = value_list(keys);
            map.finish();
            return out.keys ? std::optional(out) : std::nullopt;
        }
        const auto* type = map.take("type");
        if (type != nullptr && type->text != "xmltag") {
            report_expected(*type, "xmltag", diagnostics_);
            return std::nullopt;
        }
        const auto* ns = map.take("ns");
        const auto* tag = map.take("tag");
        map.finish();
        if (tag == nullptr) {
            diagnostics_.report(node.place, "a step of a path needs 'tag' or 'keys'");
            return std::nullopt;
        }
        const auto number = integer<std::uint32_t>(tag, "a hash", diagnostics_);
        if (ns != nullptr) {
            out.ns = integer<std::uint32_t>(ns, "a hash", diagnostics_);
            if (!out.ns) return std::nullopt;
        }
        out.tag = number.value_or(0);
        return number ? std::optional(out) : std::nullopt;
    }

    std::optional<ObjectRef> path() {
        auto steps = list_of<PathStep>(require("value"), "a list of steps, innermost first",
                                       [&](const YamlNode& item) { return step(item); });
        return steps ? std::optional(ObjectRef{std::move(*steps)}) : std::nullopt;
    }

    std::optional<Bytes> bytes() {
        const auto* node = require("value");
        if (node == nullptr) return std::nullopt;
        auto out = text_form(node, parse_hex, "bytes in hex", diagnostics_);
        if (out && info_.high != 0 && out->size() != static_cast<std::size_t>(info_.high)) {
            report_expected(*node, fmt::format("{} bytes in hex", info_.high), diagnostics_);
            return std::nullopt;
        }
        return out;
    }

    std::optional<Decimal64> decimal() {
        const auto* value = require("value");
        const auto* digits = require("fraction_digits");
        if (value == nullptr || digits == nullptr) return std::nullopt;
        const auto number = integer<std::int64_t>(value, "an integer", diagnostics_);
        const auto places = integer<std::uint8_t>(digits, "a number of digits", diagnostics_);
        if (!number || !places) return std::nullopt;
        return Decimal64{*number, *places};
    }

    template <class Pair>
    std::optional<Pair> pair(std::string_view name, std::uint32_t Pair::* member) {
        const auto* ns = require("ns");
        const auto* id = require(name);
        if (ns == nullptr || id == nullptr) return std::nullopt;
        const auto ns_hash = integer<std::uint32_t>(ns, "a hash", diagnostics_);
        const auto id_hash = integer<std::uint32_t>(id, "a hash", diagnostics_);
        if (!ns_hash || !id_hash) return std::nullopt;
        Pair out;
        out.ns = *ns_hash;
        out.*member = *id_hash;
        return out;
    }

    FieldMap& map_;
    const ValueTypeInfo& info_;
    Diagnostics& diagnostics_;
};

const ValueTypeInfo* parse_type(FieldMap& map, Diagnostics& diagnostics) {
    const auto* type = map.take("type");
    if (type == nullptr) {
        if (map.node().is_map()) {
            diagnostics.report(map.node().place,
                               "a value needs 'type', as in {type: uint16, value: 1500}");
        }
        return nullptr;
    }
    const auto* info = find_value_type(std::string_view(type->text));
    if (info != nullptr) return info;
    std::vector<std::string_view> names;
    for (const auto& known : value_types())
        names.push_back(known.name);
    diagnostics.report(type->place, fmt::format("expected the name of a value type, found {}{}",
                                                describe(*type), suggestion(type->text, names)));
    return nullptr;
}

/// What stands as `v`: a marker when its type is one, else a value.
bool parse_v(const YamlNode& node, TagValue& out, Diagnostics& diagnostics) {
    FieldMap map(node, "the members of a value", diagnostics);
    const auto* info = parse_type(map, diagnostics);
    if (info == nullptr) return false;
    const auto* marker =
        std::ranges::find(codec::marker_atoms, info->type, &codec::MarkerAtom::type);
    if (marker != std::end(codec::marker_atoms)) {
        // The printed form repeats the tag. With another tag, xmltag is a value of its own.
        const auto* ns = map.take("ns");
        const auto* tag = map.take("tag");
        const auto same = [](const YamlNode* given, std::uint32_t own) {
            return given == nullptr || given->text == std::to_string(own);
        };
        if (same(ns, out.ns) && same(tag, out.tag)) {
            out.marker = marker->marker;
            map.finish();
            return true;
        }
        if (info->shape == ValueShape::marker) {
            diagnostics.report(
                node.place,
                fmt::format("{} has the ns and tag of the element it stands in", info->name));
            return false;
        }
    }
    auto value = parse_value(node, diagnostics);
    if (value) out.v = std::move(*value);
    return value.has_value();
}

}  // namespace

std::optional<Value> parse_value(const YamlNode& node, Diagnostics& diagnostics) {
    FieldMap map(node, "the members of a value", diagnostics);
    const auto* info = parse_type(map, diagnostics);
    if (info == nullptr) return std::nullopt;
    auto value = ValueParser(map, *info, diagnostics).parse();
    map.finish();
    return value;
}

std::optional<TagValue> parse_tag_value(const YamlNode& node, Diagnostics& diagnostics) {
    FieldMap map(node, "the members of a stream's value", diagnostics);
    if (!node.is_map()) return std::nullopt;
    TagValue out;
    bool good = true;
    const auto hash = [&](std::string_view key, std::uint32_t& number) {
        const auto* found = map.take(key);
        if (found == nullptr) {
            diagnostics.report(node.place, fmt::format("a stream's value needs '{}'", key));
        }
        const auto parsed =
            found == nullptr ? std::nullopt : integer<std::uint32_t>(found, "a hash", diagnostics);
        good &= parsed.has_value();
        number = parsed.value_or(0);
    };
    hash("ns", out.ns);
    hash("tag", out.tag);
    // Printed beside the tag where the schemas are known; the tag is what counts.
    map.take("name");
    if (const auto* v = map.take("v")) {
        good &= parse_v(*v, out, diagnostics);
    } else {
        diagnostics.report(node.place, "a stream's value needs 'v', as in {type: xmlbegin}");
        good = false;
    }
    map.finish();
    return good ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace confd::sim
