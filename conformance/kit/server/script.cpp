// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/server/script.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/kit/model/yaml_text.hpp"
#include "conformance/kit/server/lab.hpp"
#include "protocol/constants.hpp"
#include "protocol/term/notation.hpp"
#include "simulator/text/scalars.hpp"

namespace confd::kit::server {
namespace {

using sim::Diagnostics;
using sim::Reading;
using sim::YamlNode;
using sim::YamlPtr;
using Kinds = std::vector<const StepKind*>;

Kinds kinds_among(std::initializer_list<std::span<const StepKind>> lists) {
    Kinds out;
    for (const auto list : lists)
        for (const auto& kind : list)
            out.push_back(&kind);
    return out;
}

const Kinds& steps() {
    static const auto all = kinds_among({handshake_steps(), subscription_steps(), event_steps(),
                                         maapi_steps(), diff_steps(), schema_steps()});
    return all;
}

const Kinds& expectations() {
    static const auto all = kinds_among({handshake_expectations(), subscription_expectations(),
                                         event_expectations(), maapi_expectations()});
    return all;
}

const StepKind* find(const Kinds& kinds, std::string_view name) {
    const auto found = std::ranges::find(kinds, name, &StepKind::name);
    return found == kinds.end() ? nullptr : *found;
}

void report_unknown(const YamlNode& node, std::string_view what, const Kinds& kinds,
                    std::vector<std::string_view> others, Diagnostics& diagnostics) {
    for (const auto* kind : kinds)
        others.push_back(kind->name);
    diagnostics.report(node.place,
                       fmt::format("'{}' is no {}: expected {}{}", node.text, what,
                                   sim::one_of(others), sim::suggestion(node.text, others)));
}

/// A body that says nothing.
YamlPtr nothing_at(const sim::Place& place) {
    return std::make_shared<const YamlNode>(YamlNode{.kind = YamlNode::Kind::map, .place = place});
}

/// `expect: ok`, or a map that has one of the expectations among its keys.
std::unique_ptr<Step> parse_expectation(const YamlPtr& body, Reading& reading) {
    if (body->is_scalar()) {
        if (const auto* kind = find(expectations(), body->text))
            return kind->load(*kind, nothing_at(body->place), reading);
        report_unknown(*body, "expectation", expectations(), {}, reading.diagnostics);
        return nullptr;
    }
    for (const auto& [key, value] : body->entries)
        if (const auto* kind = find(expectations(), key->text))
            return kind->load(*kind, body, reading);
    if (body->entries.empty()) {
        report_expected(*body, "what is expected, as in {event: NOTIF_AUDIT}", reading.diagnostics);
    } else {
        report_unknown(*body->entries.front().first, "expectation", expectations(), {},
                       reading.diagnostics);
    }
    return nullptr;
}

std::unique_ptr<Step> parse_step(const YamlNode& node, Reading& reading) {
    constexpr std::string_view expect = "expect";
    const bool one = node.is_map() && node.entries.size() == 1;
    if (!one && !node.is_scalar()) {
        report_expected(node, "a step: its name, or a map with its name as the only key",
                        reading.diagnostics);
        return nullptr;
    }
    const auto& name = one ? *node.entries.front().first : node;
    const auto body = one ? node.entries.front().second : nothing_at(node.place);
    if (name.text == expect) return parse_expectation(body, reading);
    if (const auto* kind = find(steps(), name.text)) return kind->load(*kind, body, reading);
    report_unknown(name, "step", steps(), {expect}, reading.diagnostics);
    return nullptr;
}

/// A connection is made before it is used.
void check_connection(const Step& step, std::vector<std::string>& made, Diagnostics& diagnostics) {
    const auto* on_peers = dynamic_cast<const PeerStep*>(&step);
    if (on_peers == nullptr) return;
    const bool known = std::ranges::find(made, on_peers->on) != made.end();
    if (on_peers->creates()) {
        if (!known) made.push_back(on_peers->on);
    } else if (!known) {
        const std::vector<std::string_view> names(made.begin(), made.end());
        diagnostics.report(step.place,
                           fmt::format("no step before makes a connection '{}'{}", on_peers->on,
                                       sim::suggestion(on_peers->on, names)));
    }
}

}  // namespace

Checked PeerStep::run(Lab& lab) const {
    prepare(lab);
    for (auto& peer : lab.group(on)) {
        if (auto checked = run_on(lab, peer); !checked) return checked;
    }
    return {};
}

std::span<const sim::Key> on_keys() {
    static constexpr sim::Key keys[] = {
        sim::key<&PeerStep::on>("on", sim::forms::name, "on which connection")};
    return keys;
}

void read_step(const StepKind& kind, const YamlPtr& body, std::span<const sim::KeyPart> parts,
               Reading& reading) {
    sim::read_keys(body, fmt::format("the keys of {}", kind.name), parts, reading);
}

std::vector<std::unique_ptr<Step>> parse_script(const YamlNode& steps, Diagnostics& diagnostics) {
    std::vector<std::unique_ptr<Step>> out;
    std::vector<std::string> connections;
    Reading reading(diagnostics);
    if (steps.items.empty()) report_expected(steps, "a list of steps", diagnostics);
    for (const auto& item : steps.items) {
        auto step = parse_step(*item, reading);
        if (step == nullptr) continue;
        step->place = item->place;
        step->text = yaml_line(*item);
        check_connection(*step, connections, diagnostics);
        out.push_back(std::move(step));
    }
    return out;
}

namespace {

void read_event(const YamlPtr& node, std::uint32_t& into, const sim::Key&, Reading& reading) {
    if (const auto bit = sim::parse_constant(*node, mask_constants, reading.diagnostics))
        into = static_cast<std::uint32_t>(*bit);
}

void read_statuses(const YamlPtr& node, std::vector<std::uint8_t>& into, const sim::Key&,
                   Reading& reading) {
    constexpr std::int64_t most = 255;
    const auto add = [&](const YamlNode& item) {
        const auto status = sim::parse_int(item, 0, most, "a status", reading.diagnostics);
        into.push_back(static_cast<std::uint8_t>(status.value_or(0)));
    };
    into.clear();
    if (!node->is_sequence()) return add(*node);
    for (const auto& item : node->items)
        add(*item);
}

void read_term(const YamlPtr& node, Bytes& into, const sim::Key&, Reading& reading) {
    const auto term = confd::parse_term(node->text);
    if (term) {
        into = encode_payload(*term);
    } else {
        reading.diagnostics.report(node->place,
                                   fmt::format("not a term: {}", to_string(term.error())));
    }
}

}  // namespace

namespace forms {

constinit const sim::FormOf<std::uint32_t> event =
    sim::forms::make<std::uint32_t, read_event>(sim::forms::any_schema);
constinit const sim::FormOf<std::vector<std::uint8_t>> statuses =
    sim::forms::make<std::vector<std::uint8_t>, read_statuses>(sim::forms::any_schema);
constinit const sim::FormOf<Bytes> term =
    sim::forms::make<Bytes, read_term>(sim::forms::any_schema);

}  // namespace forms

}  // namespace confd::kit::server
