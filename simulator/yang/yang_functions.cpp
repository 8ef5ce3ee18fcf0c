// SPDX-License-Identifier: Apache-2.0
// YANG's own functions (RFC 7950, section 10).
#include <libyang/plugins_types.h>

#include <algorithm>
#include <limits>
#include <string_view>

#include "simulator/yang/event_document.hpp"
#include "simulator/yang/xpath_call.hpp"
#include "simulator/yang/xpath_functions.hpp"

namespace confd::sim::yang {
namespace {

/// Patterns that are kept compiled. A filter has few, and they are the same for each event.
constexpr std::size_t max_kept_patterns = 32;

/// The value of a leaf, of the member that it has in a union; null for what is no leaf.
const lyd_value* value_of(const xmlNode& node) {
    const auto* data = data_of(node);
    if (data == nullptr || !is_leaf(*data->schema)) return nullptr;
    const auto* value = &reinterpret_cast<const lyd_node_term*>(data)->value;
    while (value->realtype->basetype == LY_TYPE_UNION)
        value = &value->subvalue->value;
    return value;
}

/// The value of the first node of a set, in the order of the document, when it is of this type.
const lyd_value* first_value(const xmlXPathObject& object, LY_DATA_TYPE type) {
    if (object.type != XPATH_NODESET || object.nodesetval == nullptr) return nullptr;
    xmlXPathNodeSetSort(object.nodesetval);
    if (object.nodesetval->nodeNr == 0) return nullptr;
    const auto* value = value_of(*object.nodesetval->nodeTab[0]);
    return value != nullptr && value->realtype->basetype == type ? value : nullptr;
}

bool has_word(std::string_view words, std::string_view word) {
    while (!words.empty()) {
        const auto end = std::min(words.find(' '), words.size());
        if (words.substr(0, end) == word) return true;
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return false;
}

/// The document: what a filter is about.
void call_current(xmlXPathParserContext* parser, int) {
    XPathCall call(*parser);
    call.push(xmlXPathNewNodeSet(reinterpret_cast<xmlNode*>(call.context().doc)));
}

void call_derived(xmlXPathParserContext* parser, bool or_self) {
    XPathCall call(*parser);
    const auto name = call.pop_text();
    const auto object = call.pop();
    if (object == nullptr) return;
    const auto* base = find_identity(*call.evaluation().schema, name);
    const auto* set = object->nodesetval;
    bool result = false;
    for (int i = 0; base != nullptr && set != nullptr && i < set->nodeNr && !result; ++i) {
        const auto* value = value_of(*set->nodeTab[i]);
        if (!call.spend(1)) return;
        if (value == nullptr || value->realtype->basetype != LY_TYPE_IDENT) continue;
        result = (or_self && value->ident == base) ||
                 lyplg_type_identity_isderived(base, value->ident) == LY_SUCCESS;
    }
    call.give(result);
}
void call_derived_from(xmlXPathParserContext* parser, int) {
    call_derived(parser, false);
}
void call_derived_from_or_self(xmlXPathParserContext* parser, int) {
    call_derived(parser, true);
}

void call_enum_value(xmlXPathParserContext* parser, int) {
    XPathCall call(*parser);
    const auto object = call.pop();
    if (object == nullptr) return;
    const auto* value = first_value(*object, LY_TYPE_ENUM);
    call.give(value != nullptr ? static_cast<double>(value->enum_item->value)
                               : std::numeric_limits<double>::quiet_NaN());
}

void call_bit_is_set(xmlXPathParserContext* parser, int) {
    XPathCall call(*parser);
    const auto bit = call.pop_text();
    const auto object = call.pop();
    if (object == nullptr) return;
    const auto* value = first_value(*object, LY_TYPE_BITS);
    call.give(value != nullptr && has_word(value->_canonical, bit));
}

void call_re_match(xmlXPathParserContext* parser, int) {
    XPathCall call(*parser);
    const auto text = call.pop_text();
    const auto subject = call.pop_text();
    auto& kept = call.evaluation().patterns;
    auto found = kept.find(text);
    if (found == kept.end()) {
        auto made = XsdPattern::compile(text);
        if (!made) return call.stop("re-match(): " + made.error());
        if (kept.size() >= max_kept_patterns) kept.clear();
        found = kept.emplace(text, std::move(*made)).first;
    }
    const auto result = found->second.matches(subject);
    if (!result) return call.stop(result.error());
    if (call.spend(1 + subject.size() / bytes_per_operation)) call.give(*result);
}

}  // namespace

const lysc_ident* find_identity(const ly_ctx& schema, std::string_view name) {
    const auto colon = std::min(name.find(':'), name.size());
    const auto* module = find_module(schema, name.substr(0, colon));
    if (module == nullptr || colon == name.size()) return nullptr;
    for (const auto& identity : sized(module->identities)) {
        if (name.substr(colon + 1) == identity.name) return &identity;
    }
    return nullptr;
}

void register_yang_functions(xmlXPathContext& context) {
    set_function(context, "current", call_current);
    set_function(context, "derived-from", call_derived_from);
    set_function(context, "derived-from-or-self", call_derived_from_or_self);
    set_function(context, "enum-value", call_enum_value);
    set_function(context, "bit-is-set", call_bit_is_set);
    set_function(context, "re-match", call_re_match);
}

}  // namespace confd::sim::yang
