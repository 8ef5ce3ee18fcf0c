// SPDX-License-Identifier: Apache-2.0
// What a fuzz target says when something that must hold does not: it stops the process, so that
// both libFuzzer and the replay main see a crash with the place in it.
#pragma once

#include <cstdio>
#include <cstdlib>

#define FUZZ_REQUIRE(condition)                                                                 \
    do {                                                                                        \
        if (!(condition)) {                                                                     \
            std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
            std::abort();                                                                       \
        }                                                                                       \
    } while (false)
