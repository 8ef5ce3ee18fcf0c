// SPDX-License-Identifier: Apache-2.0
#include "simulator/yang/filter_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "protocol/utf8.hpp"
#include "simulator/text/diagnostics.hpp"
#include "simulator/yang/filter_functions.hpp"
#include "simulator/yang/xsd_pattern.hpp"

namespace confd::sim::yang {
namespace {

constexpr std::string_view axes[] = {
    "ancestor",   "ancestor-or-self",   "attribute",         "child",
    "descendant", "descendant-or-self", "following",         "following-sibling",
    "parent",     "preceding",          "preceding-sibling", "self",
};

constexpr std::string_view node_types[] = {"comment", "node", "processing-instruction", "text"};

/// Binary operators, those that bind least first. Longer ones stand before what they begin with.
constexpr std::array<std::array<std::string_view, 4>, 6> operators = {{
    {"or"},
    {"and"},
    {"!=", "="},
    {"<=", ">=", "<", ">"},
    {"+", "-"},
    {"*", "div", "mod"},
}};
constexpr std::size_t equality = 2;
constexpr std::size_t relation = 3;

/// So many digits of an integer libxml2 reads without an error of its own.
constexpr std::size_t exact_digits = 15;

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

bool contains(std::span<const std::string_view> names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

/// Recursive descent over the grammar of XPath 1.0, which knows of each expression what type it
/// has. Errors stick.
class Parser {
  public:
    Parser(std::string_view text, const FilterNames& names) : text_(text), names_(names) {}

    std::expected<std::string, std::string> parse() {
        expression();
        skip_space();
        if (!failed() && at_ != text_.size()) expected("an operator or the end");
        if (failed()) return std::unexpected("invalid XPath filter: " + error_);
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
    bool looking_at_literal() { return looking_at("'") || looking_at("\""); }
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
    void emit(std::string_view text) { out_ += text; }
    /// Makes a part of what has been passed on the argument of a function.
    void wrap(std::size_t begin, std::size_t end, std::string_view function) {
        out_.insert(end, ")");
        out_.insert(begin, fmt::format("{}(", function));
    }

    void fail(std::string message) {
        if (!failed()) error_ = std::move(message);
    }
    void expected(std::string_view what) {
        skip_space();
        constexpr std::size_t shown = 20;
        const auto found = at_ == text_.size() ? std::string("the end")
                                               : fmt::format("'{}'", rest().substr(0, shown));
        fail(fmt::format("expected {} at character {}, found {}", what, at_ + 1, found));
    }
    void expected_operand() { expected("a name, a function, a number, a text or a path"); }

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

    class Nested {
      public:
        explicit Nested(Parser& parser) : parser_(parser) {
            if (++parser_.depth_ > max_filter_nesting) {
                parser_.fail(fmt::format("brackets nest deeper than {}", max_filter_nesting));
            }
        }
        ~Nested() { --parser_.depth_; }
        Nested(const Nested&) = delete;
        Nested& operator=(const Nested&) = delete;

      private:
        Parser& parser_;
    };

    // ---- Expressions ----

    Kind expression() { return binary(0); }

    Kind binary(std::size_t level) {
        if (level == operators.size()) return negation();
        const auto start = out_.size();
        auto left = binary(level + 1);
        while (!failed()) {
            const auto token = take_operator(level);
            if (token.empty()) break;
            const auto middle = out_.size();
            const auto right = binary(level + 1);
            left = join({start, middle, level, token}, left, right);
        }
        return left;
    }

    std::string_view take_operator(std::size_t level) {
        for (const auto token : operators[level]) {
            const bool found = !token.empty() && (starts_name(token.front()) ? peek_name() == token
                                                                             : looking_at(token));
            if (!found) continue;
            at_ += token.size();
            return token;
        }
        return {};
    }

    /// An operator that has been read, and where its operands begin in what is passed on.
    struct Operator {
        std::size_t left;
        std::size_t right;
        std::size_t level;
        std::string_view token;
    };

    /// Puts the operator between its operands, which have become numbers where it takes numbers.
    Kind join(Operator op, Kind left, Kind right) {
        const auto has = [&](Kind kind) { return left == kind || right == kind; };
        const bool compares = op.level == equality || op.level == relation;
        if (compares && has(Kind::nodes) && !has(Kind::boolean)) {
            out_.insert(op.right, ",");
            emit(fmt::format(",'{}'", op.token));
            wrap(op.left, out_.size(), "compare");
            return Kind::boolean;
        }
        const bool calculates = op.level > relation;
        const bool as_numbers =
            op.level == equality ? has(Kind::number) && !has(Kind::boolean) : op.level >= relation;
        const auto is_converted = [&](Kind kind) {
            return as_numbers && (kind == Kind::text || (calculates && kind == Kind::nodes));
        };
        if (is_converted(right)) wrap(op.right, out_.size(), "number");
        const auto before = out_.size();
        if (is_converted(left)) wrap(op.left, op.right, "number");
        out_.insert(op.right + out_.size() - before, fmt::format(" {} ", op.token));
        return calculates ? Kind::number : Kind::boolean;
    }

    void to_number(std::size_t start, Kind kind) {
        if (kind == Kind::text || kind == Kind::nodes) wrap(start, out_.size(), "number");
    }
    void to_text(std::size_t start, Kind kind) {
        if (kind == Kind::number) wrap(start, out_.size(), "string");
    }

    Kind negation() {
        bool any = false;
        bool negative = false;
        for (; skip("-"); any = true)
            negative = !negative;  // pairs of them change nothing but what evaluating costs
        if (negative) emit("-");
        const auto start = out_.size();
        const auto kind = set_union();
        if (!any) return kind;
        to_number(start, kind);
        return Kind::number;
    }

    Kind set_union() {
        const auto kind = operand();
        auto last = kind;
        while (!failed() && take("|")) {
            if (last == Kind::nodes) last = operand();
            if (last != Kind::nodes) fail("'|' joins sets of nodes only");
        }
        return kind;
    }

    Kind operand() {
        if (!primary_starts()) {
            location_path();
            return Kind::nodes;
        }
        const auto kind = primary();
        if (!looking_at("[") && !looking_at("/")) return kind;
        if (kind != Kind::nodes) {
            expected("an operator or the end: only a set of nodes has a path");
            return kind;
        }
        predicates();
        if (looking_at("/")) steps(true);
        return Kind::nodes;
    }

    bool primary_starts() {
        skip_space();
        const auto left = rest();
        if (left.empty()) return false;
        const char c = left.front();
        if (c == '(' || c == '"' || c == '\'' || c == '$' || is_digit(c)) return true;
        if (c == '.' && left.size() > 1 && is_digit(left[1])) return true;
        return name_then("(") && !contains(node_types, peek_name());
    }

    Kind primary() {
        if (looking_at("$")) {
            fail("there are no variables");
            return Kind::nodes;
        }
        if (looking_at("(")) {
            const Nested nested(*this);
            require("(");
            const auto kind = expression();
            require(")");
            return kind;
        }
        if (looking_at_literal()) {
            emit(literal());
            return Kind::text;
        }
        if (name_then("(")) return call();
        number();
        return Kind::number;
    }

    /// With its quotes.
    std::string_view literal() {
        skip_space();
        const auto end = text_.find(text_[at_], at_ + 1);
        if (end == std::string_view::npos) {
            fail(fmt::format("the text that begins at character {} has no end", at_ + 1));
            return {};
        }
        const auto out = text_.substr(at_, end + 1 - at_);
        at_ = end + 1;
        return out;
    }

    std::string_view digits() {
        const auto out = rest().substr(0, length_of(rest(), is_digit));
        at_ += out.size();
        return out;
    }
    void number() {
        skip_space();
        const auto whole = digits();
        const bool point = rest().starts_with('.');
        if (point) ++at_;
        const auto part = point ? digits() : std::string_view();
        const bool exact = part.empty() && whole.size() <= exact_digits;
        emit(exact ? std::string(whole) : fmt::format("number('{}.{}')", whole, part));
    }

    Kind call() {
        const auto start = at_ + 1;
        const auto own = name();
        const auto known = filter_functions();
        const auto function = std::ranges::find(known, own, &FilterFunction::name);
        if (function == known.end()) {
            unknown_function(own, start);
            return Kind::nodes;
        }
        const Nested nested(*this);
        emit(own);
        require("(");
        arguments(*function);
        require(")");
        return function->result;
    }

    void unknown_function(std::string_view own, std::size_t start) {
        if (const auto why = not_for_filters(own); !why.empty()) {
            return fail(fmt::format("there is no {}() in filters: {}", own, why));
        }
        std::vector<std::string_view> names;
        for (const auto& function : filter_functions())
            names.push_back(function.name);
        fail(fmt::format("unknown function '{}' at character {}{}", own, start,
                         suggestion(own, names)));
    }

    void arguments(const FilterFunction& function) {
        std::size_t count = 0;
        while (!failed() && !looking_at(")")) {
            if (count > 0) require(",");
            argument(function, function.argument(count++));
        }
        if (count < function.least || count > function.most) {
            fail(fmt::format("{}() with {} arguments", function.name, count));
        }
    }

    void argument(const FilterFunction& function, Wants wants) {
        if (wants == Wants::identity) return identity(function);
        if (wants == Wants::pattern) check_pattern();
        const auto start = out_.size();
        const auto kind = expression();
        if (wants == Wants::nodes && kind != Kind::nodes) {
            fail(fmt::format("{}() wants a set of nodes", function.name));
        }
        if (wants == Wants::number) to_number(start, kind);
        if (wants == Wants::text || wants == Wants::pattern) to_text(start, kind);
    }

    void identity(const FilterFunction& function) {
        if (!looking_at_literal()) return expected("the name of an identity in quotes");
        const auto quoted = literal();
        if (failed()) return;
        const auto text = quoted.substr(1, quoted.size() - 2);
        const auto colon = text.find(':');
        if (colon == std::string_view::npos) {
            return fail(fmt::format("{}() wants an identity with its prefix", function.name));
        }
        const auto module = module_of(text.substr(0, colon));
        if (failed()) return;
        const auto found = names_.find_identity(module, text.substr(colon + 1));
        if (!found) fail(found.error());
        emit(fmt::format("'{}{}'", module, text.substr(colon)));
    }

    /// What is no literal is seen only when it is evaluated.
    void check_pattern() {
        if (!looking_at_literal()) return;
        const auto mark = at_;
        const auto quoted = literal();
        const bool alone = looking_at(")");
        at_ = mark;
        if (failed() || !alone) return;
        const auto pattern = XsdPattern::compile(quoted.substr(1, quoted.size() - 2));
        if (!pattern) fail(pattern.error());
    }

    // ---- Paths ----

    void location_path() {
        const bool absolute = looking_at("/");
        if (absolute && !looking_at("//")) {
            require("/");
            if (step_starts()) steps(false);
            return;
        }
        steps(absolute);
    }

    bool step_starts() {
        skip_space();
        if (rest().empty()) return false;
        const char c = rest().front();
        return c == '.' || c == '@' || c == '*' || starts_name(c);
    }

    /// Steps with what separates them; `separated` when a separator stands before the first.
    void steps(bool separated) {
        do {
            if (separated && !take("//")) require("/");
            step();
            separated = true;
        } while (!failed() && looking_at("/"));
    }

    void step() {
        if (take("..") || take(".")) return;
        axis();
        node_test();
        predicates();
    }

    void axis() {
        if (take("@") || !name_then("::")) return;
        const auto own = name();
        if (!contains(axes, own)) {
            return fail(fmt::format("unknown axis '{}'{}", own, suggestion(own, axes)));
        }
        emit(own);
        require("::");
    }

    void predicates() {
        while (looking_at("[") && !failed()) {
            const Nested nested(*this);
            require("[");
            expression();
            require("]");
        }
    }

    /// Nodes pass by a predicate of ours, named() or alive(): it takes the time too.
    void node_test() {
        if (name_then("(")) return node_type();
        if (take("*")) return emit("[alive()]");
        const auto first = name();
        if (first.empty()) return expected_operand();
        // A colon of "a::b" would have made it an axis.
        if (!rest().starts_with(':')) return emit(fmt::format("*[named('{}')]", first));
        ++at_;
        const auto module = module_of(first);
        if (failed()) return;
        emit(fmt::format("{}:*", module));
        if (rest().starts_with('*')) {
            ++at_;
            return emit("[alive()]");
        }
        const auto local = peek_local();
        if (local.empty()) return expected("a name after the prefix");
        at_ += local.size();
        emit(fmt::format("[named('{}')]", local));
    }

    /// The part after a colon, which no space may part from it.
    std::string_view peek_local() {
        return rest().empty() || is_space(rest().front()) ? std::string_view() : peek_name();
    }

    std::string module_of(std::string_view prefix) {
        auto found = names_.module_of(prefix);
        if (found) return std::move(*found);
        fail(found.error());
        return {};
    }

    void node_type() {
        const auto own = name();
        if (!contains(node_types, own)) {
            return fail(fmt::format("unknown node type '{}'{}", own, suggestion(own, node_types)));
        }
        emit(own);
        require("(");
        if (own == "processing-instruction" && looking_at_literal()) emit(literal());
        require(")");
        emit("[alive()]");
    }

    std::string_view text_;
    const FilterNames& names_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    std::string out_;
    std::string error_;
};

}  // namespace

std::expected<std::string, std::string> rewrite_filter(std::string_view xpath,
                                                       const FilterNames& names) {
    if (xpath.size() > max_filter_length) {
        return std::unexpected(fmt::format("the filter is too long: {} bytes, at most {} are taken",
                                           xpath.size(), max_filter_length));
    }
    if (!utf8_length(xpath)) return std::unexpected("invalid XPath filter: it is not UTF-8");
    const auto control = [](char c) {
        return static_cast<unsigned char>(c) < 0x20 && !is_space(c);
    };
    if (const auto found = std::ranges::find_if(xpath, control); found != xpath.end()) {
        return std::unexpected(fmt::format("invalid XPath filter: it has a character of number {}",
                                           static_cast<int>(*found)));
    }
    return Parser(xpath, names).parse();
}

}  // namespace confd::sim::yang
