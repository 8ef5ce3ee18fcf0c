// SPDX-License-Identifier: Apache-2.0
#include "protocol/maapi/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <concepts>
#include <string_view>
#include <type_traits>

#include "protocol/maapi/undefined.hpp"
#include "protocol/term/reader.hpp"
#include "protocol/term/writer.hpp"

namespace confd {
namespace {

/// Largest default of a leaf, in bytes of its term: see max_change_payload.
constexpr std::size_t max_default_size = std::size_t{64} << 10;

/// What stands in a field of a raw term that is empty.
enum class Blank : std::uint8_t { nil, undefined };

template <class T, class Record>
concept Is = std::same_as<std::remove_const_t<T>, Record>;

// ---- The fields of each record in their order, for reading and writing. A visitor returns false
// to stop. ----

constexpr std::string_view name_in(const SchemaNamespace&) {
    return "ns";
}
bool fields(Is<SchemaNamespace> auto& r, auto& v) {
    return v.atom("uri", r.uri) && v.atom("prefix", r.prefix) && v.number("hash", r.hash) &&
           v.text("revision", r.revision) && v.text("module", r.module);
}

constexpr std::string_view name_in(const SchemaType&) {
    return "type";
}
bool fields(Is<SchemaType> auto& r, auto& v) {
    return v.atom("derivation", r.derivation) && v.atom("name", r.name) &&
           v.number("parent_ns", r.parent_ns) && v.atom("parent_name", r.parent_name) &&
           v.term("opaque", r.opaque, Blank::undefined);
}

constexpr std::string_view name_in(const SchemaKeys&) {
    return "keys";
}
bool fields(Is<SchemaKeys> auto& r, auto& v) {
    return v.number("number", r.number) && v.tags("tags", r.tags);
}

constexpr std::string_view name_in(const SchemaNode&) {
    return "node";
}
bool fields(Is<SchemaNode> auto& r, auto& v) {
    return v.number("number", r.number) && v.number("tag", r.tag) && v.number("ns", r.ns) &&
           v.number("keys", r.keys) && v.number("min_occurs", r.min_occurs) &&
           v.number("max_occurs", r.max_occurs) && v.number("shape", r.shape) &&
           v.number("type_ns", r.type_ns) && v.atom("type_name", r.type_name) &&
           v.value("default", r.default_value) && v.number("flags", r.flags) &&
           v.number("child", r.child) && v.number("next", r.next) && v.number("choice", r.choice) &&
           v.number("compare", r.compare) && v.term("meta_data", r.meta_data, Blank::nil) &&
           v.term("mount_id", r.mount_id, Blank::undefined);
}

constexpr std::string_view name_in(const SchemaChoice&) {
    return "choice";
}
bool fields(Is<SchemaChoice> auto& r, auto& v) {
    return v.number("parent", r.parent) && v.number("number", r.number) && v.number("tag", r.tag) &&
           v.number("ns", r.ns) && v.number("min_occurs", r.min_occurs) &&
           v.number("default_case", r.default_case) && v.number("first_case", r.first_case) &&
           v.number("next", r.next);
}

constexpr std::string_view name_in(const SchemaCase&) {
    return "case";
}
bool fields(Is<SchemaCase> auto& r, auto& v) {
    return v.number("parent", r.parent) && v.number("number", r.number) && v.number("tag", r.tag) &&
           v.number("ns", r.ns) && v.number("first_node", r.first_node) &&
           v.number("last_node", r.last_node) && v.number("next", r.next) &&
           v.number("first_choice", r.first_choice);
}

constexpr std::string_view name_in(const SchemaRoot&) {
    return "root";
}
bool fields(Is<SchemaRoot> auto& r, auto& v) {
    return v.number("node", r.node);
}

constexpr std::string_view name_in(const SchemaParents&) {
    return "parent";
}
bool fields(Is<SchemaParents> auto& r, auto& v) {
    return v.links("links", r.links);
}

constexpr std::string_view name_in(const SchemaNoTree&) {
    return "notree";
}
bool fields(Is<SchemaNoTree> auto&, auto&) {
    return true;
}

struct CountFields {
    std::size_t count = 1;  // the name

    bool one() { return ++count != 0; }
    bool text(std::string_view, const auto&) { return one(); }
    bool atom(std::string_view, const auto&) { return one(); }
    bool number(std::string_view, const auto&) { return one(); }
    bool term(std::string_view, const auto&, Blank) { return one(); }
    bool value(std::string_view, const auto&) { return one(); }
    bool tags(std::string_view, const auto&) { return one(); }
    bool links(std::string_view, const auto&) { return one(); }
};

std::size_t arity_of(const auto& record) {
    CountFields counter;
    fields(record, counter);
    return counter.count;
}

// ---- Reading ----

class ReadFields {
  public:
    explicit ReadFields(TermReader& reader) : r_(reader) {}

    bool text(std::string_view name, std::string& out) { return r_.text(out) || in(name); }
    bool atom(std::string_view name, std::string& out) { return text(name, out); }
    bool number(std::string_view name, std::integral auto& out) {
        return r_.integer(out) || in(name);
    }
    bool term(std::string_view name, Bytes& out, Blank blank) {
        ByteView term;
        if (!r_.raw(term)) return in(name);
        if (!is_blank(term, blank)) out.assign(term.begin(), term.end());
        return true;
    }
    bool value(std::string_view name, Value& out) {
        const auto at = r_.offset();
        TermReader ahead = r_;
        if (ahead.skip() && ahead.offset() - at > max_default_size) {
            r_.fail(Errc::out_of_range, at,
                    fmt::format("a default of {} bytes, at most {} are read", ahead.offset() - at,
                                max_default_size));
            return in(name);
        }
        return read_value(r_, out) || in(name);
    }
    bool tags(std::string_view name, std::vector<std::uint32_t>& out) {
        return r_.keep_each([&](TermReader& r) { return r.integer(out.emplace_back()); }) ||
               in(name);
    }
    bool links(std::string_view name, std::vector<SchemaParents::Link>& out) {
        return r_.keep_each([&](TermReader& r) { return link(r, out.emplace_back()); }) || in(name);
    }

  private:
    bool in(std::string_view name) { return r_.within(name); }

    static bool is_blank(ByteView term, Blank blank) {
        TermReader r(term);
        constexpr auto nil = static_cast<std::uint8_t>(Tag::nil);
        const bool is_nil = term.size() == 1 && term.front() == nil;
        return (blank == Blank::nil && is_nil) || skip_undefined(r);
    }
    static bool link(TermReader& r, SchemaParents::Link& out) {
        if (!r.tuple_of(2) || !r.integer(out.node)) return false;
        if (!skip_undefined(r) && !r.integer(out.parent.emplace())) return false;
        r.leave();
        return true;
    }

    TermReader& r_;
};

template <class Record>
bool read_fields(TermReader& r, std::size_t at, std::uint32_t arity, const SchemaSink& sink) {
    Record record;
    const auto expected = arity_of(record);
    const auto within = [&] { return r.within(name_in(record)); };
    if (arity != expected) {
        r.fail_arity(at, std::to_string(expected), arity);
        return within();
    }
    ReadFields reader(r);
    if (!fields(record, reader)) return within();
    r.leave();
    if (sink(std::move(record))) return true;
    r.fail(Errc::out_of_range, at, "more schema than is kept");
    return within();
}

/// Calls the reader of the record whose name this is.
template <std::size_t I = 0>
bool read_named(TermReader& r, const AtomView& name, std::size_t at, std::uint32_t arity,
                const SchemaSink& sink) {
    if constexpr (I < std::variant_size_v<SchemaRecord>) {
        using Record = std::variant_alternative_t<I, SchemaRecord>;
        if (name == name_in(Record{})) return read_fields<Record>(r, at, arity, sink);
        return read_named<I + 1>(r, name, at, arity, sink);
    }
    std::string text;
    name.assign_to(text);
    return r.fail(Errc::bad_value, at, fmt::format("'{}' is no record of a schema", text));
}

/// A tuple, or the atom that ends the load.
template <class ReadTuple>
bool read_element(TermReader& r, LoadFrame& state, ReadTuple&& read_tuple) {
    const auto at = r.offset();
    if (state == LoadFrame::end) return r.fail(Errc::bad_value, at, "something after eof");
    if (r.peek() != TermKind::atom) return read_tuple(r);
    AtomView atom;
    if (!r.atom(atom)) return false;
    if (!(atom == "eof")) return r.fail(Errc::bad_value, at, "expected eof, found another atom");
    state = LoadFrame::end;
    return true;
}

/// A frame of a load: one element, or a list of them.
template <class ReadTuple>
Result<LoadFrame> read_frame(ByteView payload, const Limits& limits, ReadTuple&& read_tuple) {
    TermReader r(payload, limits);
    auto state = LoadFrame::more;
    const auto element = [&](TermReader& one) { return read_element(one, state, read_tuple); };
    const bool ok =
        r.version() && (r.peek() == TermKind::list ? r.each(element) : element(r)) && r.finish();
    if (!ok) return std::unexpected(r.take_error());
    return state;
}

bool read_record(TermReader& r, const SchemaSink& sink) {
    const auto at = r.offset();
    std::uint32_t arity = 0;
    AtomView name;
    return r.tuple(arity) && r.atom(name) && read_named(r, name, at, arity, sink);
}

bool read_row(TermReader& r, const HashSink& sink) {
    const auto at = r.offset();
    NameHash row;
    if (!r.tuple_of(2)) return false;
    if (!r.text(row.name)) return r.within("name");
    if (!r.integer(row.hash)) return r.within("hash");
    r.leave();
    return sink(std::move(row)) || r.fail(Errc::out_of_range, at, "more names than are kept");
}

// ---- Writing ----

class WriteFields {
  public:
    explicit WriteFields(TermWriter& writer) : w_(writer) {}

    bool text(std::string_view, const std::string& text) {
        w_.text(text);
        return true;
    }
    bool atom(std::string_view, const std::string& name) {
        w_.atom_or_text(name);
        return true;
    }
    bool number(std::string_view, std::integral auto value) {
        w_.integer(value);
        return true;
    }
    bool term(std::string_view, const Bytes& term, Blank blank) {
        if (!term.empty()) {
            w_.raw(term);
        } else if (blank == Blank::nil) {
            w_.nil();
        } else {
            w_.undefined();
        }
        return true;
    }
    bool value(std::string_view, const Value& value) {
        write_value(w_, value);
        return true;
    }
    bool tags(std::string_view, const std::vector<std::uint32_t>& tags) {
        w_.integers(tags.data(), tags.size());
        return true;
    }
    bool links(std::string_view, const std::vector<SchemaParents::Link>& links) {
        if (!links.empty()) w_.list(links.size());
        for (const auto& link : links) {
            w_.tuple(2);
            w_.integer(link.node);
            if (link.parent) {
                w_.integer(*link.parent);
            } else {
                w_.undefined();
            }
        }
        w_.nil();
        return true;
    }

  private:
    TermWriter& w_;
};

void write_record(TermWriter& w, const SchemaRecord& record) {
    std::visit(
        [&](const auto& body) {
            w.tuple(arity_of(body));
            w.atom(name_in(body));
            WriteFields writer(w);
            fields(body, writer);
        },
        record);
}

}  // namespace

void encode_schema(const SchemaRecord& record, Bytes& out) {
    TermWriter w(out);
    w.version();
    write_record(w, record);
}

void encode_schema(std::span<const SchemaRecord> records, Bytes& out) {
    TermWriter w(out);
    w.version();
    if (!records.empty()) w.list(records.size());
    for (const auto& record : records)
        write_record(w, record);
    w.nil();
}

void encode_load_end(Bytes& out) {
    TermWriter w(out);
    w.version();
    w.atom("eof");
}

Result<LoadFrame> decode_schema(ByteView payload, const SchemaSink& sink, const Limits& limits) {
    return read_frame(payload, limits, [&](TermReader& r) { return read_record(r, sink); });
}

void encode_hash_count(std::uint64_t count, Bytes& out) {
    TermWriter w(out);
    w.version();
    w.integer(count);
}

void encode_hashes(std::span<const NameHash> rows, Bytes& out) {
    TermWriter w(out);
    w.version();
    if (!rows.empty()) w.list(rows.size());
    for (const auto& row : rows) {
        w.tuple(2);
        w.atom_or_text(row.name);
        w.integer(row.hash);
    }
    w.nil();
}

Result<LoadFrame> decode_hashes(ByteView payload, const HashSink& sink, const Limits& limits) {
    return read_frame(payload, limits, [&](TermReader& r) {
        std::uint64_t announced = 0;
        return r.peek() == TermKind::integer ? r.integer(announced) : read_row(r, sink);
    });
}

}  // namespace confd
