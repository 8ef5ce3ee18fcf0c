// SPDX-License-Identifier: Apache-2.0
// The entry point; compiled once for each package, with CONFD_PYTHON_INIT and CONFD_PYTHON_PRODUCT.
#include "python/src/module.hpp"

PyMODINIT_FUNC CONFD_PYTHON_INIT() {
    return confd::python::make_extension(confd::Product::CONFD_PYTHON_PRODUCT);
}
