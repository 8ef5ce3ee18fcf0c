// SPDX-License-Identifier: Apache-2.0
// expect: maapi: something that a MAAPI peer has done, such as reading a diff to its end.
#include <fmt/format.h>

#include "simulator/scenario/steps/expectation.hpp"
#include "simulator/scenario/steps/steps.hpp"

namespace confd::sim {
namespace {

struct MaapiExpected : Expectation {
    maapi::CallKind op{};
    maapi::CallResult result = maapi::CallResult::ok;
    std::optional<std::string> of;
    std::optional<std::size_t> changes;

    bool met_by(const HubEvent& event, const World& world) const override {
        return could_accept(event) &&
               (!of || world.sent(*of) == std::get<MaapiCalled>(event).call.send);
    }
    bool could_accept(const HubEvent& event) const override {
        const auto* called = std::get_if<MaapiCalled>(&event);
        return called != nullptr && called->call.kind == op && called->call.result == result &&
               (!changes || called->call.changes == *changes);
    }
    std::string text() const override {
        return fmt::format(
            "MAAPI {}{}{}{}", to_string(op), of ? fmt::format(" of '{}'", *of) : "",
            changes ? fmt::format(" with {} changes", *changes) : "",
            result == maapi::CallResult::ok ? "" : fmt::format(", result {}", to_string(result)));
    }
};

constexpr Key keys[] = {
    key<&MaapiExpected::op>(
        "op", "what it has asked for; other: an operation that is not served",
        {.presence = Presence::required, .alone = true, .choices = maapi::call_kinds}),
    key<&MaapiExpected::of>("of", forms::send_id, "in the transaction of the event with this id",
                            {.otherwise = "any"}),
    key<&MaapiExpected::result>(
        "result", "stopped: it did not want the rest of a diff; lost: it went away in the middle",
        {.choices = maapi::call_results}),
    key<&MaapiExpected::changes>("changes", "of a diff, that it got",
                                 {.otherwise = "any number", .low = 0, .high = maapi::max_changes}),
};

}  // namespace

constexpr ExpectationKind maapi_expectation =
    expectation_kind<MaapiExpected>("the keys of maapi", "What a peer has done over MAAPI.", keys);

}  // namespace confd::sim
