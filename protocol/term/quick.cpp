// SPDX-License-Identifier: Apache-2.0
#include "protocol/term/quick.hpp"

#include "protocol/utf8.hpp"

namespace confd::quick {
namespace {

/// Apart, so that a text for which there is room needs no register saved.
[[gnu::noinline]] void assign_anew(std::string& out, const std::uint8_t* text, std::size_t size) {
    out.assign(as_text({text, size}));
}

}  // namespace

Stop big(Cursor cursor, Integer& out) {
    constexpr std::size_t head = 3;
    constexpr std::size_t most_digits = 8;
    if (!cursor.at(Tag::small_big, head)) return nullptr;
    const std::size_t digits = cursor.next[1];
    if (digits > most_digits || cursor.left() - head < digits) return nullptr;
    std::uint64_t magnitude = 0;
    for (std::size_t i = digits; i-- > 0;)
        magnitude = magnitude << 8 | cursor.next[head + i];
    out.magnitude = magnitude;
    out.negative = cursor.next[2] != 0 && magnitude != 0;
    cursor.next += head + digits;
    return cursor.next;
}

void assign_any(std::string& out, const std::uint8_t* text, std::size_t size) {
    if (size > out.capacity()) return assign_anew(out, text, size);
    out.resize_and_overwrite(size, [text, size](char* to, std::size_t) {
        std::memcpy(to, text, size);
        return size;
    });
}

Stop text_of_atom(Cursor cursor, std::string& out) {
    const auto atom = peek_atom(cursor);
    if (atom.bytes.empty() || !is_ascii(atom.bytes)) return nullptr;
    const auto name = as_bytes(atom.bytes);
    pass(cursor, atom);
    assign(out, name.data(), name.size(), name.size() + cursor.left());
    return cursor.next;
}

}  // namespace confd::quick
