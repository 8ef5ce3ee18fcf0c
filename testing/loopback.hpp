// SPDX-License-Identifier: Apache-2.0
// A network without sockets, in virtual time.
//
// One side is a server, which is called: it takes what has come, does what is due, and says when it
// wants to be called again. The other side is the test, which connects, sends and waits as a
// program with blocking sockets does. While it waits the server runs, and the clock goes from one
// deadline to the next. Nothing runs beside anything else: the same calls give the same bytes,
// every time.
//
//     Loopback net;
//     MyServer server(net);
//     net.serve(server);
//     const auto connection = net.connect();
//     net.send(*connection, hello);
//     net.wait(net.now() + 5s, [&] { return net.readable(*connection); });
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <span>

#include "protocol/bytes.hpp"

namespace confd::testing {

using Instant = std::chrono::steady_clock::time_point;

class LoopServer {
  public:
    virtual ~LoopServer() = default;
    /// Does what can be done and what is due now. Called again as long as bytes move.
    virtual void run() = 0;
    /// When run() has something to do even if nothing comes.
    virtual std::optional<Instant> next_deadline() const = 0;
};

class Loopback {
  public:
    using Id = std::uint64_t;

    /// What a connection's client has not read, at the most, before the server must wait.
    static constexpr std::size_t usual_room = std::size_t{256} << 10;

    void serve(LoopServer& server) { server_ = &server; }
    /// From now on connections are refused.
    void stop_listening() { listening_ = false; }

    Instant now() const { return now_; }
    /// Lets the server run until `done`, at the longest to the deadline. Whether it is done.
    bool wait(Instant deadline, const std::function<bool()>& done);
    void sleep(std::chrono::nanoseconds span);

    // The client's side.

    /// Nothing when the server does not listen.
    std::optional<Id> connect(std::size_t room = usual_room);
    /// False when the connection is over.
    bool send(Id id, ByteView bytes);
    /// Whether receive() has something to say.
    bool readable(Id id) const;
    /// Bytes that have come; 0 when the server has closed, or when nothing is there.
    std::size_t receive(Id id, std::span<std::uint8_t> into);
    /// Whether everything was read and the server has closed.
    bool at_end(Id id) const;
    void half_close(Id id);
    void reset(Id id);
    void close(Id id);

    // The server's side.

    /// The next connection that has come.
    std::optional<Id> accept();
    enum class Read : std::uint8_t { bytes, nothing, closed, reset };
    Read read(Id id, std::span<std::uint8_t> into, std::size_t& size);
    /// How many of the bytes were taken: the client has room for no more.
    std::size_t write(Id id, ByteView bytes);
    /// The server sends no more; what the client sends can still be read.
    void shut(Id id);
    /// The connection is over, once the client has read what was sent: a reset is no different.
    void server_close(Id id);
    /// Whether the client has closed its side altogether.
    bool client_gone(Id id) const;

  private:
    struct Pipe {
        Bytes bytes;
        std::size_t read = 0;
        bool closed = false;
        std::size_t unread() const { return bytes.size() - read; }
    };
    struct Line {
        std::size_t room = usual_room;
        Pipe to_server;
        Pipe to_client;
        bool client_gone = false;
        bool server_gone = false;
        bool reset_by_client = false;
    };

    static std::size_t take(Pipe& pipe, std::span<std::uint8_t> into);
    Line* find(Id id);
    const Line* find(Id id) const;

    LoopServer* server_ = nullptr;
    bool listening_ = true;
    bool moved_ = false;  // something has happened since run() was called last
    Instant now_{};
    Id last_ = 0;
    std::deque<Id> arrived_;
    std::map<Id, Line> lines_;
};

}  // namespace confd::testing
