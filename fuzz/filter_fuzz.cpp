// SPDX-License-Identifier: Apache-2.0
// Filters of a peer on events of all types: written by the grammar of XPath, changed here and
// there, or any text.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/filter_grammar.hpp"
#include "fuzz/input.hpp"
#include "fuzz/oracle.hpp"
#include "simulator/library/library.hpp"
#include "simulator/yang/schema.hpp"

using namespace confd;
using namespace confd::fuzz;
using namespace confd::sim;

namespace {

/// Leaves of every type, some without a value of their own kind in XPath.
constexpr std::string_view types_module = R"(module fuzz-types {
  yang-version 1.1; namespace "urn:fuzz"; prefix ft;
  import example-alarm { prefix al; }
  notification all {
    leaf i8 { type int8; } leaf i64 { type int64; } leaf u64 { type uint64; }
    leaf dec { type decimal64 { fraction-digits 9; } } leaf flag { type boolean; }
    leaf text { type string { length "0..40"; } } leaf raw { type binary { length "0..9"; } }
    leaf kind { type enumeration { enum a; enum b { value -7; } enum "c d"; } }
    leaf bits { type bits { bit x; bit y; bit z { position 70; } } }
    leaf id { type identityref { base al:alarm-type; } }
    leaf nothing { type empty; } leaf ref { type leafref { path "../i8"; } }
    leaf place { type instance-identifier { require-instance false; } }
    leaf mix { type union { type int8; type enumeration { enum b { value 3; } }
      type bits { bit x; } type identityref { base al:alarm-type; } type string; } }
    leaf default { type string; default "1e3"; }
    leaf-list n { type int32; } list l { key k; leaf k { type uint8; } leaf v { type string; }
      container c { leaf mix { type string; } list l { key k; leaf k { type string; } } } }
  } })";

constexpr std::string_view names[] = {
    "all",     "i8",      "i64",       "dec",      "flag",         "text",
    "kind",    "bits",    "id",        "ref",      "mix",          "n",
    "l",       "k",       "v",         "c",        "mtu",          "if-name",
    "default", "nothing", "link-down", "neighbor", "alarm-raised", "div",
    "mod"};
constexpr std::string_view texts[] = {"",     " ",    "a",   "b",    "x",  "1", "-7",   "1e3",
                                      "0x10", "true", "NaN", "eth0", "a*", "[", " 10 ", "-0"};

std::shared_ptr<const Schema> load_schema() {
    std::vector<BuiltInModule> modules(library_modules().begin(), library_modules().end());
    modules.push_back({"fuzz-types", types_module.data()});
    Diagnostics diagnostics;
    const auto file = std::make_shared<const std::string>("fuzz.yaml");
    auto schema = Schema::load({{Place{file, 1, 1}, "example-if"},
                                {Place{file, 1, 1}, "example-alarm"},
                                {Place{file, 1, 1}, "fuzz-types"}},
                               {}, diagnostics, modules);
    for (const auto& wrong : diagnostics.take())
        std::fprintf(stderr, "%s\n", to_string(wrong).c_str());
    FUZZ_REQUIRE(schema != nullptr);
    return schema;
}

void mutate(std::string& xpath, Input& input) {
    for (auto changes = input.below(4); changes > 0 && !xpath.empty(); --changes) {
        const auto at = input.below(xpath.size());
        const auto size = input.below(8);
        switch (input.below(4)) {
            case 0:
                xpath.erase(at, size);
                break;
            case 1:
                xpath[at] = static_cast<char>(input.byte());
                break;
            case 2:
                xpath.insert(at, xpath.substr(input.below(xpath.size()), size));
                break;
            default:
                xpath.insert(at, as_text(input.take(size)));
        }
    }
}

/// libxml2 must have nothing against what was accepted: then something was overlooked.
void check_sentence(const std::string& text) {
    // At the start: behind it the filter itself may be quoted.
    FUZZ_REQUIRE(!text.empty() && !text.starts_with("libxml2 refuses it") &&
                 !text.starts_with("invalid XPath filter: libxml2 refuses it"));
}

std::string text_before_nul(Input& input) {
    std::string out;
    while (!input.empty()) {
        const auto byte = static_cast<char>(input.byte());
        if (byte == '\0') break;
        out += byte;
    }
    return out;
}

}  // namespace

/// The first byte says how the filter is written: as a text that ends with a NUL, or by choices.
/// Choices for the event follow.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto schema = load_schema();
    Input input(data, size);
    const auto selector = input.byte();
    const FilterWords words{names, texts, "ft", "fuzz-types"};
    const bool any_text = selector % 4 == 0;
    auto xpath =
        any_text ? text_before_nul(input) : generate_filter(input, words, FilterScope::all).xpath;
    const bool generated = !any_text && selector % 4 != 1;
    if (!any_text && !generated) mutate(xpath, input);

    const auto event = schema->random(input);
    const auto filter = schema->compile(xpath);
    if (!filter) {
        check_sentence(filter.error());
        FUZZ_REQUIRE(!generated || xpath.size() > 4096 || filter.error().contains("pattern") ||
                     filter.error().contains("nest deeper"));
        return 0;
    }
    if (!event) return 0;
    const auto verdict = (*filter)->evaluate(*event->tree);
    if (!verdict) check_sentence(verdict.error());
    // The same filter anew, without the memory of the first.
    const auto again = schema->compile(xpath + " ");
    if (!again) return 0;
    const auto second = (*again)->evaluate(*event->tree);
    if (verdict && second) FUZZ_REQUIRE(*verdict == *second);
    return 0;
}
