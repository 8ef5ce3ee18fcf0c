// SPDX-License-Identifier: Apache-2.0
// The tree that a C program without knowledge of the events builds with libei.
#pragma once

#include <memory>

#include "protocol/bytes.hpp"
#include "protocol/term/tree.hpp"

namespace confd::bench {

/// As C has it: a tag and what belongs to it. All pointers are to memory of malloc().
struct EiNode {
    enum class Kind { number, wide_number, floating, atom, binary, tuple, list } kind;
    union {
        long long number;
        unsigned long long wide;
        double floating;
        char* text;
        EiNode* elements;
    };
    int size;      ///< of an atom or a binary in bytes, of a tuple or a list in elements
    EiNode* tail;  ///< of an improper list
};

void free_tree(EiNode* root);

struct FreeTree {
    void operator()(EiNode* root) const { free_tree(root); }
};
using EiTree = std::unique_ptr<EiNode, FreeTree>;

/// Only for payloads that a checked reader has accepted; null when a call fails.
EiTree ei_tree(ByteView payload);

bool same(const EiNode& node, const Term& term);

}  // namespace confd::bench
