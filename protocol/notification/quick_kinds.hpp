// SPDX-License-Identifier: Apache-2.0
// Takes the kinds of fields in the forms that nearly all have: see quick.hpp. Each function takes
// the next term, or returns false.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "protocol/notification/kinds.hpp"
#include "protocol/notification/read.hpp"
#include "protocol/term/quick.hpp"
#include "protocol/value/quick.hpp"

namespace confd::codec {

using quick::Cursor;
using quick::go_on;
using quick::Stop;

/// Texts with memory that no event holds at the moment.
using SpareTexts = std::vector<std::string>;

/// The wire form that fields ask about, and what a decoder of many events keeps between them.
struct QuickContext : Context {
    QuickContext(const Context& wire, SpareTexts* spare, std::size_t most_elements)
        : Context(wire), elements_left(most_elements), spare_(spare) {}

    std::size_t elements_left;  ///< of Limits::elements

    /// Empties `text`, saving its memory for text_for().
    void drop(OptionalText& text) const {
        if (text) save(text);
    }
    /// A text to read into.
    std::string& text_for(OptionalText& text) const { return text ? *text : saved(text); }

  private:
    [[gnu::noinline]] void save(OptionalText& text) const {
        if (spare_ != nullptr && text->capacity() > std::string().capacity())
            spare_->push_back(std::move(*text));
        text.reset();
    }
    [[gnu::noinline]] std::string& saved(OptionalText& text) const {
        if (spare_ == nullptr || spare_->empty()) return text.emplace();
        text.emplace(std::move(spare_->back()));
        spare_->pop_back();
        return *text;
    }

    SpareTexts* spare_;  ///< or null
};

/// reset() that lets no memory go.
template <class M>
[[gnu::always_inline]] inline void forget(M& member, const QuickContext& c) {
    if constexpr (std::same_as<M, OptionalText>) {
        c.drop(member);
    } else {
        reset(member);
    }
}

/// Leaves the next term to read().
template <class T>
[[gnu::noinline]] Stop take_other(Cursor cursor, T& out, QuickContext& c) {
    return quick::with_reader(cursor, c.elements_left,
                              [&](TermReader& reader) { return read(reader, out, c); });
}

template <class T>
bool take(Cursor& cursor, T& out, QuickContext& c) {
    return go_on(cursor, take_other(cursor, out, c));
}

[[gnu::always_inline]] inline bool take(Cursor& cursor, Number auto& out, QuickContext&) {
    return quick::integer(cursor, out);
}

[[gnu::always_inline]] inline bool take(Cursor& cursor, LogNumber& out, QuickContext&) {
    return quick::integer(cursor, out.number);
}

template <Enumeration E>
[[gnu::always_inline]] inline bool take(Cursor& cursor, E& out, QuickContext&) {
    std::underlying_type_t<E> number{};
    if (!quick::integer(cursor, number)) return false;
    out = static_cast<E>(number);
    return true;
}

/// Texts of all kinds.
template <std::derived_from<std::string> Text>
[[gnu::always_inline]] inline bool take(Cursor& cursor, Text& out, QuickContext&) {
    return quick::text(cursor, out);
}

[[gnu::always_inline]] inline bool take(Cursor& cursor, OptionalText& out, QuickContext& c) {
    if (cursor.at(Tag::binary, 1)) return quick::binary(cursor, c.text_for(out));
    c.drop(out);
    return quick::undefined(cursor) || go_on(cursor, quick::skip(cursor, c.elements_left));
}
[[gnu::always_inline]] inline bool take(Cursor& cursor, VarValue& out, QuickContext& c) {
    return take(cursor, out.text, c);
}

[[gnu::always_inline]] inline bool take(Cursor& cursor, OptionalInt& out, QuickContext&) {
    if (quick::undefined(cursor)) {
        out.reset();
        return true;
    }
    return quick::integer(cursor, out.emplace());
}

[[gnu::always_inline]] inline bool take(Cursor& cursor, LoginTime& out, QuickContext& c) {
    if (cursor.at(Tag::binary, 1)) return go_on(cursor, take_other(cursor, out, c));
    return quick::integer(cursor, out.seconds);
}

[[gnu::always_inline]] inline bool take(Cursor& cursor, TransCtx& out, QuickContext&) {
    return quick::integer(cursor, out.th);
}

[[gnu::always_inline]] inline bool take(Cursor& cursor, Ip& out, QuickContext&) {
    return go_on(cursor, quick::address(cursor, out));
}
[[gnu::always_inline]] inline bool take(Cursor& cursor, SourceIp& out, QuickContext&) {
    return go_on(cursor, quick::address(cursor, out.ip));
}

[[gnu::always_inline]] inline bool take(Cursor& cursor, Datetime& out, QuickContext&) {
    return go_on(cursor, quick::datetime(cursor, out));
}
[[gnu::always_inline]] inline bool take(Cursor& cursor, Value& out, QuickContext& c) {
    return go_on(cursor, quick::value(cursor, out, c.elements_left));
}

/// The marker that the next atom stands for, or TagMarker::value when it is none of them.
[[gnu::always_inline]] inline TagMarker take_marker(Cursor& cursor) {
    const auto atom = quick::peek_atom(cursor);
    const auto marker = marker_of(atom);
    if (marker != TagMarker::value) quick::pass(cursor, atom);
    return marker;
}

[[gnu::always_inline]] inline bool take(Cursor& cursor, TagValue& out, QuickContext& c) {
    XmlTag tag;
    if (!quick::pair_with_tag(cursor, tag)) return go_on(cursor, take_other(cursor, out, c));
    out.ns = tag.ns;
    out.tag = tag.tag;
    out.marker = take_marker(cursor);
    if (out.marker == TagMarker::value) return take(cursor, out.v, c);
    if (out.v.type != ValueType::noexists) out.v = Value{};
    return true;
}

}  // namespace confd::codec
