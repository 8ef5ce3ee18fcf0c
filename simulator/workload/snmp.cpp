// SPDX-License-Identifier: Apache-2.0
#include "simulator/workload/snmp.hpp"

#include <fmt/format.h>

#include <vector>

#include "protocol/value/text.hpp"
#include "simulator/workload/names.hpp"

namespace confd::sim::workload {
namespace {

using SubIds = std::vector<std::uint32_t>;

constexpr std::uint16_t agent_port = 161;
constexpr std::uint16_t trap_port = 162;
/// The enterprise number for examples (RFC 5612).
const SubIds example_enterprise{1, 3, 6, 1, 4, 1, 32473, 1};

/// IF-MIB's ifTable: columns by name and number.
struct Column {
    std::string_view name;
    std::uint32_t number;
    SnmpType type;
};
constexpr Column columns[] = {
    {"ifIndex", 1, SNMP_Integer32},    {"ifDescr", 2, SNMP_OCTET_STRING},
    {"ifMtu", 4, SNMP_Integer32},      {"ifAdminStatus", 7, SNMP_INTEGER},
    {"ifOperStatus", 8, SNMP_INTEGER}, {"ifInOctets", 10, SNMP_Counter32}};

std::string value_of(Choices& c, const Column& column, std::uint32_t index) {
    if (column.type == SNMP_OCTET_STRING) return fmt::format("eth{}", index - 1);
    if (column.number == 1) return std::to_string(index);
    if (column.number == 4) return c.flip() ? "9000" : "1500";
    if (column.type == SNMP_INTEGER) return c.flip() ? "1" : "2";
    return std::to_string(c.below(std::uint64_t{1} << 32));
}

VarBind variable(SnmpType type, std::string name, std::string value) {
    return {.var = {.type = SNMP_VARIABLE, .vartype = type, .name = AtomText(std::move(name))},
            .val = {std::move(value)}};
}

/// A cell of the table; a request has no value yet.
VarBind cell(Choices& c, std::uint32_t index, bool with_value) {
    const auto& column = c.of(columns);
    VarBind out;
    if (c.flip()) {
        out.var = {.type = SNMP_COL_ROW,
                   .vartype = column.type,
                   .rowindex = {index},
                   .column = AtomText(std::string(column.name))};
    } else {
        out.var = {.type = SNMP_OID,
                   .vartype = column.type,
                   .oid = {1, 3, 6, 1, 2, 1, 2, 2, 1, column.number, index}};
    }
    if (with_value) {
        out.val.text = value_of(c, column, index);
    } else {
        out.var.vartype = SNMP_NULL;
    }
    return out;
}

bool is_request(SnmpaPduType type) {
    return type == SNMPA_PDU_GET_REQUEST || type == SNMPA_PDU_GET_NEXT_REQUEST ||
           type == SNMPA_PDU_GET_BULK_REQUEST;
}

bool is_trap(SnmpaPduType type) {
    return type == SNMPA_PDU_V1TRAP || type == SNMPA_PDU_V2TRAP || type == SNMPA_PDU_INFORM;
}

}  // namespace

SnmpaNotification SnmpAgent::next(Choices& choices) {
    SnmpaNotification out;
    out.pdu_type = one_of_all<SnmpaPduType>(choices);
    out.ip = address(choices);
    out.port = is_trap(out.pdu_type) ? trap_port : client_port(choices);
    uptime_ += static_cast<std::int64_t>(choices.below(6000));
    const auto index = static_cast<std::uint32_t>(1 + choices.below(4));
    if (out.pdu_type == SNMPA_PDU_V1TRAP) {
        // coldStart 0, warmStart 1, linkDown 2, linkUp 3, authenticationFailure 4, one's own 6
        constexpr std::int64_t generic[] = {0, 1, 2, 3, 4, 6};
        out.time_stamp = uptime_;
        out.generic_trap = choices.of(generic);
        if (out.generic_trap == 6) {
            out.specific_trap = static_cast<std::int64_t>(1 + choices.below(20));
        }
        out.enterprise = example_enterprise;
    } else {
        out.request_id = ++last_request_;
    }
    if (out.pdu_type == SNMPA_PDU_V2TRAP || out.pdu_type == SNMPA_PDU_INFORM) {
        out.vb.push_back(variable(SNMP_TimeTicks, "sysUpTime", std::to_string(uptime_)));
        // linkDown 3, linkUp 4 (IF-MIB)
        out.vb.push_back(variable(SNMP_OBJECT_IDENTIFIER, "snmpTrapOID",
                                  fmt::format("1.3.6.1.6.3.1.1.5.{}", 3 + choices.below(2))));
    }
    if (out.pdu_type == SNMPA_PDU_GET_BULK_REQUEST) {
        // What the others have for errors is max-repetitions here (RFC 3416).
        out.error_index = static_cast<std::int64_t>(10 * (1 + choices.below(5)));
    }
    for (auto n = 1 + choices.below(3); n > 0; --n)
        out.vb.push_back(cell(choices, index, !is_request(out.pdu_type)));
    if (out.pdu_type == SNMPA_PDU_GET_RESPONSE && choices.below(6) == 5) {
        out.error_status = 2;  // noSuchName
        out.error_index = 1;
    }
    return out;
}

}  // namespace confd::sim::workload
