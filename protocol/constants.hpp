// SPDX-License-Identifier: Apache-2.0
// Every constant of the API, with the numbers of docs/protocol.md, "Mask bits and constants".
//
// Each enumeration is written once, as a list of (name, number); the C++ enum and the table by
// which tools turn names into numbers and back both come from that list. Where two names share a
// number the first is printed and both are understood.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace confd {

/// One name of an enumeration or of the mask.
struct Constant {
    std::string_view name;
    std::int64_t value;
};

/// The table of enumeration E: `constants<HaInfoType>`.
template <class E>
inline constexpr std::span<const Constant> constants{};

/// Name of a number, or nothing: a newer peer may send numbers that have none here.
constexpr std::optional<std::string_view> name_of(std::span<const Constant> table,
                                                  std::int64_t value) {
    for (const auto& constant : table) {
        if (constant.value == value) return constant.name;
    }
    return std::nullopt;
}

constexpr std::optional<std::int64_t> value_of(std::span<const Constant> table,
                                               std::string_view name) {
    for (const auto& constant : table) {
        if (constant.name == name) return constant.value;
    }
    return std::nullopt;
}

// X-macros, because C++23 cannot list the names of an enum.
#define CONFD_ENUMERATOR(name, number) name = number,
#define CONFD_CONSTANT(name, number) Constant{#name, number},
#define CONFD_TABLE(Type, LIST)                                                    \
    namespace detail {                                                             \
    inline constexpr auto table_of_##Type = std::to_array({LIST(CONFD_CONSTANT)}); \
    }                                                                              \
    template <>                                                                    \
    inline constexpr std::span<const Constant> constants<Type>{detail::table_of_##Type};
/// Names that carry their own prefix, as in the C and Python APIs.
#define CONFD_ENUM(Type, LIST)                           \
    enum Type : std::int32_t { LIST(CONFD_ENUMERATOR) }; \
    CONFD_TABLE(Type, LIST)
/// Names without a prefix, which would clash: Datastore::RUNNING.
#define CONFD_SCOPED_ENUM(Type, LIST)                          \
    enum class Type : std::int32_t { LIST(CONFD_ENUMERATOR) }; \
    CONFD_TABLE(Type, LIST)

// clang-format off
#define CONFD_HA_INFO(X) X(HA_INFO_NOMASTER, 1) X(HA_INFO_SLAVE_DIED, 2) \
    X(HA_INFO_SLAVE_ARRIVED, 3) X(HA_INFO_SLAVE_INITIALIZED, 4) X(HA_INFO_IS_MASTER, 5) \
    X(HA_INFO_IS_NONE, 6) X(HA_INFO_BESLAVE_RESULT, 7) \
    /* the names of newer releases */ \
    X(HA_INFO_NOPRIMARY, 1) X(HA_INFO_SECONDARY_DIED, 2) X(HA_INFO_SECONDARY_ARRIVED, 3) \
    X(HA_INFO_SECONDARY_INITIALIZED, 4) X(HA_INFO_IS_PRIMARY, 5) X(HA_INFO_BESECONDARY_RESULT, 7)
#define CONFD_HA_ERROR(X) X(HA_CONNECT, 25) X(HA_CLOSED, 26) X(HA_BADFXS, 27) \
    X(HA_BADTOKEN, 28) X(HA_BADNAME, 29) X(HA_BIND, 30) X(HA_NOTICK, 31)
#define CONFD_SUBAGENT_INFO(X) X(SUBAGENT_INFO_UP, 1) X(SUBAGENT_INFO_DOWN, 2)
#define CONFD_FORWARD_INFO(X) X(FORWARD_INFO_UP, 1) X(FORWARD_INFO_DOWN, 2) \
    X(FORWARD_INFO_FAILED, 3)
#define CONFD_PROVIDER(X) X(DP_CDB, 1) X(DP_NETCONF, 2) X(DP_EXTERNAL, 3) X(DP_SNMPGW, 4) \
    X(DP_JAVASCRIPT, 5)
#define CONFD_COMMIT_FLAG(X) X(NOTIF_COMMIT_FLAG_CONFIRMED, 1) \
    X(NOTIF_COMMIT_FLAG_CONFIRMED_EXTENDED, 2)
#define CONFD_CONFIRMED_COMMIT(X) X(CONFIRMED_COMMIT, 1) X(CONFIRMING_COMMIT, 2) X(ABORT_COMMIT, 3)
#define CONFD_UPGRADE(X) X(UPGRADE_INIT_STARTED, 1) X(UPGRADE_INIT_SUCCEEDED, 2) \
    X(UPGRADE_PERFORMED, 3) X(UPGRADE_COMMITED, 4) X(UPGRADE_ABORTED, 5)
#define CONFD_USER_SESS(X) X(USER_SESS_START, 1) X(USER_SESS_STOP, 2) X(USER_SESS_LOCK, 3) \
    X(USER_SESS_UNLOCK, 4) X(USER_SESS_START_TRANS, 5) X(USER_SESS_STOP_TRANS, 6)
#define CONFD_STREAM(X) X(STREAM_NOTIFICATION_EVENT, 1) X(STREAM_NOTIFICATION_COMPLETE, 2) \
    X(STREAM_REPLAY_COMPLETE, 3) X(STREAM_REPLAY_FAILED, 4)
#define CONFD_CQ_ITEM(X) X(NCS_CQ_ITEM_WAITING, 1) X(NCS_CQ_ITEM_EXECUTING, 2) \
    X(NCS_CQ_ITEM_LOCKED, 3) X(NCS_CQ_ITEM_COMPLETED, 4) X(NCS_CQ_ITEM_FAILED, 5) \
    X(NCS_CQ_ITEM_DELETED, 6)
#define CONFD_SNMPA_PDU(X) X(SNMPA_PDU_V1TRAP, 1) X(SNMPA_PDU_V2TRAP, 2) X(SNMPA_PDU_INFORM, 3) \
    X(SNMPA_PDU_GET_RESPONSE, 4) X(SNMPA_PDU_GET_REQUEST, 5) X(SNMPA_PDU_GET_NEXT_REQUEST, 6) \
    X(SNMPA_PDU_REPORT, 7) X(SNMPA_PDU_GET_BULK_REQUEST, 8) X(SNMPA_PDU_SET_REQUEST, 9)
#define CONFD_SNMP_TYPE(X) X(SNMP_NULL, 0) X(SNMP_INTEGER, 1) X(SNMP_Integer32, 2) \
    X(SNMP_OCTET_STRING, 3) X(SNMP_OBJECT_IDENTIFIER, 4) X(SNMP_IpAddress, 5) \
    X(SNMP_Counter32, 6) X(SNMP_TimeTicks, 7) X(SNMP_Opaque, 8) X(SNMP_Counter64, 9) \
    X(SNMP_Unsigned32, 10)
#define CONFD_SNMP_VAR(X) X(SNMP_VARIABLE, 1) X(SNMP_OID, 2) X(SNMP_COL_ROW, 3)
#define CONFD_PROGRESS(X) X(PROGRESS_START, 1) X(PROGRESS_STOP, 2) X(PROGRESS_INFO, 3)
#define CONFD_CALL_HOME(X) X(CALL_HOME_DEVICE_CONNECTED, 1) X(CALL_HOME_UNKNOWN_DEVICE, 2) \
    X(CALL_HOME_DEVICE_DISCONNECTED, 3)
#define CONFD_COMPACTION_FILE(X) X(COMPACTION_A_CDB, 1) X(COMPACTION_O_CDB, 2) \
    X(COMPACTION_S_CDB, 3)
#define CONFD_COMPACTION_TYPE(X) X(COMPACTION_AUTOMATIC, 1) X(COMPACTION_MANUAL, 2)
#define CONFD_DATASTORE(X) X(NO_DB, 0) X(CANDIDATE, 1) X(RUNNING, 2) X(STARTUP, 3) \
    X(OPERATIONAL, 4) X(TRANSACTION, 5) X(PRE_COMMIT_RUNNING, 6) X(INTENDED, 7)
#define CONFD_SESSION_PROTO(X) X(UNKNOWN, 0) X(TCP, 1) X(SSH, 2) X(SYSTEM, 3) X(CONSOLE, 4) \
    X(SSL, 5) X(HTTP, 6) X(HTTPS, 7) X(UDP, 8) X(TLS, 9)
#define CONFD_VERBOSITY(X) X(VERBOSITY_NORMAL, 0) X(VERBOSITY_VERBOSE, 1) \
    X(VERBOSITY_VERY_VERBOSE, 2) X(VERBOSITY_DEBUG, 3)
#define CONFD_PEER_ERROR(X) X(ERR_NOEXISTS, 1) X(ERR_BADSTATE, 17) X(ERR_EXTERNAL, 19) \
    X(ERR_PROTOUSAGE, 21) X(ERR_NOSESSION, 22) X(ERR_XPATH, 50) X(ERR_NOTRANS, 61)
#define CONFD_CLIENT_ID(X) X(CLIENT_DATA_PROVIDER, 3) X(CLIENT_CDB, 5) X(CLIENT_MAAPI, 7) \
    X(CLIENT_STREAM, 8) X(CLIENT_EVENT_NOTIFICATIONS, 11) X(CLIENT_HA, 17)
#define CONFD_MAAPI_OP(X) X(MAAPI_DIFF_ITERATE, 183) X(MAAPI_ATTACH, 220) X(MAAPI_DETACH, 221) \
    X(MAAPI_LOAD_HASH_DB, 231) X(MAAPI_LOAD_ALL_NS, 232) X(MAAPI_LOAD_NS_LIST, 253) \
    X(MAAPI_LOAD_MOUNT_POINTS, 264)
#define CONFD_MOP(X) X(MOP_CREATED, 1) X(MOP_DELETED, 2) X(MOP_MODIFIED, 3) X(MOP_VALUE_SET, 4) \
    X(MOP_MOVED_AFTER, 5) X(MOP_ATTR_SET, 6)
#define CONFD_ITER(X) X(ITER_STOP, 1) X(ITER_RECURSE, 2) X(ITER_CONTINUE, 3) X(ITER_UP, 5)
#define CONFD_ITER_FLAG(X) X(ITER_WANT_ATTR, 4) X(ITER_WANT_P_CONTAINER, 256) \
    X(ITER_WANT_LEAF_LIST_AS_LEAF, 512)
#define CONFD_NODE_FLAG(X) X(NODE_LIST, 1) X(NODE_WRITABLE, 2) X(NODE_CDB, 4) X(NODE_ACTION, 8) \
    X(NODE_PARAMETER, 16) X(NODE_RESULT, 32) X(NODE_NOTIFICATION, 64) X(NODE_CASE, 128) \
    X(NODE_CONTAINER, 256) X(NODE_WHEN, 512) X(NODE_LEAF_LIST, 8192) X(NODE_LEAFREF, 16384)
// clang-format on

CONFD_ENUM(HaInfoType, CONFD_HA_INFO)
CONFD_ENUM(HaErrorCode, CONFD_HA_ERROR)
CONFD_ENUM(SubagentInfoType, CONFD_SUBAGENT_INFO)
CONFD_ENUM(ForwardInfoType, CONFD_FORWARD_INFO)
CONFD_ENUM(DataProvider, CONFD_PROVIDER)
CONFD_ENUM(CommitFlag, CONFD_COMMIT_FLAG)
CONFD_ENUM(ConfirmedCommitType, CONFD_CONFIRMED_COMMIT)
CONFD_ENUM(UpgradeEvent, CONFD_UPGRADE)
CONFD_ENUM(UserSessType, CONFD_USER_SESS)
CONFD_ENUM(StreamType, CONFD_STREAM)
CONFD_ENUM(CqItemType, CONFD_CQ_ITEM)
CONFD_ENUM(SnmpaPduType, CONFD_SNMPA_PDU)
CONFD_ENUM(SnmpType, CONFD_SNMP_TYPE)
CONFD_ENUM(SnmpVarType, CONFD_SNMP_VAR)
CONFD_ENUM(ProgressType, CONFD_PROGRESS)
CONFD_ENUM(CallHomeType, CONFD_CALL_HOME)
CONFD_ENUM(CompactionFile, CONFD_COMPACTION_FILE)
CONFD_ENUM(CompactionType, CONFD_COMPACTION_TYPE)
CONFD_SCOPED_ENUM(Datastore, CONFD_DATASTORE)
CONFD_SCOPED_ENUM(SessionProto, CONFD_SESSION_PROTO)
CONFD_ENUM(Verbosity, CONFD_VERBOSITY)
/// The error codes that a subscription or a MAAPI call can be answered with; a peer may send
/// others.
CONFD_ENUM(PeerErrorCode, CONFD_PEER_ERROR)
/// The service a client asks for in its hello.
CONFD_ENUM(ClientId, CONFD_CLIENT_ID)
/// What a MAAPI request asks for (docs/protocol.md, "The MAAPI corner").
CONFD_ENUM(MaapiOp, CONFD_MAAPI_OP)
/// What happened to a node of a transaction.
CONFD_ENUM(Mop, CONFD_MOP)
/// How an iteration goes on after a change: to its end, below it, beside it, or above it.
CONFD_ENUM(IterAnswer, CONFD_ITER)
CONFD_ENUM(IterFlag, CONFD_ITER_FLAG)
/// Bits of a schema node's flags.
CONFD_ENUM(NodeFlag, CONFD_NODE_FLAG)

// clang-format off
#define CONFD_MASK(X) X(NOTIF_AUDIT, 1U << 0) X(NOTIF_DAEMON, 1U << 1) \
    X(NOTIF_TAKEOVER_SYSLOG, 1U << 2) X(NOTIF_COMMIT_SIMPLE, 1U << 3) \
    X(NOTIF_COMMIT_DIFF, 1U << 4) X(NOTIF_USER_SESSION, 1U << 5) X(NOTIF_HA_INFO, 1U << 6) \
    X(NOTIF_SUBAGENT_INFO, 1U << 7) X(NOTIF_COMMIT_FAILED, 1U << 8) X(NOTIF_SNMPA, 1U << 9) \
    X(NOTIF_FORWARD_INFO, 1U << 10) X(NOTIF_NETCONF, 1U << 11) X(NOTIF_DEVEL, 1U << 12) \
    X(NOTIF_HEARTBEAT, 1U << 13) X(NOTIF_CONFIRMED_COMMIT, 1U << 14) \
    X(NOTIF_UPGRADE_EVENT, 1U << 15) X(NOTIF_COMMIT_PROGRESS, 1U << 16) \
    X(NOTIF_AUDIT_SYNC, 1U << 17) X(NOTIF_HEALTH_CHECK, 1U << 18) \
    X(NOTIF_STREAM_EVENT, 1U << 19) X(NOTIF_HA_INFO_SYNC, 1U << 20) \
    X(NCS_NOTIF_PACKAGE_RELOAD, 1U << 21) X(NCS_NOTIF_CQ_PROGRESS, 1U << 22) \
    X(NOTIF_REOPEN_LOGS, 1U << 23) X(NOTIF_PROGRESS, 1U << 24) \
    X(NCS_NOTIF_CALL_HOME_INFO, 1U << 25) X(NOTIF_JSONRPC, 1U << 26) X(NOTIF_WEBUI, 1U << 27) \
    X(NCS_NOTIF_AUDIT_NETWORK, 1U << 28) X(NCS_NOTIF_AUDIT_NETWORK_SYNC, 1U << 29) \
    X(NOTIF_COMPACTION, 1U << 30) X(NOTIF_SYSTEM_GOING_DOWN, 1U << 31) \
    /* old names */ \
    X(NOTIF_SYSLOG, 1U << 1) X(NOTIF_SYSLOG_TAKEOVER, 3U << 1)
// clang-format on

#define CONFD_MASK_BIT(name, number) inline constexpr std::uint32_t name = number;
CONFD_MASK(CONFD_MASK_BIT)
#undef CONFD_MASK_BIT

inline constexpr auto mask_constants = std::to_array({CONFD_MASK(CONFD_CONSTANT)});

/// Bits that change what a subscriber owes or the daemon does, and are no events themselves.
inline constexpr std::uint32_t flag_bits =
    NOTIF_TAKEOVER_SYSLOG | NOTIF_AUDIT_SYNC | NOTIF_HA_INFO_SYNC | NCS_NOTIF_AUDIT_NETWORK_SYNC;

/// Bits that only NSO serves.
inline constexpr std::uint32_t nso_bits = NCS_NOTIF_PACKAGE_RELOAD | NCS_NOTIF_CQ_PROGRESS |
                                          NCS_NOTIF_CALL_HOME_INFO | NCS_NOTIF_AUDIT_NETWORK |
                                          NCS_NOTIF_AUDIT_NETWORK_SYNC | NOTIF_SYSTEM_GOING_DOWN;

/// Bits that came with the 7 and with the 8 releases.
inline constexpr std::uint32_t since_7_bits =
    NOTIF_PROGRESS | NCS_NOTIF_CALL_HOME_INFO | NOTIF_JSONRPC | NOTIF_WEBUI |
    NCS_NOTIF_AUDIT_NETWORK | NCS_NOTIF_AUDIT_NETWORK_SYNC;
inline constexpr std::uint32_t since_8_bits = NOTIF_COMPACTION | NOTIF_SYSTEM_GOING_DOWN;

// clang-format off
#define CONFD_ATTR(X) X(ATTR_INACTIVE, 0U) X(ATTR_TAGS, 0x80000000U) X(ATTR_ANNOTATION, 0x80000001U)
// clang-format on

#define CONFD_ATTR_NUMBER(name, number) inline constexpr std::uint32_t name = number;
CONFD_ATTR(CONFD_ATTR_NUMBER)
#undef CONFD_ATTR_NUMBER

/// Attributes of a node that a transaction can set.
inline constexpr auto attr_constants = std::to_array({CONFD_ATTR(CONFD_CONSTANT)});

/// "NOTIF_AUDIT" for 1, or nothing for a number that is no single known bit.
constexpr std::optional<std::string_view> notif_name(std::uint32_t type) {
    return name_of(mask_constants, type);
}

}  // namespace confd
