// SPDX-License-Identifier: Apache-2.0
// A YANG module that needs no file.
#pragma once

#include <string_view>

namespace confd::sim {

struct BuiltInModule {
    std::string_view name;
    const char* text;  ///< terminated by a zero byte
};

}  // namespace confd::sim
