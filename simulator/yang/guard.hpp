// SPDX-License-Identifier: Apache-2.0
// Tries in a child process what may end or never come back: a fault of a library is a sentence
// then.
#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <functional>
#include <string>

namespace confd::sim::yang {

struct GuardLimits {
    /// Time of the processor, so that a busy machine changes nothing.
    std::chrono::seconds processor{120};
    /// What the child may have beyond what its parent has.
    std::size_t memory = std::size_t{2} << 30;
    /// For a child that waits for something and uses no time: a lock that another thread held.
    std::chrono::seconds waiting{600};
};

struct GuardFailure {
    std::size_t step = 0;  ///< the one that had begun
    std::string why;       ///< "it ends with signal 11 (Segmentation fault)"
};

/// Called at the beginning of each step of the work.
using Progress = std::function<void(std::size_t step)>;

/// Does the work in a child and says whether it came to its end; what it made is gone with the
/// child. The child has one thread, the caller's. It is given none of the open files but standard
/// output and error, none of the signal handlers, and leaves without running what runs at an exit,
/// so nothing of the caller's (sockets, event loops, other threads' work) is touched. The caller
/// waits.
std::expected<void, GuardFailure> try_in_child(const std::function<void(const Progress&)>& work,
                                               const GuardLimits& limits = {});

}  // namespace confd::sim::yang
