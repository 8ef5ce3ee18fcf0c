// SPDX-License-Identifier: Apache-2.0
// Trees from bytes.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "protocol/term/tree.hpp"
#include "protocol/utf8.hpp"

namespace confd {

/// Reads a term's nodes to an array and then moves them, with their texts, to a block that has just
/// the room for them. In the array, the elements of a tuple or a list stand together as they will
/// in the block. Until then they are found by their place, as the array may move when it grows, and
/// texts are where they are in the input.
class Term::Builder {
  public:
    explicit Builder(TermReader& reader) : reader_(reader) {}

    bool read(Term& out) {
        if (!one(root)) return false;
        whole(out);
        return true;
    }

  private:
    /// The elements of a list and of the lists in its tail, and the tail that is none.
    struct Run {
        std::size_t place;
        std::size_t count;
        bool improper;
    };
    static constexpr std::size_t root = 0;

    bool one(std::size_t place);
    bool put(std::size_t place, const Node& node) {
        nodes_[place] = node;
        return true;
    }
    bool atom(std::size_t place);
    bool latin1_atom(std::size_t place, ByteView bytes);
    bool binary(std::size_t place);
    bool tuple(std::size_t place);
    bool list(std::size_t place);
    bool list_of(std::size_t before, Run& out);
    bool elements(std::size_t from, std::uint32_t count);
    bool bytes(std::size_t from, std::uint32_t count);
    void move(std::size_t from, std::size_t count, std::size_t to);
    std::size_t room_for(std::size_t count);
    void grow(std::size_t count);
    void cover(ByteView text) {
        if (texts_ == nullptr) texts_ = text.data();
        texts_end_ = text.data() + text.size();
    }

    void whole(Term& out) const;
    Term leaf() const;
    static std::string utf8_of(const Node& latin1);

    TermReader& reader_;
    std::array<Node, 256> few_;  // enough for nearly every event
    std::unique_ptr<Node[]> many_;
    Node* nodes_ = few_.data();  ///< in one of these
    std::size_t used_ = 1;       ///< the first is the root
    std::size_t room_ = few_.size();
    /// From the first text to the last. Other things lie between them, so that one copy will do.
    const std::uint8_t* texts_ = nullptr;
    const std::uint8_t* texts_end_ = nullptr;
    std::size_t converted_ = 0;  ///< bytes, in UTF-8, of the atoms that are not in it
};

[[gnu::always_inline]] inline bool Term::Builder::one(std::size_t place) {
    switch (reader_.peek()) {
        case TermKind::integer: {
            Integer value;
            return reader_.integer(value) && put(place, Node(value));
        }
        case TermKind::floating: {
            double value = 0;
            return reader_.floating(value) && put(place, Node(value));
        }
        case TermKind::atom:
            return atom(place);
        case TermKind::binary:
            return binary(place);
        case TermKind::tuple:
            return tuple(place);
        case TermKind::list:
            return list(place);
        case TermKind::other:
            break;
    }
    return reader_.fail_type("a term");
}

[[gnu::always_inline]] inline bool Term::Builder::atom(std::size_t place) {
    AtomView name;
    if (!reader_.atom(name)) return false;
    if (name.latin1 && !is_ascii(name.bytes)) return latin1_atom(place, as_bytes(name.bytes));
    cover(as_bytes(name.bytes));
    return put(place, Node(TermKind::atom, as_bytes(name.bytes)));
}

[[gnu::cold]] bool Term::Builder::latin1_atom(std::size_t place, ByteView bytes) {
    Node node(TermKind::atom, bytes);
    node.marked = true;
    converted_ += utf8_of(node).size();
    return put(place, node);
}

[[gnu::always_inline]] inline bool Term::Builder::binary(std::size_t place) {
    ByteView bytes;
    if (!reader_.binary(bytes)) return false;
    cover(bytes);
    return put(place, Node(TermKind::binary, bytes));
}

[[gnu::always_inline]] inline bool Term::Builder::elements(std::size_t from, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) {
        if (!one(from + i)) return false;
    }
    return true;
}

bool Term::Builder::bytes(std::size_t from, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) {
        std::uint8_t byte = 0;
        if (!reader_.string_byte(byte)) return false;
        put(from + i, Node(Integer(byte)));
    }
    return true;
}

[[gnu::noinline]] bool Term::Builder::tuple(std::size_t place) {
    const auto at = reader_.offset();
    std::uint32_t arity = 0;
    if (!reader_.tuple(arity) || !reader_.keep(at, arity)) return false;
    const auto from = room_for(arity);
    if (!elements(from, arity)) return false;
    reader_.leave();
    Node node(TermKind::tuple, arity, false);
    node.place = from;
    return put(place, node);
}

[[gnu::noinline]] bool Term::Builder::list(std::size_t place) {
    Run run{};
    if (!list_of(0, run)) return false;
    if (run.improper && run.count == 0) {
        move(run.place, 1, place);
        return true;
    }
    Node node(TermKind::list, run.count, run.improper);
    node.place = run.place;
    return put(place, node);
}

/// A list, where it goes on one with `before` elements. Only when the whole has been seen it is
/// known how much room it needs.
bool Term::Builder::list_of(std::size_t before, Run& out) {
    const auto at = reader_.offset();
    ListHead head;
    if (!reader_.list(head) || !reader_.keep(at, head.count)) return false;
    const auto from = room_for(head.count);
    if (head.string ? !bytes(from, head.count) : !elements(from, head.count)) return false;
    const auto count = before + head.count;
    if (reader_.at_proper_end(head)) {
        if (!reader_.end_list(head)) return false;
        out = {from, count, false};
        if (before == 0) return true;
        out.place = room_for(count);
    } else if (reader_.peek() == TermKind::list) {
        if (!list_of(count, out)) return false;
        reader_.leave();
    } else {
        out = {room_for(count + 1), count, true};
        if (!one(out.place + count)) return false;
        reader_.leave();
    }
    move(from, head.count, out.place + before);
    return true;
}

/// Numbers are left behind: each text is in one place.
void Term::Builder::move(std::size_t from, std::size_t count, std::size_t to) {
    std::copy_n(nodes_ + from, count, nodes_ + to);
    std::fill_n(nodes_ + from, count, Node(Integer()));
}

/// All of these have bytes in the input, which has been checked, and are kept: both set a limit.
inline std::size_t Term::Builder::room_for(std::size_t count) {
    const auto place = used_;
    if (room_ - used_ < count) grow(count);
    used_ += count;
    return place;
}

void Term::Builder::grow(std::size_t count) {
    room_ = std::max(2 * room_, used_ + count);
    auto more = std::make_unique_for_overwrite<Node[]>(room_);
    std::copy_n(nodes_, used_, more.get());
    nodes_ = more.get();
    many_ = std::move(more);
}

void Term::Builder::whole(Term& out) const {
    const Node& top = nodes_[root];
    if (!top.has_elements() || top.inside() == 0) {
        out = leaf();
        return;
    }
    const auto texts_size = static_cast<std::size_t>(texts_end_ - texts_);
    const auto block = allocate(used_ - 1, texts_size + converted_);
    Node node(top.kind, top.size, top.marked);
    node.elements = block.terms;
    node.owned = Owned::block;
    Term owner(node);
    std::copy(texts_, texts_end_, block.bytes);
    auto* converted = block.bytes + texts_size;
    auto* term = block.terms;
    for (const auto* from = nodes_ + 1; from != nodes_ + used_; ++from) {
        auto& to = (::new (term++) Term(*from))->node_;
        if (from->has_elements()) {
            to.elements = block.terms + (from->place - 1);
        } else if (from->has_text()) {
            if (from->marked) {
                const auto utf8 = utf8_of(*from);
                to = Node(TermKind::atom, {converted, utf8.size()});
                converted = std::ranges::copy(utf8, converted).out;
            } else {
                to.text = block.bytes + (from->text - texts_);
            }
        }
    }
    if (top.place == 1) {
        out = std::move(owner);
    } else {
        // A list that goes on in its tail: the block does not begin with what it points to.
        node.elements += top.place - 1;
        out.hold(copy(node));
    }
}

/// A term with nothing inside.
Term Term::Builder::leaf() const {
    const Node& node = nodes_[root];
    if (node.kind == TermKind::atom && node.marked) return Term::atom(utf8_of(node));
    return Term(copy(node));
}

std::string Term::Builder::utf8_of(const Node& latin1) {
    std::string utf8;
    latin1_to_utf8(as_text({latin1.text, latin1.size}), utf8);
    return utf8;
}

bool Term::read(TermReader& reader) {
    return Builder(reader).read(*this);
}

namespace {

Result<Term> read_whole(TermReader& reader) {
    Result<Term> out;
    if (!read_term(reader, *out) || !reader.finish()) out = std::unexpected(reader.take_error());
    return out;
}

}  // namespace

bool read_term(TermReader& reader, Term& out) {
    return out.read(reader);
}

Result<Term> read_term(ByteView term, const Limits& limits) {
    TermReader reader(term, limits);
    return read_whole(reader);
}

Result<Term> read_payload(ByteView payload, const Limits& limits) {
    TermReader reader(payload, limits);
    if (!reader.version()) return std::unexpected(reader.take_error());
    return read_whole(reader);
}

}  // namespace confd
