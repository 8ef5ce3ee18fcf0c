// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/report/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parser.hpp>

#include "files/read_file.hpp"

namespace confd::kit {
namespace {

std::string place_of(std::string_view before) {
    const auto line = 1 + std::ranges::count(before, '\n');
    const auto column = before.size() - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
    return fmt::format("line {}, column {}", line, column);
}

}  // namespace

std::expected<boost::json::value, std::string> parse_json(std::string_view text) {
    text = without_byte_order_mark(text);
    boost::json::parse_options options;
    options.max_depth = max_json_nesting;
    boost::json::parser parser({}, options);
    boost::system::error_code error;
    auto read = parser.write_some(text.data(), text.size(), error);
    if (!error) {
        read = std::min(text.find_first_not_of(" \t\r\n", read), text.size());
        if (read < text.size()) error = boost::json::error::extra_data;
    }
    if (error) {
        return std::unexpected(
            fmt::format("{}: {}", place_of(text.substr(0, read)), error.message()));
    }
    return parser.release();
}

}  // namespace confd::kit
