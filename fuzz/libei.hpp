// SPDX-License-Identifier: Apache-2.0
// What Erlang's C library, with which most peers read, makes of bytes that have been accepted. It
// checks no bounds: nothing else may reach it.
#pragma once

#include <cstddef>

#include "fuzz/oracle.hpp"
#include "protocol/bytes.hpp"

#ifdef CONFD_FUZZ_EI
#include <ei.h>
#endif

namespace confd::fuzz {

/// The accepted payload ends where libei sees its end. Builds without libei look at nothing.
inline void require_libei_agrees([[maybe_unused]] ByteView payload) {
#ifdef CONFD_FUZZ_EI
    const char* const buffer = as_text(payload).data();
    int index = 0;
    int version = 0;
    FUZZ_REQUIRE(ei_decode_version(buffer, &index, &version) == 0);
    FUZZ_REQUIRE(ei_skip_term(buffer, &index) == 0);
    FUZZ_REQUIRE(static_cast<std::size_t>(index) == payload.size());
#endif
}

}  // namespace confd::fuzz
