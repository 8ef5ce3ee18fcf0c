// SPDX-License-Identifier: Apache-2.0
// A stand-in for the vendor's sample subscriber on its C library: mutant_client as
// `like-the-vendor`. It passes every MUST; what it is not capable of is in docs/protocol.md, and
// nothing else is wrong.
#pragma once

#include "conformance/selftest/mutant_client.hpp"

namespace confd::kit::test {

inline constexpr const char* like_the_vendor = "like-the-vendor";

void run_vendor_client(Host& host);

}  // namespace confd::kit::test
