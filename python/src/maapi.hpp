// SPDX-License-Identifier: Apache-2.0
// The module _confd.maapi: what a subscriber needs of MAAPI.
#pragma once

#include "python/src/python.hpp"

namespace confd::python {

extern const char* const maapi_doc;
extern PyMethodDef maapi_methods[];

}  // namespace confd::python
