// SPDX-License-Identifier: Apache-2.0
#include "simulator/workload/defaults.hpp"

#include <string>
#include <variant>

#include "protocol/log_symbols.hpp"

namespace confd::sim::workload {
namespace {

constexpr Ip4 default_address{192, 0, 2, 17};
constexpr std::int64_t default_handle = 1042;

struct Defaults {
    std::uint32_t type;
    WireContext wire;
    Times times;

    std::int64_t micros() const { return microseconds_of(times.now); }
    LogNumber symbol(std::string_view name) const {
        return log_number(wire.product, name).value_or(0);
    }
    UserInfo session(const UserInfo& as_far) const {
        return default_session_like(as_far, times.start);
    }

    void fill(AuditNotification& b) const {
        b = {symbol("AUTH_LOGIN_SUCCESS"), "admin", 17,
             "logged in via cli from 192.0.2.17:52114 with ssh"};
    }

    void fill(SyslogNotification& b) const {
        switch (type) {
            case NOTIF_DAEMON:
                b = {symbol("STARTED"), 6, "daemon started"};
                break;
            case NOTIF_NETCONF:
                b = {symbol("NETCONF"), 6, "id=17 new ssh session for user \"admin\""};
                break;
            case NOTIF_DEVEL:
                b = {symbol("DEVEL_CAPI"), 7, "ifd: new daemon connected"};
                break;
            case NOTIF_JSONRPC:
                b = {symbol("JSONRPC_REQUEST"), 6, "JSON-RPC: 'get_system_setting'"};
                break;
            default:
                b = {symbol("WEBUI_LOG_MSG"), 6, "GET /login.html 200"};
        }
    }

    void fill(CommitNotification& b) const {
        b = {.database = Datastore::RUNNING, .uinfo = session(b.uinfo)};
    }
    void fill(CommitDiffNotification& b) const {
        b = {.database = Datastore::RUNNING,
             .uinfo = session(b.uinfo),
             .tctx = {default_handle},
             .comment = std::nullopt,
             .label = std::nullopt};
    }
    void fill(UserSessNotification& b) const {
        if (b.type == UserSessType{}) b.type = USER_SESS_START;
        const bool whole = b.type == USER_SESS_START || b.type == USER_SESS_STOP;
        b.uinfo = session(b.uinfo);
        b.database = whole ? Datastore::NO_DB : Datastore::RUNNING;
    }

    void fill(HaNotification& b) const {
        if (b.type == HaInfoType{}) b.type = HA_INFO_IS_MASTER;
        const HaNode other{Value::buf("edge2"), Ip4{192, 0, 2, 18}};
        b = {.type = b.type, .nomaster = HA_CLOSED, .slave_died = other, .slave_arrived = other};
    }

    static void fill(SubagentNotification& b) { b = {SUBAGENT_INFO_UP, "linecard1"}; }
    void fill(ForwardNotification& b) const { b = {FORWARD_INFO_UP, "edge2", session(b.uinfo)}; }
    static void fill(CommitFailedNotification& b) {
        b = {.provider = DP_CDB,
             .dbname = Datastore::RUNNING,
             .ip = Ip4{192, 0, 2, 30},
             .port = 830,
             .daemon_name = "ifd"};
    }

    static void fill(SnmpaNotification& b) {
        if (b.pdu_type == SnmpaPduType{}) b.pdu_type = SNMPA_PDU_V2TRAP;
        const bool trap = b.pdu_type <= SNMPA_PDU_INFORM;
        SnmpaNotification out;
        out.pdu_type = b.pdu_type;
        out.request_id = b.pdu_type == SNMPA_PDU_V1TRAP ? 0 : 1873;
        out.time_stamp = 4711;
        out.ip = default_address;
        out.port = trap ? 162 : 50161;
        out.generic_trap = 2;
        out.enterprise = {1, 3, 6, 1, 4, 1, 32473, 1};
        b = std::move(out);
    }

    void fill(ConfirmedCommitNotification& b) const {
        if (b.type == ConfirmedCommitType{}) b.type = CONFIRMED_COMMIT;
        b = {b.type, b.type == CONFIRMED_COMMIT ? 600 : 0, session(b.uinfo)};
    }
    static void fill(UpgradeNotification& b) { b = {UPGRADE_INIT_STARTED}; }

    static void fill(CommitProgressNotification& b) {
        b = {Datastore::RUNNING, 17, default_handle, "entering validate phase"};
    }
    void progress(auto& b) const {
        b.timestamp = micros();
        b.usid = 17;
        b.tid = default_handle;
        b.datastore = Datastore::RUNNING;
        if (b.type == ProgressType{}) b.type = PROGRESS_INFO;
    }
    void fill(ProgressNotification& b) const {
        b = {.type = b.type};
        progress(b);
    }
    void fill(ProgressSpanNotification& b) const {
        b = {.type = b.type};
        progress(b);
    }

    void fill(StreamNotification& b) const { b.event_time = to_datetime(times.now); }

    void fill(CqProgressNotification& b) const {
        if (b.type == CqItemType{}) b.type = NCS_CQ_ITEM_WAITING;
        CqProgressNotification out;
        out.type = b.type;
        out.timestamp = to_datetime(times.now);
        out.cq_id = micros() / 1000;
        b = std::move(out);
    }
    static void fill(CallHomeNotification& b) {
        if (b.type == CallHomeType{}) b.type = CALL_HOME_DEVICE_CONNECTED;
        b = {.type = b.type,
             .ip = Ip4{192, 0, 2, 61},
             .port = 4334,
             .ssh_host_key = "AAAAC3NzaC1lZDI1NTE5AAAAIExampleKeyOnly",
             .ssh_key_alg = "ssh-ed25519",
             .device = b.type == CALL_HOME_UNKNOWN_DEVICE ? "" : std::string(default_device)};
        if (b.type != CALL_HOME_DEVICE_DISCONNECTED) return;
        // It has no address any more.
        b.ip = Ip4{};
        b.port = 0;
        b.ssh_host_key.clear();
        b.ssh_key_alg.clear();
    }
    static void fill(AuditNetworkNotification& b) {
        b = {.usid = 17,
             .tid = default_handle,
             .user = "admin",
             .device = std::string(default_device),
             .trace_id = std::nullopt,
             .config = "interface eth0\n mtu 9000\n"};
    }
    void fill(CompactionNotification& b) const {
        b = {.dbfile = COMPACTION_A_CDB,
             .type = COMPACTION_AUTOMATIC,
             .fsize_start = 9'437'184,
             .fsize_end = 3'145'728,
             .fsize_last = 3'014'656,
             .time_start = micros(),
             .duration = 180'000,
             .ntrans = 1043};
    }

    static void fill(SignalNotification&) {}
    static void fill(GenericNotification&) {}
};

UserInfo session_of(std::int64_t usid, std::string user, std::string context, SessionProto proto,
                    Ip4 address, std::uint16_t port, TimePoint login) {
    UserInfo out;
    out.usid = usid;
    out.username = std::move(user);
    out.context = AtomText(std::move(context));
    out.proto = proto;
    out.addr.ip = address;
    out.port = port;
    out.logintime.seconds = seconds_of(login);
    return out;
}

}  // namespace

UserInfo default_session(TimePoint login) {
    return session_of(17, "admin", "cli", SessionProto::SSH, default_address, 52114, login);
}

UserInfo default_system_session(TimePoint login) {
    return session_of(1, "system", "system", SessionProto::SYSTEM, {127, 0, 0, 1}, 0, login);
}

UserInfo default_session_like(const UserInfo& session, TimePoint login) {
    const bool system = session.context == "system" || session.proto == SessionProto::SYSTEM;
    return system ? default_system_session(login) : default_session(login);
}

void fill_defaults(Notification& event, const WireContext& wire, const Times& times) {
    const Defaults defaults{event.type, wire, times};
    std::visit([&](auto& body) { defaults.fill(body); }, event.body);
}

}  // namespace confd::sim::workload
