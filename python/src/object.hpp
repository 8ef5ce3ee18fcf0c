// SPDX-License-Identifier: Apache-2.0
// Python types whose instances hold one C++ value.
#pragma once

#include <functional>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "python/src/python.hpp"

namespace confd::python {

template <class T>
struct Holder {
    PyObject_HEAD T value;
};

/// The Python type that holds a T, once it has been made.
template <class T>
inline PyTypeObject* type_object = nullptr;

template <class T>
T& held(PyObject* self) {
    return reinterpret_cast<Holder<T>*>(self)->value;
}

/// Whether the object is a T, or of a class derived from it.
template <class T>
bool is_a(PyObject* object) {
    return PyObject_TypeCheck(object, type_object<T>) != 0;
}

template <class T>
Ref wrap(T value, PyTypeObject* type = type_object<T>) {
    auto object = must(PyType_GenericAlloc(type, 0));
    new (&held<T>(object.get())) T(std::move(value));
    return object;
}

/// == and != of two T, by what `Normal` makes of each; everything else is Python's to decide.
template <class T, auto Normal = std::identity{}>
Ref compare(PyObject* self, PyObject* other, int op) {
    if (!is_a<T>(other) || (op != Py_EQ && op != Py_NE)) {
        return Ref::borrowed(Py_NotImplemented);
    }
    const bool equal = Normal(held<T>(self)) == Normal(held<T>(other));
    return truth(equal == (op == Py_EQ));
}

template <class T>
void destroy(PyObject* self) {
    auto* const type = Py_TYPE(self);
    held<T>(self).~T();
    reinterpret_cast<freefunc>(PyType_GetSlot(type, Py_tp_free))(self);
    // An instance of a type that was made at run time owns a reference to it.
    Py_DECREF(reinterpret_cast<PyObject*>(type));
}

template <class F>
PyType_Slot slot(int id, F* function) {
    return {id, reinterpret_cast<void*>(function)};
}
inline PyType_Slot doc_slot(const char* text) {
    return {Py_tp_doc, const_cast<char*>(text)};
}
inline PyType_Slot methods_slot(PyMethodDef* methods) {
    return {Py_tp_methods, methods};
}
inline PyType_Slot members_slot(PyGetSetDef* members) {
    return {Py_tp_getset, members};
}

/// "_confd.Value" for "Value": kept for as long as the type is, which needs it.
const char* qualified_name(std::string_view name);

/// Raises NotImplementedError: instances come from events only.
PyObject* cannot_instantiate(PyTypeObject* type, PyObject* args, PyObject* keywords);

/// Makes the type `name` ("Value", "events.NotificationsData"). Without a Py_tp_new slot Python
/// cannot make instances.
template <class T>
Ref make_type(std::string_view name, unsigned extra_flags, std::vector<PyType_Slot> slots) {
    const auto makes = [](const PyType_Slot& s) { return s.slot == Py_tp_new; };
    if (std::ranges::none_of(slots, makes)) slots.push_back(slot(Py_tp_new, cannot_instantiate));
    slots.push_back(slot(Py_tp_dealloc, destroy<T>));
    slots.push_back({0, nullptr});
    PyType_Spec spec{qualified_name(name), static_cast<int>(sizeof(Holder<T>)), 0,
                     static_cast<unsigned>(Py_TPFLAGS_DEFAULT) | extra_flags, slots.data()};
    auto type = must(PyType_FromSpec(&spec));
    type_object<T> = reinterpret_cast<PyTypeObject*>(Ref::borrowed(type.get()).release());
    return type;
}
inline constexpr unsigned can_be_base = Py_TPFLAGS_BASETYPE;

/// Adds the object to a module.
void add(PyObject* module, const char* name, Ref object);

/// A read-only attribute.
template <auto Get>
PyGetSetDef member(const char* name, const char* doc) {
    return {name, entry<Get>, nullptr, doc, nullptr};
}

}  // namespace confd::python
