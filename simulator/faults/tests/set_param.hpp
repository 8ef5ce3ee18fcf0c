// SPDX-License-Identifier: Apache-2.0
// A parameter as it would stand in a scenario.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>

#include "simulator/faults/fault.hpp"

namespace confd::sim::test {

/// Sets a parameter of the fault. What is wrong, one a line; empty for nothing.
inline std::string set(FaultSpec& spec, std::string_view name, std::string_view text) {
    const auto scalar = [](std::string_view value) {
        return std::make_shared<YamlNode>(YamlNode{.kind = YamlNode::Kind::scalar,
                                                   .place = {},
                                                   .text = std::string(value),
                                                   .plain = true});
    };
    auto map = std::make_shared<YamlNode>(YamlNode{.kind = YamlNode::Kind::map, .place = {}});
    map->entries.emplace_back(scalar(name), scalar(text));
    const KeyPart parts[] = {{common_params(), &spec}, {info_of(spec.kind).params, &spec}};
    Diagnostics diagnostics;
    Reading reading(diagnostics);
    read_keys(map, fmt::format("the parameters of {}", name_of(spec.kind)), parts, reading);
    std::string out;
    for (const auto& wrong : diagnostics.take())
        out += (out.empty() ? "" : "\n") + wrong.message;
    return out;
}

}  // namespace confd::sim::test
