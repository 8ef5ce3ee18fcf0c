#include "simulator/yang/filter_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "simulator/scenario/diagnostics.hpp"

namespace confd::sim::yang {
namespace {

enum class Kind { nodes, text, number, boolean };

struct Function {
    std::string_view name;
    Kind result;
    std::size_t least;
    std::size_t most;
    std::size_t node_arguments = 0;  ///< so many of the first ones must be node sets
};

constexpr std::size_t any_number = 64;

/// XPath's own and YANG's. Not here: id() and current(), which mean nothing in a filter;
/// re-match(), whose patterns can be made to take forever; and deref(), which no event has the
/// targets for.
constexpr Function functions[] = {
    {"last", Kind::number, 0, 0},
    {"position", Kind::number, 0, 0},
    {"count", Kind::number, 1, 1, 1},
    {"local-name", Kind::text, 0, 1, 1},
    {"namespace-uri", Kind::text, 0, 1, 1},
    {"name", Kind::text, 0, 1, 1},
    {"string", Kind::text, 0, 1},
    {"concat", Kind::text, 2, any_number},
    {"starts-with", Kind::boolean, 2, 2},
    {"contains", Kind::boolean, 2, 2},
    {"substring-before", Kind::text, 2, 2},
    {"substring-after", Kind::text, 2, 2},
    {"substring", Kind::text, 2, 3},
    {"string-length", Kind::number, 0, 1},
    {"normalize-space", Kind::text, 0, 1},
    {"translate", Kind::text, 3, 3},
    {"boolean", Kind::boolean, 1, 1},
    {"not", Kind::boolean, 1, 1},
    {"true", Kind::boolean, 0, 0},
    {"false", Kind::boolean, 0, 0},
    {"number", Kind::number, 0, 1},
    {"sum", Kind::number, 1, 1, 1},
    {"floor", Kind::number, 1, 1},
    {"ceiling", Kind::number, 1, 1},
    {"round", Kind::number, 1, 1},
    {"derived-from", Kind::boolean, 2, 2, 1},
    {"derived-from-or-self", Kind::boolean, 2, 2, 1},
    {"enum-value", Kind::number, 1, 1, 1},
    {"bit-is-set", Kind::boolean, 2, 2, 1},
};

struct Axis {
    std::string_view name;
    bool wide;   ///< leaves the subtree below the node, or looks at all of it
    bool heavy;  ///< nodes that are met from many others, each time anew
};

constexpr Axis axes[] = {
    {"ancestor", true, true},          {"ancestor-or-self", true, true},
    {"attribute", false, false},       {"child", false, false},
    {"descendant", true, false},       {"descendant-or-self", true, false},
    {"following", true, true},         {"following-sibling", true, true},
    {"parent", true, false},           {"preceding", true, true},
    {"preceding-sibling", true, true}, {"self", false, false},
};

constexpr std::string_view node_types[] = {"comment", "node", "processing-instruction", "text"};

/// A node test that nothing passes.
constexpr std::string_view nothing = "*[false()]";

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool starts_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}
bool in_name(char c) {
    return starts_name(c) || is_digit(c) || c == '-' || c == '.';
}

/// How many characters at the start are of this kind.
std::size_t length_of(std::string_view text, bool (*is_kind)(char)) {
    const auto end = std::ranges::find_if_not(text, is_kind);
    return static_cast<std::size_t>(end - text.begin());
}

/// What an operand is and how many nodes it may stand for.
struct Operand {
    Kind kind = Kind::nodes;
    bool has_path = false;
    bool wide = false;
};

/// Recursive descent over the grammar of XPath 1.0. Which operator binds tighter is of no
/// interest: the text is passed on in the order it came in. Errors stick.
///
/// `level` is how often an expression may be evaluated, as a power of the number of nodes: -1 for
/// once, outside of any predicate, 0 for a predicate that each node is asked once.
class Parser {
  public:
    Parser(std::string_view text, const FindPrefix& find_prefix)
        : text_(text), find_prefix_(find_prefix) {}

    std::expected<FilterText, std::string> parse() {
        expression(-1);
        skip_space();
        if (error_.empty() && at_ != text_.size()) expected("an operator or the end");
        if (!error_.empty()) return std::unexpected(error_);
        return std::move(out_);
    }

  private:
    // ---- Text ----

    void skip_space() {
        while (at_ < text_.size() && is_space(text_[at_]))
            ++at_;
    }
    std::string_view rest() const { return text_.substr(at_); }
    bool failed() const { return !error_.empty(); }

    bool looking_at(std::string_view token) {
        skip_space();
        return !failed() && rest().starts_with(token);
    }
    bool skip(std::string_view token) {
        if (!looking_at(token)) return false;
        at_ += token.size();
        return true;
    }
    /// Passes the token on.
    bool take(std::string_view token) {
        if (!skip(token)) return false;
        emit(token);
        return true;
    }
    void require(std::string_view token) {
        if (!failed() && !take(token)) expected(fmt::format("'{}'", token));
    }
    void emit(std::string_view text) { out_.xpath += text; }

    void fail(std::string message) {
        if (!failed()) error_ = std::move(message);
    }
    void expected(std::string_view what) {
        skip_space();
        constexpr std::size_t shown = 20;
        const auto found = at_ == text_.size() ? std::string("the end")
                                               : fmt::format("'{}'", rest().substr(0, shown));
        fail(fmt::format("invalid XPath filter: expected {} at character {}, found {}", what,
                         at_ + 1, found));
    }

    /// A name without its prefix, or empty.
    std::string_view peek_name() {
        skip_space();
        const auto left = rest();
        if (left.empty() || !starts_name(left.front())) return {};
        return left.substr(0, length_of(left, in_name));
    }
    std::string_view name() {
        const auto out = peek_name();
        at_ += out.size();
        return out;
    }
    /// Whether `token` stands after the name that stands here.
    bool name_then(std::string_view token) {
        const auto mark = at_;
        const bool found = !name().empty() && looking_at(token);
        at_ = mark;
        return found;
    }

    // ---- Cost ----

    void charge(int power) {
        if (!failed() && !out_.cost.add(static_cast<std::size_t>(std::max(power, 0)))) {
            fail(
                "the filter is too complex: predicates that search the whole event are nested "
                "too deeply");
        }
    }
    /// Both sides of a comparison or union meet, node by node.
    void charge_pair(const Operand& left, const Operand& right, int level) {
        if (!left.has_path || !right.has_path) return;
        charge(left.wide || right.wide ? level + 3 : std::max(level, 0) + 2);
    }

    class Nested {
      public:
        explicit Nested(Parser& parser) : parser_(parser) {
            if (++parser_.depth_ > max_filter_nesting) {
                parser_.fail(fmt::format("the filter is too complex: brackets nest deeper than {}",
                                         max_filter_nesting));
            }
        }
        ~Nested() { --parser_.depth_; }
        Nested(const Nested&) = delete;
        Nested& operator=(const Nested&) = delete;

      private:
        Parser& parser_;
    };

    // ---- Expressions ----

    Operand expression(int level) {
        auto left = operand(level);
        while (!failed()) {
            const auto kind = binary_operator();
            if (!kind) break;
            const auto right = operand(level);
            if (in_union_ && (left.kind != Kind::nodes || right.kind != Kind::nodes)) {
                fail("invalid XPath filter: '|' joins sets of nodes only");
            }
            charge_pair(left, right, level);
            left = {*kind, left.has_path || right.has_path, left.wide || right.wide};
        }
        return left;
    }

    /// Passes an operator on, if there is one; what it makes of its operands.
    std::optional<Kind> binary_operator() {
        in_union_ = false;
        for (const std::string_view token : {"!=", "<=", ">=", "=", "<", ">"}) {
            if (take(token)) return Kind::boolean;
        }
        for (const std::string_view token : {"+", "-", "*"}) {
            if (!skip(token)) continue;
            emit(fmt::format(" {} ", token));
            return Kind::number;
        }
        if (take("|")) {
            in_union_ = true;
            return Kind::nodes;
        }
        const auto word = peek_name();
        if (word != "and" && word != "or" && word != "div" && word != "mod") return std::nullopt;
        emit(fmt::format(" {} ", name()));
        return word == "and" || word == "or" ? Kind::boolean : Kind::number;
    }

    Operand operand(int level) {
        const bool in_union = in_union_;
        bool negative = false;
        while (skip("-")) {
            // Pairs of them change nothing but what evaluating costs.
            negative = !negative;
            if (in_union) expected("a set of nodes");
        }
        if (negative) emit("-");
        const auto out = primary_starts() ? filter_expression(level) : location_path(level);
        in_union_ = in_union;
        return negative ? Operand{Kind::number, out.has_path, out.wide} : out;
    }

    bool primary_starts() {
        skip_space();
        const auto left = rest();
        if (left.empty()) return false;
        const char c = left.front();
        if (c == '(' || c == '"' || c == '\'' || c == '$' || is_digit(c)) return true;
        if (c == '.' && left.size() > 1 && is_digit(left[1])) return true;
        return name_then("(") && std::ranges::find(node_types, peek_name()) == std::end(node_types);
    }

    Operand filter_expression(int level) {
        auto out = primary(level);
        const bool path_follows = looking_at("[") || looking_at("/");
        if (!path_follows) return out;
        if (out.kind != Kind::nodes) {
            expected("an operator or the end: only a set of nodes has a path");
            return out;
        }
        out.wide = true;
        charge(level + 2);
        while (looking_at("[") && !failed())
            predicate(level + 1);
        if (looking_at("/")) steps(level, out.wide, true);
        return out;
    }

    Operand primary(int level) {
        if (looking_at("$")) {
            fail("invalid XPath filter: there are no variables");
            return {};
        }
        if (looking_at("(")) {
            const Nested nested(*this);
            require("(");
            const auto out = expression(level);
            require(")");
            return out;
        }
        if (looking_at("'") || looking_at("\"")) {
            emit(literal());
            return {Kind::text};
        }
        if (!name_then("(")) {
            number();
            return {Kind::number};
        }
        return call(level);
    }

    /// With its quotes.
    std::string_view literal() {
        skip_space();
        const auto end = text_.find(text_[at_], at_ + 1);
        if (end == std::string_view::npos) {
            fail(
                fmt::format("invalid XPath filter: the text that begins at character {} has no "
                            "end",
                            at_ + 1));
            return {};
        }
        const auto out = text_.substr(at_, end + 1 - at_);
        at_ = end + 1;
        return out;
    }

    void digits() {
        const auto left = rest();
        const auto count = length_of(left, is_digit);
        emit(left.substr(0, count));
        at_ += count;
    }
    void number() {
        skip_space();
        if (rest().starts_with('.')) emit("0");
        digits();
        if (!rest().starts_with('.')) return;
        ++at_;
        if (rest().empty() || !is_digit(rest().front())) return;
        emit(".");
        digits();
    }

    Operand call(int level) {
        const auto start = at_;
        const auto own = name();
        const auto* function = std::ranges::find(functions, own, &Function::name);
        if (function == std::end(functions)) {
            std::vector<std::string_view> names;
            for (const auto& known : functions)
                names.push_back(known.name);
            fail(fmt::format("invalid XPath filter: unknown function '{}' at character {}{}", own,
                             start + 1, suggestion(own, names)));
            return {};
        }
        const Nested nested(*this);
        emit(own);
        require("(");
        const auto out = arguments(*function, level);
        require(")");
        // string() and the like look at all that is below a node, which may be the root.
        charge(level + (out.wide ? 2 : 1));
        return {function->result, out.has_path, out.wide};
    }

    Operand arguments(const Function& function, int level) {
        Operand all{function.result};
        std::size_t count = 0;
        while (!failed() && !looking_at(")")) {
            if (count > 0) require(",");
            const auto one = argument(function, count, level);
            all.has_path |= one.has_path;
            all.wide |= one.wide;
            if (++count <= function.node_arguments && one.kind != Kind::nodes) {
                fail(fmt::format("invalid XPath filter: {}() wants a set of nodes", function.name));
            }
        }
        if (count < function.least || count > function.most) {
            fail(fmt::format("invalid XPath filter: {}() with {} arguments", function.name, count));
        }
        return all;
    }

    Operand argument(const Function& function, std::size_t index, int level) {
        const bool identity = function.name.starts_with("derived-from") && index == 1;
        if (!identity) return expression(level);
        if (!looking_at("'") && !looking_at("\"")) {
            expected("the name of an identity in quotes");
            return {};
        }
        const auto quoted = literal();
        const auto text = quoted.substr(std::min<std::size_t>(1, quoted.size()));
        const auto colon = text.find(':');
        if (colon == std::string_view::npos) {
            fail(fmt::format("invalid XPath filter: {}() wants an identity with its prefix",
                             function.name));
            return {};
        }
        emit(quoted.substr(0, 1));
        emit(module_of(text.substr(0, colon)));
        emit(text.substr(colon));
        return {Kind::text};
    }

    // ---- Paths ----

    Operand location_path(int level) {
        Operand out{Kind::nodes, true, false};
        const bool absolute = looking_at("/");
        if (level < 0 && !absolute) emit("/");
        if (absolute && !looking_at("//")) {
            require("/");
            out.wide = level >= 0;
            if (!step_starts()) {
                charge(level + 2);
                return out;
            }
        }
        steps(level, out.wide, absolute && looking_at("//"));
        return out;
    }

    bool step_starts() {
        skip_space();
        if (rest().empty()) return false;
        const char c = rest().front();
        return c == '.' || c == '@' || c == '*' || starts_name(c);
    }

    /// Steps with what separates them; `separated` when a separator stands before the first.
    void steps(int level, bool& wide, bool separated) {
        do {
            if (separated) {
                if (take("//")) {
                    wide = true;
                } else {
                    require("/");
                }
            }
            step(level, wide);
            separated = true;
        } while (!failed() && looking_at("/"));
    }

    /// How often the predicates after a step are asked.
    static int inner(int level, bool wide) { return wide ? level + 1 : std::max(level, 0); }

    void step(int level, bool& wide) {
        bool heavy = false;
        if (take("..")) {
            wide |= level >= 0;
        } else if (!take(".")) {
            axis(wide, heavy);
            node_test();
            while (looking_at("[") && !failed())
                predicate(inner(level, wide));
        }
        charge(inner(level, wide) + (heavy ? 2 : 1));
    }

    void axis(bool& wide, bool& heavy) {
        if (take("@") || !name_then("::")) return;
        const auto own = name();
        const auto* found = std::ranges::find(axes, own, &Axis::name);
        if (found == std::end(axes)) {
            fail(fmt::format("invalid XPath filter: unknown axis '{}'", own));
            return;
        }
        emit(own);
        require("::");
        wide |= found->wide;
        heavy = found->heavy;
    }

    void predicate(int level) {
        const Nested nested(*this);
        require("[");
        expression(level);
        require("]");
    }

    void node_test() {
        if (take("*")) return;
        if (name_then("(")) return node_type();
        const auto first = name();
        if (first.empty()) return expected("a name, a function, a number, a text or a path");
        // A colon of "a::b" would have made it an axis.
        if (!rest().starts_with(':')) {
            return emit(fmt::format("*[local-name()='{}']", first));
        }
        ++at_;
        const auto module = module_of(first);
        if (failed()) return;
        const bool any = rest().starts_with('*');
        const auto local = any ? rest().substr(0, 1) : peek_local();
        if (local.empty()) return expected("a name after the prefix");
        at_ += local.size();
        emit(module.empty() ? std::string(nothing) : fmt::format("{}:{}", module, local));
    }

    /// The part after a colon, which no space may part from it.
    std::string_view peek_local() {
        return rest().empty() || is_space(rest().front()) ? std::string_view() : peek_name();
    }

    std::string module_of(std::string_view prefix) {
        auto found = find_prefix_(prefix);
        if (found) return std::move(*found);
        fail("invalid XPath filter: " + found.error());
        return {};
    }

    void node_type() {
        const auto own = name();
        if (std::ranges::find(node_types, own) == std::end(node_types)) {
            return fail(fmt::format("invalid XPath filter: unknown node type '{}'", own));
        }
        skip("(");
        if (own == "processing-instruction" && (looking_at("'") || looking_at("\""))) literal();
        if (!skip(")")) return expected("')'");
        // Data trees have neither comments nor instructions.
        const bool exists = own == "node" || own == "text";
        emit(exists ? fmt::format("{}()", own) : std::string(nothing));
    }

    std::string_view text_;
    const FindPrefix& find_prefix_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    bool in_union_ = false;
    FilterText out_;
    std::string error_;
};

}  // namespace

std::expected<FilterText, std::string> rewrite_filter(std::string_view xpath,
                                                      const FindPrefix& find_prefix) {
    if (xpath.size() > max_filter_length) {
        return std::unexpected(
            fmt::format("the filter is too long: {} characters, at most {} are taken", xpath.size(),
                        max_filter_length));
    }
    if (xpath.find('\0') != std::string_view::npos) {
        return std::unexpected("invalid XPath filter: it has a character of number 0");
    }
    return Parser(xpath, find_prefix).parse();
}

}  // namespace confd::sim::yang
