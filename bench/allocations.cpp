// SPDX-License-Identifier: Apache-2.0
#include "bench/allocations.hpp"

#include <cstdlib>
#include <new>

namespace {

thread_local std::size_t count = 0;

}  // namespace

namespace confd::bench {

std::size_t allocations() {
    return count;
}

}  // namespace confd::bench

// All other forms of operator new but the aligned ones, which nothing here needs, end in this one.
void* operator new(std::size_t size) {
    ++count;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}

void operator delete(void* memory) noexcept {
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
