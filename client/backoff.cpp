// SPDX-License-Identifier: Apache-2.0
#include "client/backoff.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace confd::events {

Backoff::Backoff(BackoffOptions options, Random random)
    : options_(options), random_(std::move(random)), bound_(options.first) {}

std::chrono::milliseconds Backoff::next() {
    using std::chrono::milliseconds;
    const auto bound = std::min(bound_, options_.longest);
    // Bounded before it is doubled, so that it cannot overflow.
    bound_ = 2 * bound;
    return std::chrono::floor<milliseconds>(std::chrono::duration<double, std::milli>(bound) *
                                            random_());
}

bool Backoff::worthwhile(const Error& error) {
    using Kind = Error::Kind;
    return error.kind() == Kind::connect || error.kind() == Kind::timeout ||
           error.kind() == Kind::closed;
}

Backoff::Random Backoff::system_random() {
    return [engine = std::mt19937_64(std::random_device{}())]() mutable {
        return std::uniform_real_distribution<double>()(engine);
    };
}

}  // namespace confd::events
