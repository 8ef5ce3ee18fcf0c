// What an `expect` step can wait for: one class, one line in the table and one key in the
// declaration for each.
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
    virtual bool met_by(const HubEvent& event, const World& world) const = 0;
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

struct ExpectationKind {
    std::string_view name;
    std::unique_ptr<Expectation> (*parse)(const YamlPtr& body, Loading& loading);
};

extern const ExpectationKind ack_expectation;
extern const ExpectationKind disconnect_expectation;
extern const ExpectationKind reconnect_expectation;
extern const ExpectationKind subscription_expectation;
extern const ExpectationKind refused_expectation;
extern const ExpectationKind syslog_expectation;
extern const ExpectationKind slow_expectation;
extern const ExpectationKind maapi_expectation;

inline constexpr const ExpectationKind* expectation_kinds[] = {
    &ack_expectation,          &disconnect_expectation, &reconnect_expectation,
    &subscription_expectation, &refused_expectation,    &syslog_expectation,
    &slow_expectation,         &maapi_expectation,
};

extern const MapShape maapi_shape;
extern const MapShape expect_shape;

}  // namespace confd::sim
