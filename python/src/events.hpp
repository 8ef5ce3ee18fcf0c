// SPDX-License-Identifier: Apache-2.0
// The module _confd.events.
#pragma once

#include "python/src/python.hpp"

namespace confd::python {

/// Fills it; its documentation is part of the module's definition.
void init_events(PyObject* module);

extern const char* const events_doc;
extern PyMethodDef events_methods[];

}  // namespace confd::python
