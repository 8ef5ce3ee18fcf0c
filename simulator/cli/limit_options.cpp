// SPDX-License-Identifier: Apache-2.0
#include "simulator/cli/limit_options.hpp"

#include "program/command_line.hpp"

namespace confd::sim::cli {
namespace {

using program::add_count;
using program::add_number;
using program::add_size;
using program::add_timespan;

/// More of anything is a slip.
constexpr std::size_t most = 1'000'000'000;

void add_input_limits(CLI::App& app, PeerLimits& peers) {
    add_size(app, "--max-frame", peers.frame, "Largest frame that a client may send");
    add_timespan(app, "--handshake-timeout", peers.handshake_timeout,
                 "A client has so long to complete its handshake; 0s for ever");
    add_timespan(app, "--subscription-timeout", peers.subscription_timeout,
                 "A client has so long from connecting to its subscription; 0s for ever");
    add_timespan(app, "--frame-timeout", peers.frame_timeout,
                 "A client has so long from the first byte of a frame to its last; 0s for ever");
    add_count(
        app, "--max-pending", peers.pending, 0, most,
        "Connections that have not subscribed yet; further ones are closed at once; 0 for any "
        "number");
    add_count(app, "--ack-burst", peers.ack_burst, 1, most,
              "Acknowledgements for which nothing waits that are read at once ..");
    add_number(app, "--ack-rate", peers.ack_rate, 0, 1e6,
               ".. and how many of them a second after that; 0 for any number");
}

void add_output_limits(CLI::App& app, ServerOptions& server) {
    add_size(app, "--queue-soft", server.queue.soft,
             "So much may wait for a subscriber for as long as --queue-patience");
    add_size(app, "--queue-hard", server.queue.hard, "So much may wait for a subscriber at once");
    add_timespan(app, "--queue-patience", server.queue.patience,
                 "How long more than --queue-soft may wait for a subscriber");
    add_timespan(app, "--write-timeout", server.write_timeout,
                 "A client that takes no byte for so long is closed; 0s for never");
}

}  // namespace

void add_limit_options(CLI::App& app, Options& options) {
    app.option_defaults()->group("Limits");
    add_count(app, "--max-subscribers", options.server.max_subscribers, 0, most,
              "Further subscriptions are refused; 0 for any number");
    add_input_limits(app, options.server.peers);
    add_output_limits(app, options.server);
    program::add_socket_options(app, options.server.socket);
    app.option_defaults()->group("Options");
}

}  // namespace confd::sim::cli
