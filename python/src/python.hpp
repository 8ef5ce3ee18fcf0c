// SPDX-License-Identifier: Apache-2.0
// CPython's stable ABI, so that one build serves every release from 3.8 on, and what all sources
// here need of it.
//
// Inside, a Python error is the exception Raised, thrown while Python's own error is set. entry()
// turns a function that works so into one that CPython calls.
#pragma once

#define Py_LIMITED_API 0x03080000
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/bytes.hpp"

namespace confd::python {

/// Python's error is set.
struct Raised {};

[[noreturn]] inline void raise() {
    throw Raised{};
}
[[noreturn]] void raise(PyObject* type, const std::string& text);

/// A reference that is owned, or none.
class Ref {
  public:
    Ref() = default;
    /// Takes over a new reference, which may be null.
    explicit Ref(PyObject* owned) : object_(owned) {}
    Ref(Ref&& other) noexcept : object_(other.release()) {}
    Ref(const Ref&) = delete;
    Ref& operator=(Ref&& other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    Ref& operator=(const Ref&) = delete;
    ~Ref() { Py_XDECREF(object_); }

    static Ref borrowed(PyObject* object) {
        Py_XINCREF(object);
        return Ref(object);
    }
    static Ref none() { return borrowed(Py_None); }

    PyObject* get() const { return object_; }
    PyObject* release() { return std::exchange(object_, nullptr); }
    explicit operator bool() const { return object_ != nullptr; }

  private:
    PyObject* object_ = nullptr;
};

/// The result of a call that returns null when it has set an error.
inline Ref must(PyObject* owned) {
    if (owned == nullptr) raise();
    return Ref(owned);
}
inline void must_succeed(int result) {
    if (result < 0) raise();
}

// ---- From C++ ----

/// A str; how bytes are taken that are not UTF-8 is text_errors()'s to say.
Ref to_python(std::string_view text);
inline Ref to_python(const char* text) {
    return to_python(std::string_view(text));
}
inline Ref to_python(const std::string& text) {
    return to_python(std::string_view(text));
}
Ref to_python(ByteView bytes);
Ref to_python(bool) = delete;
inline Ref to_python(std::int64_t number) {
    return must(PyLong_FromLongLong(number));
}
inline Ref to_python(std::uint64_t number) {
    return must(PyLong_FromUnsignedLongLong(number));
}
inline Ref to_python(std::int32_t number) {
    return must(PyLong_FromLong(number));
}
inline Ref to_python(std::uint32_t number) {
    return must(PyLong_FromUnsignedLong(number));
}
inline Ref to_python(double number) {
    return must(PyFloat_FromDouble(number));
}
inline Ref to_python(Ref&& object) {
    return std::move(object);
}
inline Ref truth(bool value) {
    return Ref::borrowed(value ? Py_True : Py_False);
}

/// A list of what `make` makes of each.
template <class Range, class Make>
Ref list_of(const Range& range, Make&& make) {
    auto list = must(PyList_New(0));
    for (const auto& item : range)
        must_succeed(PyList_Append(list.get(), Ref(make(item)).get()));
    return list;
}

template <class... Items>
Ref tuple_of(Items&&... items) {
    auto tuple = must(PyTuple_New(sizeof...(items)));
    Py_ssize_t at = 0;
    (must_succeed(
         PyTuple_SetItem(tuple.get(), at++, to_python(std::forward<Items>(items)).release())),
     ...);
    return tuple;
}

/// The error handler for text that is not UTF-8, as in bytes.decode(): "strict" raises
/// UnicodeDecodeError, as the vendor's module does.
std::string& text_errors();

// ---- To C++ ----

/// UTF-8 of a str; raises for lone surrogates.
std::string text_of(PyObject* str);
/// str(object)
std::string string_of(PyObject* object);
/// A copy of a bytes object.
Bytes bytes_of(PyObject* bytes);
/// An integer of 64 bits, by __index__: TypeError for anything else, OverflowError beyond.
std::int64_t integer_of(PyObject* object);
/// A C int, with the errors that CPython has for one.
std::int64_t int_of(PyObject* object);
/// The hash of a name or namespace; nothing for a number that is none, since they have 32 bits.
std::optional<std::uint32_t> hash_in(PyObject* object);
/// The same, with OverflowError for a number that is none; `what` says of what.
std::uint32_t hash_of(PyObject* object, const char* what);

// ---- Functions that CPython calls ----

/// Calls `f`, and returns `failed` after an exception of C++, with Python's error set.
template <class Result, class F>
Result guarded(Result failed, F&& f) {
    // Not catch (...): a thread that CPython ends at its exit unwinds through here.
    try {
        return f();
    } catch (const Raised&) {
    } catch (const std::bad_alloc&) {
        PyErr_NoMemory();
    } catch (const std::exception& error) {
        PyErr_SetString(PyExc_SystemError, error.what());
    }
    return failed;
}

template <auto F>
struct Entry;
template <class... Args, Ref (*F)(Args...)>
struct Entry<F> {
    static PyObject* call(Args... args) {
        return guarded<PyObject*>(nullptr, [&] { return F(args...).release(); });
    }
};
template <class... Args, int (*F)(Args...)>
struct Entry<F> {
    static int call(Args... args) {
        return guarded<int>(-1, [&] { return F(args...); });
    }
};
template <class... Args, Py_ssize_t (*F)(Args...)>
struct Entry<F> {
    static Py_ssize_t call(Args... args) {
        return guarded<Py_ssize_t>(-1, [&] { return F(args...); });
    }
};

template <auto F>
inline constexpr auto entry = &Entry<F>::call;

/// A function of the form (self, args, keywords) for a PyMethodDef.
template <auto F>
PyCFunction with_keywords() {
    return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(entry<F>));
}

/// PyArg_ParseTupleAndKeywords, which raises. `names` ends with null.
template <class... Out>
void parse(PyObject* args, PyObject* keywords, const char* format, const char* const* names,
           Out*... out) {
    // It wants char**, and writes to none of them.
    if (!PyArg_ParseTupleAndKeywords(args, keywords, format, const_cast<char**>(names), out...)) {
        raise();
    }
}

}  // namespace confd::python
