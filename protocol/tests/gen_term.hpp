// SPDX-License-Identifier: Apache-2.0
// Random terms for RapidCheck: every kind, with the values at which codecs break.
#pragma once

#include <rapidcheck.h>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <ostream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "protocol/limits.hpp"
#include "protocol/term/notation.hpp"
#include "protocol/term/tree.hpp"

namespace confd {

inline std::ostream& operator<<(std::ostream& out, const Term& term) {
    return out << to_string(term);
}

}  // namespace confd

namespace confd::test {

inline Integer integer_of(std::uint64_t magnitude, bool negative) {
    Integer value(magnitude);
    value.negative = negative && magnitude != 0;
    return value;
}

/// RapidCheck lets values grow with the size, which shrinks with each level of a term: inside a
/// term only lengths should.
template <class T>
rc::Gen<T> at_any_size(rc::Gen<T> gen) {
    return rc::gen::resize(100, std::move(gen));
}

inline rc::Gen<std::uint8_t> any_byte() {
    return at_any_size(rc::gen::arbitrary<std::uint8_t>());
}

inline rc::Gen<Integer> any_integer() {
    using rc::gen::map;
    // The borders of the encodings, of the C library's choice among them, and of C's own types.
    const auto border = map(
        rc::gen::tuple(rc::gen::element<unsigned>(0, 7, 8, 15, 16, 27, 28, 31, 32, 59, 60, 63, 64),
                       at_any_size(rc::gen::inRange(-2, 3)), rc::gen::arbitrary<bool>()),
        [](const std::tuple<unsigned, int, bool>& at) {
            const auto& [bits, offset, negative] = at;
            const auto power = bits < 64 ? std::uint64_t{1} << bits : std::uint64_t{0};
            return integer_of(power + static_cast<std::uint64_t>(offset), negative);
        });
    const auto any_width =
        map(rc::gen::tuple(at_any_size(rc::gen::inRange(0, 64)),
                           at_any_size(rc::gen::arbitrary<std::uint64_t>()),
                           rc::gen::arbitrary<bool>()),
            [](const std::tuple<int, std::uint64_t, bool>& of) {
                return integer_of(std::get<1>(of) >> std::get<0>(of), std::get<2>(of));
            });
    return rc::gen::oneOf(map(any_byte(), [](std::uint8_t byte) { return Integer(byte); }), border,
                          any_width);
}

inline rc::Gen<double> any_float() {
    using Wide = std::numeric_limits<double>;
    const auto any_bits =
        rc::gen::map(at_any_size(rc::gen::arbitrary<std::uint64_t>()), [](std::uint64_t bits) {
            const auto value = std::bit_cast<double>(bits);
            return std::isfinite(value) ? value : 0.5;
        });
    const auto plain = rc::gen::map(at_any_size(rc::gen::inRange(-100000, 100000)),
                                    [](int value) { return value / 100.0; });
    return rc::gen::oneOf(
        any_bits, plain,
        rc::gen::element(0.0, -0.0, 1.0, 1e22, 1e23, 0.1, Wide::max(), -Wide::max(), Wide::min(),
                         Wide::denorm_min(), Wide::epsilon(), 9007199254740993.0));
}

inline rc::Gen<char32_t> character_between(char32_t first, char32_t last) {
    return rc::gen::map(
        at_any_size(rc::gen::inRange(std::uint32_t{first}, std::uint32_t{last} + 1)),
        [](std::uint32_t code) { return static_cast<char32_t>(code); });
}

/// A character that Erlang can spell (it refuses U+FFFE and U+FFFF), and not NUL, at which C ends.
inline rc::Gen<char32_t> any_character() {
    const auto among = character_between;
    return rc::gen::oneOf(among('a', 'z'), among(1, 0x7f), among(0x80, 0xff), among(0x100, 0x7ff),
                          among(0x800, 0xd7ff), among(0xe000, 0xfffd), among(0x10000, 0x10ffff));
}

inline std::string utf8_of(const std::vector<char32_t>& characters) {
    std::string out;
    const auto put = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
    for (const auto code : characters) {
        if (code < 0x80) {
            put(code);
            continue;
        }
        const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
        put((0xff00U >> (more + 1) & 0xffU) | code >> (6 * more));
        for (int i = more; i-- > 0;)
            put(0x80U | (code >> (6 * i) & 0x3fU));
    }
    return out;
}

inline rc::Gen<std::string> text_of(rc::Gen<char32_t> character) {
    return rc::gen::map(rc::gen::container<std::vector<char32_t>>(std::move(character)), utf8_of);
}

inline rc::Gen<std::string> any_atom() {
    const auto longest = rc::gen::map(any_character(), [](char32_t character) {
        return utf8_of(std::vector<char32_t>(max_atom_characters, character));
    });
    return rc::gen::oneOf(text_of(character_between('a', 'z')), text_of(any_character()),
                          text_of(character_between(0xa0, 0xff)), longest,
                          rc::gen::element<std::string>("ok", "undefined", "", "end", "maybe", "Ok",
                                                        "a b", "a@b_C1", "it's", "\\", "_", "1",
                                                        "\xc3\xa9t\xc3\xa9", "nonode@nohost"));
}

inline rc::Gen<Bytes> any_bytes() {
    const auto text =
        rc::gen::map(rc::gen::oneOf(text_of(character_between(' ', '~')), text_of(any_character())),
                     [](const std::string& utf8) {
                         const auto bytes = as_bytes(utf8);
                         return Bytes(bytes.begin(), bytes.end());
                     });
    return rc::gen::oneOf(text, rc::gen::container<Bytes>(any_byte()));
}

/// A term at most `depth` levels deep.
inline rc::Gen<Term> any_term(int depth = 4) {
    using rc::gen::map;
    const auto leaf =
        rc::gen::oneOf(map(any_integer(), [](const Integer& value) { return Term(value); }),
                       map(any_float(), [](double value) { return Term(value); }),
                       map(any_atom(), [](std::string name) { return Term::atom(name); }),
                       map(any_bytes(), [](Bytes bytes) { return Term::binary(bytes); }));
    if (depth == 0) return leaf;

    const auto inner = any_term(depth - 1);
    // Smaller with each level, or the number of terms would grow as a power of the size.
    const auto elements = rc::gen::scale(0.3, rc::gen::container<Term::Elements>(inner));
    const auto bytes = map(rc::gen::container<Bytes>(any_byte()), [](const Bytes& values) {
        return Term::list(Term::Elements(values.begin(), values.end()));
    });
    return rc::gen::oneOf(
        leaf, map(elements, [](Term::Elements of) { return Term::tuple(std::move(of)); }),
        map(elements, [](Term::Elements of) { return Term::list(std::move(of)); }), bytes,
        map(rc::gen::pair(elements, inner), [](std::pair<Term::Elements, Term> of) {
            return Term::list(std::move(of.first), std::move(of.second));
        }));
}

/// `count` terms of growing size, the same ones for a seed: for tests that work in one batch.
inline std::vector<Term> some_terms(std::size_t count, std::uint64_t seed) {
    const auto term = any_term();
    rc::Random random(seed);
    std::vector<Term> out;
    for (std::size_t i = 0; i < count; ++i) {
        out.push_back(term(random.split(), static_cast<int>(i % 101)).value());
    }
    return out;
}

}  // namespace confd::test

namespace rc {

template <>
struct Arbitrary<confd::Term> {
    static Gen<confd::Term> arbitrary() { return confd::test::any_term(); }
};

template <>
struct Arbitrary<confd::Integer> {
    static Gen<confd::Integer> arbitrary() { return confd::test::any_integer(); }
};

}  // namespace rc
