// expect: maapi: something that a MAAPI peer has done, such as reading a diff to its end.
#include <fmt/format.h>

#include "simulator/scenario/steps/expectation.hpp"
#include "simulator/scenario/steps/steps.hpp"

namespace confd::sim {
namespace {

constexpr Key keys[] = {
    {.name = "op",
     .takes = Takes::choice,
     .doc = "what it has asked for; other: an operation that is not served",
     .required = true,
     .choices = maapi::call_kinds},
    {.name = "of",
     .takes = Takes::send_id,
     .doc = "in the transaction of the event with this id",
     .otherwise = "any"},
    {.name = "result",
     .takes = Takes::choice,
     .doc = "stopped: it did not want the rest of a diff; lost: it went away in the middle",
     .otherwise = "ok",
     .choices = maapi::call_results},
    {.name = "changes",
     .takes = Takes::integer,
     .doc = "of a diff, that it got",
     .otherwise = "any number",
     .low = 0,
     .high = maapi::max_changes},
};

struct MaapiExpected : Expectation {
    maapi::CallKind op{};
    maapi::CallResult result{};
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

std::unique_ptr<Expectation> parse(const YamlPtr& body, Loading& loading) {
    auto expected = std::make_unique<MaapiExpected>();
    const DeclaredMap map(body, maapi_shape, loading);
    expected->op = static_cast<maapi::CallKind>(map.choice("op", 0));
    expected->result = static_cast<maapi::CallResult>(map.choice("result", 0));
    if (const auto of = map.get("of")) expected->of = loading.parse_send_id(*of);
    if (map.has("changes")) {
        expected->changes = static_cast<std::size_t>(map.integer("changes", 0));
    }
    return expected;
}

}  // namespace

const MapShape maapi_shape{"the keys of maapi", "What a peer has done over MAAPI.", keys, "op"};

const ExpectationKind maapi_expectation{"maapi", parse};

}  // namespace confd::sim
