// SPDX-License-Identifier: Apache-2.0
// One connection and the peer it is at the hub.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>

#include "simulator/hub/hub.hpp"
#include "simulator/server/recorder.hpp"
#include "transport/connection.hpp"

namespace confd::sim {

/// What the connections of a server share.
struct ConnectionContext {
    Hub& hub;
    Recorder& recorder;
    std::function<Instant()> now;
    /// Something has happened at the hub.
    std::function<void()> advance;
    /// The socket is closed; the connection must not be touched afterwards.
    std::function<void(PeerId, const transport::Closed&)> closed;
    /// What any of them reads into.
    Bytes room;
};

class SocketConnection : public transport::ConnectionOwner, public Connection {
  public:
    SocketConnection(ConnectionContext& context, PeerId id, transport::Connection connection)
        : context_(context), id_(id), connection_(std::move(connection)) {}

    void start(std::chrono::milliseconds write_timeout);
    /// Sends what is left, and closes.
    void finish();
    const std::string& address() const { return connection_.peer(); }
    /// Bytes that the kernel took, and that came.
    std::uint64_t bytes_out() const { return out_ - connection_.unsent(); }
    std::uint64_t bytes_in() const { return in_; }

    std::size_t wanted(std::size_t size) override { return context_.hub.wanted(id_, size); }
    std::span<std::uint8_t> room(std::size_t size) override {
        return std::span(context_.room).first(size);
    }
    void received(std::size_t size) override;
    void ended() override;
    /// The log has everything that came, whether or not anything is done about it.
    void dropped(ByteView bytes) override { context_.recorder.dropped(id_, bytes); }
    /// How much waits tells a slow subscriber from others.
    void progress() override { context_.hub.progress(id_); }
    /// More of a long replay may go out now.
    void written() override {
        progress();
        context_.advance();
    }
    void closed(const transport::Closed& why) override { context_.closed(id_, why); }

    void mark(Marks marks) override { marks_ = std::move(marks); }
    void write(Instant now, ByteView bytes) override;
    void close(CloseHow how) override;
    void pause_reading(bool pause) override;
    std::size_t unsent() const override { return connection_.unsent(); }
    Bytes unsent_bytes() const override { return connection_.unsent_bytes(); }

  private:
    ConnectionContext& context_;
    PeerId id_;
    transport::Connection connection_;
    Marks marks_;  // of the next write
    std::uint64_t out_ = 0;
    std::uint64_t in_ = 0;
    bool finishing_ = false;
    bool paused_ = false;
};

}  // namespace confd::sim
