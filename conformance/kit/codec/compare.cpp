// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/codec/compare.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <cmath>

#include "protocol/render/render.hpp"

namespace confd::kit::codec {
namespace {

namespace json = boost::json;

std::string shown(const json::value& value) {
    constexpr std::size_t most = 200;
    auto text = json::serialize(value);
    if (text.size() > most) text = text.substr(0, most) + "..";
    return text;
}

std::string differ(const std::string& path, const json::value& expected, const json::value& found) {
    return fmt::format("{}: expected {}, found {}", path, shown(expected), shown(found));
}

/// As near as the parser of Boost.JSON comes to a double's digits, which is not always the last.
bool same_double(double expected, double found) {
    constexpr double precision = 1e-14;
    return expected == found || std::abs(expected - found) <= std::abs(expected) * precision;
}

/// Integers exactly, whatever type a parser gave them.
bool same_number(const json::value& expected, const json::value& found) {
    if (expected.is_double() || found.is_double()) {
        return same_double(expected.to_number<double>(), found.to_number<double>());
    }
    if (expected.is_uint64() == found.is_uint64()) return expected == found;
    const auto& wide = expected.is_uint64() ? expected : found;
    const auto& other = expected.is_uint64() ? found : expected;
    return other.as_int64() >= 0 &&
           wide.as_uint64() == static_cast<std::uint64_t>(other.as_int64());
}

std::string compare(const std::string& path, const json::value& expected, const json::value& found);

std::string compare_objects(const std::string& path, const json::object& expected,
                            const json::object& found) {
    const auto below = [&](std::string_view key) {
        return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
    };
    for (const auto& [key, value] : expected) {
        const auto* other = found.if_contains(key);
        if (other == nullptr && value.is_null()) continue;
        if (other == nullptr) {
            return fmt::format("{}: expected {}, found nothing", below(key), shown(value));
        }
        if (key == "clearpass" && *other == "***") continue;
        if (auto fault = compare(below(key), value, *other); !fault.empty()) return fault;
    }
    for (const auto& [key, value] : found) {
        if (expected.contains(key) || value.is_null()) continue;
        if (key == "logno_name") continue;  // a name for people, beside the number that is judged
        // As newer releases have it, beside the name that is judged.
        const auto older = older_name(key);
        const auto* same = older.empty() ? nullptr : found.if_contains(older);
        if (same != nullptr && *same == value) continue;
        return fmt::format("{}: expected nothing, found {}", below(key), shown(value));
    }
    return {};
}

std::string compare_arrays(const std::string& path, const json::array& expected,
                           const json::array& found) {
    if (expected.size() != found.size()) {
        return fmt::format("{}: expected {} elements, found {}", path, expected.size(),
                           found.size());
    }
    for (std::size_t i = 0; i < expected.size(); ++i) {
        if (auto fault = compare(fmt::format("{}[{}]", path, i), expected[i], found[i]);
            !fault.empty()) {
            return fault;
        }
    }
    return {};
}

std::string compare(const std::string& path, const json::value& expected,
                    const json::value& found) {
    if (expected.is_object() && found.is_object()) {
        return compare_objects(path, expected.as_object(), found.as_object());
    }
    if (expected.is_array() && found.is_array()) {
        return compare_arrays(path, expected.as_array(), found.as_array());
    }
    if (expected.is_number() && found.is_number()) {
        return same_number(expected, found) ? std::string() : differ(path, expected, found);
    }
    return expected == found ? std::string() : differ(path, expected, found);
}

std::string compare_error(const Payload& payload, const json::object& found) {
    const auto* error = found.if_contains("error");
    if (error == nullptr || !error->is_object()) {
        return "expected an error, found " + shown(found);
    }
    if (!payload.code_matters) return {};
    const auto& expected = payload.expected.at("error").at("code");
    const auto* code = error->as_object().if_contains("code");
    if (code != nullptr && *code == expected) return {};
    return fmt::format("error.code: expected {}, found {}", shown(expected),
                       code == nullptr ? "nothing" : shown(*code));
}

}  // namespace

std::string difference(const Payload& payload, const json::object& found) {
    if (payload.expected.contains("error")) return compare_error(payload, found);
    return compare_objects({}, payload.expected, found);
}

}  // namespace confd::kit::codec
