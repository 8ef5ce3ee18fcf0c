// SPDX-License-Identifier: Apache-2.0
// Values and paths with names in place of hashes, as the Erlang client wants them: the atom of a
// name for its tag, the atom of a URI for its namespace (docs/protocol.md, "For the Erlang
// client"). read_value() and read_path() take both.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "protocol/term/writer.hpp"
#include "protocol/value/value.hpp"

namespace confd {

/// Names and URIs by their hashes. What is missing here is written as its hash.
struct HashNames : std::unordered_map<std::uint32_t, std::string> {
    using unordered_map::unordered_map;
};

/// `[Ns|Tag]`.
void write_named_tag(TermWriter& writer, const XmlTag& tag, const HashNames& names);

/// A step has its namespace when it is the outermost or its module is not that of the one outside.
void write_named_path(TermWriter& writer, const ObjectRef& path, const HashNames& names);

/// As write_value(), with tags and object references by name, in lists too.
void write_named_value(TermWriter& writer, const Value& value, const HashNames& names);

}  // namespace confd
