// Arbitrary events, drawn from a source of choices: the same choices give the same event, and
// smaller choices a simpler one. Fields are often at the edge of what they can hold, and have
// nothing to do with each other. Property tests draw choices that shrink, fuzzers take them from
// their input. Events as a server at work sends them are made by simulator/workload/.
#pragma once

#include <cstdint>
#include <span>

#include "protocol/notification/notification.hpp"
#include "protocol/session/ack.hpp"
#include "protocol/session/subscription.hpp"

namespace confd {

class Choices {
  public:
    virtual ~Choices() = default;
    /// A number in [0, bound); `bound` is at least 1.
    virtual std::uint64_t below(std::uint64_t bound) = 0;

    bool flip() { return below(2) == 1; }
    /// One of the items.
    template <class T, std::size_t N>
    const T& of(const T (&items)[N]) {
        return items[below(N)];
    }
};

/// Any of an enumeration's constants.
template <class E>
E one_of_all(Choices& choices) {
    const auto known = constants<E>;
    return static_cast<E>(known[choices.below(known.size())].value);
}

/// Choices from given numbers, the simplest ones (0) when they run out.
class ListedChoices : public Choices {
  public:
    explicit ListedChoices(std::span<const std::uint32_t> numbers) : rest_(numbers) {}

    std::uint64_t below(std::uint64_t bound) override {
        if (rest_.empty()) return 0;
        const auto number = rest_.front();
        rest_ = rest_.subspan(1);
        return number % bound;
    }

  private:
    std::span<const std::uint32_t> rest_;
};

/// An event of this type, which must be one of event_types(), with every field that the context's
/// wire form has.
Notification generate_notification(Choices& choices, std::uint32_t type,
                                   const WireContext& context);
/// An event of any type.
Notification generate_notification(Choices& choices, const WireContext& context);

Value generate_value(Choices& choices);
Subscription generate_subscription(Choices& choices, Dialect dialect);
Ack generate_ack(Choices& choices);

}  // namespace confd
