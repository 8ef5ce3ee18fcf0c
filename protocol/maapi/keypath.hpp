// SPDX-License-Identifier: Apache-2.0
// Keypaths as people write them: /interfaces/interface{eth0}/mtu
//
//   steps    outermost first, each after a slash; `prefix:name` where the namespace is not that of
//            the step before, or, for the first, not the one that has a top node of this name
//   keys     in braces after their list, separated by spaces: {10.0.0.1 80}. A key that is empty or
//            has a space, a quote, a brace, a backslash or a character that does not print stands
//            in double quotes, with \" \\ \n and \x1b for single bytes
//   numbers  a name or prefix that is not known is its hash in decimal:
//   /1265344724:321503962/221572658
//            A first step without a namespace is the tag's alone: /321503962
//
// The empty path is "/".
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/value/value.hpp"

namespace confd {

/// What the hashes in paths are called. This one knows nothing; SchemaNames knows what was loaded.
/// A name is only worth printing when the same names lead back from it to its hash.
class Names {
  public:
    virtual ~Names() = default;

    /// Name of a tag, or of an identity, in a namespace.
    virtual std::optional<std::string_view> name_of(std::uint32_t ns, std::uint32_t tag) const;
    virtual std::optional<std::uint32_t> tag_of(std::uint32_t ns, std::string_view name) const;
    virtual std::optional<std::string_view> prefix_of(std::uint32_t ns) const;
    virtual std::optional<std::uint32_t> namespace_of(std::string_view prefix) const;
    /// The one namespace that has a top node of this name.
    virtual std::optional<std::uint32_t> top_namespace(std::string_view name) const;
    /// Value type of a list's key, counted from 0; `list` is the path down to the list.
    virtual std::optional<ValueType> key_type(const ObjectRef& list, std::size_t index) const;
};

/// For callers without names.
const Names& no_names();

/// The path with each tag's namespace filled in where an outer step gives it, as parsing gives it.
ObjectRef qualified(ObjectRef path);

std::string to_text(const ObjectRef& path, const Names& names = no_names());

/// What to_text prints, as qualified() has it. Keys have the types that `names` gives, otherwise
/// they are text (ValueType::buf). The error is a sentence.
std::expected<ObjectRef, std::string> parse_keypath(std::string_view text,
                                                    const Names& names = no_names());

/// A value on one line, as in keypaths but never quoted: 1500, true, 10.0.0.0/8, if:ethernet.
std::string to_text(const Value& value, const Names& names = no_names());

/// The same in quotes where a key would be: safe to print, whatever bytes a text has.
std::string printable_text(const Value& value, const Names& names = no_names());

/// The inverse for a type; nothing when the text is none of its values, or the type none of those
/// that keys have (lists, paths and markers).
std::optional<Value> parse_value(ValueType type, std::string_view text,
                                 const Names& names = no_names());

}  // namespace confd
