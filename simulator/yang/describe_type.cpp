// SPDX-License-Identifier: Apache-2.0
#include "simulator/yang/describe_type.hpp"

#include <fmt/format.h>

#include "simulator/text/diagnostics.hpp"
#include "simulator/yang/libyang.hpp"

namespace confd::sim::yang {
namespace {

/// Longer lists of names are cut: a message is a line.
constexpr std::size_t listed = 12;

/// "68..9216", "0..10|20"; `bound` prints one end.
std::string parts_text(const lysc_range& range, auto&& low, auto&& high) {
    std::string out;
    for (const auto& part : sized(range.parts)) {
        const std::string from = low(part);
        const std::string to = high(part);
        out += (out.empty() ? "" : "|") + (from == to ? from : from + ".." + to);
    }
    return out;
}

std::string range_text(const lysc_range* range, bool is_signed, unsigned digits = 0) {
    if (range == nullptr) return {};
    using Part = lysc_range::lysc_range_part;
    const auto bound = [&](std::int64_t value, std::uint64_t unsigned_value) {
        if (!is_signed) return std::to_string(unsigned_value);
        return digits == 0 ? std::to_string(value) : decimal_text(value, digits);
    };
    return " of " + parts_text(
                        *range, [&](const Part& p) { return bound(p.min_64, p.min_u64); },
                        [&](const Part& p) { return bound(p.max_64, p.max_u64); });
}

std::string length_text(const lysc_range* range, std::string_view unit) {
    const auto text = range_text(range, false);
    return text.empty() ? text : fmt::format("{} {}", text, unit);
}

std::string one_of_items(const lysc_type_bitenum_item* items) {
    std::vector<std::string_view> names;
    for (const auto& item : sized(items).first(std::min(listed, sized(items).size())))
        names.emplace_back(item.name);
    if (names.size() < sized(items).size()) names.emplace_back("..");
    return one_of(names);
}

/// "a", "a and b"
std::string names_of_bases(const lysc_ident* const* bases) {
    std::string out;
    for (const auto* base : sized(bases))
        out += fmt::format("{}{}", out.empty() ? "" : " and ", base->name);
    return out;
}

std::string string_text(const lysc_type_str& type) {
    auto out = "a text" + length_text(type.length, "characters");
    for (const auto* pattern : sized(type.patterns)) {
        out += fmt::format("{} {}", pattern->inverted ? ", not like" : " like", pattern->expr);
    }
    return out;
}

std::string number(const lysc_type& type, std::string_view name, bool is_signed) {
    return std::string(name) + range_text(as<lysc_type_num>(type).range, is_signed);
}

std::string describe(const lysc_type& type) {
    switch (type.basetype) {
        case LY_TYPE_INT8:
            return number(type, "an int8", true);
        case LY_TYPE_INT16:
            return number(type, "an int16", true);
        case LY_TYPE_INT32:
            return number(type, "an int32", true);
        case LY_TYPE_INT64:
            return number(type, "an int64", true);
        case LY_TYPE_UINT8:
            return number(type, "a uint8", false);
        case LY_TYPE_UINT16:
            return number(type, "a uint16", false);
        case LY_TYPE_UINT32:
            return number(type, "a uint32", false);
        case LY_TYPE_UINT64:
            return number(type, "a uint64", false);
        case LY_TYPE_DEC64: {
            const auto& decimal = as<lysc_type_dec>(type);
            return fmt::format("a number with at most {} fraction digits{}",
                               decimal.fraction_digits,
                               range_text(decimal.range, true, decimal.fraction_digits));
        }
        case LY_TYPE_BOOL:
            return "true or false";
        case LY_TYPE_EMPTY:
            return "[null]";
        case LY_TYPE_ENUM:
            return one_of_items(as<lysc_type_enum>(type).enums);
        case LY_TYPE_BITS:
            return "bits out of " + one_of_items(as<lysc_type_bits>(type).bits);
        case LY_TYPE_BINARY:
            return "base64" + length_text(as<lysc_type_bin>(type).length, "bytes");
        case LY_TYPE_IDENT:
            return "an identity derived from " +
                   names_of_bases(as<lysc_type_identityref>(type).bases);
        case LY_TYPE_INST:
            return "a path such as /module:container/list[key='1']";
        case LY_TYPE_LEAFREF:
            return describe(*as<lysc_type_leafref>(type).realtype);
        case LY_TYPE_UNION: {
            std::string out;
            for (const auto* member : sized(as<lysc_type_union>(type).types))
                out += (out.empty() ? "" : ", or ") + describe(*member);
            return out;
        }
        default:
            return string_text(as<lysc_type_str>(type));
    }
}

}  // namespace

std::string decimal_text(std::int64_t value, unsigned digits) {
    auto text = fmt::format("{:0{}}", value, digits + (value < 0 ? 2 : 1));
    text.insert(text.size() - digits, ".");
    return text;
}

std::string describe_type(const lysc_node& leaf) {
    // Patterns of addresses are hundreds of characters of line noise.
    constexpr std::size_t longest = 200;
    auto out = describe(type_of(leaf));
    if (out.size() > longest) out = out.substr(0, longest) + " ..";
    return out;
}

}  // namespace confd::sim::yang
