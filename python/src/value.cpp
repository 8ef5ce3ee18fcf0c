// SPDX-License-Identifier: Apache-2.0
// The type Value.
#include "python/src/value.hpp"

#include "python/src/object.hpp"
#include "python/src/product.hpp"
#include "python/src/schema.hpp"

namespace confd::python {
namespace {

constexpr std::size_t repr_size = 15;

std::string type_text(std::int64_t number) {
    const auto* const info =
        number < 0 ? nullptr : find_value_type(static_cast<std::uint64_t>(number));
    const auto name = info == nullptr ? "UNKNOWN_TYPE" : type_name(info->type);
    return name + '(' + std::to_string(number) + ')';
}

ValueType guess_type(PyObject* init) {
    if (PyBool_Check(init)) return ValueType::bool_;
    if (PyLong_Check(init)) return ValueType::int32;
    if (PyFloat_Check(init)) return ValueType::double_;
    if (PyBytes_Check(init)) return ValueType::binary;
    return ValueType::buf;
}

/// C_STR, a text in C's own form, is a text here; C_ENUM_HASH is C_ENUM_VALUE.
constexpr std::int64_t c_str = 4;

PyObject* new_value(PyTypeObject* type, PyObject* args, PyObject* keywords) {
    return guarded<PyObject*>(nullptr, [&] {
        PyObject* init = nullptr;
        PyObject* given = nullptr;
        static const char* const names[] = {"init", "type", nullptr};
        parse(args, keywords, "O|O:Value", names, &init, &given);
        auto number = static_cast<std::int64_t>(guess_type(init));
        if (given != nullptr && given != Py_None) number = integer_of(given);
        if (number == c_str) number = static_cast<std::int64_t>(ValueType::buf);
        const auto* const info =
            number < 0 ? nullptr : find_value_type(static_cast<std::uint64_t>(number));
        auto made = info == nullptr ? std::nullopt : make_value(init, info->type);
        if (!made) {
            raise(PyExc_ValueError,
                  "illegal initialization parameter(s) for type " + type_text(number));
        }
        return wrap(std::move(*made), type).release();
    });
}

Ref str(PyObject* self) {
    return to_python(display_text(held<Value>(self)));
}

Ref repr(PyObject* self) {
    const auto& value = held<Value>(self);
    const auto text = to_python(display_text(value));
    const auto number = static_cast<std::int64_t>(value.type);
    const auto shown = must(PyUnicode_Substring(text.get(), 0, repr_size));
    const bool cut = PyUnicode_GetLength(text.get()) > static_cast<Py_ssize_t>(repr_size);
    return must(PyUnicode_FromFormat("<%s.Value type=%s value='%U'%s>", product().package,
                                     type_text(number).c_str(), shown.get(), cut ? "..." : ""));
}

Py_ssize_t hash(PyObject* self) {
    return hash_of(held<Value>(self));
}

[[noreturn]] void wrong_type(const Value& value, const char* wanted) {
    raise(PyExc_TypeError, std::string("value is not of type ") + wanted + " but " +
                               type_text(static_cast<std::int64_t>(value.type)));
}

Ref to_int(PyObject* self) {
    const auto& value = held<Value>(self);
    if (const auto* number = std::get_if<std::int64_t>(&value.payload)) return to_python(*number);
    if (const auto* number = std::get_if<std::uint64_t>(&value.payload)) return to_python(*number);
    if (const auto* flag = std::get_if<bool>(&value.payload)) return to_python(std::int64_t{*flag});
    if (const auto* number = std::get_if<double>(&value.payload)) {
        return must(PyLong_FromDouble(*number));
    }
    wrong_type(value, "an integer");
}

Ref to_float(PyObject* self) {
    const auto& value = held<Value>(self);
    if (const auto* number = std::get_if<double>(&value.payload)) return to_python(*number);
    if (value.type == ValueType::decimal64) {
        return must(PyFloat_FromString(to_python(display_text(value)).get()));
    }
    if (value.type == ValueType::bool_) wrong_type(value, "a number");
    return must(PyNumber_Float(to_int(self).get()));
}

Ref as_list(PyObject* self, PyObject*) {
    const auto& value = held<Value>(self);
    const auto* const list = std::get_if<ValueList>(&value.payload);
    if (list == nullptr) wrong_type(value, "C_LIST");
    return list_of(list->items, [](const Value& item) { return wrap(item).release(); });
}

Ref iterate(PyObject* self) {
    return must(PyObject_GetIter(as_list(self, nullptr).get()));
}

Ref confd_type(PyObject* self, PyObject*) {
    return to_python(static_cast<std::int64_t>(held<Value>(self).type));
}

Ref confd_type_str(PyObject* self, PyObject*) {
    return to_python(type_name(held<Value>(self).type));
}

Ref as_pyval(PyObject* self, PyObject*) {
    return to_plain(held<Value>(self));
}

Ref as_decimal64(PyObject* self, PyObject*) {
    const auto& value = held<Value>(self);
    const auto* const number = std::get_if<Decimal64>(&value.payload);
    if (number == nullptr) wrong_type(value, "C_DECIMAL64");
    return tuple_of(number->value, std::int64_t{number->fraction_digits});
}

Ref as_xmltag(PyObject* self, PyObject*) {
    const auto& value = held<Value>(self);
    const auto* const tag = std::get_if<XmlTag>(&value.payload);
    if (tag == nullptr) wrong_type(value, "C_XMLTAG");
    return wrap(*tag);
}

Ref val2str(PyObject* self, PyObject* args, PyObject* keywords) {
    PyObject* schema_type = nullptr;
    static const char* const names[] = {"schema_type", nullptr};
    parse(args, keywords, "O:val2str", names, &schema_type);
    return to_python(schema_text(held<Value>(self), schema_type));
}

Ref str2val(PyObject*, PyObject* args, PyObject* keywords) {
    const char* text = nullptr;
    PyObject* schema_type = nullptr;
    static const char* const names[] = {"value", "schema_type", nullptr};
    parse(args, keywords, "sO:str2val", names, &text, &schema_type);
    return wrap(schema_value(text, schema_type));
}

PyMethodDef methods[] = {
    {"as_decimal64", entry<as_decimal64>, METH_NOARGS,
     "as_decimal64($self, /)\n--\n\nas_decimal64() -> tuple[int, int]\n\n"
     "(value, fraction_digits) of a C_DECIMAL64: 3.14 is (314, 2). TypeError for other types."},
    {"as_list", entry<as_list>, METH_NOARGS,
     "as_list($self, /)\n--\n\nas_list() -> list[Value]\n\n"
     "The elements of a C_LIST. TypeError for other types."},
    {"as_pyval", entry<as_pyval>, METH_NOARGS,
     "as_pyval($self, /)\n--\n\nas_pyval() -> object\n\n"
     "The value as an object of Python, such that Value(value.as_pyval(), value.confd_type()) is\n"
     "the value again, but for lists: int, float, bool, str, bytes, a list, (ns, tag) or (ns, "
     "id),\n"
     "(prefix, name), HKeypathRef; None for C_NOEXISTS and C_DEFAULT; str for the others."},
    {"as_xmltag", entry<as_xmltag>, METH_NOARGS,
     "as_xmltag($self, /)\n--\n\nas_xmltag() -> XmlTag\n\n"
     "The tag of a C_XMLTAG, C_XMLBEGIN and the like. TypeError for other types."},
    {"confd_type", entry<confd_type>, METH_NOARGS,
     "confd_type($self, /)\n--\n\nconfd_type() -> int\n\nThe type: C_INT32, .."},
    {"confd_type_str", entry<confd_type_str>, METH_NOARGS,
     "confd_type_str($self, /)\n--\n\nconfd_type_str() -> str\n\nThe type's name: 'C_INT32', .."},
    {"val2str", with_keywords<val2str>(), METH_VARARGS | METH_KEYWORDS,
     "val2str($self, /, schema_type)\n--\n\nval2str(schema_type) -> str\n\n"
     "The value as YANG writes it for a node: with the names of enumerations, bits and "
     "identities.\n"
     "Needs loaded schemas.\n\n"
     "Keyword arguments:\n"
     "schema_type -- (namespace, path), with the namespace's hash or URI, a CsNode or a CsType\n\n"
     "Raises Error ERR_BADPATH when there is no such node, ERR_BADTYPE when the value is not of\n"
     "its type, and SystemError when the server has given the node no type."},
    {"str2val", with_keywords<str2val>(), METH_VARARGS | METH_KEYWORDS | METH_CLASS,
     "str2val($type, /, value, schema_type)\n--\n\nstr2val(value, schema_type) -> Value\n\n"
     "The value that a text is for a node: the inverse of val2str().\n\n"
     "Keyword arguments:\n"
     "value -- the text (str)\n"
     "schema_type -- as for val2str()\n\n"
     "Raises what val2str() raises."},
    {nullptr, nullptr, 0, nullptr}};

constexpr const char* value_doc =
    "Value(init, type)\n--\n\nValue(init, type) -> Value\n\n"
    "A typed value of the data model.\n\n"
    "Keyword arguments:\n"
    "init -- by type: int, bool, float, str, bytes; a tuple (ns, tag) for C_XMLTAG, C_XMLBEGIN "
    "and\n"
    "        the like, (ns, id) for C_IDENTITYREF, (value, fraction_digits) or str for "
    "C_DECIMAL64,\n"
    "        a list of Value for C_LIST; str for addresses, prefixes, dates, times, C_OID; "
    "anything\n"
    "        for C_NOEXISTS and C_DEFAULT\n"
    "type -- C_INT32, ..; by default that of init: bool C_BOOL, int C_INT32, float C_DOUBLE, str\n"
    "        C_BUF, bytes C_BINARY, and C_BUF of str(init) for anything else\n\n"
    "ValueError when init is no value of the type. Times are RFC 3339: '2026-11-22T10:00:00Z'.\n"
    "int(), float(), ==, hash() and iteration over a C_LIST work; str() is the text that needs no\n"
    "schema: 'enum<1>' for an enumeration (see val2str()), 'NOEXISTS' for none.";

}  // namespace

void init_value(PyObject* module) {
    add(module, "Value",
        make_type<Value>(
            "Value", can_be_base,
            {slot(Py_tp_new, new_value), slot(Py_tp_str, entry<str>), slot(Py_tp_repr, entry<repr>),
             slot(Py_tp_richcompare, entry<compare<Value, normal_value>>),
             slot(Py_tp_hash, entry<hash>), slot(Py_nb_int, entry<to_int>),
             slot(Py_nb_float, entry<to_float>), slot(Py_tp_iter, entry<iterate>),
             methods_slot(methods), doc_slot(value_doc)}));
}

}  // namespace confd::python
