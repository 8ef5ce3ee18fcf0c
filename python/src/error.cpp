// SPDX-License-Identifier: Apache-2.0
#include "python/src/error.hpp"

#include <array>
#include <cstring>

#include "python/src/object.hpp"
#include "python/src/product.hpp"

namespace confd::python {
namespace {

PyObject* error_class = nullptr;
PyObject* eof_class = nullptr;

struct ErrorCode {
    Constant constant;
    const char* text;
};

constexpr const char* unknown = "Unknown error";

#define CONFD_PY_ERROR(name, number, text) ErrorCode{{"ERR_" #name, number}, text},
// clang-format off
constexpr auto table = std::to_array<ErrorCode>({
    CONFD_PY_ERROR(NOEXISTS, 1, "item does not exist")
    CONFD_PY_ERROR(ALREADY_EXISTS, 2, "item already exists")
    CONFD_PY_ERROR(ACCESS_DENIED, 3, "access denied")
    CONFD_PY_ERROR(NOT_WRITABLE, 4, "item is not writable")
    CONFD_PY_ERROR(BADTYPE, 5, "item has a bad type")
    CONFD_PY_ERROR(NOTCREATABLE, 6, "item is not creatable")
    CONFD_PY_ERROR(NOTDELETABLE, 7, "item is not deletable")
    CONFD_PY_ERROR(BADPATH, 8, "badly formatted or nonexistent path")
    CONFD_PY_ERROR(NOSTACK, 9, "no stack")
    CONFD_PY_ERROR(LOCKED, 10, "locked")
    CONFD_PY_ERROR(INUSE, 11, "in use")
    CONFD_PY_ERROR(NOTSET, 12, "mandatory item is not set")
    CONFD_PY_ERROR(NON_UNIQUE, 13, "values are not unique")
    CONFD_PY_ERROR(BAD_KEYREF, 14, "bad keyref")
    CONFD_PY_ERROR(TOO_FEW_ELEMS, 15, "too few elements")
    CONFD_PY_ERROR(TOO_MANY_ELEMS, 16, "too many elements")
    CONFD_PY_ERROR(BADSTATE, 17, "operation in wrong state")
    CONFD_PY_ERROR(INTERNAL, 18, "internal error")
    CONFD_PY_ERROR(EXTERNAL, 19, "external error")
    CONFD_PY_ERROR(MALLOC, 20, "failed to allocate memory")
    CONFD_PY_ERROR(PROTOUSAGE, 21, "usage of API or protocol is wrong")
    CONFD_PY_ERROR(NOSESSION, 22, "no such session")
    CONFD_PY_ERROR(TOOMANYTRANS, 23, "too many transactions")
    CONFD_PY_ERROR(OS, 24, "system call failed")
    CONFD_PY_ERROR(HA_CONNECT, 25, "failed to connect to remote HA node")
    CONFD_PY_ERROR(HA_CLOSED, 26, "remote HA node closed its connection")
    CONFD_PY_ERROR(HA_BADFXS, 27, "remote HA node has other schemas")
    CONFD_PY_ERROR(HA_BADTOKEN, 28, "remote HA node has another token")
    CONFD_PY_ERROR(HA_BADNAME, 29, "remote HA node has another name")
    CONFD_PY_ERROR(HA_BIND, 30, "failed to bind the HA socket")
    CONFD_PY_ERROR(HA_NOTICK, 31, "remote HA node sent no tick")
    CONFD_PY_ERROR(VALIDATION_WARNING, 32, "validation warning")
    CONFD_PY_ERROR(SUBAGENT_DOWN, 33, "subagent is down")
    CONFD_PY_ERROR(LIB_NOT_INITIALIZED, 34, "library is not initialized")
    CONFD_PY_ERROR(TOO_MANY_SESSIONS, 35, "too many sessions")
    CONFD_PY_ERROR(BAD_CONFIG, 36, "bad configuration")
    CONFD_PY_ERROR(RESOURCE_DENIED, 37, "resource denied")
    CONFD_PY_ERROR(INCONSISTENT_VALUE, 38, "inconsistent value")
    CONFD_PY_ERROR(APPLICATION_INTERNAL, 39, "application internal error")
    CONFD_PY_ERROR(UNSET_CHOICE, 40, "unset choice")
    CONFD_PY_ERROR(MUST_FAILED, 41, "must statement failed")
    CONFD_PY_ERROR(MISSING_INSTANCE, 42, "missing instance")
    CONFD_PY_ERROR(INVALID_INSTANCE, 43, "invalid instance")
    CONFD_PY_ERROR(UNAVAILABLE, 44, "not available")
    CONFD_PY_ERROR(EOF, 45, "connection closed")
    CONFD_PY_ERROR(NOTMOVABLE, 46, "item is not movable")
    CONFD_PY_ERROR(HA_WITH_UPGRADE, 47, "HA and upgrade at the same time")
    CONFD_PY_ERROR(TIMEOUT, 48, "timeout")
    CONFD_PY_ERROR(ABORTED, 49, "aborted")
    CONFD_PY_ERROR(XPATH, 50, "XPath error")
    CONFD_PY_ERROR(NOT_IMPLEMENTED, 51, "not implemented")
    CONFD_PY_ERROR(HA_BADVSN, 52, "remote HA node has an incompatible version")
    CONFD_PY_ERROR(POLICY_FAILED, 53, "configuration policy failed")
    CONFD_PY_ERROR(POLICY_COMPILATION_FAILED, 54, "compilation of configuration policy failed")
    CONFD_PY_ERROR(POLICY_EVALUATION_FAILED, 55, "evaluation of configuration policy failed")
    CONFD_PY_ERROR(START_FAILED, 57, "start failed")
    CONFD_PY_ERROR(DATA_MISSING, 58, "data missing")
    CONFD_PY_ERROR(CLI_CMD, 59, "CLI command failed")
    CONFD_PY_ERROR(UPGRADE_IN_PROGRESS, 60, "upgrade in progress")
    CONFD_PY_ERROR(NOTRANS, 61, "no such transaction")
    CONFD_PY_ERROR(NO_MOUNT_ID, 67, unknown)
    CONFD_PY_ERROR(STALE_INSTANCE, 68, unknown)
    CONFD_PY_ERROR(HA_BADCONFIG, 69, unknown)
    CONFD_PY_ERROR(TRANSACTION_CONFLICT, 70, unknown)
    CONFD_PY_ERROR(HA_ABORT, 71, unknown)
});
// clang-format on
#undef CONFD_PY_ERROR

constexpr auto codes = [] {
    std::array<Constant, table.size()> out{};
    for (std::size_t i = 0; i < table.size(); ++i)
        out[i] = table[i].constant;
    return out;
}();

const char* strerror_of(std::int64_t code) {
    const auto found =
        std::ranges::find(table, code, [](const auto& e) { return e.constant.value; });
    return found == table.end() ? unknown : found->text;
}

void set_attribute(const char* name, const Ref& value) {
    must_succeed(PyObject_SetAttrString(error_class, name, value.get()));
}

/// Asking whether it is there would fill a cache of the interpreter with names.
void delete_attribute(const char* name) {
    if (PyObject_SetAttrString(error_class, name, nullptr) < 0) PyErr_Clear();
}

[[noreturn]] void raise_with(std::int64_t code, const std::string& text, int os_error) {
    const auto shown = strerror_of(code);
    const auto number = to_python(code);
    // Whatever the server says must not get in the way of the error itself.
    const auto last =
        must(PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace"));
    const auto describe = [&](const std::string& prefix) {
        set_attribute((prefix + "_errno").c_str(), number);
        set_attribute((prefix + "_strerror").c_str(), to_python(shown));
        set_attribute((prefix + "_lasterr").c_str(), last);
    };
    describe("confd");
    if (product().product == Product::nso) describe("ncs");
    static bool had_os_error = false;
    if (std::exchange(had_os_error, os_error != 0)) {
        delete_attribute("errno");
        delete_attribute("strerror");
    }
    if (os_error != 0) {
        set_attribute("errno", to_python(std::int64_t{os_error}));
        set_attribute("strerror", to_python(std::strerror(os_error)));
    }
    const auto start = std::string(shown) + " (" + std::to_string(code) + "): ";
    const auto message = must(PyUnicode_Concat(to_python(start).get(), last.get()));
    PyErr_SetObject(error_class, message.get());
    raise();
}

constexpr const char* error_doc =
    "A call failed, or the server refused it.\n\n"
    "str() and args[0] are \"<confd_strerror> (<confd_errno>): <confd_lasterr>\". Attributes, "
    "which\n"
    "are those of the latest Error and stand on the class, as in the vendor's module:\n\n"
    "confd_errno    -- which error: ERR_NOEXISTS, ERR_OS, .. (int)\n"
    "confd_strerror -- its text (str)\n"
    "confd_lasterr  -- more about this one, such as what the server said (str)\n"
    "errno          -- only when confd_errno is ERR_OS: the error of the system (int)\n"
    "strerror       -- only then: its text (str)\n\n"
    "_ncs has ncs_errno, ncs_strerror and ncs_lasterr too.";
constexpr const char* eof_doc =
    "The server closed the connection. Not an Error: programs catch the two apart.";

}  // namespace

std::span<const Constant> error_codes() {
    return codes;
}

void init_error(PyObject* module) {
    const auto make = [&](const char* name, const char* doc) {
        auto made = must(PyErr_NewExceptionWithDoc(qualified_name(std::string("error.") + name),
                                                   doc, nullptr, nullptr));
        auto* const kept = made.get();
        Py_INCREF(kept);
        add(module, name, std::move(made));
        return kept;
    };
    error_class = make("Error", error_doc);
    eof_class = make("EOF", eof_doc);
}

void raise_error(std::int64_t code, const std::string& text) {
    raise_with(code, text, 0);
}

void raise_os_error(int number, const std::string& text) {
    raise_with(ERR_OS, text + ": " + std::strerror(number), number);
}

void raise_eof() {
    PyErr_SetString(eof_class, (std::string(product().daemon) + " closed connection").c_str());
    raise();
}

void raise_failure(const SessionFailure& failure) {
    switch (failure.kind) {
        case SessionFailure::Kind::closed:
            raise_eof();
        case SessionFailure::Kind::refused:
            raise_error(failure.peer.code, failure.peer.text);
        case SessionFailure::Kind::protocol:
            break;
    }
    raise_error(ERR_INTERNAL, failure.error.message);
}

}  // namespace confd::python
