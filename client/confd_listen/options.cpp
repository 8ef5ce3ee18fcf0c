// SPDX-License-Identifier: Apache-2.0
#include "client/confd_listen/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

#include "client/error.hpp"
#include "program/about.hpp"
#include "program/command_line.hpp"
#include "protocol/mask.hpp"
#include "protocol/value/text.hpp"
#include "text/mask.hpp"
#include "text/units.hpp"

namespace confd::listen {
namespace {

constexpr std::chrono::seconds default_interval{10};

struct MaskFlag {
    const char* names;
    std::uint32_t bits;
    const char* help;
};

/// -A: every letter's event but commit simple, heartbeat and health check, as in the vendor's
/// sample.
constexpr std::uint32_t sample_all =
    NOTIF_AUDIT | NOTIF_DAEMON | NOTIF_TAKEOVER_SYSLOG | NOTIF_COMMIT_DIFF | NOTIF_USER_SESSION |
    NOTIF_HA_INFO | NOTIF_SUBAGENT_INFO | NOTIF_COMMIT_FAILED | NOTIF_SNMPA | NOTIF_FORWARD_INFO |
    NOTIF_NETCONF | NOTIF_DEVEL | NOTIF_CONFIRMED_COMMIT | NOTIF_UPGRADE_EVENT |
    NOTIF_COMMIT_PROGRESS;

constexpr std::array mask_flags{
    MaskFlag{"-a,--audit", NOTIF_AUDIT, "audit log"},
    MaskFlag{"-d,--daemon", NOTIF_DAEMON, "daemon log"},
    MaskFlag{"-t,--takeover-syslog", NOTIF_TAKEOVER_SYSLOG, "keep the daemon from its own syslog"},
    MaskFlag{"-c,--commit-simple", NOTIF_COMMIT_SIMPLE, "commits"},
    MaskFlag{"-i,--commit-diff", NOTIF_COMMIT_DIFF, "commits that wait for an acknowledgement"},
    MaskFlag{"-u,--user-session", NOTIF_USER_SESSION, "user sessions"},
    MaskFlag{"-h,--ha-info", NOTIF_HA_INFO, "high availability (help is --help)"},
    MaskFlag{"-s,--subagent", NOTIF_SUBAGENT_INFO, "subagents"},
    MaskFlag{"-f,--commit-failed", NOTIF_COMMIT_FAILED, "data providers that failed a commit"},
    MaskFlag{"-S,--snmpa", NOTIF_SNMPA, "SNMP PDUs"},
    MaskFlag{"-F,--forward", NOTIF_FORWARD_INFO, "forwarding"},
    MaskFlag{"-N,--netconf", NOTIF_NETCONF, "netconf log"},
    MaskFlag{"-D,--devel", NOTIF_DEVEL, "developer log"},
    MaskFlag{"-H,--heartbeat", NOTIF_HEARTBEAT, "heartbeats, every -T seconds"},
    MaskFlag{"-e,--health-check", NOTIF_HEALTH_CHECK, "health checks, every -T seconds"},
    MaskFlag{"-C,--confirmed-commit", NOTIF_CONFIRMED_COMMIT, "confirmed commits"},
    MaskFlag{"-U,--upgrade", NOTIF_UPGRADE_EVENT, "upgrades"},
    MaskFlag{"-P,--commit-progress", NOTIF_COMMIT_PROGRESS, "progress of commits"},
    MaskFlag{"-A,--all", sample_all, "all of these but -c, -H and -e"},
    MaskFlag{"-y,--audit-sync", NOTIF_AUDIT_SYNC, "acknowledge each audit event"},
    MaskFlag{"-Y,--ha-sync", NOTIF_HA_INFO_SYNC, "acknowledge each high-availability event"},
};

constexpr const char* footer = R"(
Address and access file come from CONFD_IPC_PATH or CONFD_IPC_ADDR and CONFD_IPC_PORT, and from
CONFD_IPC_ACCESS_FILE (for NSO NCS_IPC_PATH and so on) where no option gives them. A path wins.

Exit codes:
  0   ended as asked: --count reached, interrupted, or the server closed after a whole event
  1   the same, but some event was malformed, or the connection broke off in the middle
  2   wrong usage
  3   could not connect (without --reconnect), or the server refused (its code and text are on
      standard error)
  4   --timeout passed without an event
  70  internal error)";

/// What the options say, before it is put together.
struct Raw {
    std::vector<bool> flags = std::vector<bool>(mask_flags.size());
    bool all_events = false;
    std::string mask;
    std::string stream, start, stop, filter;
    std::int64_t usid = 0;
    bool use_ikp = false;
    std::int64_t verbosity = VERBOSITY_NORMAL;
    std::chrono::milliseconds interval = default_interval;
    std::string host, port, path, access_file;
    std::string release, product = "confd", format = "text";
    std::uint64_t count = 0;
    std::chrono::milliseconds timeout{};
    bool confirm = false, no_ack = false, show_clearpass = false, strict = false;
    bool no_diff = false, load_schemas = false;
    bool reconnect = false;
    events::BackoffOptions backoff;
    std::size_t max_frame = Limits{}.payload;
    transport::SocketOptions socket;
};

[[noreturn]] void wrong(const std::string& text) {
    throw Stop{exit_usage, fmt::format("confd-listen: {}\nTry confd-listen --help.\n", text)};
}

void declare_events(CLI::App& app, Raw& raw) {
    constexpr const char* group = "Events";
    for (std::size_t i = 0; i < mask_flags.size(); ++i) {
        app.add_flag_callback(
               mask_flags[i].names, [&raw, i] { raw.flags[i] = true; }, mask_flags[i].help)
            ->group(group);
    }
    app.add_flag("--all-events", raw.all_events,
                 "every event that the product and release have, but streams, with all "
                 "acknowledgements")
        ->group(group);
    app.add_option("--mask", raw.mask, "names such as NOTIF_AUDIT,NOTIF_HA_INFO, or a number")
        ->group(group);
    program::add_seconds(app, "-T,--interval", raw.interval,
                         "seconds between heartbeats and health checks")
        ->group(group)
        ->default_str(fmt::format("{}", default_interval.count()));
    program::add_count(app, "--verbosity", raw.verbosity, VERBOSITY_NORMAL, VERBOSITY_DEBUG,
                       "of progress events: 0 to 3")
        ->group(group);
}

void declare_stream(CLI::App& app, Raw& raw) {
    constexpr const char* group = "Streams";
    app.add_option("-n,--stream", raw.stream, "events of the notification stream NAME")
        ->group(group)
        ->type_name("NAME");
    app.add_option("-B,--start", raw.start, "replay from here, such as 2026-11-22T10:00:00Z")
        ->group(group)
        ->type_name("TIME");
    app.add_option("-E,--stop", raw.stop, "up to here; needs -B")->group(group)->type_name("TIME");
    app.add_option("-x,--filter", raw.filter, "XPath filter")->group(group)->type_name("XPATH");
    program::add_count(app, "-z,--usid", raw.usid, INT64_MIN, INT64_MAX,
                       "only what this user session may read")
        ->group(group);
    app.add_flag("--use-ikp", raw.use_ikp,
                 "ask for tags by name, as the Erlang client does (UseIKP 1): names are known "
                 "without --load-schemas")
        ->group(group);
}

void declare_connection(CLI::App& app, Raw& raw) {
    constexpr const char* group = "Connection";
    app.add_option("--host", raw.host, "address or name")->group(group);
    app.add_option("-p,--port", raw.port, "TCP port; 4565 for confd, 4569 for nso")->group(group);
    app.add_option("--path", raw.path, "UNIX socket instead of TCP")
        ->group(group)
        ->type_name("PATH");
    app.add_option("--access-file", raw.access_file, "file with the access secret")
        ->group(group)
        ->type_name("FILE");
    app.add_option("--release", raw.release, "what to claim to be, such as 7.8, the default")
        ->group(group);
    app.add_option("--product", raw.product, "confd or nso")
        ->group(group)
        ->type_name("confd|nso")
        ->capture_default_str();
}

void declare_limits(CLI::App& app, Raw& raw) {
    app.option_defaults()->group("Limits and broken connections");
    app.add_flag("--reconnect", raw.reconnect,
                 "connect again when the connection is lost or cannot be made, after a random "
                 "time below a bound that doubles");
    program::add_timespan(app, "--backoff", raw.backoff.first, "the bound at first");
    program::add_timespan(app, "--backoff-max", raw.backoff.longest, "the largest bound");
    program::add_size(app, "--max-frame", raw.max_frame, "refuse larger frames");
    program::add_socket_options(app, raw.socket);
    app.option_defaults()->group("Options");
}

void declare_output(CLI::App& app, Raw& raw) {
    constexpr const char* group = "Output and end";
    app.add_option("--format", raw.format, "text, or json: one object a line")
        ->group(group)
        ->type_name("text|json")
        ->capture_default_str();
    program::add_count(app, "--count", raw.count, 1, UINT64_MAX, "stop after N events")
        ->group(group)
        ->default_str("");
    program::add_seconds(app, "--timeout", raw.timeout,
                         "give up when no event comes for S seconds; also bounds connecting, "
                         "which otherwise may take 10")
        ->group(group);
    app.add_flag("-r,--confirm", raw.confirm, "ask before each acknowledgement")->group(group);
    app.add_flag("--no-ack", raw.no_ack, "acknowledge nothing")->group(group);
    app.add_flag("--show-clearpass", raw.show_clearpass, "show passwords instead of ***")
        ->group(group);
    app.add_flag("--no-diff", raw.no_diff,
                 "do not read the changes of each NOTIF_COMMIT_DIFF over MAAPI")
        ->group(group);
    app.add_flag("--load-schemas", raw.load_schemas,
                 "load the names of tags over MAAPI first, as NOTIF_COMMIT_DIFF does unless "
                 "--no-diff is given")
        ->group(group);
    app.add_flag("--strict", raw.strict, "an event of an unknown type is malformed")->group(group);
}

void parse(CLI::App& app, int argc, const char* const* argv) {
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        throw Stop{exit_ok, app.help()};
    } catch (const CLI::CallForVersion& text) {
        throw Stop{exit_ok, fmt::format("{}\n", text.what())};
    } catch (const CLI::ParseError& error) {
        wrong(program::usage_text(app, argc, argv, error));
    }
}

Datetime parse_time(const std::string& text, std::string_view option) {
    if (const auto time = parse_datetime(text)) return *time;
    wrong(fmt::format("{} '{}' is no date and time; expected such as 2026-11-22T10:00:00Z", option,
                      text));
}

void choose_address(Options& options, const CLI::App& app, const Raw& raw) {
    const bool tcp_given = app.count("--host") + app.count("--port") > 0;
    if (app.count("--path") > 0) {
        if (tcp_given) wrong("--path is a UNIX socket, --host and --port are TCP: give one kind");
        if (const auto why = transport::why_no_unix_path(raw.path); !why.empty())
            wrong("--path: " + why);
        options.connect.endpoint = transport::UnixEndpoint{raw.path};
        return;
    }
    if (!tcp_given) return;
    const auto* known = std::get_if<transport::TcpEndpoint>(&options.connect.endpoint);
    auto tcp = known != nullptr
                   ? *known
                   : transport::TcpEndpoint{"127.0.0.1", default_port(options.connect.product)};
    if (app.count("--host") > 0) tcp.host = raw.host;
    if (app.count("--port") > 0) {
        const auto port = transport::parse_port(raw.port);
        if (!port) wrong("--port " + port.error());
        tcp.port = *port;
    }
    options.connect.endpoint = tcp;
}

void choose_peer(Options& options, const CLI::App& app, const Raw& raw) {
    const auto product = parse_product(raw.product);
    if (!product) wrong(fmt::format("--product {} is unknown; expected confd or nso", raw.product));
    options.connect = events::ConnectOptions::from_environment(*product);
    choose_address(options, app, raw);
    if (!raw.access_file.empty()) {
        options.connect.access_secret = events::read_access_file(raw.access_file, "--access-file");
    }
    options.connect.strict = raw.strict;
    options.connect.limits.payload = raw.max_frame;
    options.connect.socket = raw.socket;
    if (raw.release.empty()) return;
    const auto release = parse_release(raw.release);
    if (!release) {
        wrong(fmt::format("--release {} is unknown; expected 6.0 to 8.9, such as 7.8 or 7.8.2",
                          raw.release));
    }
    options.connect.release = *release;
}

void choose_events(Options& options, const Raw& raw) {
    for (std::size_t i = 0; i < mask_flags.size(); ++i) {
        if (raw.flags[i]) options.mask |= mask_flags[i].bits;
    }
    if (!raw.mask.empty()) {
        const auto mask = parse_mask(raw.mask);
        if (!mask) wrong("--mask: " + mask.error());
        options.mask |= *mask;
    }
    if (raw.all_events) {
        // But streams, which need a name.
        const WireContext context{options.connect.release.dialect(), options.connect.product};
        options.mask |= known_bits(context) & ~NOTIF_STREAM_EVENT;
    }
    if (!raw.stream.empty()) options.mask |= NOTIF_STREAM_EVENT;
    if (options.mask == 0) wrong("no event is asked for; for instance -A asks for most of them");
}

void choose_data(Options& options, const CLI::App& app, const Raw& raw) {
    options.data.heartbeat_interval = raw.interval.count();
    options.data.health_check_interval = raw.interval.count();
    options.data.stream_name = raw.stream;
    options.data.xpath_filter = raw.filter;
    options.data.usid = raw.usid;
    options.data.use_ikp = raw.use_ikp;
    options.data.verbosity = raw.verbosity;
    if (!raw.start.empty()) options.data.start_time = parse_time(raw.start, "--start");
    if (!raw.stop.empty()) options.data.stop_time = parse_time(raw.stop, "--stop");
    if (raw.stream.empty() && app.count("--start") + app.count("--stop") + app.count("--filter") +
                                      app.count("--usid") + app.count("--use-ikp") >
                                  0) {
        wrong(
            "--start, --stop, --filter, --usid and --use-ikp are about a stream: give --stream "
            "too");
    }
    // The library, like the vendor's, drops such a stop time, which cannot be what was meant.
    if (options.data.stop_time && !options.data.start_time) wrong("--stop needs --start");
    // What the library would refuse is refused here, so that all wrong usage exits alike.
    events::make_subscription(options.mask, &options.data);
}

void choose_output(Options& options, const CLI::App& app, const Raw& raw) {
    if (raw.format != "text" && raw.format != "json") {
        wrong(fmt::format("--format {} is unknown; expected text or json", raw.format));
    }
    options.format = raw.format == "json" ? Format::json : Format::text;
    if (app.count("--count") > 0) options.count = raw.count;
    if (app.count("--timeout") > 0) options.timeout = raw.timeout;
    if (!raw.reconnect && app.count("--backoff") + app.count("--backoff-max") > 0) {
        wrong("--backoff and --backoff-max are about --reconnect: give it too");
    }
    if (raw.backoff.first > raw.backoff.longest) {
        wrong(fmt::format("--backoff {} is above --backoff-max {}",
                          timespan_text(raw.backoff.first), timespan_text(raw.backoff.longest)));
    }
    options.reconnect = raw.reconnect;
    options.backoff = raw.backoff;
    options.acknowledge = !raw.no_ack;
    options.confirm = raw.confirm;
    options.show_clearpass = raw.show_clearpass;
    options.diffs = (options.mask & NOTIF_COMMIT_DIFF) != 0 && !raw.no_diff;
    options.load_schemas = options.diffs || raw.load_schemas;
}

}  // namespace

std::expected<Options, Stop> parse_options(int argc, const char* const* argv) {
    CLI::App app("Subscribes to event notifications of ConfD or NSO and prints them, one a line.",
                 "confd-listen");
    app.set_help_flag("--help", "print this");
    app.footer(footer);
    program::add_about(app, program::Libraries::client);
    Raw raw;
    declare_events(app, raw);
    declare_stream(app, raw);
    declare_connection(app, raw);
    declare_limits(app, raw);
    declare_output(app, raw);
    try {
        parse(app, argc, argv);
        Options options;
        choose_peer(options, app, raw);
        choose_events(options, raw);
        choose_data(options, app, raw);
        choose_output(options, app, raw);
        return options;
    } catch (const Stop& stop) {
        return std::unexpected(stop);
    } catch (const events::Error& error) {
        return std::unexpected(Stop{exit_usage, fmt::format("confd-listen: {}\n", error.what())});
    }
}

}  // namespace confd::listen
