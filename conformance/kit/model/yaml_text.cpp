// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/model/yaml_text.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

namespace confd::kit {
namespace {

using sim::YamlNode;

/// What is longer has its entries on lines of their own.
constexpr std::size_t line_length = 110;

std::string scalar_text(const YamlNode& node) {
    if (node.is_null()) return "null";
    // What stood by itself on a line may have commas, which part entries where they stand between
    // braces.
    const bool bare =
        node.plain && node.text.find_first_of(",[]{}#&*!|>'\"%@`:\n") == node.text.npos;
    if (bare) return node.text;
    return boost::json::serialize(boost::json::string(node.text));
}

/// On one line.
std::string flow(const YamlNode& node) {
    std::string out;
    const auto add = [&](const std::string& text) { out += (out.empty() ? "" : ", ") + text; };
    if (node.is_map()) {
        for (const auto& [key, value] : node.entries)
            add(fmt::format("{}: {}", scalar_text(*key), flow(*value)));
        return "{" + out + "}";
    }
    if (node.is_sequence()) {
        for (const auto& item : node.items)
            add(flow(*item));
        return "[" + out + "]";
    }
    return scalar_text(node);
}

bool is_collection(const YamlNode& node) {
    return !node.items.empty() || !node.entries.empty();
}

std::string block(const YamlNode& node, std::size_t indent);

/// Behind a key: on its line when there is room.
std::string value_text(const YamlNode& node, std::size_t indent, std::size_t column) {
    const auto line = flow(node);
    if (!is_collection(node) || column + line.size() <= line_length) return " " + line + "\n";
    return "\n" + block(node, indent + 2);
}

std::string block(const YamlNode& node, std::size_t indent) {
    std::string out;
    for (const auto& [key, value] : node.entries) {
        const auto name = fmt::format("{:{}}{}:", "", indent, scalar_text(*key));
        // Steps stand one a line.
        const bool steps = key->text == "steps" && value->is_sequence() && is_collection(*value);
        out += name + (steps ? "\n" + block(*value, indent + 2)
                             : value_text(*value, indent, name.size() + 1));
    }
    for (const auto& item : node.items) {
        auto text = is_collection(*item) && (item->is_map() && item->entries.size() == 1)
                        ? block(*item, indent + 2)
                        : fmt::format("{:{}}{}\n", "", indent + 2, flow(*item));
        text[indent] = '-';
        out += text;
    }
    return out;
}

}  // namespace

std::string yaml_line(const sim::YamlNode& node) {
    if (!node.is_map() || node.entries.size() != 1) return flow(node);
    const auto& [key, value] = node.entries.front();
    return fmt::format("{}: {}", scalar_text(*key), flow(*value));
}

std::string yaml_text(const YamlNode& node) {
    return is_collection(node) ? block(node, 0) : flow(node) + "\n";
}

}  // namespace confd::kit
