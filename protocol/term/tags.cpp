// SPDX-License-Identifier: Apache-2.0
#include "protocol/term/tags.hpp"

namespace confd {

std::string_view article_name(TermKind kind) {
    switch (kind) {
        case TermKind::integer:
            return "an integer";
        case TermKind::floating:
            return "a float";
        case TermKind::atom:
            return "an atom";
        case TermKind::tuple:
            return "a tuple";
        case TermKind::list:
            return "a list";
        case TermKind::binary:
            return "a binary";
        case TermKind::other:
            break;
    }
    return "no term";
}

std::string_view tag_name(std::uint8_t tag) {
    switch (tag) {
        case 67:
            return "ATOM_CACHE_REF2";
        case 70:
            return "NEW_FLOAT_EXT";
        case 77:
            return "BIT_BINARY_EXT";
        case 80:
            return "a compressed term";
        case 82:
            return "ATOM_CACHE_REF";
        case 88:
            return "NEW_PID_EXT";
        case 89:
            return "NEW_PORT_EXT";
        case 90:
            return "NEWER_REFERENCE_EXT";
        case 97:
            return "SMALL_INTEGER_EXT";
        case 98:
            return "INTEGER_EXT";
        case 99:
            return "FLOAT_EXT";
        case 100:
            return "ATOM_EXT";
        case 101:
            return "REFERENCE_EXT";
        case 102:
            return "PORT_EXT";
        case 103:
            return "PID_EXT";
        case 104:
            return "SMALL_TUPLE_EXT";
        case 105:
            return "LARGE_TUPLE_EXT";
        case 106:
            return "NIL_EXT";
        case 107:
            return "STRING_EXT";
        case 108:
            return "LIST_EXT";
        case 109:
            return "BINARY_EXT";
        case 110:
            return "SMALL_BIG_EXT";
        case 111:
            return "LARGE_BIG_EXT";
        case 112:
            return "NEW_FUN_EXT";
        case 113:
            return "EXPORT_EXT";
        case 114:
            return "NEW_REFERENCE_EXT";
        case 115:
            return "SMALL_ATOM_EXT";
        case 116:
            return "MAP_EXT";
        case 117:
            return "FUN_EXT";
        case 118:
            return "ATOM_UTF8_EXT";
        case 119:
            return "SMALL_ATOM_UTF8_EXT";
        case 120:
            return "V4_PORT_EXT";
        default:
            return {};
    }
}

}  // namespace confd
