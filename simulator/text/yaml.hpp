// SPDX-License-Identifier: Apache-2.0
// YAML text as a tree of our own: every node knows its place, nothing is mutable, and what a file
// can make us hold is bounded. yaml-cpp reads the text and is seen by yaml.cpp alone; a text that
// is JSON as a whole is read by Boost.JSON (json_text.hpp).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/value/calendar.hpp"
#include "simulator/text/diagnostics.hpp"

namespace confd::sim {

/// Files above this size are not read: the largest scenario written by hand is a few dozen KiB.
inline constexpr std::size_t max_scenario_bytes = std::size_t{4} << 20;
/// Deepest nesting of maps and sequences. A value inside an event inside nested steps needs 20; the
/// deepest event that there is, printed, needs 130.
inline constexpr std::size_t max_yaml_nesting = 160;
/// Nodes of a file with every alias and variable written out: a few lines of aliases can otherwise
/// stand for more nodes than any memory holds.
inline constexpr std::size_t max_yaml_nodes = 200'000;

struct YamlNode;
using YamlPtr = std::shared_ptr<const YamlNode>;

struct YamlNode {
    enum class Kind { null, scalar, sequence, map };
    using Entry = std::pair<YamlPtr, YamlPtr>;

    Kind kind = Kind::null;
    Place place;
    std::string text;            ///< of a scalar
    bool plain = false;          ///< a scalar without quotes: 17 is a number, "17" is not
    std::vector<YamlPtr> items;  ///< of a sequence
    std::vector<Entry> entries;  ///< of a map, in the order of the file; keys are scalars
    std::size_t weight = 1;      ///< nodes in this subtree, aliases counted where they stand
    std::optional<TimePoint> time = {};  ///< of a scalar that says `now`: when that is (now.hpp)

    bool is_null() const { return kind == Kind::null; }
    bool is_scalar() const { return kind == Kind::scalar; }
    bool is_sequence() const { return kind == Kind::sequence; }
    bool is_map() const { return kind == Kind::map; }

    /// The value under a key of a map, or null.
    const YamlPtr* find(std::string_view key) const;
};

/// "the number 17", "the text \"abc\"", "a list", "a map", "nothing".
std::string describe(const YamlNode& node);

/// Reads one document, YAML or JSON in UTF-8, with or without a byte order mark. Reports what is
/// wrong and returns null when no tree can be made; an empty document is a null node. `file` is for
/// messages only.
YamlPtr parse_yaml(std::string_view text, std::shared_ptr<const std::string> file,
                   Diagnostics& diagnostics);

}  // namespace confd::sim
