// SPDX-License-Identifier: Apache-2.0
// Where a subscriber's output goes, as the hub sees it: a socket in the program, a buffer in tests.
#pragma once

#include <cstddef>

#include "protocol/bytes.hpp"
#include "simulator/base/close_how.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/base/marks.hpp"

namespace confd::sim {

class Connection {
  public:
    virtual ~Connection() = default;
    /// Which events the bytes of the next write() are; only called when there are any.
    virtual void mark(Marks marks) { static_cast<void>(marks); }
    /// Takes all of the bytes, which are valid during the call only.
    virtual void write(Instant now, ByteView bytes) = 0;
    virtual void close(CloseHow how) = 0;
    /// Whether the client is to be read from; called when that changes.
    virtual void pause_reading(bool pause) = 0;
    /// How many of the bytes written the kernel has not taken yet.
    virtual std::size_t unsent() const = 0;
    /// These bytes.
    virtual Bytes unsent_bytes() const { return {}; }
};

}  // namespace confd::sim
