// SPDX-License-Identifier: Apache-2.0
// The atom that stands for a value that is absent.
#pragma once

#include "protocol/term/reader.hpp"

namespace confd {

/// Whether the next term is `undefined`, which is then read. An atom that is cut off fails.
inline bool skip_undefined(TermReader& reader) {
    if (reader.peek() != TermKind::atom) return false;
    TermReader ahead = reader;
    AtomView atom;
    if (ahead.atom(atom) && !(atom == "undefined")) return false;
    return reader.skip();
}

}  // namespace confd
