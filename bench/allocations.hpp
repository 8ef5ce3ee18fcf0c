// SPDX-License-Identifier: Apache-2.0
// Counts what operator new is asked for.
#pragma once

#include <cstddef>

namespace confd::bench {

/// Allocations of this thread since it started.
std::size_t allocations();

/// How many of them `work` makes.
std::size_t allocations_in(auto&& work) {
    const auto before = allocations();
    work();
    return allocations() - before;
}

}  // namespace confd::bench
