// SPDX-License-Identifier: Apache-2.0
// Terms as Erlang writes them, for people and for tools: {1, 5, <<"admin">>}.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "protocol/term/tree.hpp"

namespace confd {

/// The term on one line, in UTF-8. Erlang's own parser reads it as the same term, and parse_term()
/// does too. (One exception: atoms with U+FFFE or U+FFFF exist, but Erlang cannot spell them.)
/// Binaries that are printable text are shown as text: <<"snmp">>, <<"é"/utf8>>; others as bytes.
std::string to_string(const Term& term);

/// Where the text stops being a term. Lines and columns count from 1, columns in characters.
struct NotationError {
    std::size_t line = 1;
    std::size_t column = 1;
    std::string found;     ///< "'}'", "the end of the text", "a variable"
    std::string expected;  ///< "a term", "',' or '}'"

    bool operator==(const NotationError&) const = default;
};

/// "line 1, column 5: expected ',' or '}', found ']'".
std::string to_string(const NotationError& error);

/// Reads one term, with white space and % comments around its parts, and a full stop after it if
/// one is there. Beside what to_string() writes: "strings" as lists of code points, $c, 16#ff,
/// 1_000, and binaries of several segments such as <<"a", 1, "é"/utf8>>.
///
/// Bounded as terms on the wire are: nesting of 64, atoms of 255 characters, integers of 64 bits.
std::expected<Term, NotationError> parse_term(std::string_view text);

}  // namespace confd
