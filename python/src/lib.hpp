// SPDX-License-Identifier: Apache-2.0
// The sub-module lib, whose contents are those of the package itself: types, constants, and the
// functions that turn hashes into names.
#pragma once

#include "python/src/python.hpp"

namespace confd::python {

extern PyMethodDef lib_methods[];
void init_lib(PyObject* module);

// In cs_node.cpp:
Ref find_cs_root(PyObject* self, PyObject* args, PyObject* keywords);
Ref cs_node_cd(PyObject* self, PyObject* args, PyObject* keywords);

}  // namespace confd::python
