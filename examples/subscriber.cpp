// SPDX-License-Identifier: Apache-2.0
// A subscriber on the client library: prints each event as a line of JSON, then acknowledges it
// when somebody waits for that.
//
//     CONFD_IPC_PORT=4565 build/dev/examples/example-subscriber
//
// What it asks for comes from the environment, under the names by which the conformance kit tells a
// client under test what a case needs: docs/conformance.md. subscriber.py is the same without the
// library.
#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "client/events.hpp"
#include "protocol/render/render.hpp"
#include "protocol/value/text.hpp"

namespace {

using namespace confd::events;

std::string setting(const char* name) {
    const char* value = std::getenv((std::string("CONFD_CONFORMANCE_") + name).c_str());
    return value == nullptr ? "" : value;
}

template <class Number>
Number number(const char* name, Number fallback) {
    const auto text = setting(name);
    std::from_chars(text.data(), text.data() + text.size(), fallback);
    return fallback;
}

/// Everything that ConfD 7.8 has, but streams, heartbeats and health checks, with every
/// acknowledgement. The daemon keeps its syslog.
constexpr std::uint32_t confd_events = 0x0d9fffff & ~(NOTIF_TAKEOVER_SYSLOG | NOTIF_HEARTBEAT |
                                                      NOTIF_HEALTH_CHECK | NOTIF_STREAM_EVENT);

NotificationsData wanted_data() {
    return {.heartbeat_interval = number("HEARTBEAT", std::int64_t{1000}),
            .health_check_interval = number("HEALTH_CHECK", std::int64_t{1000}),
            .stream_name = setting("STREAM"),
            .start_time = confd::parse_datetime(setting("START")),
            .stop_time = confd::parse_datetime(setting("STOP")),
            .xpath_filter = setting("FILTER"),
            .usid = number("USID", std::int64_t{0}),
            .verbosity = number("VERBOSITY", std::int64_t{0})};
}

ConnectOptions connect_options() {
    const auto product = confd::parse_product(setting("PRODUCT"));
    auto options = ConnectOptions::from_environment(product.value_or(confd::Product::confd));
    if (const auto release = confd::parse_release(setting("RELEASE"))) options.release = *release;
    return options;
}

void print(const boost::json::object& line) {
    std::puts(boost::json::serialize(line).c_str());
    // Whoever reads the line may be waiting for it.
    if (std::fflush(stdout) != 0) throw std::runtime_error("nobody reads the output");
}

/// Reads until the server closes; whether every event was in order.
bool follow(EventSocket& sock) {
    const confd::RenderOptions render{
        .context = {sock.options().release.dialect(), sock.options().product}};
    bool good = true;
    while (true) {
        try {
            const auto event = read_notification(sock);
            print(to_json(event, render));
            // First printed, then acknowledged: nobody goes on before we are done with it.
            if (const auto ack = ack_owed(event, sock.mask())) acknowledge(sock, *ack);
        } catch (const Error& error) {
            if (error.kind() == Error::Kind::closed) return good && error.orderly();
            good = false;
            if (error.kind() != Error::Kind::protocol) throw;
            print(confd::to_json(error.protocol_error()));
            if (!error.recoverable()) return false;
        }
    }
}

}  // namespace

int main() {
    for (const int signal : {SIGINT, SIGTERM})
        std::signal(signal, [](int) { ::_exit(0); });
    std::signal(SIGPIPE, SIG_IGN);
    try {
        EventSocket sock(connect_options());
        try {
            notifications_connect2(sock, number("MASK", confd_events), wanted_data(),
                                   std::chrono::seconds(10));
        } catch (const Error& error) {
            std::fprintf(stderr, "%s\n", error.what());
            return 3;
        }
        return follow(sock) ? 0 : 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
