// SPDX-License-Identifier: Apache-2.0
#include "protocol/error.hpp"

#include <fmt/format.h>

namespace confd {

std::string_view name_of(Errc code) {
    switch (code) {
        case Errc::truncated:
            return "truncated";
        case Errc::trailing_bytes:
            return "trailing_bytes";
        case Errc::bad_version:
            return "bad_version";
        case Errc::unknown_tag:
            return "unknown_tag";
        case Errc::unsupported_tag:
            return "unsupported_tag";
        case Errc::too_deep:
            return "too_deep";
        case Errc::too_many_elements:
            return "too_many_elements";
        case Errc::atom_too_long:
            return "atom_too_long";
        case Errc::bad_atom:
            return "bad_atom";
        case Errc::integer_too_wide:
            return "integer_too_wide";
        case Errc::bad_float:
            return "bad_float";
        case Errc::wrong_type:
            return "wrong_type";
        case Errc::wrong_arity:
            return "wrong_arity";
        case Errc::out_of_range:
            return "out_of_range";
        case Errc::bad_value:
            return "bad_value";
        case Errc::unknown_event:
            return "unknown_event";
        case Errc::empty_frame:
            return "empty_frame";
        case Errc::frame_too_long:
            return "frame_too_long";
        case Errc::bad_handshake:
            return "bad_handshake";
        case Errc::unexpected_frame:
            return "unexpected_frame";
    }
    return "unknown";
}

std::string to_string(const Error& error) {
    std::string where = error.path.empty() ? "" : fmt::format(" in {}", error.path);
    return fmt::format("{} at byte {}{}: {}", name_of(error.code), error.offset, where,
                       error.message);
}

}  // namespace confd
