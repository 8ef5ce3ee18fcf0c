// SPDX-License-Identifier: Apache-2.0
// Arbitrary events for RapidCheck: it draws and shrinks the choices, the generator that the
// simulator and the fuzzers share makes the event.
#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <vector>

#include "generate/events.hpp"
#include "protocol/release.hpp"

namespace confd::test {

using ChoiceList = std::vector<std::uint32_t>;

/// Choices for one thing; more than any event needs are rarely used.
inline ChoiceList any_choices(std::size_t most = 200) {
    const auto count = *rc::gen::inRange<std::size_t>(0, most);
    return *rc::gen::container<ChoiceList>(count, rc::gen::arbitrary<std::uint32_t>());
}

inline WireContext any_context() {
    return {*rc::gen::element(Dialect::v6x, Dialect::v7x, Dialect::v8x),
            *rc::gen::element(Product::confd, Product::nso)};
}

/// An event of a type of its own choosing, so that all types come equally often.
inline Notification any_event(const WireContext& context) {
    const auto types = event_types();
    const auto type = types[*rc::gen::inRange<std::size_t>(0, types.size())];
    const auto numbers = any_choices();
    ListedChoices choices(numbers);
    return generate_notification(choices, type, context);
}

}  // namespace confd::test
