// SPDX-License-Identifier: Apache-2.0
// The integers that the modules have beside their functions.
#pragma once

#include "python/src/python.hpp"

namespace confd::python {

void add_event_constants(PyObject* events);
/// Those of the package itself: C_, ERR_, MOP_, ITER_, PROGRESS_, VERBOSITY_, datastores, ..
void add_package_constants(PyObject* lib);

}  // namespace confd::python
