// SPDX-License-Identifier: Apache-2.0
#include "client/options.hpp"

#include <fmt/format.h>

#include <utility>

#include "client/error.hpp"
#include "files/read_file.hpp"
#include "transport/environment.hpp"

namespace confd::events {
namespace {

void need(bool present, const char* bit, const char* what) {
    if (present) return;
    throw Error(Error::Kind::usage,
                fmt::format("the mask has {}, which needs {} (notifications_connect2)", bit, what),
                true);
}

}  // namespace

ConnectOptions ConnectOptions::from_environment(Product product) {
    ConnectOptions options;
    options.product = product;
    auto endpoint = transport::endpoint_from_environment(product);
    if (!endpoint) throw Error(Error::Kind::usage, endpoint.error());
    options.endpoint = std::move(*endpoint);
    const char* access_file = transport::ipc_variables(product).access_file;
    if (const auto file = transport::variable(access_file))
        options.access_secret = read_access_file(*file, access_file);
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
    stream.use_ikp = given.use_ikp ? 1 : 0;
    if (!given.xpath_filter.empty()) stream.xpath_filter = given.xpath_filter;
    return without_unused({.mask = mask,
                           .heartbeat_interval = given.heartbeat_interval,
                           .health_check_interval = given.health_check_interval,
                           .stream = std::move(stream),
                           .verbosity = given.verbosity});
}

}  // namespace confd::events
