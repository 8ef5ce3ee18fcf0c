// Where the hub's output for a peer goes: its connection.
#pragma once

#include <cstddef>

#include "protocol/bytes.hpp"
#include "simulator/base/close_how.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/base/marks.hpp"

namespace confd::sim {

class Outlet {
  public:
    virtual ~Outlet() = default;
    /// Which events the bytes of the next write() are; only said when there are any.
    virtual void mark(Marks marks) { static_cast<void>(marks); }
    /// The bytes are the hub's.
    virtual void write(Instant now, ByteView bytes) = 0;
    virtual void close(CloseHow how) = 0;
    /// Whether the peer is to be read from. Also called when nothing has changed.
    virtual void pause_reading(bool pause) = 0;
    /// How many of the bytes written are still on their way to the kernel.
    virtual std::size_t unsent() const = 0;
    /// These bytes.
    virtual Bytes unsent_bytes() const { return {}; }
};

}  // namespace confd::sim
