// SPDX-License-Identifier: Apache-2.0
#include "simulator/yang/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace confd::sim::yang {
namespace {

/// Follows a path of libyang's through the statements of a module: /m:list/{uses='g'}/leaf.
class Locator {
  public:
    Locator(const Plan& plan, const ModuleText& module) : plan_(plan), module_(&module) {}

    /// Goes as far as the path can be told; false when not even its beginning can.
    bool follow(std::string_view path) {
        node_ = &module_->root;
        while (!path.empty() && path.front() == '/') {
            const auto segment = take_segment(path);
            const auto brace = segment.find('{');
            const auto* next =
                brace == std::string_view::npos ? child(segment) : special(segment.substr(brace));
            if (next == nullptr) break;
            node_ = next;
        }
        return node_ != &module_->root;
    }

    /// The statement in here that a quoted word of the message stands in.
    void look_for_words(std::string_view message) {
        for (auto rest = message; rest.contains('"');) {
            rest.remove_prefix(rest.find('"') + 1);
            const auto word = rest.substr(0, rest.find('"'));
            rest.remove_prefix(std::min(rest.size(), word.size() + 1));
            if (word.empty()) continue;
            if (const auto* found = with_argument(*node_, word)) {
                node_ = found;
                return;
            }
        }
    }

    std::string spot() const { return fmt::format("{}:{}", module_->shown, node_->place.line); }

  private:
    static std::string_view take_segment(std::string_view& path) {
        path.remove_prefix(1);
        std::size_t end = 0;
        bool quoted = false;
        for (; end < path.size() && (quoted || path[end] != '/'); ++end)
            quoted ^= path[end] == '\'';
        const auto out = path.substr(0, end);
        path.remove_prefix(end);
        return out;
    }

    static std::string_view without_prefix(std::string_view name) {
        return name.substr(name.find(':') + 1);  // npos + 1 is 0
    }

    /// A node of this name, also in submodules, choices and cases.
    const Statement* child(std::string_view segment) {
        const auto name = without_prefix(segment);
        if (const auto* found = node_in(*node_, name)) return found;
        for (const auto& include : node_->children) {
            const auto* part =
                include.keyword == "include" ? plan_.find(include.argument) : nullptr;
            const auto* found = part == nullptr ? nullptr : node_in(part->root, name);
            if (found == nullptr) continue;
            module_ = part;
            return found;
        }
        return nullptr;
    }

    static const Statement* node_in(const Statement& parent, std::string_view name) {
        constexpr std::string_view nodes[] = {
            "leaf",   "leaf-list", "list",         "container", "choice",  "case",  "rpc",
            "action", "input",     "notification", "output",    "anydata", "anyxml"};
        for (const auto& statement : parent.children) {
            const bool is_node = std::ranges::find(nodes, statement.keyword) != std::end(nodes);
            const auto& own = statement.argument.empty() ? statement.keyword : statement.argument;
            if (is_node && own == name) return &statement;
        }
        return nullptr;
    }

    /// {uses='g'}, {augment='/a:b'}: the statement; behind a uses the grouping, when it is here.
    const Statement* special(std::string_view segment) {
        const auto quote = segment.find('\'');
        const auto last = segment.rfind('\'');
        if (quote == last) return nullptr;
        const auto keyword = segment.substr(1, quote - 2);
        const auto argument = segment.substr(quote + 1, last - quote - 1);
        const auto is_it = [&](const Statement& statement) {
            return statement.keyword == keyword && statement.argument == argument;
        };
        const auto found = std::ranges::find_if(node_->children, is_it);
        if (found == node_->children.end()) return nullptr;
        if (keyword != "uses") return &*found;
        const auto* grouping = find_grouping(module_->root, argument);
        return grouping == nullptr ? &*found : grouping;
    }

    static const Statement* find_grouping(const Statement& in, std::string_view name) {
        for (const auto& statement : in.children) {
            if (statement.keyword == "grouping" && statement.argument == name) return &statement;
            if (const auto* found = find_grouping(statement, name)) return found;
        }
        return nullptr;
    }

    static const Statement* with_argument(const Statement& in, std::string_view word) {
        for (const auto& statement : in.children) {
            if (statement.argument == word) return &statement;
            if (const auto* found = with_argument(statement, word)) return found;
        }
        return nullptr;
    }

    const Plan& plan_;
    const ModuleText* module_;
    const Statement* node_ = nullptr;
};

/// Later messages tell which module or submodule the first one is about.
std::optional<std::string> culprit(const std::vector<Message>& messages) {
    for (const auto& message : messages) {
        for (const std::string_view about :
             {"Parsing module \"", "Parsing submodule \"", "Including \""}) {
            if (!message.text.starts_with(about)) continue;
            const auto rest = std::string_view(message.text).substr(about.size());
            return std::string(rest.substr(0, rest.find('"')));
        }
    }
    return std::nullopt;
}

/// "Line number 5", or a part of a message with several places.
std::optional<std::string_view> line_of(std::string_view path) {
    constexpr std::string_view line = "ine number ";
    const auto at = path.find(line);
    if (at == std::string_view::npos) return std::nullopt;
    const auto rest = path.substr(at + line.size());
    return rest.substr(0, rest.find_first_not_of("0123456789"));
}

}  // namespace

std::string explain(const std::vector<Message>& messages, const Plan& plan,
                    const ModuleName& module) {
    if (messages.empty()) {
        return fmt::format("{}: libyang refuses it without a reason", module.name);
    }
    const auto& cause = messages.front();
    const auto line = line_of(cause.path);
    auto name = module.name;
    if (line) {
        name = culprit(messages).value_or(name);
    } else if (const auto end = cause.path.find(':'); cause.path.starts_with('/')) {
        if (end != std::string::npos) name = cause.path.substr(1, end - 1);
    } else if (const auto other = culprit(messages)) {
        name = *other;
    }
    const auto* text = plan.find(name);
    if (text == nullptr) {
        return cause.path.empty() ? fmt::format("{}: {}", name, cause.text)
                                  : fmt::format("{}, {}: {}", name, cause.path, cause.text);
    }
    if (line) return fmt::format("{}:{}: {}", text->shown, *line, cause.text);
    Locator locator(plan, *text);
    const bool found = locator.follow(cause.path);
    locator.look_for_words(cause.text);
    const auto where = found || cause.path.empty() ? std::string() : cause.path + ": ";
    return fmt::format("{}: {}{}", locator.spot(), where, cause.text);
}

}  // namespace confd::sim::yang
