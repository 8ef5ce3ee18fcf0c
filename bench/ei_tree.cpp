// SPDX-License-Identifier: Apache-2.0
#include "bench/ei_tree.hpp"

#include <ei.h>

#include <cstdint>
#include <cstdlib>
#include <new>
#include <string_view>
#include <utility>

namespace confd::bench {
namespace {

template <class T>
T* allocate(int count) {
    // calloc(): a tree that is given up half-way can be freed.
    void* memory = std::calloc(static_cast<std::size_t>(count) + 1, sizeof(T));
    if (memory == nullptr) throw std::bad_alloc();
    return static_cast<T*>(memory);
}

bool read(const char* buffer, int& index, EiNode& out);

bool read_elements(const char* buffer, int& index, EiNode& out) {
    out.elements = allocate<EiNode>(out.size);
    for (int i = 0; i < out.size; ++i) {
        if (!read(buffer, index, out.elements[i])) return false;
    }
    return true;
}

bool read_number(const char* buffer, int& index, EiNode& out) {
    out.kind = EiNode::Kind::number;
    if (ei_decode_longlong(buffer, &index, &out.number) == 0) return true;
    out.kind = EiNode::Kind::wide_number;
    return ei_decode_ulonglong(buffer, &index, &out.wide) == 0;
}

bool read_atom(const char* buffer, int& index, EiNode& out) {
    char name[MAXATOMLEN_UTF8];
    if (ei_decode_atom_as(buffer, &index, name, sizeof name, ERLANG_UTF8, nullptr, nullptr) != 0) {
        return false;
    }
    const std::string_view text(name);
    out.kind = EiNode::Kind::atom;
    out.size = static_cast<int>(text.size());
    out.text = allocate<char>(out.size);
    text.copy(out.text, text.size());
    return true;
}

bool read_binary(const char* buffer, int& index, EiNode& out) {
    out.kind = EiNode::Kind::binary;
    out.text = allocate<char>(out.size);
    long length = 0;
    return ei_decode_binary(buffer, &index, out.text, &length) == 0;
}

/// The short form holds the elements as bytes; a tree has a node for each.
bool read_string(const char* buffer, int& index, EiNode& out) {
    char* bytes = allocate<char>(out.size);
    const bool ok = ei_decode_string(buffer, &index, bytes) == 0;
    out.kind = EiNode::Kind::list;
    out.elements = allocate<EiNode>(out.size);
    for (int i = 0; i < out.size; ++i) {
        out.elements[i].kind = EiNode::Kind::number;
        out.elements[i].number = static_cast<std::uint8_t>(bytes[i]);
    }
    std::free(bytes);
    return ok;
}

bool read_list(const char* buffer, int& index, EiNode& out) {
    out.kind = EiNode::Kind::list;
    if (ei_decode_list_header(buffer, &index, &out.size) != 0) return false;
    if (out.size == 0) return true;
    if (!read_elements(buffer, index, out)) return false;
    int type = 0;
    int size = 0;
    if (ei_get_type(buffer, &index, &type, &size) != 0) return false;
    if (type == ERL_NIL_EXT) return ei_decode_list_header(buffer, &index, &size) == 0;
    out.tail = allocate<EiNode>(1);
    return read(buffer, index, *out.tail);
}

bool read(const char* buffer, int& index, EiNode& out) {
    int type = 0;
    if (ei_get_type(buffer, &index, &type, &out.size) != 0) return false;
    switch (type) {
        case ERL_SMALL_TUPLE_EXT:
        case ERL_LARGE_TUPLE_EXT:
            out.kind = EiNode::Kind::tuple;
            return ei_decode_tuple_header(buffer, &index, &out.size) == 0 &&
                   read_elements(buffer, index, out);
        case ERL_NIL_EXT:
        case ERL_LIST_EXT:
            return read_list(buffer, index, out);
        case ERL_STRING_EXT:
            return read_string(buffer, index, out);
        case ERL_BINARY_EXT:
            return read_binary(buffer, index, out);
        case ERL_ATOM_EXT:
        case ERL_SMALL_ATOM_EXT:
        case ERL_ATOM_UTF8_EXT:
        case ERL_SMALL_ATOM_UTF8_EXT:
            return read_atom(buffer, index, out);
        case ERL_FLOAT_EXT:
        case NEW_FLOAT_EXT:
            out.kind = EiNode::Kind::floating;
            return ei_decode_double(buffer, &index, &out.floating) == 0;
        default:
            return read_number(buffer, index, out);
    }
}

void free_content(const EiNode& node) {
    switch (node.kind) {
        case EiNode::Kind::atom:
        case EiNode::Kind::binary:
            std::free(node.text);
            break;
        case EiNode::Kind::tuple:
        case EiNode::Kind::list:
            for (int i = 0; node.elements != nullptr && i < node.size; ++i)
                free_content(node.elements[i]);
            std::free(node.elements);
            free_tree(node.tail);
            break;
        default:
            break;
    }
}

bool same_elements(const EiNode& node, const Term& term) {
    const auto elements = term.elements();
    if (elements.size() != static_cast<std::size_t>(node.size)) return false;
    for (int i = 0; i < node.size; ++i) {
        if (!same(node.elements[i], elements[static_cast<std::size_t>(i)])) return false;
    }
    return node.tail == nullptr ? term.tail() == nullptr
                                : term.tail() != nullptr && same(*node.tail, *term.tail());
}

}  // namespace

void free_tree(EiNode* root) {
    if (root == nullptr) return;
    free_content(*root);
    std::free(root);
}

EiTree ei_tree(ByteView payload) {
    const char* buffer = as_text(payload).data();
    int index = 0;
    int version = 0;
    if (ei_decode_version(buffer, &index, &version) != 0) return nullptr;
    EiTree root(allocate<EiNode>(1));
    return read(buffer, index, *root) ? std::move(root) : nullptr;
}

bool same(const EiNode& node, const Term& term) {
    const auto integer = term.as_integer();
    const auto text = [&] {
        return std::string_view(node.text, static_cast<std::size_t>(node.size));
    };
    switch (node.kind) {
        case EiNode::Kind::number:
            return integer == Integer(node.number);
        case EiNode::Kind::wide_number:
            return integer == Integer(node.wide);
        case EiNode::Kind::floating:
            return term == Term(node.floating);
        case EiNode::Kind::atom:
            return term.is_atom(text());
        case EiNode::Kind::binary:
            return term.as_binary() && as_text(*term.as_binary()) == text();
        case EiNode::Kind::tuple:
            return term.kind() == TermKind::tuple && same_elements(node, term);
        case EiNode::Kind::list:
            return term.kind() == TermKind::list && same_elements(node, term);
    }
    return false;
}

}  // namespace confd::bench
