// SPDX-License-Identifier: Apache-2.0
#include "python/src/python.hpp"

#include <limits>

namespace confd::python {

void raise(PyObject* type, const std::string& text) {
    PyErr_SetString(type, text.c_str());
    raise();
}

std::string& text_errors() {
    static std::string errors = "strict";
    return errors;
}

Ref to_python(std::string_view text) {
    return must(PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()),
                                     text_errors().c_str()));
}

Ref to_python(ByteView bytes) {
    const auto text = as_text(bytes);
    return must(PyBytes_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size())));
}

std::string text_of(PyObject* str) {
    if (!PyUnicode_Check(str)) raise(PyExc_TypeError, "expected a str");
    const auto bytes = must(PyUnicode_AsUTF8String(str));
    return std::string(as_text(bytes_of(bytes.get())));
}

std::string string_of(PyObject* object) {
    return text_of(must(PyObject_Str(object)).get());
}

Bytes bytes_of(PyObject* bytes) {
    char* data = nullptr;
    Py_ssize_t size = 0;
    must_succeed(PyBytes_AsStringAndSize(bytes, &data, &size));
    const auto view = as_bytes({data, static_cast<std::size_t>(size)});
    return {view.begin(), view.end()};
}

std::int64_t integer_of(PyObject* object) {
    const auto number = must(PyNumber_Index(object));
    const auto value = PyLong_AsLongLong(number.get());
    if (value == -1 && PyErr_Occurred() != nullptr) raise();
    return value;
}

std::optional<std::uint32_t> hash_in(PyObject* object) {
    const auto number = integer_of(object);
    if (!std::in_range<std::uint32_t>(number)) return std::nullopt;
    return static_cast<std::uint32_t>(number);
}

std::uint32_t hash_of(PyObject* object, const char* what) {
    const auto hash = hash_in(object);
    if (!hash) raise(PyExc_OverflowError, std::string(what) + " is no hash of 32 bits");
    return *hash;
}

std::int64_t int_of(PyObject* object) {
    const auto number = must(PyNumber_Index(object));
    int beyond = 0;
    const auto value = PyLong_AsLongLongAndOverflow(number.get(), &beyond);
    if (beyond > 0 || value > std::numeric_limits<int>::max()) {
        raise(PyExc_OverflowError, "signed integer is greater than maximum");
    }
    if (beyond < 0 || value < std::numeric_limits<int>::min()) {
        raise(PyExc_OverflowError, "signed integer is less than minimum");
    }
    return value;
}

}  // namespace confd::python
