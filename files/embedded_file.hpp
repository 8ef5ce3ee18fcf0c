// SPDX-License-Identifier: Apache-2.0
// A file that is compiled in: cmake/Embed.cmake.
#pragma once

#include <string_view>

namespace confd {

struct EmbeddedFile {
    std::string_view path;  ///< below the folder that was embedded: "yang/example-if.yang"
    std::string_view text;  ///< a zero byte follows it
};

}  // namespace confd
