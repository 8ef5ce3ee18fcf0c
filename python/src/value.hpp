// SPDX-License-Identifier: Apache-2.0
// Values as Python sees them: the types Value, XmlTag, HKeypathRef, DateTime.
#pragma once

#include <optional>
#include <string>

#include "protocol/notification/events/stream.hpp"
#include "protocol/value/value.hpp"
#include "python/src/python.hpp"

namespace confd::python {

// Value holds a confd::Value. The marks of a stream event's tree (C_XMLBEGIN, ..), which are no
// values on the wire, have an XmlTag as their payload.

/// The value of a tag: a typed one, or its mark.
Value value_of(const TagValue& tag);

/// "C_INT32"
std::string type_name(ValueType type);

/// What str() gives: the text of a text, `enum<1>` for an enumeration, which has names in its
/// schema only.
std::string display_text(const Value& value);

/// A path with names, if they are loaded; the prefix stands on the first step and wherever the
/// module changes: /if:interfaces/interface{eth0}/mtu.
std::string path_text(const ObjectRef& path);

/// What == and hash() go by. The sign of a zero makes no difference, and neither does whether a
/// step of a path names the namespace that it has anyhow.
Value normal_value(Value value);
ObjectRef normal_path(ObjectRef path);

/// The same for equal values, whatever schemas are loaded; never -1, which is an error to Python.
Py_ssize_t hash_of(const Value& value);

/// The value that Python's `init` is for a type; nothing when it is none.
std::optional<Value> make_value(PyObject* init, ValueType type);

/// The value of a text: base64 for C_BINARY, aa:bb for C_HEXSTR, 1.2.3.4 for C_DQUAD. Nothing when
/// it is none of the type.
std::optional<Value> value_from_text(ValueType type, std::string_view text);

/// A plain object of Python for the value, which Value(init, type) turns back.
Ref to_plain(const Value& value);

void init_value(PyObject* module);
void init_keypath(PyObject* module);
void init_datetime(PyObject* module);

}  // namespace confd::python
