// SPDX-License-Identifier: Apache-2.0
#include "protocol/maapi/changes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/maapi/undefined.hpp"
#include "protocol/maapi/words.hpp"
#include "protocol/term/reader.hpp"
#include "protocol/term/writer.hpp"

namespace confd {
namespace {

constexpr std::uint32_t change_arity = 4;
constexpr std::string_view mop_prefix = "MOP_";

bool read_checked_path(TermReader& r, ObjectRef& out) {
    const auto at = r.offset();
    if (!read_path(r, out)) return false;
    if (out.steps.size() <= max_keypath_steps) return true;
    return r.fail(Errc::out_of_range, at,
                  fmt::format("a path of {} steps, at most {} are read", out.steps.size(),
                              max_keypath_steps));
}

bool read_op(TermReader& r, Mop& out) {
    const auto at = r.offset();
    std::int32_t number = 0;
    if (!r.integer(number)) return false;
    out = static_cast<Mop>(number);
    if (name_of(constants<Mop>, number)) return true;
    return r.fail(Errc::bad_value, at, fmt::format("{} is no operation on a node", number));
}

bool read_moved_after(TermReader& r, MovedAfter& out) {
    if (skip_undefined(r)) return true;
    const auto at = r.offset();
    std::uint32_t count = 0;
    if (!r.tuple(count) || !r.keep(at, count)) return false;
    auto& keys = out.keys.emplace().items;
    keys.reserve(std::min<std::size_t>(count, list_reserve_cap));
    for (std::uint32_t i = 0; i < count; ++i) {
        if (!read_value(r, keys.emplace_back())) return r.within(i);
    }
    r.leave();
    return true;
}

bool read_attr_set(TermReader& r, AttrSet& out) {
    if (!r.tuple_of(2)) return false;
    if (!r.integer(out.attr)) return r.within("attr");
    if (!read_value(r, out.value)) return r.within("value");
    r.leave();
    return true;
}

bool read_new_value(TermReader& r, DiffChange& out) {
    if (out.op == MOP_MOVED_AFTER) return read_moved_after(r, out.new_value.emplace<MovedAfter>());
    if (out.op == MOP_ATTR_SET) return read_attr_set(r, out.new_value.emplace<AttrSet>());
    const auto at = r.offset();
    if (!skip_undefined(r)) return read_value(r, out.new_value.emplace<Value>());
    if (out.op != MOP_VALUE_SET) return true;
    return r.fail(Errc::bad_value, at, "expected the value that was set, found undefined");
}

bool read_change(TermReader& r, DiffChange& out) {
    if (!r.tuple_of(change_arity)) return false;
    if (!read_checked_path(r, out.path)) return r.within("path");
    if (!read_op(r, out.op)) return r.within("op");
    if (!skip_undefined(r) && !read_value(r, out.old_value.emplace())) return r.within("old_value");
    if (!read_new_value(r, out)) return r.within("new_value");
    r.leave();
    return r.finish();
}

bool read_end(TermReader& r, DiffEnd& out) {
    const auto at = r.offset();
    std::uint32_t arity = 0;
    AtomView atom;
    if (!r.tuple(arity)) return false;
    if (arity != 1 && arity != 2) return r.fail_arity(at, "1, 2 or 4", arity);
    if (!r.atom(atom)) return false;
    const bool end = atom == "return";
    const bool error = atom == "error";
    if ((!end && !error && !(atom == "badstate")) || end != (arity == 1)) {
        return r.fail(Errc::bad_value, at, "expected {return}, {error, Text} or {badstate, Text}");
    }
    out.kind = end ? DiffEnd::Kind::done : error ? DiffEnd::Kind::error : DiffEnd::Kind::badstate;
    if (!end && !r.text(out.text)) return r.within("text");
    r.leave();
    return r.finish();
}

bool read_message(TermReader& r, DiffMessage& out) {
    if (!r.version()) return false;
    if (r.peek_arity() == change_arity) return read_change(r, out.emplace<DiffChange>());
    return read_end(r, out.emplace<DiffEnd>());
}

/// Writes one message; `names` is null for hashes.
class ChangeWriter {
  public:
    ChangeWriter(TermWriter& writer, const HashNames* names) : w_(writer), names_(names) {}

    void write(const DiffChange& change) {
        w_.tuple(change_arity);
        names_ == nullptr ? write_path(w_, change.path)
                          : write_named_path(w_, change.path, *names_);
        w_.integer(static_cast<std::int32_t>(change.op));
        change.old_value ? put(*change.old_value) : w_.undefined();
        std::visit([this](const auto& value) { put(value); }, change.new_value);
    }

    void write(const DiffEnd& end) {
        if (end.kind == DiffEnd::Kind::done) {
            w_.tuple(1);
            return w_.atom("return");
        }
        w_.tuple(2);
        w_.atom(end.kind == DiffEnd::Kind::error ? "error" : "badstate");
        w_.text(end.text);
    }

  private:
    void put(std::monostate) { w_.undefined(); }
    void put(const Value& value) {
        names_ == nullptr ? write_value(w_, value) : write_named_value(w_, value, *names_);
    }
    void put(const MovedAfter& moved) {
        if (!moved.keys) return w_.undefined();
        w_.tuple(moved.keys->items.size());
        for (const auto& key : moved.keys->items)
            put(key);
    }
    void put(const AttrSet& set) {
        w_.tuple(2);
        w_.integer(set.attr);
        put(set.value);
    }

    TermWriter& w_;
    const HashNames* names_;
};

void write_message(const DiffMessage& message, const HashNames* names, Bytes& out) {
    TermWriter w(out);
    w.version();
    ChangeWriter writer(w, names);
    std::visit([&](const auto& body) { writer.write(body); }, message);
}

}  // namespace

std::string lower_case(std::string_view name) {
    std::string text(name);
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

std::string op_text(Mop op) {
    const auto name = name_of(constants<Mop>, op);
    return name ? lower_case(name->substr(mop_prefix.size()))
                : std::to_string(static_cast<std::int32_t>(op));
}

void encode_diff(const DiffMessage& message, Bytes& out) {
    write_message(message, nullptr, out);
}

void encode_diff(const DiffMessage& message, const HashNames& names, Bytes& out) {
    write_message(message, &names, out);
}

Result<DiffMessage> decode_diff(ByteView payload, const Limits& limits) {
    if (payload.size() > max_change_payload) {
        return std::unexpected(Error{Errc::frame_too_long,
                                     0,
                                     {},
                                     fmt::format("a change of {} bytes, at most {} are read",
                                                 payload.size(), max_change_payload)});
    }
    TermReader reader(payload, limits);
    DiffMessage out;
    if (!read_message(reader, out)) return std::unexpected(reader.take_error());
    return out;
}

void encode_iter_answer(IterAnswer answer, Bytes& out) {
    append_word(out, static_cast<std::uint32_t>(answer));
}

Result<IterAnswer> decode_iter_answer(ByteView payload) {
    const auto wrong = [](Errc code, std::size_t offset, std::string text) {
        return std::unexpected(Error{code, offset, {}, std::move(text)});
    };
    if (payload.size() < word_size) {
        return wrong(Errc::truncated, payload.size(), "the bytes end where an answer should be");
    }
    if (payload.size() > word_size) {
        return wrong(Errc::trailing_bytes, word_size, "bytes after the answer to a change");
    }
    const auto answer = static_cast<std::int32_t>(word_at(payload, 0));
    if (!name_of(constants<IterAnswer>, answer)) {
        return wrong(Errc::bad_value, 0, fmt::format("{} is no answer to a change", answer));
    }
    return static_cast<IterAnswer>(answer);
}

}  // namespace confd
