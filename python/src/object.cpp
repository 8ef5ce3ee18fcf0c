// SPDX-License-Identifier: Apache-2.0
#include "python/src/object.hpp"

#include <deque>

#include "python/src/product.hpp"

namespace confd::python {

const char* qualified_name(std::string_view name) {
    static std::deque<std::string> names;
    return names.emplace_back(std::string(product().package) + '.' + std::string(name)).c_str();
}

PyObject* cannot_instantiate(PyTypeObject* type, PyObject*, PyObject*) {
    return guarded<PyObject*>(nullptr, [&]() -> PyObject* {
        auto* const object = reinterpret_cast<PyObject*>(type);
        const auto name = must(PyObject_GetAttrString(object, "__name__"));
        raise(PyExc_NotImplementedError,
              "Can't instantiate " + text_of(name.get()) + " from Python");
    });
}

void add(PyObject* module, const char* name, Ref object) {
    must_succeed(PyObject_SetAttrString(module, name, object.get()));
}

}  // namespace confd::python
