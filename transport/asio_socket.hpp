// SPDX-License-Identifier: Apache-2.0
// Private to transport/: the one socket type, and what a connection and an acceptor share.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <memory>
#include <string>

#include "transport/connection.hpp"
#include "transport/socket_options.hpp"

namespace confd::transport {

/// TCP and UNIX sockets are one type, so nothing above has to be written twice.
using Socket = boost::asio::generic::stream_protocol::socket;

/// "127.0.0.1:51234", "[::1]:51234", or "unix".
std::string to_text(const boost::asio::generic::stream_protocol::endpoint& endpoint);

/// A connected socket as a connection.
Connection make_connection(Socket socket, const SocketOptions& options);

}  // namespace confd::transport
