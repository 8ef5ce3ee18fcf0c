// SPDX-License-Identifier: Apache-2.0
// Any text as a YANG module: it is refused with a reason and a place in it, or events can be made
// of it.
//
// The module is loaded as compiled-in ones are: without the child process that files are tried in,
// which would make it some twenty times slower. A fault of libyang itself is a finding here: it is
// to be left out by what the text has in it, with the reason, and stays in the child process's
// care.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/oracle.hpp"
#include "protocol/bytes.hpp"
#include "simulator/base/random.hpp"
#include "simulator/yang/schema.hpp"
#include "simulator/yang/statements.hpp"

using namespace confd;
using namespace confd::sim;

namespace {

/// Notifications that events are made of.
constexpr std::size_t most_notifications = 4;
constexpr int most_draws = 4;

/// What modules that are found by luck import.
constexpr std::string_view helper =
    "module h { yang-version 1.1; namespace 'urn:h'; prefix h; feature f; identity i; identity j { "
    "base "
    "i; } typedef t { type union { type empty; type uint8; } } extension e { argument a; } "
    "grouping g { "
    "leaf x { type t; } } container c { list l { key k; leaf k { type string; } } } notification "
    "n; }";

std::shared_ptr<const Schema> load(const std::string& name, const std::string& text,
                                   Diagnostics& diagnostics) {
    const std::array<BuiltInModule, 2> built_in{{{name, text.c_str()}, {"h", helper.data()}}};
    static const auto file = std::make_shared<const std::string>("fuzz.yaml");
    return Schema::load({{Place{file, 1, 1}, name}}, {}, diagnostics, built_in);
}

/// "name.yang:LINE" of a message names a line of the text.
void check_message(std::string_view message, std::string_view name, std::ptrdiff_t lines) {
    FUZZ_REQUIRE(!message.empty());
    const auto file = std::string(name) + ".yang:";
    if (!message.starts_with(file)) return;
    const auto rest = message.substr(file.size());
    std::ptrdiff_t line = 0;
    if (std::from_chars(rest.data(), rest.data() + rest.size(), line).ec != std::errc{}) return;
    FUZZ_REQUIRE(line >= 1 && line <= lines + 1);
}

void check_nesting(const std::vector<TagValue>& values) {
    std::vector<XmlTag> open;
    for (const auto& value : values) {
        const XmlTag tag{value.ns, value.tag};
        if (value.marker == TagMarker::start) {
            open.push_back(tag);
        } else if (value.marker == TagMarker::stop) {
            FUZZ_REQUIRE(!open.empty() && open.back() == tag);
            open.pop_back();
        }
        FUZZ_REQUIRE(open.empty() == (&value == &values.back()));
    }
}

void draw(const Schema& schema, const std::string& notification, std::uint64_t seed) {
    Random draws(seed);
    for (int i = 0; i < most_draws; ++i) {
        const auto event = schema.random(draws, notification);
        if (!event) {
            FUZZ_REQUIRE(!event.error().empty());
            return;
        }
        FUZZ_REQUIRE(event->tree != nullptr);
        check_nesting(event->values);
    }
}

/// Nodes of a notification by the names that stand in the text, in forms that most of them refuse.
void write(const Schema& schema, const yang::Statement& root) {
    static const auto file = std::make_shared<const std::string>("event.yaml");
    std::size_t written = 0;
    for (const auto& statement : root.children) {
        if (statement.keyword != "notification" || written == most_notifications) continue;
        ++written;
        for (const auto& node : statement.children) {
            for (const std::string_view value :
                 {"x", "0", "\"\"", "[null]", "[0, x]", "h:j", "{}", "[{}]", "[{k: 1}]", "/h:c"}) {
                Diagnostics diagnostics;
                const auto text = "\"" + statement.argument + "\": {\"" + node.argument +
                                  "\": " + std::string(value) + "}";
                const auto yaml = parse_yaml(text, file, diagnostics);
                if (yaml == nullptr) continue;
                const auto event = schema.build(*yaml, diagnostics);
                FUZZ_REQUIRE(event.has_value() == diagnostics.empty());
                if (event) check_nesting(event->values);
            }
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(as_text(ByteView(data, size)));
    const auto lines = std::ranges::count(text, '\n');
    const auto read = yang::read_statements(text);
    if (!read) {
        FUZZ_REQUIRE(!read.error().message.empty());
        FUZZ_REQUIRE(read.error().place.line >= 1 && read.error().place.line <= lines + 1);
        FUZZ_REQUIRE(read.error().place.column >= 1);
        return 0;
    }
    const auto given = yang::for_libyang(text, *read);
    FUZZ_REQUIRE(std::ranges::count(given, '\n') == lines);
    const auto again = yang::read_statements(given);
    FUZZ_REQUIRE(again.has_value() && again->quoted.size() == read->quoted.size());

    const auto& name = read->root.argument;
    Diagnostics diagnostics;
    const auto schema = load(name, text, diagnostics);
    FUZZ_REQUIRE((schema != nullptr) == diagnostics.empty());
    for (const auto& diagnostic : diagnostics.take())
        check_message(diagnostic.message, name, lines);
    if (schema == nullptr) return 0;
    auto notifications = schema->notifications();
    notifications.resize(std::min(notifications.size(), most_notifications));
    for (const auto& notification : notifications)
        draw(*schema, notification, size);
    write(*schema, read->root);
    return 0;
}
