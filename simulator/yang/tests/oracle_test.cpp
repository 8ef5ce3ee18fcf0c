// SPDX-License-Identifier: Apache-2.0
// Filters beside an XPath 1.0 engine that has nothing to do with libxml2: wherever pugixml takes a
// filter too, both say the same of every event.
//
// Kept out of the comparison, since pugixml is no XPath 1.0 there:
// - texts of numbers: it writes 15 digits, where XPath asks for as many as tell numbers apart;
// - texts that are no ASCII: it counts bytes, not characters;
// - the order of a truth value and a set of nodes: it compares the truth value with each node,
// where
//   XPath makes a truth value of the set;
// - namespaces: it goes by names as they are written, so names are written out for it.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <pugixml.hpp>
#include <string>
#include <vector>

#include "fuzz/filter_grammar.hpp"
#include "simulator/yang/libyang.hpp"
#include "simulator/yang/tests/support.hpp"

namespace confd::sim::test {
namespace {

constexpr std::string_view names[] = {"link-down", "if-name", "mtu",      "octets",
                                      "reason",    "address", "neighbor", "id",
                                      "state",     "mac",     "counters", "div"};
constexpr std::string_view texts[] = {"",     "a",   "eth1", "up",  "down", "1",    "9000",
                                      " 10 ", "1e3", "-1",   "NaN", "0.5",  "true", "eth"};
const fuzz::FilterWords words{names, texts, "if", "example-if"};

std::shared_ptr<const Schema> schema() {
    static const auto loaded = load({"example-if"});
    return loaded;
}

const std::vector<BuiltEvent>& events() {
    static const std::vector<BuiltEvent> built = [] {
        std::vector<BuiltEvent> out;
        for (const auto* text :
             {"link-up: {if-name: eth0}", "link-down: {if-name: eth1, admin-status: down}",
              "link-down: {if-name: eth1, admin-status: down, mtu: 9000, octets: "
              "18446744073709551615, reason: [null], address: [192.0.2.1, 192.0.2.2], neighbor: "
              "[{id: 1, state: up}, {id: 2, state: lost, mac: '00:11:22:33:44:55'}, {id: 30, "
              "state: up}], counters: {in-octets: 0, out-octets: 1000}}"})
            out.push_back(build(*schema(), text));
        return out;
    }();
    return built;
}

void add(pugi::xml_node to, const lyd_node& data) {
    const auto name = std::string(data.schema->module->name) + ":" + data.schema->name;
    auto element = to.append_child(name.c_str());
    if (yang::is_leaf(*data.schema)) {
        const std::string text = lyd_get_value(&data);
        if (!text.empty()) element.append_child(pugi::node_pcdata).set_value(text.c_str());
        return;
    }
    for (const auto* child = lyd_child(&data); child != nullptr; child = child->next)
        add(element, *child);
}

pugi::xml_document document_of(const BuiltEvent& event) {
    pugi::xml_document out;
    add(out, *dynamic_cast<const yang::DataTree&>(*event.tree).root());
    return out;
}

/// Whether pugixml takes the filter.
bool is_taken(const std::string& xpath) {
    try {
        const pugi::xpath_query query(xpath.c_str());
        return true;
    } catch (const pugi::xpath_exception&) {
        return false;
    }
}

void compare(const fuzz::GeneratedFilter& written) {
    const auto filter = schema()->compile(written.xpath);
    const bool taken = is_taken(written.plain);
    RC_LOG() << written.xpath << "\n" << written.plain << "\n";
    // Only one that is too long is refused.
    RC_ASSERT(filter.has_value() || written.xpath.size() > 4096);
    RC_ASSERT(taken);
    if (!filter) return;
    const pugi::xpath_query query(written.plain.c_str());
    for (const auto& event : events()) {
        const auto verdict = (*filter)->evaluate(*event.tree);
        RC_ASSERT(verdict.has_value());
        const auto document = document_of(event);
        RC_ASSERT(*verdict == query.evaluate_boolean(document));
    }
}

RC_GTEST_PROP(FilterOracle, AgreesWithAnotherEngine, (const std::vector<std::uint32_t>& numbers)) {
    // Short filters too: what begins later among the choices is simpler in the end.
    for (std::size_t from = 0; from <= numbers.size(); from += 1 + from / 2) {
        ListedChoices choices(std::span(numbers).subspan(from));
        compare(fuzz::generate_filter(choices, words, fuzz::FilterScope::portable));
    }
}

}  // namespace
}  // namespace confd::sim::test
