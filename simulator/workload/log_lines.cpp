// SPDX-License-Identifier: Apache-2.0
#include "simulator/workload/log_lines.hpp"

#include <fmt/format.h>

#include <cassert>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "protocol/constants.hpp"
#include "protocol/log_symbols.hpp"
#include "protocol/value/text.hpp"
#include "simulator/workload/names.hpp"

namespace confd::sim::workload {
namespace {

/// A line with gaps: {interface}, {address} and so on, as fill() knows them.
struct Template {
    std::string_view symbol;
    std::int64_t prio;
    std::string_view text;
};

constexpr Template daemon_lines[] = {
    {"LISTENER_INFO", 6, "Listening for NETCONF SSH on {address}:2022"},
    {"CDB_CLIENT_TIMEOUT", 4, "CDB client ({daemon}) timed out, waiting for prepare"},
    {"DAEMON_DIED", 3, "Daemon {daemon} died"},
    {"DAEMON_TIMEOUT", 3, "Daemon {daemon} timed out"},
    {"NO_CALLPOINT", 3, "no registration found for callpoint {daemon}-stats of type=data"},
    {"SESSION_LIMIT", 4, "Session limit of type 'netconf' reached, rejected new session request"},
    {"REOPEN_LOGS", 6, "Logging subsystem, reopening log files"},
    {"FILE_LOADING", 6, "Loading file /etc/confd/{daemon}.fxs"},
    {"SNMP_TRAP_UNKNOWN_SENDER", 5,
     "Not forwarding trap from {address}; the sender is not recognized"},
    {"HA_FAILED_CONNECT", 4, "Failed to connect to {node}: connection refused"},
    {"ABORT_CAND_COMMIT_TIMER", 5, "Candidate commit timer expired, rolling back"},
    {"CONFIG_TRANSACTION_LIMIT", 4,
     "Configuration transaction limit reached, rejected new transaction request"},
    {"NCS_DEVICE_OUT_OF_SYNC", 4,
     "NCS device-out-of-sync Device '{device}' Info 'got: {hash} expected: {other-hash}'"},
    {"NCS_PYTHON_VM_START", 6, "Starting the NCS Python VM for package l3vpn"},
    {"NCS_SERVICE_OUT_OF_SYNC", 4,
     "NCS service-out-of-sync Service '{service}' Info 'the device {device} was changed'"},
};

constexpr Template netconf_lines[] = {
    {"NETCONF", 6, "id={session} new ssh session for user \"{user}\" from {address}"},
    {"NETCONF", 6,
     "id={session} got rpc: {{urn:ietf:params:xml:ns:netconf:base:1.0}}get-config id={message}"},
    {"NETCONF", 6, "id={session} get-config source=running attrs: message-id=\"{message}\""},
    {"NETCONF", 6,
     "id={session} got rpc: {{urn:ietf:params:xml:ns:netconf:base:1.0}}edit-config id={message}"},
    {"NETCONF", 6, "id={session} edit-config target=candidate attrs: message-id=\"{message}\""},
    {"NETCONF", 6, "id={session} sending rpc-reply, attrs: message-id=\"{message}\""},
    {"NETCONF", 6, "id={session} session closed by client"},
};

constexpr Template devel_lines[] = {
    {"DEVEL_CAPI", 7, "{daemon}: new daemon connected from 127.0.0.1:{port}"},
    {"DEVEL_CAPI", 7, "{daemon}: get_elem request for callpoint {daemon}-stats path {path}"},
    {"DEVEL_CDB", 7, "CDB subscriber {session} '{daemon}' notified at prio 10 for {path}"},
    {"DEVEL_CDB", 7, "CDB subscriber {session} '{daemon}' done"},
    {"DEVEL_AAA", 7, "User: {user}({session}) permitted read access to {path}"},
    {"DEVEL_AAA", 6, "User: {user}({session}) rejected write access to {path}"},
    {"DEVEL_CONFD", 7, "validate phase of transaction {session} took {message} ms"},
    {"DEVEL_SNMPA", 7, "get-next-request reqid={message} from {address}"},
};

constexpr Template jsonrpc_lines[] = {
    {"JSONRPC_REQUEST", 6,
     "JSON-RPC: 'get_value' with JSON params {{\"th\":{session},\"path\":\"{path}\"}}"},
    {"JSONRPC_REQUEST", 6, "JSON-RPC: 'new_read_trans' with JSON params {{\"db\":\"running\"}}"},
    {"JSONRPC_REQUEST", 6, "JSON-RPC: 'validate_commit' with JSON params {{\"th\":{session}}}"},
    {"JSONRPC_REQUEST_IDLE_TIMEOUT", 6, "Stopping session due to idle timeout: {session}"},
    {"JSONRPC_LOG_MSG", 6, "JSON-RPC: session {session} of {user} opened from {address}"},
};

constexpr Template webui_lines[] = {
    {"WEBUI_LOG_MSG", 6, "{address} GET /index.html 200"},
    {"WEBUI_LOG_MSG", 6, "{address} GET /login.html 200"},
    {"WEBUI_LOG_MSG", 6, "{address} POST /jsonrpc/login 200"},
    {"WEBUI_LOG_MSG", 4, "{address} GET /jsonrpc/comet 401"},
};

constexpr Template cli_actions[] = {
    {"CLI_CMD", 6, "CLI 'show running-config interfaces interface {interface}'"},
    {"CLI_CMD", 6, "CLI 'show interfaces interface {interface} statistics'"},
    {"CLI_CMD", 6, "CLI 'configure'"},
    {"CLI_CMD", 6, "CLI '{command}'"},
    {"CLI_CMD", 6, "CLI 'commit'"},
    {"CLI_CMD_DONE", 6, "CLI done"},
    {"CLI_CMD_ABORTED", 6, "CLI aborted"},
    {"CLI_DENIED", 6, "CLI denied 'request system reboot'"},
};
constexpr Template web_actions[] = {
    {"WEB_ACTION", 6, "WebUI action '{path}'"},
    {"WEB_CMD", 6, "WebUI cmd '{command}'"},
    {"WEB_COMMIT", 6, "WebUI commit"},
};
constexpr Template rest_actions[] = {
    {"RESTCONF_REQUEST", 6,
     "RESTCONF: request with HTTP/1.1 GET /restconf/data{path} from {address}"},
    {"RESTCONF_RESPONSE", 6, "RESTCONF: response with HTTP/1.1 GET /restconf/data{path} 200"},
};
constexpr Template other_actions[] = {
    {"GROUP_ASSIGN", 6, "assigned to groups: {group}"},
    {"COMMIT_INFO", 6, "commit via {context}: {path}"},
    {"CONFIG_CHANGE", 6, "configuration changed via {context}: {path}"},
};

/// What is the same in all gaps of a line about one session.
struct About {
    std::string user;
    std::string address;
    std::string context;
};

std::string gap(Choices& c, std::string_view name, const About& about) {
    if (name == "user") return about.user;
    if (name == "address") return about.address;
    if (name == "context") return about.context;
    if (name == "interface") return interface(c);
    if (name == "device") return device(c);
    if (name == "node") return node(c);
    if (name == "daemon") return daemon(c);
    if (name == "service") return service(c);
    if (name == "path") return config_path(c);
    if (name == "command") return config_command(c);
    if (name == "port") return std::to_string(client_port(c));
    if (name == "session") return std::to_string(11 + c.below(80));
    if (name == "message") return std::to_string(1 + c.below(200));
    if (name == "hash" || name == "other-hash") return span_id(c);
    assert(name == "group");
    return c.flip() ? "admin" : "oper";
}

/// As in fmt's texts, `{{` and `}}` are braces. A gap that is there twice has one text.
std::string fill(Choices& c, std::string_view text, const About& about) {
    std::map<std::string_view, std::string> filled;
    std::string out;
    while (!text.empty()) {
        const bool brace = text.front() == '{' || text.front() == '}';
        if (!brace || (text.size() > 1 && text[1] == text.front())) {
            out.push_back(text.front());
            text.remove_prefix(brace ? 2 : 1);
            continue;
        }
        const auto end = text.find('}');
        const auto name = text.substr(1, end - 1);
        if (!filled.contains(name)) filled.emplace(name, gap(c, name, about));
        out += filled[name];
        text.remove_prefix(end + 1);
    }
    return out;
}

/// One that the product has: NSO has more.
LogLine line_of(Choices& c, std::span<const Template> lines, Product product, const About& about) {
    std::vector<std::pair<std::int64_t, const Template*>> known;
    for (const auto& line : lines) {
        if (const auto number = log_number(product, line.symbol))
            known.emplace_back(*number, &line);
    }
    const auto& [number, chosen] = known[c.below(known.size())];
    return {number, chosen->prio, fill(c, chosen->text, about)};
}

std::string address_text(const Ip& ip) {
    return std::visit([](const auto& address) { return to_text(address); }, ip);
}

std::span<const Template> lines_of(std::uint32_t type) {
    switch (type) {
        case NOTIF_DAEMON:
            return daemon_lines;
        case NOTIF_NETCONF:
            return netconf_lines;
        case NOTIF_DEVEL:
            return devel_lines;
        case NOTIF_JSONRPC:
            return jsonrpc_lines;
        default:
            assert(type == NOTIF_WEBUI);
            return webui_lines;
    }
}

std::span<const Template> actions_in(std::string_view context) {
    if (context == "cli") return cli_actions;
    if (context == "webui") return web_actions;
    if (context == "rest") return rest_actions;
    return other_actions;
}

/// "ssh", as logs write the session's protocol.
std::string_view protocol_text(SessionProto proto) {
    constexpr std::string_view names[] = {"unknown", "tcp",  "ssh",   "system", "console",
                                          "ssl",     "http", "https", "udp",    "tls"};
    const auto at = static_cast<std::size_t>(proto);
    return at < std::size(names) ? names[at] : names[0];
}

/// Where a session comes from: "192.0.2.17:52114".
std::string origin(const UserInfo& session) {
    const auto text = address_text(session.addr.ip);
    return std::holds_alternative<Ip6>(session.addr.ip) ? fmt::format("[{}]:{}", text, session.port)
                                                        : fmt::format("{}:{}", text, session.port);
}

}  // namespace

LogLine syslog_line(Choices& choices, std::uint32_t type, Product product) {
    constexpr std::string_view users[] = {"admin", "oper", "automation"};
    const About about{.user = std::string(choices.of(users)),
                      .address = to_text(address4(choices)),
                      .context = "netconf"};
    return line_of(choices, lines_of(type), product, about);
}

LogLine audit_line(Choices& choices, const UserInfo& session, Audited what, Product product) {
    const auto line = [&](std::string_view symbol, std::string text) {
        return LogLine{*log_number(product, symbol), 6, std::move(text)};
    };
    switch (what) {
        case Audited::login:
            return line(
                "AUTH_LOGIN_SUCCESS",
                fmt::format("logged in via {} from {} with {}", std::string(session.context),
                            origin(session), protocol_text(session.proto)));
        case Audited::logout:
            return line("AUTH_LOGOUT",
                        fmt::format("logged out via {}", std::string(session.context)));
        case Audited::action:
            break;
    }
    return line_of(choices, actions_in(session.context), product,
                   {.user = session.username,
                    .address = address_text(session.addr.ip),
                    .context = session.context});
}

}  // namespace confd::sim::workload
