// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/run/fill_in.hpp"

#include <fmt/format.h>

namespace confd::kit {

std::string filled_in(std::string text, std::string_view name, std::string_view value) {
    const auto placeholder = fmt::format("{{{}}}", name);
    for (auto at = text.find(placeholder); at != std::string::npos;
         at = text.find(placeholder, at + value.size()))
        text.replace(at, placeholder.size(), value);
    return text;
}

}  // namespace confd::kit
