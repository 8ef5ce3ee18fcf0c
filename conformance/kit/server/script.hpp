// SPDX-License-Identifier: Apache-2.0
// The script of a server's case: steps in the language of scenarios, with its words where they mean
// the same, seen from the client.
//
//     - open: {on: b, mask: [NOTIF_AUDIT, NOTIF_AUDIT_SYNC]}
//     - trigger: NOTIF_AUDIT
//     - expect: {event: NOTIF_AUDIT, on: b}
//
// A step that needs no keys can stand alone: `- ack`, `- expect: ok`.
// conformance/kit/server/README.md lists the steps. One file of steps has a struct, its keys and a
// line of a table for each.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "conformance/kit/server/finding.hpp"
#include "simulator/text/forms.hpp"

namespace confd::kit::server {

struct Lab;
class Peer;

struct Step {
    virtual ~Step() = default;
    virtual Checked run(Lab& lab) const = 0;

    std::string text;  ///< for reports: "expect: {event: NOTIF_AUDIT, on: b}"
    sim::Place place;
};

/// A step of each connection that a name stands for.
struct PeerStep : Step {
    std::string on = "a";

    Checked run(Lab& lab) const final;
    /// Whether it makes the connections; else they are there.
    virtual bool creates() const { return false; }
    /// Before the first of them.
    virtual void prepare(Lab&) const {}
    virtual Checked run_on(Lab& lab, Peer& peer) const = 0;
};

/// A kind of step, or of what `expect` waits for.
struct StepKind {
    std::string_view name;
    std::span<const sim::Key> keys;
    std::unique_ptr<Step> (*load)(const StepKind& kind, const sim::YamlPtr& body,
                                  sim::Reading& reading);
};

// Keys that several kinds share, each with the member of the step that they fill.
std::span<const sim::Key> on_keys();            ///< of PeerStep
std::span<const sim::Key> pace_keys();          ///< `pace`
std::span<const sim::Key> hello_keys();         ///< `hello`
std::span<const sim::Key> subscription_keys();  ///< `subscription`

void read_step(const StepKind& kind, const sim::YamlPtr& body, std::span<const sim::KeyPart> parts,
               sim::Reading& reading);

template <class T>
std::unique_ptr<Step> load_step(const StepKind& kind, const sim::YamlPtr& body,
                                sim::Reading& reading) {
    auto step = std::make_unique<T>();
    std::vector<sim::KeyPart> parts{{kind.keys, step.get()}};
    if constexpr (std::is_base_of_v<PeerStep, T>)
        parts.push_back({on_keys(), static_cast<PeerStep*>(step.get())});
    if constexpr (requires { step->pace; }) parts.push_back({pace_keys(), &step->pace});
    if constexpr (requires { step->hello; }) parts.push_back({hello_keys(), &step->hello});
    if constexpr (requires { step->subscription; })
        parts.push_back({subscription_keys(), &step->subscription});
    read_step(kind, body, parts, reading);
    return step;
}
/// `keys` are those of a T.
template <class T>
constexpr StepKind step_kind(std::string_view name, std::span<const sim::Key> keys = {}) {
    return {name, keys, load_step<T>};
}

/// `expect: {ok: b}`: the connection is all that there is to say.
template <class T>
std::unique_ptr<Step> load_expectation(const StepKind& kind, const sim::YamlPtr& body,
                                       sim::Reading& reading) {
    auto step = std::make_unique<T>();
    const sim::Key on[] = {
        sim::key<&PeerStep::on>(kind.name, sim::forms::name, "on which connection")};
    const sim::KeyPart part{on, static_cast<PeerStep*>(step.get())};
    read_step(kind, body, std::span(&part, 1), reading);
    return step;
}
template <class T>
constexpr StepKind expectation_on(std::string_view name) {
    return {name, {}, load_expectation<T>};
}

// The kinds, by file; `expect` has those of the second.
std::span<const StepKind> handshake_steps();
std::span<const StepKind> handshake_expectations();
std::span<const StepKind> subscription_steps();
std::span<const StepKind> subscription_expectations();
std::span<const StepKind> event_steps();
std::span<const StepKind> event_expectations();
std::span<const StepKind> maapi_steps();
std::span<const StepKind> maapi_expectations();
std::span<const StepKind> diff_steps();
std::span<const StepKind> schema_steps();

/// The steps of a list; reports what is wrong with them.
std::vector<std::unique_ptr<Step>> parse_script(const sim::YamlNode& steps,
                                                sim::Diagnostics& diagnostics);

/// How values are written that only these steps have.
namespace forms {

/// An event by its name.
extern const sim::FormOf<std::uint32_t> event;
/// An integer or a list of integers.
extern const sim::FormOf<std::vector<std::uint8_t>> statuses;
/// The payload of a term in text notation.
extern const sim::FormOf<Bytes> term;

}  // namespace forms

}  // namespace confd::kit::server
