// SPDX-License-Identifier: Apache-2.0
// Where random things take their randomness from: a seeded generator, the numbers of a property
// test, or the bytes of a fuzzer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "protocol/constants.hpp"

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

}  // namespace confd
