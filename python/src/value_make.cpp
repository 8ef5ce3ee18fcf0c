// SPDX-License-Identifier: Apache-2.0
// Values from Python's objects, and back.
#include <limits>

#include "protocol/maapi/keypath.hpp"
#include "protocol/value/text.hpp"
#include "python/src/base64.hpp"
#include "python/src/object.hpp"
#include "python/src/schema.hpp"
#include "python/src/value.hpp"

namespace confd::python {
namespace {

/// What `make` makes; nothing when Python says that the object is of the wrong kind or too large.
template <class Make>
auto if_possible(Make&& make) -> decltype(make()) {
    try {
        return make();
    } catch (const Raised&) {
        if (PyErr_ExceptionMatches(PyExc_TypeError) == 0 &&
            PyErr_ExceptionMatches(PyExc_OverflowError) == 0 &&
            PyErr_ExceptionMatches(PyExc_UnicodeError) == 0) {
            throw;
        }
        PyErr_Clear();
        return std::nullopt;
    }
}

std::optional<std::int64_t> number(PyObject* object, std::int64_t low, std::int64_t high) {
    const auto value = if_possible([&] { return std::optional(integer_of(object)); });
    return value && *value >= low && *value <= high ? value : std::nullopt;
}

std::optional<std::uint64_t> big_number(PyObject* object) {
    return if_possible([&]() -> std::optional<std::uint64_t> {
        const auto index = must(PyNumber_Index(object));
        const auto value = PyLong_AsUnsignedLongLong(index.get());
        if (PyErr_Occurred() != nullptr) raise();
        return value;
    });
}

std::optional<std::string> text(PyObject* object) {
    if (PyBytes_Check(object)) return std::string(as_text(bytes_of(object)));
    if (!PyUnicode_Check(object)) return std::nullopt;
    return if_possible([&] { return std::optional(text_of(object)); });
}

/// The two numbers of a tuple.
template <class Second = std::uint32_t>
std::optional<std::pair<std::uint32_t, Second>> pair_of(PyObject* object) {
    if (!PyTuple_Check(object) || PyTuple_Size(object) != 2) return std::nullopt;
    constexpr std::int64_t high = std::numeric_limits<std::uint32_t>::max();
    const auto first = number(PyTuple_GetItem(object, 0), 0, high);
    const auto second =
        number(PyTuple_GetItem(object, 1), 0, std::int64_t{std::numeric_limits<Second>::max()});
    if (!first || !second) return std::nullopt;
    return std::pair{static_cast<std::uint32_t>(*first), static_cast<Second>(*second)};
}

template <class T>
std::optional<Value> typed(ValueType type, std::optional<T> payload) {
    if (!payload) return std::nullopt;
    return Value{type, std::move(*payload)};
}

std::optional<Value> make_tag(PyObject* init, ValueType type) {
    if (is_a<XmlTag>(init)) return Value{type, held<XmlTag>(init)};
    const auto pair = pair_of(init);
    if (!pair) return std::nullopt;
    return Value{type, XmlTag{pair->first, pair->second}};
}

std::optional<Value> make_identity(PyObject* init) {
    if (const auto pair = pair_of(init)) {
        return Value{ValueType::identityref, IdentityRef{pair->first, pair->second}};
    }
    const auto name = text(init);
    if (!name) return std::nullopt;
    return parse_value(ValueType::identityref, *name, schema().names());
}

std::optional<Value> make_decimal(PyObject* init) {
    if (PyTuple_Check(init) && PyTuple_Size(init) == 2) {
        using Range = std::numeric_limits<std::int64_t>;
        const auto value = number(PyTuple_GetItem(init, 0), Range::min(), Range::max());
        const auto digits = number(PyTuple_GetItem(init, 1), 1, 18);
        if (!value || !digits) return std::nullopt;
        return Value{ValueType::decimal64, Decimal64{*value, static_cast<std::uint8_t>(*digits)}};
    }
    const auto written = text(init);
    return written ? parse_value(ValueType::decimal64, *written) : std::nullopt;
}

std::optional<Value> make_qname(PyObject* init) {
    if (!PyTuple_Check(init) || PyTuple_Size(init) != 2) {
        const auto written = text(init);
        return written ? parse_value(ValueType::qname, *written) : std::nullopt;
    }
    const auto name = text(PyTuple_GetItem(init, 1));
    auto* const first = PyTuple_GetItem(init, 0);
    const auto prefix = first == Py_None ? std::nullopt : text(first);
    if (!name || (first != Py_None && !prefix)) return std::nullopt;
    return Value{ValueType::qname, Box<Qname>(Qname{prefix, *name})};
}

std::optional<Value> make_bytes(PyObject* init, const ValueTypeInfo& info) {
    if (!PyBytes_Check(init)) {
        const auto written = info.type == ValueType::binary ? std::nullopt : text(init);
        return written ? value_from_text(info.type, *written) : std::nullopt;
    }
    auto bytes = bytes_of(init);
    const auto fixed = static_cast<std::size_t>(info.high);
    if (fixed != 0 && bytes.size() != fixed) return std::nullopt;
    return Value{info.type, std::move(bytes)};
}

std::optional<Value> make_list(PyObject* init) {
    if (!PyList_Check(init) && !PyTuple_Check(init)) return std::nullopt;
    ValueList list;
    const auto items = must(PySequence_Tuple(init));
    for (Py_ssize_t i = 0; i < PyTuple_Size(items.get()); ++i) {
        auto* const item = PyTuple_GetItem(items.get(), i);
        if (!is_a<Value>(item)) return std::nullopt;
        list.items.push_back(held<Value>(item));
    }
    return Value{ValueType::list, std::move(list)};
}

std::optional<Value> make_path(PyObject* init) {
    if (is_a<ObjectRef>(init)) return Value{ValueType::objectref, held<ObjectRef>(init)};
    const auto written = text(init);
    return written ? value_from_text(ValueType::objectref, *written) : std::nullopt;
}

std::optional<Value> make_double(PyObject* init) {
    if (!PyFloat_Check(init) && !PyLong_Check(init)) return std::nullopt;
    return if_possible([&]() -> std::optional<Value> {
        const double number = PyFloat_AsDouble(init);
        if (PyErr_Occurred() != nullptr) raise();
        return Value{ValueType::double_, number};
    });
}

Ref text_or_none(const std::optional<std::string>& text) {
    return text ? to_python(*text) : Ref::none();
}

std::optional<Bytes> hex_digits(std::string_view text) {
    std::string digits(text);
    std::ranges::replace(digits, ':', ' ');
    return parse_hex(digits);
}

}  // namespace

std::optional<Value> value_from_text(ValueType type, std::string_view text) {
    switch (type) {
        case ValueType::binary:
            return typed(type, from_base64(text));
        case ValueType::hexstr:
        case ValueType::bitbig:
            return typed(type, hex_digits(text));
        case ValueType::dquad: {
            const auto ip = parse_ip4(text);
            return ip ? std::optional(Value{type, Bytes(ip->begin(), ip->end())}) : std::nullopt;
        }
        case ValueType::objectref: {
            auto path = parse_keypath(text, schema().names());
            return path ? std::optional(Value{type, std::move(*path)}) : std::nullopt;
        }
        default:
            return parse_value(type, text, schema().names());
    }
}

std::optional<Value> make_value(PyObject* init, ValueType type) {
    const auto& info = info_of(type);
    switch (info.shape) {
        case ValueShape::nothing:
            return Value{type, {}};
        case ValueShape::text: {
            auto given = text(init);
            return Value::buf(given ? std::move(*given) : string_of(init));
        }
        case ValueShape::integer:
            return typed(type, number(init, info.low, info.high));
        case ValueShape::unsigned_64:
            return typed(type, big_number(init));
        case ValueShape::floating:
            return make_double(init);
        case ValueShape::boolean:
            if (!PyBool_Check(init) && !PyLong_Check(init)) return std::nullopt;
            return Value{type, PyObject_IsTrue(init) == 1};
        case ValueShape::qname:
            return make_qname(init);
        case ValueShape::values:
            return make_list(init);
        case ValueShape::path:
            return make_path(init);
        case ValueShape::bytes:
            return make_bytes(init, info);
        case ValueShape::decimal:
            return make_decimal(init);
        case ValueShape::identity:
            return make_identity(init);
        case ValueShape::tag:
        case ValueShape::marker:
            return make_tag(init, type);
        default:
            break;
    }
    if (type == ValueType::datetime && is_a<Datetime>(init)) {
        return Value{type, held<Datetime>(init)};
    }
    const auto written = text(init);
    return written ? parse_value(type, *written) : std::nullopt;
}

Ref to_plain(const Value& value) {
    return std::visit(
        [&]<class T>(const T& payload) -> Ref {
            if constexpr (std::same_as<T, std::monostate>) {
                return Ref::none();
            } else if constexpr (std::same_as<T, bool>) {
                return truth(payload);
            } else if constexpr (std::is_arithmetic_v<T> || std::same_as<T, std::string>) {
                return to_python(payload);
            } else if constexpr (std::same_as<T, Bytes>) {
                const bool is_text =
                    value.type == ValueType::hexstr || value.type == ValueType::dquad;
                return is_text ? to_python(display_text(value)) : to_python(ByteView(payload));
            } else if constexpr (std::same_as<T, ValueList>) {
                return list_of(payload.items,
                               [](const Value& item) { return to_plain(item).release(); });
            } else if constexpr (std::same_as<T, ObjectRef>) {
                return wrap(payload);
            } else if constexpr (std::same_as<T, XmlTag>) {
                return tuple_of(payload.ns, payload.tag);
            } else if constexpr (std::same_as<T, IdentityRef>) {
                return tuple_of(payload.ns, payload.id);
            } else if constexpr (std::same_as<T, Box<Qname>>) {
                return tuple_of(text_or_none(payload->prefix), payload->name);
            } else {
                return to_python(display_text(value));
            }
        },
        value.payload);
}

}  // namespace confd::python
