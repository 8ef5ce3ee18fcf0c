// SPDX-License-Identifier: Apache-2.0
// Private to transport/: what an acceptor does when the process, or the machine, has no descriptor
// left. Accepting again at once would fail again and burn a core; not accepting at all would leave
// the peers waiting for an answer that never comes.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace confd::transport {

/// One descriptor kept back, so that waiting clients can at least be turned away.
class ReservedDescriptor {
  public:
    ReservedDescriptor();
    ReservedDescriptor(const ReservedDescriptor&) = delete;
    ReservedDescriptor& operator=(const ReservedDescriptor&) = delete;
    ~ReservedDescriptor();

    /// Accepts on a non-blocking listener with the reserve and closes at once, again and again
    /// while clients wait, but only for so long. How many were turned away.
    std::size_t turn_away(int listener);

  private:
    void take();
    void give_up();

    int descriptor_ = -1;
};

/// When to try again, and what to say: once when it begins and once when it is over.
class Exhaustion {
  public:
    using Instant = std::chrono::steady_clock::time_point;

    /// An accept failed with `why`, and so many peers were turned away. A line for people when it
    /// is the first in a while.
    std::optional<std::string> failed(Instant now, const std::string& why, std::size_t turned_away);
    /// An accept succeeded. A line when that ends it: not while it comes and goes.
    std::optional<std::string> succeeded(Instant now);
    /// How long to wait after the last failure; doubles from one to the next.
    std::chrono::milliseconds pause() const { return pause_; }

  private:
    std::chrono::milliseconds pause_{0};
    std::optional<Instant> last_;
    std::size_t turned_away_ = 0;
};

}  // namespace confd::transport
