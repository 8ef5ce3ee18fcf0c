#include "transport/command_line.hpp"

#include <fmt/format.h>

#include "protocol/units.hpp"

namespace confd::transport {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

[[noreturn]] void wrong(const std::string& name, std::string_view expected,
                        const std::string& found) {
    throw CLI::ValidationError(name, fmt::format("expected {}, found {}", expected, found));
}

CLI::Option* add(CLI::App& app, const std::string& name, const std::string& help,
                 const std::string& type, const std::string& standard,
                 const std::function<void(const std::string&)>& take) {
    return app.add_option_function<std::string>(name, take, help)
        ->type_name(type)
        ->default_str(standard);
}

/// The kernel counts these in seconds.
CLI::Option* add_seconds(CLI::App& app, const std::string& name, seconds& into, seconds least,
                         const std::string& help) {
    const auto take = [name, &into, least](const std::string& text) {
        const auto span = parse_timespan(text);
        if (!span || *span % seconds(1) != milliseconds(0) || *span < least ||
            *span > max_keepalive) {
            wrong(name,
                  fmt::format("whole seconds from {} to {} such as 30s", timespan_text(least),
                              timespan_text(max_keepalive)),
                  text);
        }
        into = std::chrono::floor<seconds>(*span);
    };
    return add(app, name, help, "DURATION", timespan_text(into), take);
}

}  // namespace

CLI::Option* add_timespan(CLI::App& app, const std::string& name, milliseconds& into,
                          const std::string& help) {
    const auto take = [name, &into](const std::string& text) {
        const auto span = parse_timespan(text);
        if (!span) wrong(name, timespan_expected, text);
        into = *span;
    };
    return add(app, name, help, "DURATION", timespan_text(into), take);
}

CLI::Option* add_size(CLI::App& app, const std::string& name, std::size_t& into,
                      const std::string& help) {
    const auto take = [name, &into](const std::string& text) {
        const auto size = parse_size(text);
        if (!size) wrong(name, size_expected, text);
        into = *size;
    };
    return add(app, name, help, "SIZE", size_text(into), take);
}

void add_socket_options(CLI::App& app, SocketOptions& into) {
    add_seconds(app, "--keepalive", into.keepalive_idle, seconds(0),
                "Probe a TCP peer that has been silent for so long; 0s for never");
    add_seconds(app, "--keepalive-interval", into.keepalive_interval, seconds(1),
                "Time between probes that are not answered");
    app.add_option("--keepalive-count", into.keepalive_count,
                   "Unanswered probes after which the peer is gone")
        ->type_name("NUMBER")
        ->check(CLI::Range(1, max_keepalive_count))
        ->capture_default_str();
    add_timespan(app, "--user-timeout", into.user_timeout,
                 "A TCP peer that acknowledges or takes nothing for so long is gone; 0s for as "
                 "long as the kernel tries");
}

}  // namespace confd::transport
