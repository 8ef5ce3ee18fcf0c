// SPDX-License-Identifier: Apache-2.0
// The connections of a server, and the peers they are at the hub.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "simulator/server/socket_connection.hpp"

namespace confd::sim {

class SocketConnections {
  public:
    /// All must outlive it. `advance` is called whenever something has happened at the hub: it
    /// polls the hub and flushes. Nothing is read or written but from the one thread of the
    /// connections.
    SocketConnections(Hub& hub, Recorder& recorder, std::function<Instant()> now,
                      std::function<void()> advance);

    void add(transport::Connection connection, const Challenge& challenge,
             std::chrono::milliseconds write_timeout);
    /// Closes all of them at the hub, so that what has been sent gets there.
    void close_all();
    /// The same, without what faults hold back.
    void finish_all();

    /// Nothing more is done with any of them.
    void abandon();

    /// Null for a peer that is not known, or whose connection is closed.
    const SocketConnection* find(PeerId id) const;
    bool empty() const { return connections_.empty(); }
    /// "?" for a peer that is not known.
    std::string address(PeerId id) const;

  private:
    void remove(PeerId id, const transport::Closed& why);

    ConnectionContext context_;
    std::map<PeerId, std::unique_ptr<SocketConnection>> connections_;
    std::map<PeerId, std::string> addresses_;  // of peers that are being removed
};

}  // namespace confd::sim
