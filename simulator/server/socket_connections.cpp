// SPDX-License-Identifier: Apache-2.0
#include "simulator/server/socket_connections.hpp"

#include <utility>

namespace confd::sim {

SocketConnections::SocketConnections(Hub& hub, Recorder& recorder, std::function<Instant()> now,
                                     std::function<void()> advance)
    : context_{.hub = hub,
               .recorder = recorder,
               .now = std::move(now),
               .advance = std::move(advance),
               .closed = [this](PeerId id, const transport::Closed& why) { remove(id, why); },
               .room = Bytes(transport::read_size)} {}

void SocketConnections::add(transport::Connection socket, const Challenge& challenge,
                            std::chrono::milliseconds write_timeout) {
    context_.recorder.connecting(socket.peer());
    const auto id = context_.hub.connect(context_.now(), challenge);
    auto& connection =
        *(connections_[id] = std::make_unique<SocketConnection>(context_, id, std::move(socket)));
    connection.start(write_timeout);
    context_.advance();
}

/// Called by the connection itself, which must not be touched afterwards.
void SocketConnections::remove(PeerId id, const transport::Closed& why) {
    if (why.cause == transport::Closed::Cause::stalled) {
        context_.hub.drop_slow(context_.now(), id, why.text);
        context_.recorder.closed(id);  // after what it never got
    } else {
        const bool finished = why.cause == transport::Closed::Cause::finished;
        context_.recorder.closed(id, finished ? why.text : "");
        context_.hub.forget(id, finished ? "" : why.text);
    }
    const auto connection = std::move(connections_[id]);
    addresses_[id] = connection->address();
    connections_.erase(id);
    context_.advance();
    addresses_.erase(id);
}

void SocketConnections::close_all() {
    for (const auto& [id, connection] : connections_)
        context_.hub.close(id, CloseHow::fin);
}

void SocketConnections::finish_all() {
    for (const auto& [id, connection] : connections_)
        connection->finish();
}

void SocketConnections::abandon() {
    for (const auto& [id, connection] : connections_) {
        context_.recorder.closed(id);
        context_.hub.forget(id, "the simulator has ended");
    }
}

const SocketConnection* SocketConnections::find(PeerId id) const {
    const auto found = connections_.find(id);
    return found == connections_.end() ? nullptr : found->second.get();
}

std::string SocketConnections::address(PeerId id) const {
    if (const auto* connection = find(id)) return connection->address();
    const auto gone = addresses_.find(id);
    return gone == addresses_.end() ? "?" : gone->second;
}

}  // namespace confd::sim
