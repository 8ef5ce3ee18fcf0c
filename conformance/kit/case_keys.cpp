#include "conformance/kit/case_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "conformance/kit/names.hpp"
#include "conformance/kit/registry.hpp"
#include "protocol/term/notation.hpp"
#include "protocol/value/text.hpp"
#include "simulator/text/scalars.hpp"

namespace confd::kit {
namespace key {
namespace {

using sim::Diagnostics;
using sim::report_expected;
using sim::YamlNode;

using sim::parse_names;

// What stands under a key, put into the member of the case or of what its client is to do.

auto& member(Case& out, auto Case::* where) {
    return out.*where;
}
auto& member(Case& out, auto ClientSetup::* where) {
    return (*out.client).*where;
}

template <auto Where>
void text(const YamlNode& node, Case& out, Diagnostics& diagnostics) {
    auto text = sim::parse_name(node, "a text", diagnostics).value_or("");
    while (text.ends_with('\n'))
        text.pop_back();
    member(out, Where) = std::move(text);
}

template <auto Where>
void names(const YamlNode& node, Case& out, Diagnostics& diagnostics) {
    member(out, Where) = parse_names(node, diagnostics);
}

template <auto Where>
void number(const YamlNode& node, Case& out, Diagnostics& diagnostics) {
    constexpr std::int64_t most = 1'000'000;
    member(out, Where) = sim::parse_int(node, 0, most, "a number", diagnostics).value_or(0);
}

template <auto Where>
void flag(const YamlNode& node, Case& out, Diagnostics& diagnostics) {
    if (node.text != "true" && node.text != "false") {
        report_expected(node, "true or false", diagnostics);
    }
    member(out, Where) = node.text == "true";
}

template <auto Where>
void time(const YamlNode& node, Case& out, Diagnostics& diagnostics) {
    if (!parse_datetime(node.text)) {
        report_expected(node, "a time such as 2026-11-22T10:00:00Z", diagnostics);
    }
    member(out, Where) = node.text;
}

template <auto Where>
void mask(const YamlNode& node, Case& out, Diagnostics& diagnostics) {
    member(out, Where) = sim::parse_mask(node, diagnostics).value_or(0);
}

/// A word that `Parse` knows.
template <auto Where, auto Parse>
void word(const YamlNode& node, Case& out, std::string_view expected, Diagnostics& diagnostics) {
    const auto value = node.is_scalar() ? Parse(node.text) : std::nullopt;
    if (value) {
        member(out, Where) = *value;
    } else {
        report_expected(node, expected, diagnostics);
    }
}

std::optional<Secret> secret_of(std::string_view word) {
    constexpr std::array<std::string_view, 3> words{"none", "right", "wrong"};
    const auto found = std::ranges::find(words, word);
    if (found == words.end()) return std::nullopt;
    return static_cast<Secret>(found - words.begin());
}

void level(const YamlNode& node, Case& out, Diagnostics& diagnostics) {
    word<&Case::level, level_of>(node, out, "L0, L1 or L2", diagnostics);
}
void strength(const YamlNode& node, Case& out, Diagnostics& diagnostics) {
    word<&Case::strength, strength_of>(node, out, "MUST or SHOULD", diagnostics);
}
void source(const YamlNode& node, Case& out, Diagnostics& diagnostics) {
    word<&Case::source, source_of>(node, out, "documented, observed or robustness", diagnostics);
}
void secret(const YamlNode& node, Case& out, Diagnostics& diagnostics) {
    word<&ClientSetup::secret, secret_of>(node, out, "none, right or wrong", diagnostics);
}
void release(const YamlNode& node, Case& out, Diagnostics& diagnostics) {
    out.client->about_release = true;
    word<&ClientSetup::release, parse_release>(node, out, "a release such as 7.8", diagnostics);
}
void product(const YamlNode& node, Case& out, Diagnostics& diagnostics) {
    out.client->about_product = true;
    word<&ClientSetup::product, parse_product>(node, out, "confd or nso", diagnostics);
}

void requirements(const YamlNode& node, Case& out, Diagnostics& diagnostics) {
    out.requirements = parse_names(node, diagnostics);
    for (const auto& id : out.requirements) {
        if (find_requirement(id)) continue;
        diagnostics.report(node.place, fmt::format("docs/protocol.md has no {}", id));
    }
}

void hello(const YamlNode& node, Case& out, Diagnostics& diagnostics) {
    const auto bytes = sim::parse_hex_bytes(node, diagnostics).value_or(Bytes{});
    if (bytes.size() != 1) report_expected(node, "one byte, such as 0b", diagnostics);
    out.client->hello = to_hex(bytes);
}

void subscription(const YamlNode& node, Case& out, Diagnostics& diagnostics) {
    out.client->subscription = node.text;
    if (const auto term = parse_term(node.text); !term) {
        diagnostics.report(node.place, fmt::format("not a term: {}", to_string(term.error())));
    }
}

void script(const YamlNode& node, Case& out, Diagnostics& diagnostics) {
    out.script = sim::parse_name(node, "a block of text, as after |", diagnostics).value_or("");
}

constexpr std::uint8_t bit_of(Part part) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(part));
}
constexpr auto client = bit_of(Part::client);
constexpr auto codec = bit_of(Part::codec);
constexpr auto peers = static_cast<std::uint8_t>(client | bit_of(Part::server));
constexpr auto all = static_cast<std::uint8_t>(peers | codec);
constexpr bool required = true;
constexpr bool optional = false;

constexpr CaseKey all_keys[] = {
    {"title", all, required, text<&Case::title>},
    {"level", all, required, level},
    {"strength", all, required, strength},
    {"source", all, required, source},
    {"requirements", all, required, requirements},
    {"features", all, optional, names<&Case::features>},
    {"rationale", all, required, text<&Case::rationale>},
    {"note", all, optional, text<&Case::note>},
    {"catches", all, optional, names<&Case::catches>},
    {"may_catch", all, optional, names<&Case::may_catch>},

    // What a client is to do, and what is looked at besides.
    {"release", client, optional, release},
    {"product", client, optional, product},
    {"mask", client, required, mask<&ClientSetup::mask>},
    {"without", client, optional, mask<&ClientSetup::without>},
    {"heartbeat", client, optional, number<&ClientSetup::heartbeat>},
    {"health_check", client, optional, number<&ClientSetup::health_check>},
    {"verbosity", client, optional, number<&ClientSetup::verbosity>},
    {"stream", client, optional, text<&ClientSetup::stream>},
    {"start", client, optional, time<&ClientSetup::start>},
    {"stop", client, optional, time<&ClientSetup::stop>},
    {"filter", client, optional, text<&ClientSetup::filter>},
    {"usid", client, optional, number<&ClientSetup::usid>},
    {"secret", client, optional, secret},
    {"server_secret", client, optional, flag<&ClientSetup::server_secret>},
    {"unix_socket", client, optional, flag<&ClientSetup::unix_socket>},
    {"prints", client, optional, flag<&ClientSetup::prints>},
    {"in_order", client, optional, flag<&ClientSetup::in_order>},
    {"hello", client, optional, hello},
    {"subscription", client, optional, subscription},

    // What is played is put together of these.
    {"vars", peers},
    {"before", peers},
    {"steps", peers, required},
    {"after", peers},
    {"modules", client},
    {"allow", client},
    {"sessions", client},
    {"streams", client},

    {"script", codec, required, script},
};

}  // namespace
}  // namespace key

std::span<const CaseKey> case_keys() {
    return key::all_keys;
}

}  // namespace confd::kit
