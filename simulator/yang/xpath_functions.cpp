// SPDX-License-Identifier: Apache-2.0
#include "simulator/yang/xpath_functions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include "simulator/yang/libxml2.hpp"
#include "simulator/yang/xpath_call.hpp"
#include "simulator/yang/xpath_number.hpp"

namespace confd::sim::yang {
namespace {

/// Longest text that a filter may put together: the texts of a few events.
constexpr std::size_t max_filter_text = std::size_t{4} << 20;

// ---- What filters are rewritten with ----

void call_named(xmlXPathParserContext* parser, int) {
    XPathCall call(*parser);
    const auto name = call.pop();
    if (!call.spend(1)) return;
    const auto* node = call.context_node();
    call.give(name != nullptr && node != nullptr && xmlStrEqual(node->name, name->stringval) != 0);
}

void call_alive(xmlXPathParserContext* parser, int) {
    XPathCall call(*parser);
    if (call.spend(1)) call.give(true);
}

/// The texts of a set of nodes, or the one of any other value.
std::vector<std::string> texts_of(XPathCall& call, const xmlXPathObject& object) {
    if (object.type != XPATH_NODESET) return {text_of(object)};
    std::vector<std::string> out;
    const auto* set = object.nodesetval;
    for (int i = 0; set != nullptr && i < set->nodeNr && !call.stopped(); ++i) {
        out.push_back(text_of(*set->nodeTab[i]));
        call.spend(1 + out.back().size() / bytes_per_operation);
    }
    return out;
}

/// The same as numbers.
std::vector<double> numbers_of(XPathCall& call, const xmlXPathObject& object) {
    if (object.type == XPATH_NUMBER) return {object.floatval};
    std::vector<double> out;
    for (const auto& text : texts_of(call, object))
        out.push_back(xpath_number(text));
    return out;
}

/// Whether some pair is equal, or some pair is not; NaN is unequal to everything.
template <class T>
bool some_pair(std::vector<T> left, std::vector<T> right, bool equal) {
    if (left.empty() || right.empty()) return false;
    const std::set<T> others(right.begin(), right.end());
    if (equal) return std::ranges::any_of(left, [&](const T& one) { return others.contains(one); });
    // With two different ones on a side, one of them differs from whatever is on the other.
    const auto differs = [&](const T& one) { return one != *others.begin(); };
    return others.size() > 1 || std::ranges::any_of(left, differs);
}

bool some_equal(std::vector<double> left, std::vector<double> right, bool equal) {
    const auto nan = [](double number) { return std::isnan(number); };
    const bool has_nan = std::ranges::any_of(left, nan) || std::ranges::any_of(right, nan);
    if (!equal && has_nan) return !left.empty() && !right.empty();
    std::erase_if(left, nan);
    std::erase_if(right, nan);
    return some_pair(std::move(left), std::move(right), equal);
}

/// Whether some number on the left is less than one on the right: its least than their greatest.
bool some_less(std::vector<double> left, std::vector<double> right, bool or_equal) {
    const auto nan = [](double number) { return std::isnan(number); };
    std::erase_if(left, nan);
    std::erase_if(right, nan);
    if (left.empty() || right.empty()) return false;
    const auto least = *std::ranges::min_element(left);
    const auto greatest = *std::ranges::max_element(right);
    return or_equal ? least <= greatest : least < greatest;
}

/// XPath 1.0, section 3.4, without booleans.
void call_compare(xmlXPathParserContext* parser, int) {
    XPathCall call(*parser);
    const auto op = call.pop_text();
    const auto right = call.pop();
    const auto left = call.pop();
    if (left == nullptr || right == nullptr || !call.spend(1)) return;
    const bool equality = op == "=" || op == "!=";
    bool result = false;
    if (equality && left->type != XPATH_NUMBER && right->type != XPATH_NUMBER) {
        result = some_pair(texts_of(call, *left), texts_of(call, *right), op == "=");
    } else {
        auto a = numbers_of(call, *left);
        auto b = numbers_of(call, *right);
        if (op.starts_with('>')) std::swap(a, b);
        result = equality ? some_equal(std::move(a), std::move(b), op == "=")
                          : some_less(std::move(a), std::move(b), op.ends_with('='));
    }
    if (!call.stopped()) call.give(result);
}

// ---- Numbers and texts ----

void call_number(xmlXPathParserContext* parser, int arguments) {
    XPathCall call(*parser);
    if (arguments == 0) return call.give(xpath_number(text_of(*call.context_node())));
    const auto object = call.pop();
    if (object == nullptr) return;
    if (object->type == XPATH_NUMBER) return call.give(object->floatval);
    if (object->type == XPATH_BOOLEAN) return call.give(object->boolval != 0 ? 1.0 : 0.0);
    const auto text = text_of(*object);
    if (call.spend(text.size() / bytes_per_operation)) call.give(xpath_number(text));
}

void call_string(xmlXPathParserContext* parser, int arguments) {
    XPathCall call(*parser);
    const auto text = arguments == 0 ? text_of(*call.context_node()) : call.pop_text();
    if (call.spend(1 + text.size() / bytes_per_operation)) call.give(text);
}

void call_sum(xmlXPathParserContext* parser, int) {
    XPathCall call(*parser);
    const auto object = call.pop();
    if (object == nullptr) return;
    double total = 0;
    for (const auto one : numbers_of(call, *object))
        total += one;
    if (!call.stopped()) call.give(total);
}

// ---- Functions of texts that may take long ----

/// What a function costs beside going over its texts once: concat().
std::size_t nothing_more(const std::vector<std::string>&) {
    return 0;
}

/// One that may look for the second text at each place of the first, or the other way round.
std::size_t quadratic(const std::vector<std::string>& texts) {
    return texts.size() < 2 ? 0 : texts[0].size() * texts[1].size();
}

/// libxml2's function, when there is time for it.
template <xmlXPathFunction function, std::size_t (*cost)(const std::vector<std::string>&)>
void bounded(xmlXPathParserContext* parser, int arguments) {
    XPathCall call(*parser);
    std::vector<std::string> texts(static_cast<std::size_t>(arguments));
    std::size_t size = 0;
    for (auto text = texts.rbegin(); text != texts.rend(); ++text) {
        *text = call.pop_text();
        size += text->size();
        if (size <= max_filter_text) continue;
        return call.stop(fmt::format("it made a text of more than {} bytes", max_filter_text));
    }
    if (!call.spend(1 + (size + cost(texts)) / bytes_per_operation)) return;
    for (const auto& text : texts)
        call.give(text);
    function(parser, arguments);
}

}  // namespace

void set_function(xmlXPathContext& context, const char* name, xmlXPathFunction function) {
    // libxml2 keeps what it has when another one comes.
    xmlXPathRegisterFunc(&context, as_xml(name), nullptr);
    xmlXPathRegisterFunc(&context, as_xml(name), function);
}

void register_xpath_functions(xmlXPathContext& context) {
    set_function(context, "named", call_named);
    set_function(context, "alive", call_alive);
    set_function(context, "compare", call_compare);
    set_function(context, "number", call_number);
    set_function(context, "string", call_string);
    set_function(context, "sum", call_sum);
    set_function(context, "concat", bounded<xmlXPathConcatFunction, nothing_more>);
    set_function(context, "contains", bounded<xmlXPathContainsFunction, quadratic>);
    set_function(context, "substring-before", bounded<xmlXPathSubstringBeforeFunction, quadratic>);
    set_function(context, "substring-after", bounded<xmlXPathSubstringAfterFunction, quadratic>);
    set_function(context, "translate", bounded<xmlXPathTranslateFunction, quadratic>);
}

}  // namespace confd::sim::yang
