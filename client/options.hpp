// SPDX-License-Identifier: Apache-2.0
// What a client says about itself and what it asks for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "client/constants.hpp"
#include "protocol/bytes.hpp"
#include "protocol/limits.hpp"
#include "protocol/release.hpp"
#include "protocol/session/client_session.hpp"
#include "protocol/session/subscription.hpp"
#include "transport/endpoint.hpp"
#include "transport/socket_options.hpp"

namespace confd::events {

/// The third argument of notifications_connect2.
struct NotificationsData {
    std::int64_t heartbeat_interval = 0;        ///< milliseconds; for NOTIF_HEARTBEAT
    std::int64_t health_check_interval = 0;     ///< milliseconds; for NOTIF_HEALTH_CHECK
    std::string stream_name;                    ///< for NOTIF_STREAM_EVENT
    std::optional<Datetime> start_time;         ///< replay from here
    std::optional<Datetime> stop_time;          ///< up to here; dropped without a start time
    std::string xpath_filter;                   ///< empty for none
    std::int64_t usid = 0;                      ///< session whose access rights apply; 0 for none
    std::int64_t verbosity = VERBOSITY_NORMAL;  ///< of progress events
    /// Ask for stream events with tags by name, as the Erlang client does: EventSocket::names()
    /// then knows them without any schemas. Events are the same.
    bool use_ikp = false;
};

struct ConnectOptions {
    transport::Endpoint endpoint =
        transport::TcpEndpoint{"127.0.0.1", default_port(Product::confd)};
    Release release;                   ///< what we claim to be; decides how events are laid out
    Product product = Product::confd;  ///< what the peer is
    /// Contents of the access file; when set, the peer must run the access check.
    std::optional<Bytes> access_secret;
    bool strict = false;              ///< an event of an unknown type is malformed
    Limits limits;                    ///< larger frames are refused, with Error::Kind::protocol
    transport::SocketOptions socket;  ///< how a server is noticed that is gone without a word

    /// What the stock library takes from its environment:
    ///   ConfD  CONFD_IPC_ADDR CONFD_IPC_PORT CONFD_IPC_PATH CONFD_IPC_ACCESS_FILE
    ///   NSO    NCS_IPC_ADDR NCS_IPC_PORT NCS_IPC_PATH NCS_IPC_ACCESS_FILE
    /// A path wins over an address, as in the newer releases. A variable that is empty is not set;
    /// what is not set is the product's default. Throws Error (usage) for a bad port, a path that
    /// no UNIX socket can have or an unreadable access file.
    static ConnectOptions from_environment(Product product = Product::confd);
};

/// The secret of an access file: all of it, newlines included. Throws Error (usage) when it cannot
/// be read or holds more than max_access_secret bytes; `named_by`, the option or variable that the
/// path comes from, is then in its text.
Bytes read_access_file(const std::string& path, std::string_view named_by = {});

/// The subscription for a mask, checked as the stock library checks it before it connects: throws
/// Error (usage) for heartbeats, health checks or a stream without their data. As there, what has
/// no effect is left out: what `data` says about bits that the mask lacks, and a stop time without
/// a start time.
/// `data` is null for notifications_connect.
Subscription make_subscription(std::uint32_t mask, const NotificationsData* data);

}  // namespace confd::events
