// SPDX-License-Identifier: Apache-2.0
// The extension module, which both packages have under a name of their own.
#pragma once

#include "protocol/release.hpp"
#include "python/src/python.hpp"

namespace confd::python {

/// The module with the sub-modules lib, error, events, maapi; null after an error.
PyObject* make_extension(Product product);

}  // namespace confd::python
