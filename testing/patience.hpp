// SPDX-License-Identifier: Apache-2.0
// How long tests wait for what must come: far more than any step needs, reached only when something
// hangs. A verdict never depends on it.
#pragma once

#include <chrono>

namespace confd::test {

inline constexpr std::chrono::seconds patience{30};

}  // namespace confd::test
