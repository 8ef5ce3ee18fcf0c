// SPDX-License-Identifier: Apache-2.0
// NOTIF_SNMPA: the SNMP agent sent or received a PDU.
#pragma once

#include "protocol/notification/types.hpp"

namespace confd {

/// A text; anything else reads as no value.
struct VarValue {
    std::optional<std::string> text;
    bool operator==(const VarValue&) const = default;
};

struct SnmpVar {
    SnmpVarType type = SNMP_VARIABLE;
    SnmpType vartype{};
    AtomText name;                        ///< SNMP_VARIABLE
    std::vector<std::uint32_t> oid;       ///< SNMP_OID
    std::vector<std::uint32_t> rowindex;  ///< SNMP_COL_ROW
    AtomText column;                      ///< SNMP_COL_ROW

    template <SnmpVarType Type>
    static constexpr bool is(const SnmpVar& var, const WireContext&) {
        return var.type == Type;
    }

    static constexpr auto fields() {
        return std::tuple(field("type", &SnmpVar::type), field("vartype", &SnmpVar::vartype),
                          field("name", &SnmpVar::name).when(is<SNMP_VARIABLE>),
                          field("oid", &SnmpVar::oid).when(is<SNMP_OID>),
                          field("rowindex", &SnmpVar::rowindex).when(is<SNMP_COL_ROW>),
                          field("column", &SnmpVar::column).when(is<SNMP_COL_ROW>));
    }
    bool operator==(const SnmpVar&) const = default;
};

struct VarBind {
    SnmpVar var;
    VarValue val;

    static constexpr auto fields() {
        // The fields of the variable stand beside the value in JSON, hence no name.
        return std::tuple(field("", &VarBind::var), field("val", &VarBind::val));
    }
    bool operator==(const VarBind&) const = default;
};

struct SnmpaNotification {
    static constexpr std::string_view key = "snmpa";
    static constexpr Shape shape = Shape::nested;

    SnmpaPduType pdu_type{};
    std::int64_t request_id = 0;
    std::int64_t time_stamp = 0;  ///< V1 traps: where others have the request id
    Ip ip;
    std::uint16_t port = 0;
    std::int64_t error_status = 0;
    std::int64_t error_index = 0;
    std::int64_t specific_trap = 0;  ///< V1 traps: where others have the error status
    std::int64_t generic_trap = 0;   ///< V1 traps: where others have the error index
    std::vector<VarBind> vb;
    std::vector<std::uint32_t> enterprise;  ///< V1 traps

    static constexpr bool v1(const SnmpaNotification& n, const WireContext&) {
        return n.pdu_type == SNMPA_PDU_V1TRAP;
    }
    static constexpr bool not_v1(const SnmpaNotification& n, const WireContext& c) {
        return !v1(n, c);
    }

    static constexpr auto fields() {
        using N = SnmpaNotification;
        return std::tuple(field("pdu_type", &N::pdu_type),
                          field("request_id", &N::request_id).when(not_v1).shown(Show::always),
                          field("time_stamp", &N::time_stamp).when(v1), field("ip", &N::ip),
                          field("port", &N::port),
                          field("error_status", &N::error_status).when(not_v1).shown(Show::always),
                          field("error_index", &N::error_index).when(not_v1).shown(Show::always),
                          field("specific_trap", &N::specific_trap).when(v1),
                          field("generic_trap", &N::generic_trap).when(v1), count_of(&N::vb),
                          field("vb", &N::vb).shown(Show::nonempty),
                          Unused<N>{.zero = true, .on_wire = v1},
                          field("enterprise", &N::enterprise).when(v1));
    }
    bool operator==(const SnmpaNotification&) const = default;
};

}  // namespace confd
