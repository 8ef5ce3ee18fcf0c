// SPDX-License-Identifier: Apache-2.0
// _confd.error: Error and EOF.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "protocol/constants.hpp"
#include "protocol/session/client_handshake.hpp"
#include "python/src/python.hpp"

namespace confd::python {

/// The codes of errors that are found here rather than by the server.
enum OwnErrorCode : std::int32_t {
    ERR_BADTYPE = 5,
    ERR_BADPATH = 8,
    ERR_INTERNAL = 18,
    ERR_OS = 24,
};

/// Every code that confd_errno can have; the names are those of the API: ERR_NOEXISTS.
std::span<const Constant> error_codes();

/// Fills the module _confd.error.
void init_error(PyObject* module);

/// Raises Error. Its attributes are set on the class, as the vendor's are: programs look for them
/// there too.
[[noreturn]] void raise_error(std::int64_t code, const std::string& text);
/// The same for a call of the system that failed: ERR_OS, with `errno`; "text: <its text>".
[[noreturn]] void raise_os_error(int number, const std::string& text);
/// Raises EOF: the peer closed.
[[noreturn]] void raise_eof();
/// Raises what a session failed with.
[[noreturn]] void raise_failure(const SessionFailure& failure);

}  // namespace confd::python
