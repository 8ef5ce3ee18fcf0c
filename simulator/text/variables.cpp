// SPDX-License-Identifier: Apache-2.0
#include "simulator/text/variables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace confd::sim {
namespace {

/// Longest text that variables can grow to: variables made of variables double it at every step.
constexpr std::size_t max_text = std::size_t{1} << 20;

bool starts_name(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
}
bool continues_name(char c) {
    return starts_name(c) || (c >= '0' && c <= '9');
}

std::size_t name_length(std::string_view text) {
    if (text.empty() || !starts_name(text.front())) return 0;
    const auto end = std::ranges::find_if_not(text, continues_name);
    return static_cast<std::size_t>(end - text.begin());
}

/// A piece of a scalar: literal text, or the name of a variable.
struct Piece {
    std::string_view text;
    bool variable = false;
};

/// Cuts the next piece off `rest`; false when a `${` has no proper end.
bool next_piece(std::string_view& rest, Piece& out) {
    const auto cut = [&](std::size_t skip, std::size_t size, std::size_t tail, bool variable) {
        out = {rest.substr(skip, size), variable};
        rest.remove_prefix(skip + size + tail);
        return true;
    };
    if (rest.front() != '$') return cut(0, std::min(rest.find('$'), rest.size()), 0, false);
    const auto after = rest.substr(1);
    if (after.starts_with('$')) return cut(1, 1, 0, false);
    if (after.starts_with('{')) {
        const auto length = name_length(after.substr(1));
        if (length == 0 || !after.substr(1 + length).starts_with('}')) return false;
        return cut(2, length, 1, true);
    }
    const auto length = name_length(after);
    return length == 0 ? cut(0, 1, 0, false) : cut(1, length, 0, true);
}

class Substitution {
  public:
    Substitution(const Scope& scope, Diagnostics& diagnostics, bool* loops)
        : scope_(scope), diagnostics_(diagnostics), loops_(loops) {}

    YamlPtr visit(const YamlPtr& node) {
        if (node == nullptr || too_large_) return node;
        switch (node->kind) {
            case YamlNode::Kind::null:
                return node;
            case YamlNode::Kind::scalar:
                return scalar(node);
            case YamlNode::Kind::sequence:
            case YamlNode::Kind::map:
                return collection(node);
        }
        return node;
    }

  private:
    YamlPtr collection(const YamlPtr& node) {
        auto copy = std::make_shared<YamlNode>(*node);
        bool changed = false;
        copy->weight = 1;
        const auto replace = [&](YamlPtr& child) {
            auto replaced = visit(child);
            changed |= replaced != child;
            child = std::move(replaced);
            copy->weight += child->weight;
        };
        for (auto& item : copy->items)
            replace(item);
        for (auto& [key, value] : copy->entries) {
            copy->weight += key->weight;
            replace(value);
        }
        if (copy->weight > max_yaml_nodes) report_size(*node, "nodes", max_yaml_nodes);
        return changed ? YamlPtr(std::move(copy)) : node;
    }

    YamlPtr scalar(const YamlPtr& node) {
        if (node->text.find('$') == std::string::npos) return node;
        if (const auto* variable = whole(*node)) {
            note_use(*node, *variable);
            if (!variable->value->is_scalar()) return variable->value;
            auto copy = std::make_shared<YamlNode>(*variable->value);
            copy->place = node->place;
            return copy;
        }
        auto copy = std::make_shared<YamlNode>(*node);
        copy->text.clear();
        bool used = false;
        std::string_view rest = node->text;
        while (!rest.empty()) {
            Piece piece;
            if (!next_piece(rest, piece)) {
                report(*node,
                       "'${' without a name and '}' after it; '$$' stands for a dollar sign");
                return node;
            }
            if (!piece.variable) {
                copy->text += piece.text;
            } else if (const auto* value = lookup(*node, piece.text)) {
                copy->text += value->text;
                copy->plain = used ? copy->plain : value->plain;
                used = true;
            } else {
                return node;
            }
            if (copy->text.size() > max_text) {
                report_size(*node, "bytes", max_text);
                return node;
            }
        }
        return copy;
    }

    /// The variable that is all there is to the scalar, or null.
    const Scope::Variable* whole(const YamlNode& node) const {
        std::string_view rest = node.text;
        Piece piece;
        if (!next_piece(rest, piece) || !piece.variable || !rest.empty()) return nullptr;
        return scope_.find(piece.text);
    }

    /// The scalar that a variable inside a text stands for; null after reporting why there is none.
    const YamlNode* lookup(const YamlNode& node, std::string_view name) {
        const auto* variable = scope_.find(name);
        if (variable == nullptr) {
            report(node, fmt::format("there is no variable '{}'{}; '$$' stands for a dollar sign",
                                     name, suggestion(name, scope_.names())));
            return nullptr;
        }
        note_use(node, *variable);
        if (variable->value->is_scalar()) return variable->value.get();
        report(node, fmt::format("'{}' is {}, expected a text or number inside a text", name,
                                 describe(*variable->value)));
        return nullptr;
    }

    void note_use(const YamlNode& node, const Scope::Variable& variable) {
        if (!variable.loop) return;
        if (loops_ != nullptr) {
            *loops_ = true;
        } else {
            report(node,
                   fmt::format("'{}' changes from round to round: it can be used in the fields "
                               "of an event and in log texts, not here",
                               variable.name));
        }
    }

    void report(const YamlNode& node, std::string message) {
        diagnostics_.report_root_cause(node.place, std::move(message));
    }
    void report_size(const YamlNode& node, std::string_view unit, std::size_t limit) {
        too_large_ = true;
        report(node, fmt::format("more than {} {} with every variable written out", limit, unit));
    }

    const Scope& scope_;
    Diagnostics& diagnostics_;
    bool* loops_;
    bool too_large_ = false;
};

}  // namespace

void Scope::set_loop(std::string name, std::int64_t round) {
    auto node = std::make_shared<YamlNode>();
    node->kind = YamlNode::Kind::scalar;
    node->text = std::to_string(round);
    node->plain = true;
    variables_.push_back({std::move(name), std::move(node), true});
}

const Scope::Variable* Scope::find(std::string_view name) const {
    for (const auto* scope = this; scope != nullptr; scope = scope->outer_) {
        for (const auto& variable : scope->variables_) {
            if (variable.name == name) return &variable;
        }
    }
    return nullptr;
}

Scope Scope::flattened() const {
    Scope out;
    for (const auto* scope = this; scope != nullptr; scope = scope->outer_) {
        // Inner variables come first, and find() takes the first.
        out.variables_.insert(out.variables_.end(), scope->variables_.begin(),
                              scope->variables_.end());
    }
    return out;
}

std::vector<std::string_view> Scope::names() const {
    std::vector<std::string_view> out;
    for (const auto* scope = this; scope != nullptr; scope = scope->outer_) {
        for (const auto& variable : scope->variables_)
            out.push_back(variable.name);
    }
    return out;
}

bool is_variable_name(std::string_view name) {
    return !name.empty() && name_length(name) == name.size();
}

YamlPtr substitute(const YamlPtr& node, const Scope& scope, Diagnostics& diagnostics, bool* loops) {
    return Substitution(scope, diagnostics, loops).visit(node);
}

std::vector<std::string> variables_in(const YamlNode& node) {
    std::vector<std::string> out;
    const auto add = [&](std::string_view name) {
        if (std::ranges::find(out, name) == out.end()) out.emplace_back(name);
    };
    std::string_view rest = node.text;
    for (Piece piece; !rest.empty() && next_piece(rest, piece);) {
        if (piece.variable) add(piece.text);
    }
    const auto add_all = [&](const YamlNode& child) {
        for (const auto& name : variables_in(child))
            add(name);
    };
    for (const auto& item : node.items)
        add_all(*item);
    for (const auto& [key, value] : node.entries)
        add_all(*value);
    return out;
}

}  // namespace confd::sim
