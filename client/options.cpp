#include "client/options.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <utility>

#include "client/error.hpp"
#include "files/read_file.hpp"

namespace confd::events {
namespace {

struct Variables {
    const char* address;
    const char* port;
    const char* path;  // null where the product has none
    const char* access_file;
};

constexpr Variables confd_variables{"CONFD_IPC_ADDR", "CONFD_IPC_PORT", nullptr,
                                    "CONFD_IPC_ACCESS_FILE"};
constexpr Variables nso_variables{"NCS_IPC_ADDR", "NCS_IPC_PORT", "NCS_IPC_PATH",
                                  "NCS_IPC_ACCESS_FILE"};

std::optional<std::string> variable(const char* name) {
    const char* value = name == nullptr ? nullptr : std::getenv(name);
    if (value == nullptr || *value == '\0') return std::nullopt;
    return value;
}

std::uint16_t port_from(const char* name, std::uint16_t fallback) {
    const auto text = variable(name);
    if (!text) return fallback;
    const auto port = transport::parse_port(*text);
    if (!port) throw Error(Error::Kind::usage, fmt::format("{}: {}", name, port.error()));
    return *port;
}

void need(bool present, const char* bit, const char* what) {
    if (present) return;
    throw Error(Error::Kind::usage,
                fmt::format("the mask has {}, which needs {} (notifications_connect2)", bit, what),
                true);
}

}  // namespace

ConnectOptions ConnectOptions::from_environment(Product product) {
    const auto& names = product == Product::nso ? nso_variables : confd_variables;
    ConnectOptions options;
    options.product = product;
    if (auto path = variable(names.path)) {
        options.endpoint = transport::UnixEndpoint{std::move(*path)};
    } else {
        options.endpoint = transport::TcpEndpoint{variable(names.address).value_or("127.0.0.1"),
                                                  port_from(names.port, default_port(product))};
    }
    if (const auto file = variable(names.access_file)) {
        options.access_secret = read_access_file(*file, names.access_file);
    }
    return options;
}

Bytes read_access_file(const std::string& path, std::string_view named_by) {
    const auto text = read_file(path, max_access_secret);
    if (!text) {
        throw Error(Error::Kind::usage, fmt::format("{}{}cannot read the access file {}", named_by,
                                                    named_by.empty() ? "" : ": ", text.error()));
    }
    const auto secret = as_bytes(*text);
    return {secret.begin(), secret.end()};
}

Subscription make_subscription(std::uint32_t mask, const NotificationsData* data) {
    const auto has = [&](std::uint32_t bits) { return (mask & bits) != 0; };
    const NotificationsData none;
    const auto& given = data == nullptr ? none : *data;
    if (has(NOTIF_HEARTBEAT)) {
        need(given.heartbeat_interval > 0, "NOTIF_HEARTBEAT", "a heartbeat_interval above 0");
    }
    if (has(NOTIF_HEALTH_CHECK)) {
        need(given.health_check_interval > 0, "NOTIF_HEALTH_CHECK",
             "a health_check_interval above 0");
    }
    if (has(NOTIF_STREAM_EVENT)) {
        need(!given.stream_name.empty(), "NOTIF_STREAM_EVENT", "a stream_name");
    }
    StreamRequest stream;
    stream.name = given.stream_name;
    stream.start_time = given.start_time;
    stream.stop_time = given.stop_time;
    stream.usid = given.usid;
    if (!given.xpath_filter.empty()) stream.xpath_filter = given.xpath_filter;
    return without_unused({.mask = mask,
                           .heartbeat_interval = given.heartbeat_interval,
                           .health_check_interval = given.health_check_interval,
                           .stream = std::move(stream),
                           .verbosity = given.verbosity});
}

}  // namespace confd::events
