// SPDX-License-Identifier: Apache-2.0
#include "bench/ei_steps.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace confd::bench {
namespace {

// ---- The list of calls. ----

EiStep integer_step(const Integer& value) {
    EiStep step{.call = EiCall::longlong};
    if (value.fits(step.number)) return step;
    step.call = EiCall::ulonglong;
    if (value.fits(step.wide)) return step;
    throw std::range_error("an integer that C has no type for");
}

/// The bytes of a list that holds nothing else.
std::optional<std::string> bytes_of(const Term& list) {
    std::string out;
    for (const auto& element : list.elements()) {
        std::uint8_t byte = 0;
        const auto value = element.as_integer();
        if (!value || !value->fits(byte)) return std::nullopt;
        out.push_back(static_cast<char>(byte));
    }
    if (out.empty() || list.tail() != nullptr) return std::nullopt;
    return out;
}

void append(const Term& term, std::vector<EiStep>& out);

void append_elements(const Term& term, EiCall header, std::vector<EiStep>& out) {
    out.push_back({.call = header, .count = static_cast<int>(term.elements().size())});
    for (const auto& element : term.elements())
        append(element, out);
}

void append_list(const Term& list, std::vector<EiStep>& out) {
    if (auto bytes = bytes_of(list)) {
        out.push_back({.call = EiCall::string, .text = std::move(*bytes)});
        return;
    }
    if (!list.elements().empty()) append_elements(list, EiCall::list_header, out);
    if (const auto* tail = list.tail()) return append(*tail, out);
    out.push_back({.call = EiCall::empty_list});
}

void append(const Term& term, std::vector<EiStep>& out) {
    switch (term.kind()) {
        case TermKind::integer:
            return out.push_back(integer_step(*term.as_integer()));
        case TermKind::floating:
            return out.push_back({.call = EiCall::floating, .floating = *term.as_float()});
        case TermKind::atom:
            return out.push_back({.call = EiCall::atom, .text = std::string(*term.as_atom())});
        case TermKind::binary:
            return out.push_back(
                {.call = EiCall::binary, .text = std::string(as_text(*term.as_binary()))});
        case TermKind::tuple:
            return append_elements(term, EiCall::tuple_header, out);
        case TermKind::list:
            return append_list(term, out);
        case TermKind::other:
            break;
    }
    throw std::logic_error("no term");
}

// ---- Reading. ----

char* room_for(std::size_t size, EiFields& out) {
    if (out.text.size() - out.text_used < size) return nullptr;
    char* room = out.text.data() + out.text_used;
    out.text_used += size;
    return room;
}

bool put(long long number, EiFields& out) {
    if (out.numbers_used == out.numbers.size()) return false;
    out.numbers[out.numbers_used++] = number;
    return true;
}

bool read_binary(const char* buffer, int& index, EiFields& out) {
    // The one way to learn whether the array is large enough.
    int type = 0;
    int size = 0;
    if (ei_get_type(buffer, &index, &type, &size) != 0 || type != ERL_BINARY_EXT) return false;
    char* room = room_for(static_cast<std::size_t>(size), out);
    long length = 0;
    return room != nullptr && ei_decode_binary(buffer, &index, room, &length) == 0;
}

bool read_atom(const char* buffer, int& index, EiFields& out) {
    char name[MAXATOMLEN_UTF8];
    if (ei_decode_atom_as(buffer, &index, name, sizeof name, ERLANG_UTF8, nullptr, nullptr) != 0) {
        return false;
    }
    const std::string_view text(name);
    char* room = room_for(text.size(), out);
    if (room == nullptr) return false;
    std::ranges::copy(text, room);
    return true;
}

/// A list of bytes, in the one form or the other.
bool read_bytes(const char* buffer, int& index, EiFields& out) {
    int type = 0;
    int size = 0;
    if (ei_get_type(buffer, &index, &type, &size) != 0) return false;
    if (type == ERL_STRING_EXT) {
        char* room = room_for(static_cast<std::size_t>(size) + 1, out);
        if (room == nullptr || ei_decode_string(buffer, &index, room) != 0) return false;
        --out.text_used;  // the terminator is no part of it
        return true;
    }
    int count = 0;
    if (ei_decode_list_header(buffer, &index, &count) != 0) return false;
    for (int i = 0; i < count; ++i) {
        unsigned long byte = 0;
        char* room = room_for(1, out);
        if (room == nullptr || ei_decode_ulong(buffer, &index, &byte) != 0) return false;
        *room = static_cast<char>(byte);
    }
    return ei_decode_list_header(buffer, &index, &count) == 0 && count == 0;
}

/// A list that may be of any form: its reader has to look first.
bool read_list_header(const char* buffer, int& index, int expected) {
    int type = 0;
    int size = 0;
    if (ei_get_type(buffer, &index, &type, &size) != 0 || type == ERL_STRING_EXT) return false;
    int count = 0;
    return ei_decode_list_header(buffer, &index, &count) == 0 && count == expected;
}

bool read_one(const EiStep& step, const char* buffer, int& index, EiFields& out) {
    int count = 0;
    long long number = 0;
    unsigned long long wide = 0;
    double floating = 0;
    switch (step.call) {
        case EiCall::tuple_header:
            return ei_decode_tuple_header(buffer, &index, &count) == 0 && count == step.count;
        case EiCall::list_header:
        case EiCall::empty_list:
            return read_list_header(buffer, index, step.count);
        case EiCall::string:
            return read_bytes(buffer, index, out);
        case EiCall::longlong:
            return ei_decode_longlong(buffer, &index, &number) == 0 && put(number, out);
        case EiCall::ulonglong:
            return ei_decode_ulonglong(buffer, &index, &wide) == 0 &&
                   put(static_cast<long long>(wide), out);
        case EiCall::floating:
            return ei_decode_double(buffer, &index, &floating) == 0 &&
                   put(static_cast<long long>(floating), out);
        case EiCall::atom:
            return read_atom(buffer, index, out);
        case EiCall::binary:
            return read_binary(buffer, index, out);
    }
    return false;
}

bool read_version(const char* buffer, int& index) {
    int version = 0;
    return ei_decode_version(buffer, &index, &version) == 0;
}

}  // namespace

std::vector<EiStep> steps_of(const Term& term) {
    std::vector<EiStep> out;
    append(term, out);
    return out;
}

bool ei_read(const std::vector<EiStep>& steps, ByteView payload, EiFields& out) {
    const char* buffer = as_text(payload).data();
    int index = 0;
    out.numbers_used = 0;
    out.text_used = 0;
    if (!read_version(buffer, index)) return false;
    for (const auto& step : steps) {
        if (!read_one(step, buffer, index, out)) return false;
    }
    return static_cast<std::size_t>(index) == payload.size();
}

int ei_skip(ByteView payload) {
    const char* buffer = as_text(payload).data();
    int index = 0;
    if (!read_version(buffer, index) || ei_skip_term(buffer, &index) != 0) return -1;
    return index;
}

bool holds(const EiFields& fields, const std::vector<EiStep>& steps) {
    std::string text;
    std::vector<long long> numbers;
    for (const auto& step : steps) {
        text += step.text;
        if (step.call == EiCall::longlong) numbers.push_back(step.number);
        if (step.call == EiCall::ulonglong) numbers.push_back(static_cast<long long>(step.wide));
        if (step.call == EiCall::floating) numbers.push_back(static_cast<long long>(step.floating));
    }
    return text == std::string_view(fields.text.data(), fields.text_used) &&
           std::ranges::equal(numbers, std::span(fields.numbers).first(fields.numbers_used));
}

// ---- Writing. ----

EiBuffer::EiBuffer() {
    if (ei_x_new(&buffer_) != 0) throw std::bad_alloc();
}

EiBuffer::~EiBuffer() {
    ei_x_free(&buffer_);
}

bool EiBuffer::write(const std::vector<EiStep>& steps) {
    buffer_.index = 0;
    if (ei_x_encode_version(&buffer_) != 0) return false;
    for (const auto& step : steps) {
        if (!write_one(step)) return false;
    }
    return true;
}

ByteView EiBuffer::bytes() const {
    const auto* begin = reinterpret_cast<const std::uint8_t*>(buffer_.buff);
    return {begin, static_cast<std::size_t>(buffer_.index)};
}

bool EiBuffer::write_one(const EiStep& step) {
    auto* x = &buffer_;
    const auto size = static_cast<int>(step.text.size());
    switch (step.call) {
        case EiCall::tuple_header:
            return ei_x_encode_tuple_header(x, step.count) == 0;
        case EiCall::list_header:
            return ei_x_encode_list_header(x, step.count) == 0;
        case EiCall::empty_list:
            return ei_x_encode_empty_list(x) == 0;
        case EiCall::string:
            return ei_x_encode_string_len(x, step.text.data(), size) == 0;
        case EiCall::longlong:
            return ei_x_encode_longlong(x, step.number) == 0;
        case EiCall::ulonglong:
            return ei_x_encode_ulonglong(x, step.wide) == 0;
        case EiCall::floating:
            return ei_x_encode_double(x, step.floating) == 0;
        case EiCall::atom:
            return ei_x_encode_atom_len_as(x, step.text.data(), size, ERLANG_UTF8, ERLANG_UTF8) ==
                   0;
        case EiCall::binary:
            return ei_x_encode_binary(x, step.text.data(), size) == 0;
    }
    return false;
}

}  // namespace confd::bench
