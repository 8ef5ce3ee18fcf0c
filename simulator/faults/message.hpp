// SPDX-License-Identifier: Apache-2.0
// What goes over a connection in one piece: a message of the handshake, or a frame with its header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "protocol/bytes.hpp"
#include "simulator/base/marks.hpp"
#include "simulator/faults/fault.hpp"

namespace confd::sim {

struct WireMessage {
    MessageKind kind = MessageKind::other;
    Bytes bytes;
    std::uint32_t event = 0;  ///< its type, for events
    SendId send = 0;          ///< which event it is, where marks said so
};

Stage stage_of(MessageKind kind);
bool is_frame(MessageKind kind);
/// "NOTIF_AUDIT", "the subscription's reply": for people.
std::string describe(const WireMessage& message);

/// Cuts what a session sends or receives into messages. Bytes that no peer of this protocol sends
/// (an announced length above the limit) end that: the rest comes as it is.
class MessageCutter {
  public:
    /// `from` is where the connection is when the first byte is given: `handshake`, or
    /// `subscription` or `events` for a channel that is made later.
    MessageCutter(Direction direction, Stage from, std::size_t limit);

    /// The hello says so: frames of MAAPI sockets are requests and answers from the first on.
    void serves(Service service) { maapi_ = service == Service::maapi; }

    void append(ByteView bytes, std::span<const Mark> marks = {});
    /// The next message, when all of it is there.
    std::optional<WireMessage> next();
    /// What is there of a message that will not be completed.
    WireMessage rest();
    /// Bytes of a message that is not complete.
    std::size_t buffered() const { return buffer_.size() - begin_; }

  private:
    enum class Expect : std::uint8_t { first, answer, result, reply, subscription, frames, raw };

    std::optional<WireMessage> take(MessageKind kind, std::size_t size, Expect then);
    std::optional<WireMessage> next_out();
    std::optional<WireMessage> next_in();
    std::optional<WireMessage> frame(MessageKind kind);

    Direction direction_;
    Expect expect_;
    std::size_t limit_;
    bool maapi_ = false;
    Bytes buffer_;
    std::size_t begin_ = 0;
    Marks marks_;  // of the buffer
};

}  // namespace confd::sim
