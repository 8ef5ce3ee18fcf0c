// SPDX-License-Identifier: Apache-2.0
#include "python/src/constants.hpp"

#include <array>
#include <string>

#include "protocol/constants.hpp"
#include "protocol/release.hpp"
#include "python/src/error.hpp"
#include "python/src/object.hpp"
#include "python/src/product.hpp"
#include "python/src/records.hpp"
#include "python/src/value.hpp"

namespace confd::python {
namespace {

using Table = std::span<const Constant>;

void add_table(PyObject* module, Table table, std::string_view prefix = {}) {
    for (const auto& constant : table) {
        const auto name = std::string(prefix) + std::string(constant.name);
        add(module, name.c_str(), to_python(constant.value));
    }
}

/// What no event needs, and programs use all the same.
constexpr auto others = std::to_array<Constant>({
    {"CONFD_PORT", default_port(Product::confd)},
    {"NCS_PORT", default_port(Product::nso)},
    {"OK", 0},
    {"ERR", -1},
    {"EOF", -2},
    {"TRUE", 1},
    {"FALSE", 0},
    {"SILENT", 0},
    {"DEBUG", 1},
    {"TRACE", 2},
    {"PROTO_TRACE", 3},
    {"READ", 1},
    {"READ_WRITE", 2},
    {"TIMEZONE_UNDEF", -111},
    {"ITER_SUSPEND", 4},
    {"ITER_WANT_PREV", 1},
    {"ITER_WANT_ANCESTOR_DELETE", 2},
    {"ITER_WANT_CLI_STR", 8},
    {"ITER_WANT_SCHEMA_ORDER", 16},
    {"ITER_WANT_LEAF_FIRST_ORDER", 32},
    {"ITER_WANT_LEAF_LAST_ORDER", 64},
    {"ITER_WANT_REVERSE", 128},
    {"ITER_WANT_CLI_ORDER", 1024},
    {"ITER_WANT_SUPPRESS_OPER_DEFAULTS", 2048},
    {"SNMP_Interger32", 2},  // the vendor's spelling
    {"USESS_FLAG_FORWARD", 1},
    {"USESS_FLAG_HAS_IDENTIFICATION", 2},
    {"USESS_FLAG_HAS_OPAQUE", 4},
    {"USESS_LOCK_MODE_NONE", 0},
    {"USESS_LOCK_MODE_PRIVATE", 1},
    {"USESS_LOCK_MODE_EXCLUSIVE", 2},
    {"USESS_LOCK_MODE_SHARED", 3},
    {"CS_NODE_IS_LIST", NODE_LIST},
    {"CS_NODE_IS_WRITE", NODE_WRITABLE},
    {"CS_NODE_IS_CDB", NODE_CDB},
    {"CS_NODE_IS_ACTION", NODE_ACTION},
    {"CS_NODE_IS_PARAM", NODE_PARAMETER},
    {"CS_NODE_IS_RESULT", NODE_RESULT},
    {"CS_NODE_IS_NOTIF", NODE_NOTIFICATION},
    {"CS_NODE_IS_CASE", NODE_CASE},
    {"CS_NODE_IS_CONTAINER", NODE_CONTAINER},
    {"CS_NODE_HAS_WHEN", NODE_WHEN},
    {"CS_NODE_HAS_DISPLAY_WHEN", 1024},
    {"CS_NODE_HAS_META_DATA", 2048},
    {"CS_NODE_IS_LEAF_LIST", NODE_LEAF_LIST},
    {"CS_NODE_IS_LEAFREF", NODE_LEAFREF},
    {"CS_NODE_HAS_MOUNT_POINT", 32768},
    {"CS_NODE_IS_STRING_AS_BINARY", 65536},
    {"NCS_ERR_CONNECTION_REFUSED", 56},
    {"NCS_ERR_SERVICE_CONFLICT", 62},
    {"NCS_ERR_CONNECTION_TIMEOUT", 63},
    {"NCS_ERR_CONNECTION_CLOSED", 64},
    {"NCS_ERR_DEVICE", 65},
    {"NCS_ERR_TEMPLATE", 66},
});

/// Types that no value of an event has.
constexpr auto other_types = std::to_array<Constant>({
    {"C_SYMBOL", 3},
    {"C_STR", 4},
    {"C_ENUM", 28},
    {"C_ENUM_HASH", 28},
    {"C_UNION", 35},
    {"C_PTR", 36},
    {"C_CDBBEGIN", 37},
    {"C_EMPTY", 53},
});

void add_library_version(PyObject* lib) {
    const auto release = release_to_claim();
    const auto add_version = [&](const std::string& name, std::int64_t number,
                                 const std::string& text) {
        add(lib, name.c_str(), to_python(number));
        add(lib, (name + "_STR").c_str(), to_python(text));
    };
    char text[9] = {};
    std::snprintf(text, sizeof text, "%08x", release.library_version());
    add_version("LIB_VSN", release.library_version(), text);
    add_version("LIB_API_VSN", release.library_version(), text);
    add_version("LIB_PROTO_VSN", release.protocol_version(),
                std::to_string(release.protocol_version()));
}

}  // namespace

void add_event_constants(PyObject* events) {
    for (const Table table :
         {Table(mask_constants), constants<HaInfoType>, constants<SubagentInfoType>,
          constants<ForwardInfoType>, constants<DataProvider>, constants<CommitFlag>,
          constants<ConfirmedCommitType>, constants<UpgradeEvent>, constants<UserSessType>,
          constants<StreamType>, constants<CqItemType>, constants<CallHomeType>,
          constants<SnmpaPduType>, constants<CompactionFile>, constants<CompactionType>}) {
        add_table(events, table);
    }
    add(events, "PROGRESS_ATTRIBUTE_STRING", to_python(attribute_string));
    add(events, "PROGRESS_ATTRIBUTE_NUMBER", to_python(attribute_number));
}

void add_package_constants(PyObject* lib) {
    for (const auto& info : value_types()) {
        add(lib, type_name(info.type).c_str(), to_python(static_cast<std::int64_t>(info.type)));
    }
    for (const Table table : {Table(others), Table(other_types), error_codes(),
                              constants<Datastore>, constants<Verbosity>, constants<ProgressType>,
                              constants<Mop>, constants<IterAnswer>, constants<IterFlag>,
                              constants<SnmpType>, constants<SnmpVarType>, Table(attr_constants)}) {
        add_table(lib, table);
    }
    add_table(lib, constants<SessionProto>, "PROTO_");
    add_library_version(lib);
}

}  // namespace confd::python
