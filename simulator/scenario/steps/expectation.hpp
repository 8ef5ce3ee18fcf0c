// SPDX-License-Identifier: Apache-2.0
// What an `expect` step can wait for: for each a class with its keys, a line here, and a line among
// the keys of the step.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "simulator/scenario/loading.hpp"
#include "simulator/scenario/world.hpp"

namespace confd::sim {

class Expectation {
  public:
    virtual ~Expectation() = default;
    /// Usually whatever could be it.
    virtual bool met_by(const HubEvent& event, const World& world) const {
        static_cast<void>(world);
        return could_accept(event);
    }
    /// Whether the event belongs to what is expected without being all of it, as the disconnect
    /// before a reconnect.
    virtual bool part_of(const HubEvent& event) const {
        static_cast<void>(event);
        return false;
    }
    /// Whether it might be met by the event, as far as that can be told before the step runs.
    virtual bool could_accept(const HubEvent& event) const = 0;
    virtual std::string text() const = 0;
};

/// What stands under the key of an expectation: a map with the keys of its class.
struct ExpectationKind {
    FormOf<std::unique_ptr<Expectation>> form;
    MapShape shape;
};

template <class T>
void read_expectation(const YamlPtr& node, std::unique_ptr<Expectation>& into, const Key& key,
                      Reading& reading) {
    auto expected = std::make_unique<T>();
    forms::detail::read_map(node, expected.get(), key, reading);
    into = std::move(expected);
}

template <class T>
constexpr ExpectationKind expectation_kind(std::string_view what, std::string_view doc,
                                           std::span<const Key> keys) {
    using Held = std::unique_ptr<Expectation>;
    return {{{forms::detail::read<Held, read_expectation<T>>, forms::map_schema, nullptr, true}},
            shape_of<T>(what, doc, keys)};
}

extern const ExpectationKind ack_expectation;
extern const ExpectationKind disconnect_expectation;
extern const ExpectationKind reconnect_expectation;
extern const ExpectationKind subscription_expectation;
extern const ExpectationKind refused_expectation;
extern const ExpectationKind syslog_expectation;
extern const ExpectationKind slow_expectation;
extern const ExpectationKind maapi_expectation;

}  // namespace confd::sim
