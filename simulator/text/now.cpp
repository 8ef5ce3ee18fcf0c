// SPDX-License-Identifier: Apache-2.0
#include "simulator/text/now.hpp"

#include <algorithm>
#include <memory>

#include "protocol/value/text.hpp"
#include "simulator/text/scalars.hpp"
#include "text/units.hpp"

namespace confd::sim {

std::optional<std::chrono::milliseconds> parse_now(std::string_view text) {
    constexpr std::string_view word = "now";
    if (!text.starts_with(word)) return std::nullopt;
    text.remove_prefix(word.size());
    if (text.empty()) return std::chrono::milliseconds(0);
    const char sign = text.front();
    const auto span = confd::parse_timespan(text.substr(1));
    if (!span || (sign != '+' && sign != '-')) return std::nullopt;
    return sign == '+' ? *span : -*span;
}

YamlPtr with_now(const YamlPtr& node, TimePoint now) {
    if (node == nullptr) return node;
    if (node->is_scalar()) {
        const auto span = node->time ? std::nullopt : parse_now(node->text);
        if (!span) return node;
        auto copy = std::make_shared<YamlNode>(*node);
        copy->time = now + *span;
        return copy;
    }
    std::shared_ptr<YamlNode> copy;
    const auto replace = [&](const YamlPtr& child, auto place) {
        auto replaced = with_now(child, now);
        if (replaced == child) return;
        if (copy == nullptr) copy = std::make_shared<YamlNode>(*node);
        place(*copy) = std::move(replaced);
    };
    for (std::size_t i = 0; i < node->items.size(); ++i)
        replace(node->items[i], [i](YamlNode& of) -> YamlPtr& { return of.items[i]; });
    for (std::size_t i = 0; i < node->entries.size(); ++i) {
        replace(node->entries[i].second,
                [i](YamlNode& of) -> YamlPtr& { return of.entries[i].second; });
    }
    return copy == nullptr ? node : copy;
}

bool has_now(const YamlNode& node) {
    return node.time.has_value() ||
           std::ranges::any_of(node.items, [](const auto& item) { return has_now(*item); }) ||
           std::ranges::any_of(node.entries,
                               [](const auto& entry) { return has_now(*entry.second); });
}

std::optional<Datetime> parse_datetime(const YamlNode& node, Diagnostics& diagnostics) {
    if (node.time) return to_datetime(*node.time);
    const auto time = node.is_scalar() ? confd::parse_datetime(node.text) : std::nullopt;
    if (!time) report_expected(node, datetime_expected, diagnostics);
    return time;
}

}  // namespace confd::sim
