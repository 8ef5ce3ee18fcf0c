// SPDX-License-Identifier: Apache-2.0
#include "fuzz/filter_grammar.hpp"

#include <fmt/format.h>

namespace confd::fuzz {
namespace {

using Filter = GeneratedFilter;

Filter both(std::string_view text) {
    return {std::string(text), std::string(text)};
}
Filter operator+(Filter left, const Filter& right) {
    left.xpath += right.xpath;
    left.plain += right.plain;
    return left;
}
Filter operator+(Filter left, std::string_view right) {
    left.xpath += right;
    left.plain += right;
    return left;
}

constexpr std::string_view axes[] = {
    "ancestor",   "ancestor-or-self", "attribute",          "child",
    "descendant", "following",        "descendant-or-self", "following-sibling",
    "parent",     "preceding",        "preceding-sibling",  "self"};
constexpr std::string_view comparisons[] = {" = ", " != ", " < ", " <= ", " > ", " >= "};
constexpr std::string_view numbers[] = {"0",
                                        "1",
                                        "2",
                                        "-1",
                                        "0.5",
                                        ".5",
                                        "5.",
                                        "100",
                                        "1e-99",
                                        "9000",
                                        "1.25",
                                        "1 div 0",
                                        "-1 div 0",
                                        "0 div 0",
                                        "4294967296",
                                        "0.1",
                                        "18446744073709551615",
                                        "0.000001"};
constexpr std::size_t exponent = 8;  // among them: no number of XPath

/// `depth` is how much deeper brackets may still nest.
class Grammar {
  public:
    Grammar(Choices& choices, const FilterWords& words, FilterScope scope)
        : choices_(choices), words_(words), all_(scope == FilterScope::all) {}

    Filter any(int depth) {
        switch (choices_.below(4)) {
            case 0:
                return nodes(depth);
            case 1:
                return boolean(depth);
            case 2:
                return number(depth);
            default:
                return text(depth);
        }
    }

  private:
    template <class T>
    T pick(std::span<const T> items) {
        return items[choices_.below(items.size())];
    }

    Filter nodes(int depth) {
        if (depth <= 0) return step(0);
        switch (choices_.below(all_ ? 7 : 6)) {
            case 0:
                return both("/") + steps(depth);
            case 1:
                return both("//") + steps(depth);
            case 2:
                return both(choices_.of({".", "(/)", "..", "*"}));
            case 3:
                return both("(") + nodes(depth - 1) + " | " + nodes(depth - 1) + ")";
            case 4:
                return both("(") + nodes(depth - 1) + ")" + predicate(depth - 1) + "//" + step(0);
            case 5:
                return steps(depth);
            default:
                return both("current()//") + step(depth - 1);
        }
    }
    Filter steps(int depth) {
        auto out = step(depth - 1);
        for (auto more = choices_.below(3); more > 0; --more)
            out = out + choices_.of({std::string_view("/"), std::string_view("//")}) +
                  step(depth - 1);
        return out;
    }
    Filter step(int depth) {
        auto out = choices_.below(3) == 0 ? both(choices_.of(axes)) + "::" : both("");
        out = out + node_test();
        for (auto more = depth > 0 ? choices_.below(3) : 0; more > 0; --more)
            out = out + predicate(depth - 1);
        return out;
    }
    Filter node_test() {
        const auto name = pick(words_.names);
        switch (choices_.below(8)) {
            case 0:
                return both("*");
            case 1:
                return both("node()");
            case 2:
                return both("text()");
            case 3:
                return {fmt::format("{}:{}", words_.prefix, name),
                        fmt::format("{}:{}", words_.module, name)};
            case 4:
                return {fmt::format("{}:*", words_.prefix), fmt::format("{}:*", words_.module)};
            default:
                return {std::string(name), fmt::format("*[local-name()='{}']", name)};
        }
    }
    Filter predicate(int depth) {
        auto inside = both("1");
        switch (choices_.below(6)) {
            case 0:
                inside = both("last()");
                break;
            case 1:
                inside = both("position()") + choices_.of(comparisons) + number(depth - 1);
                break;
            case 2:
                inside = number(depth - 1);
                break;
            case 3:
                inside = nodes(depth - 1);
                break;
            default:
                inside = boolean(depth - 1);
        }
        return both("[") + inside + "]";
    }

    Filter number(int depth) {
        if (depth <= 0) return literal_number();
        switch (choices_.below(all_ ? 11 : 10)) {
            case 0:
                return call("count", nodes(depth - 1));
            case 1:
                return call("sum", nodes(depth - 1));
            case 2:
                return call("number", any(depth - 1));
            case 3:
                return call("string-length", texts(depth - 1));
            case 4:
                return call(choices_.of({"floor", "ceiling", "round"}), any(depth - 1));
            case 5:
            case 6:
                return both("(") + any(depth - 1) +
                       choices_.of({" + ", " - ", " * ", " div ", " mod "}) + any(depth - 1) + ")";
            case 7:
                return both("(-") + nodes(depth - 1) + ")";
            case 8:
                return both(choices_.of({"position()", "last()"}));
            case 9:
                return literal_number();
            default:
                return call("enum-value", nodes(depth - 1));
        }
    }
    Filter literal_number() {
        const auto index = choices_.below(std::size(numbers));
        return both("(") + (index == exponent ? both("'1e-99' * 1") : both(numbers[index])) + ")";
    }

    Filter literal() { return both(fmt::format("'{}'", pick(words_.texts))); }

    /// What becomes a text. The texts of numbers are engines' own: portable filters have none.
    Filter texts(int depth) {
        if (all_) return any(depth);
        return choices_.flip() ? nodes(depth) : text(depth);
    }
    Filter text(int depth) {
        if (depth <= 0) return literal();
        const auto one = [&] { return texts(depth - 1); };
        switch (choices_.below(10)) {
            case 0:
                return call("string", one());
            case 1:
                return call("concat", one() + ", " + one());
            case 2:
                return call("substring-before", one() + ", " + one());
            case 3:
                return call("substring-after", one() + ", " + one());
            case 4:
                return call("substring", one() + ", " + number(depth - 1));
            case 5:
                return call("substring",
                            one() + ", " + number(depth - 1) + ", " + number(depth - 1));
            case 6:
                return call("normalize-space", one());
            case 7:
                return call("translate", one() + ", " + one() + ", " + one());
            case 8:
                return call(choices_.of({"local-name", "name"}), nodes(depth - 1));
            default:
                return literal();
        }
    }

    Filter boolean(int depth) {
        if (depth <= 0) return both(choices_.of({"true()", "false()"}));
        switch (choices_.below(all_ ? 12 : 9)) {
            case 0:
            case 1:
            case 2:
                return comparison(depth);
            case 3:
                return both("(") + any(depth - 1) + choices_.of({" and ", " or "}) +
                       any(depth - 1) + ")";
            case 4:
                return call("not", any(depth - 1));
            case 5:
                return call("contains", texts(depth - 1) + ", " + texts(depth - 1));
            case 6:
                return call("starts-with", texts(depth - 1) + ", " + texts(depth - 1));
            case 7:
                return call("boolean", any(depth - 1));
            case 8:
                return both("(") + nodes(depth - 1) + choices_.of(comparisons) + nodes(depth - 1) +
                       ")";
            case 9:
                return call("bit-is-set", nodes(depth - 1) + ", " + text(depth - 1));
            case 10:
                return call("re-match", text(depth - 1) + ", " + text(depth - 1));
            default:
                return call(choices_.of({"derived-from", "derived-from-or-self"}),
                            nodes(depth - 1) + ", 'al:alarm-type'");
        }
    }

    /// Portable filters have no order of a set of nodes and a truth value.
    Filter comparison(int depth) {
        const auto comparison = choices_.below(std::size(comparisons));
        constexpr std::size_t first_of_order = 2;
        const bool orders = comparison >= first_of_order && !all_;
        const auto operand = [&] { return orders ? ordered(depth - 1) : any(depth - 1); };
        const auto left = operand();
        return both("(") + left + comparisons[comparison] + operand() + ")";
    }
    Filter ordered(int depth) {
        switch (choices_.below(3)) {
            case 0:
                return nodes(depth);
            case 1:
                return number(depth);
            default:
                return text(depth);
        }
    }

    static Filter call(std::string_view function, const Filter& arguments) {
        return both(function) + "(" + arguments + ")";
    }

    Choices& choices_;
    const FilterWords& words_;
    bool all_;
};

}  // namespace

GeneratedFilter generate_filter(Choices& choices, const FilterWords& words, FilterScope scope) {
    constexpr int deepest = 5;
    return Grammar(choices, words, scope).any(1 + static_cast<int>(choices.below(deepest)));
}

}  // namespace confd::fuzz
