// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/model/case_keys.hpp"

#include <fmt/format.h>

#include <string>

#include "conformance/kit/model/names.hpp"
#include "conformance/kit/model/registry.hpp"
#include "protocol/term/notation.hpp"
#include "protocol/value/text.hpp"
#include "simulator/text/forms.hpp"
#include "simulator/text/scalars.hpp"

namespace confd::kit {
namespace {

using sim::Key;
using sim::key;
using sim::KeyRules;
using sim::Presence;
using sim::Reading;
using sim::YamlPtr;

constexpr KeyRules required{.presence = Presence::required};

/// In the order of the enumeration.
constexpr std::string_view secrets[] = {"none", "right", "wrong"};

constexpr KeyRules one_of(std::span<const std::string_view> words) {
    return {.presence = Presence::required, .choices = words};
}

/// A text, which may stand on several lines.
void read_prose(const YamlPtr& node, std::string& into, const Key&, Reading& reading) {
    into = sim::parse_name(*node, "a text", reading.diagnostics).value_or("");
    while (into.ends_with('\n'))
        into.pop_back();
}
constexpr auto prose = sim::forms::make<std::string, read_prose>(sim::forms::text_schema);

void read_requirements(const YamlPtr& node, std::vector<std::string>& into, const Key&,
                       Reading& reading) {
    into = sim::parse_names(*node, reading.diagnostics);
    for (const auto& id : into) {
        if (find_requirement(id)) continue;
        reading.diagnostics.report(node->place, fmt::format("docs/protocol.md has no {}", id));
    }
}
constexpr auto requirements =
    sim::forms::make<std::vector<std::string>, read_requirements>(sim::forms::names_schema);

void read_time(const YamlPtr& node, std::string& into, const Key&, Reading& reading) {
    into = node->text;
    if (!parse_datetime(into))
        report_expected(*node, "a time such as 2026-11-22T10:00:00Z", reading.diagnostics);
}
constexpr auto time = sim::forms::make<std::string, read_time>(sim::forms::datetime_schema);

void read_hello(const YamlPtr& node, std::string& into, const Key&, Reading& reading) {
    const auto bytes = sim::parse_hex_bytes(*node, reading.diagnostics).value_or(Bytes{});
    if (bytes.size() != 1) report_expected(*node, "one byte, such as 0b", reading.diagnostics);
    into = to_hex(bytes);
}
constexpr auto hello = sim::forms::make<std::string, read_hello>(sim::forms::text_schema);

void read_term(const YamlPtr& node, std::string& into, const Key&, Reading& reading) {
    into = node->text;
    if (const auto term = parse_term(into); !term) {
        reading.diagnostics.report(node->place,
                                   fmt::format("not a term: {}", to_string(term.error())));
    }
}
constexpr auto term = sim::forms::make<std::string, read_term>(sim::forms::text_schema);

}  // namespace

std::span<const Key> common_keys() {
    static constexpr Key keys[] = {
        key<&Case::title>("title", prose, "what a peer does that passes, in a line", required),
        key<&Case::level>("level", "what the peer must be capable of", one_of(level_words)),
        key<&Case::strength>("strength", "a SHOULD that fails is a warning",
                             one_of(strength_words)),
        key<&Case::source>("source", "where the requirement comes from", one_of(source_words)),
        key<&Case::requirements>("requirements", requirements, "anchors of docs/protocol.md",
                                 required),
        key<&Case::features>("features", sim::forms::names, "what the peer must have declared"),
        key<&Case::rationale>("rationale", prose, "why there is such a case", required),
        key<&Case::note>("note", prose, "why it is no MUST, or what can be done about it"),
        key<&Case::catches>("catches", sim::forms::names, "mutants that must fail it"),
        key<&Case::may_catch>("may_catch", sim::forms::names,
                              "mutants that cases of other files are about, and may fail it too"),
    };
    return keys;
}

std::span<const Key> client_keys() {
    using Client = ClientSetup;
    constexpr KeyRules count{.low = 0, .high = 1'000'000};
    static constexpr Key keys[] = {
        key<&Client::release>("release", "the case is about the dialect of this release"),
        key<&Client::product>("product", "the case is about this product"),
        key<&Client::mask>("mask", sim::forms::mask, "bits that it asks for", required),
        key<&Client::without>("without", sim::forms::mask, "bits that it must not ask for"),
        key<&Client::heartbeat>("heartbeat", "milliseconds", count),
        key<&Client::health_check>("health_check", "milliseconds", count),
        key<&Client::verbosity>("verbosity", "of progress events", count),
        key<&Client::stream>("stream", prose, "the stream that it asks for"),
        key<&Client::start>("start", time, "from then on"),
        key<&Client::stop>("stop", time, "until then"),
        key<&Client::filter>("filter", prose, "XPath"),
        key<&Client::usid>("usid", "the user session", count),
        key<&Client::secret>("secret", "what its access file holds", {.choices = secrets}),
        key<&Client::server_secret>("server_secret", "the server runs the access check"),
        key<&Client::unix_socket>("unix_socket", "the server listens on a UNIX socket only"),
        key<&Client::prints>("prints", "what it prints is compared"),
        key<&Client::in_order>("in_order", "acknowledgements come in the order of their events"),
        key<&Client::hello>("hello", hello, "the client id of its hello"),
        key<&Client::subscription>("subscription", term, "the term of its subscription"),
    };
    return keys;
}

std::span<const Key> codec_keys() {
    static constexpr Key keys[] = {
        key<&Case::script>("script", sim::forms::name, "payloads, a line each", required),
    };
    return keys;
}

std::span<const std::string_view> played_keys(Part part) {
    static constexpr std::string_view names[] = {"vars",    "before", "steps",    "after",
                                                 "modules", "allow",  "sessions", "streams"};
    constexpr std::size_t of_servers = 4;
    switch (part) {
        case Part::client:
            return names;
        case Part::server:
            return std::span(names).first(of_servers);
        case Part::codec:
            break;
    }
    return {};
}

std::vector<std::string_view> key_names(Part part) {
    std::vector<std::string_view> out;
    const auto add = [&](std::span<const Key> keys) {
        for (const auto& key : keys)
            out.push_back(key.name);
    };
    add(common_keys());
    if (part == Part::client) add(client_keys());
    if (part == Part::codec) add(codec_keys());
    const auto played = played_keys(part);
    out.insert(out.end(), played.begin(), played.end());
    return out;
}

}  // namespace confd::kit
