// SPDX-License-Identifier: Apache-2.0
#include "python/src/module.hpp"

#include <array>

#include "python/src/error.hpp"
#include "python/src/events.hpp"
#include "python/src/lib.hpp"
#include "python/src/maapi.hpp"
#include "python/src/object.hpp"
#include "python/src/product.hpp"

namespace confd::python {
namespace {

struct Part {
    const char* name;
    const char* doc;
    PyMethodDef* methods;
    void (*init)(PyObject* module);
    PyModuleDef definition{};
};

void nothing_more(PyObject*) {}

/// The order matters: events has types of lib in its signatures.
std::array<Part, 4>& parts() {
    static std::array<Part, 4> all{{
        {"lib", "Types, constants and functions of the package itself.", lib_methods, init_lib},
        {"error", "The exceptions of all modules of this package.", nullptr, init_error},
        {"events", events_doc, events_methods, init_events},
        {"maapi", maapi_doc, maapi_methods, nothing_more},
    }};
    return all;
}

PyModuleDef definition_of(const char* name, const char* doc, PyMethodDef* methods) {
    return {PyModuleDef_HEAD_INIT, name, doc, -1, methods, nullptr, nullptr, nullptr, nullptr};
}

}  // namespace

PyObject* make_extension(Product product) {
    return guarded<PyObject*>(nullptr, [&] {
        set_product(product);
        static auto whole = definition_of(qualified_name("_confd_py3"), nullptr, nullptr);
        auto module = must(PyModule_Create(&whole));
        for (auto& part : parts()) {
            part.definition = definition_of(qualified_name(part.name), part.doc, part.methods);
            auto made = must(PyModule_Create(&part.definition));
            part.init(made.get());
            add(module.get(), part.name, std::move(made));
        }
        return module.release();
    });
}

}  // namespace confd::python
