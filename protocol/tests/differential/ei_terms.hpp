// SPDX-License-Identifier: Apache-2.0
// Terms through the C library of Erlang. It checks no bounds: it only gets bytes that have been
// accepted.
#pragma once

#include <ei.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "protocol/bytes.hpp"
#include "protocol/term/tree.hpp"
#include "protocol/tests/gen_term.hpp"
#include "protocol/utf8.hpp"

namespace confd::test {

inline void check_ei(int result, const char* what) {
    if (result < 0) throw std::runtime_error(what);
}

// ------------------------------------------------------------------- reading with libei

class EiReader {
  public:
    explicit EiReader(ByteView payload) : buffer_(as_text(payload).data()) {
        int version = 0;
        check_ei(ei_decode_version(buffer_, &index_, &version), "ei_decode_version");
    }

    int offset() const { return index_; }

    Term term() {
        switch (next().first) {
            case ERL_SMALL_INTEGER_EXT:
            case ERL_INTEGER_EXT:
                return small_integer();
            case ERL_SMALL_BIG_EXT:
            case ERL_LARGE_BIG_EXT:
                return big();
            case ERL_FLOAT_EXT:
            case NEW_FLOAT_EXT:
                return floating();
            case ERL_ATOM_EXT:
            case ERL_SMALL_ATOM_EXT:
            case ERL_ATOM_UTF8_EXT:
            case ERL_SMALL_ATOM_UTF8_EXT:
                return atom();
            case ERL_BINARY_EXT:
                return binary();
            case ERL_SMALL_TUPLE_EXT:
            case ERL_LARGE_TUPLE_EXT:
                return tuple();
            case ERL_STRING_EXT:
                return string();
            case ERL_NIL_EXT:
            case ERL_LIST_EXT:
                return list();
            default:
                throw std::runtime_error("a type that libei does not name");
        }
    }

  private:
    std::pair<int, std::size_t> next() const {
        int type = 0;
        int size = 0;
        check_ei(ei_get_type(buffer_, &index_, &type, &size), "ei_get_type");
        return {type, static_cast<std::size_t>(size)};
    }

    Term small_integer() {
        long long value = 0;
        check_ei(ei_decode_longlong(buffer_, &index_, &value), "ei_decode_longlong");
        return value;
    }

    // The only way of libei to read all that 64 bits and a sign can hold.
    Term big() {
        const std::unique_ptr<erlang_big, decltype(&ei_free_big)> value(
            ei_alloc_big(static_cast<unsigned>(next().second)), ei_free_big);
        check_ei(ei_decode_big(buffer_, &index_, value.get()), "ei_decode_big");
        const auto* digits = static_cast<const unsigned short*>(value->digits);
        std::uint64_t magnitude = 0;
        for (unsigned i = 0; i < (value->arity + 1) / 2; ++i) {
            magnitude |= std::uint64_t{digits[i]} << (16 * i);
        }
        return integer_of(magnitude, value->is_neg != 0);
    }

    Term floating() {
        double value = 0;
        check_ei(ei_decode_double(buffer_, &index_, &value), "ei_decode_double");
        return value;
    }

    Term atom() {
        std::array<char, MAXATOMLEN_UTF8> name{};
        check_ei(ei_decode_atom_as(buffer_, &index_, name.data(), int{name.size()}, ERLANG_UTF8,
                                   nullptr, nullptr),
                 "ei_decode_atom_as");
        return Term::atom(name.data());
    }

    Term binary() {
        Bytes bytes(next().second + 1);  // libei wants an address even for nothing
        long size = 0;
        check_ei(ei_decode_binary(buffer_, &index_, bytes.data(), &size), "ei_decode_binary");
        bytes.resize(static_cast<std::size_t>(size));
        return Term::binary(bytes);
    }

    Term string() {
        Bytes bytes(next().second + 1);  // and a terminator
        check_ei(ei_decode_string(buffer_, &index_, reinterpret_cast<char*>(bytes.data())),
                 "ei_decode_string");
        bytes.pop_back();
        return Term::list(Term::Elements(bytes.begin(), bytes.end()));
    }

    Term::Elements elements(int count) {
        Term::Elements out;
        for (int i = 0; i < count; ++i)
            out.push_back(term());
        return out;
    }

    Term tuple() {
        int arity = 0;
        check_ei(ei_decode_tuple_header(buffer_, &index_, &arity), "ei_decode_tuple_header");
        return Term::tuple(elements(arity));
    }

    Term list() {
        int count = 0;
        check_ei(ei_decode_list_header(buffer_, &index_, &count), "ei_decode_list_header");
        if (count == 0) return {};
        auto all = elements(count);
        return Term::list(std::move(all), term());
    }

    const char* buffer_;
    int index_ = 0;
};

/// Where libei finds the end of the payload's term.
inline int end_by_skipping(ByteView payload) {
    const char* buffer = as_text(payload).data();
    int index = 0;
    int version = 0;
    check_ei(ei_decode_version(buffer, &index, &version), "ei_decode_version");
    check_ei(ei_skip_term(buffer, &index), "ei_skip_term");
    return index;
}

// ------------------------------------------------------------------- writing with libei

class EiWriter {
  public:
    /// Byte lists and atoms have two forms each, which are used in turn, starting from either.
    explicit EiWriter(bool second_form_first = false)
        : latin1_turn_(second_form_first), string_turn_(second_form_first) {
        check_ei(ei_x_new_with_version(&out_), "ei_x_new_with_version");
    }
    ~EiWriter() { ei_x_free(&out_); }
    EiWriter(const EiWriter&) = delete;
    EiWriter& operator=(const EiWriter&) = delete;

    Bytes bytes() const {
        const auto* begin = reinterpret_cast<const std::uint8_t*>(out_.buff);
        return {begin, begin + out_.index};
    }

    void term(const Term& term) {
        switch (term.kind()) {
            case TermKind::integer:
                return integer(*term.as_integer());
            case TermKind::floating:
                return check_ei(ei_x_encode_double(&out_, *term.as_float()), "ei_x_encode_double");
            case TermKind::atom:
                return atom(*term.as_atom());
            case TermKind::binary:
                return binary(*term.as_binary());
            case TermKind::tuple:
                check_ei(ei_x_encode_tuple_header(&out_, size(term)), "ei_x_encode_tuple_header");
                return elements(term);
            case TermKind::list:
                return list(term);
            case TermKind::other:
                break;
        }
        throw std::runtime_error("no term");
    }

  private:
    static int size(const Term& term) { return static_cast<int>(term.elements().size()); }

    void integer(const Integer& value) {
        std::int64_t narrow = 0;
        if (value.fits(narrow)) {
            check_ei(ei_x_encode_longlong(&out_, narrow), "ei_x_encode_longlong");
        } else if (!value.negative) {
            check_ei(ei_x_encode_ulonglong(&out_, value.magnitude), "ei_x_encode_ulonglong");
        } else {
            big(value);
        }
    }

    void big(const Integer& value) {
        std::array<unsigned short, 4> digits{};
        for (std::size_t i = 0; i < digits.size(); ++i) {
            digits[i] = static_cast<unsigned short>(value.magnitude >> (16 * i));
        }
        erlang_big big{8, value.negative ? 1 : 0, digits.data()};
        check_ei(ei_x_encode_big(&out_, &big), "ei_x_encode_big");
    }

    void atom(std::string_view utf8) {
        // In turn as UTF-8 and, where it has a form, as Latin-1.
        latin1_turn_ = !latin1_turn_;
        const bool latin1 = latin1_turn_ && utf8_to_latin1(utf8);
        check_ei(ei_x_encode_atom_as(&out_, std::string(utf8).c_str(), ERLANG_UTF8,
                                     latin1 ? ERLANG_LATIN1 : ERLANG_UTF8),
                 "ei_x_encode_atom_as");
    }

    void binary(ByteView bytes) {
        check_ei(ei_x_encode_binary(&out_, bytes.data(), static_cast<int>(bytes.size())),
                 "ei_x_encode_binary");
    }

    void elements(const Term& container) {
        for (const auto& element : container.elements())
            term(element);
    }

    // A C program writes lists of bytes as strings or element by element, as its author likes.
    void list(const Term& list) {
        if (list.elements().empty()) {
            return check_ei(ei_x_encode_empty_list(&out_), "ei_x_encode_empty_list");
        }
        string_turn_ = !string_turn_;
        if (std::string text; string_turn_ && is_string(list, text)) {
            return check_ei(
                ei_x_encode_string_len(&out_, text.data(), static_cast<int>(text.size())),
                "ei_x_encode_string_len");
        }
        check_ei(ei_x_encode_list_header(&out_, size(list)), "ei_x_encode_list_header");
        elements(list);
        if (list.tail() != nullptr) return term(*list.tail());
        check_ei(ei_x_encode_empty_list(&out_), "ei_x_encode_empty_list");
    }

    static bool is_string(const Term& list, std::string& out) {
        for (const auto& element : list.elements()) {
            std::uint8_t byte = 0;
            const auto value = element.as_integer();
            if (!value || !value->fits(byte)) return false;
            out.push_back(static_cast<char>(byte));
        }
        return list.tail() == nullptr;
    }

    ei_x_buff out_{};
    bool latin1_turn_;
    bool string_turn_;
};

inline Bytes written_by_ei(const Term& term, bool second_form_first = false) {
    EiWriter writer(second_form_first);
    writer.term(term);
    return writer.bytes();
}

}  // namespace confd::test
