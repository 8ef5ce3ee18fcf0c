// SPDX-License-Identifier: Apache-2.0
// YANG text as statements, as far as that goes without knowing what they mean: where each stands,
// what a module imports, and what its double-quoted strings are. libyang reads the text in earnest.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace confd::sim::yang {

/// Deepest nesting of statements: real modules have less than 30.
inline constexpr std::size_t max_statement_nesting = 200;

/// Lines and columns count from 1; columns are bytes.
struct TextPlace {
    int line = 1;
    int column = 1;
};

struct Statement {
    std::string keyword;
    std::string argument;  ///< without quotes, its parts joined; escapes as they stand
    TextPlace place;
    std::vector<Statement> children;

    /// The first child with this keyword, or null.
    const Statement* find(std::string_view wanted) const;
    /// Its argument; empty when there is none.
    std::string_view text_of(std::string_view wanted) const;
};

/// The inside of a double-quoted string: offsets in the text.
struct QuotedText {
    std::size_t begin = 0;
    std::size_t end = 0;
};

struct ModuleStatements {
    Statement root;  ///< the first statement, a module or submodule if the text is one
    std::vector<QuotedText> quoted;
};

struct TextError {
    TextPlace place;
    std::string message;
};

/// Reads the first statement of the text with all that is in it.
std::expected<ModuleStatements, TextError> read_statements(std::string_view text);

/// What libyang is given for a module. RFC 6020 gives backslashes in double-quoted strings a
/// meaning only before n, t, " and another backslash; elsewhere they stand for themselves, and
/// libyang, which reads every module by RFC 7950, refuses them. So those of a YANG 1 module are
/// doubled: no line moves, and what is cut off continuation lines stays the same.
std::string for_libyang(std::string_view text, const ModuleStatements& statements);

}  // namespace confd::sim::yang
