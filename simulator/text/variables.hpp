// SPDX-License-Identifier: Apache-2.0
// Variables of a scenario: `$name` and `${name}` in any scalar, `$$` for a dollar sign.
//
// A scalar that is nothing but a variable becomes the variable's node, whatever that is: a number,
// a list, the map of a user session. Inside a longer text the variable must be a scalar.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/text/yaml.hpp"

namespace confd::sim {

/// The variables that can be seen at some point. Scopes form a chain; an inner name hides an outer.
class Scope {
  public:
    Scope() = default;
    explicit Scope(const Scope* outer) : outer_(outer) {}

    struct Variable {
        std::string name;
        YamlPtr value;
        /// Counts the rounds of a repeat, so its value is known only when the scenario runs.
        bool loop = false;
    };

    void set(std::string name, YamlPtr value) {
        variables_.push_back({std::move(name), std::move(value), false});
    }
    void set_loop(std::string name, std::int64_t round);

    /// The same variables in a scope that needs no outer one.
    Scope flattened() const;

    /// Null when there is none.
    const Variable* find(std::string_view name) const;
    /// All names, inner ones first.
    std::vector<std::string_view> names() const;

  private:
    const Scope* outer_ = nullptr;
    std::vector<Variable> variables_;
};

bool is_variable_name(std::string_view name);
inline constexpr std::string_view variable_name_pattern = "^[A-Za-z_][A-Za-z0-9_]*$";
inline constexpr std::string_view variable_name_expected =
    "the name of a variable (letters, digits and _)";

/// The node with its variables written out; the node itself when it has none. Unknown variables,
/// and what is wrong with `$`, are reported. `loops`, when given, is set if the result depends on
/// the round of a repeat; when null, such a dependence is an error.
YamlPtr substitute(const YamlPtr& node, const Scope& scope, Diagnostics& diagnostics,
                   bool* loops = nullptr);

/// The names that stand behind `$` in the tree, each once.
std::vector<std::string> variables_in(const YamlNode& node);

}  // namespace confd::sim
