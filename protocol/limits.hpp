// SPDX-License-Identifier: Apache-2.0
// Named caps on what a peer may make us do, each with its reason (docs/protocol.md, "Limits").
#pragma once

#include <cstddef>
#include <cstdint>

namespace confd {

struct Limits {
    /// Largest frame payload in bytes. The stock C library allocates whatever length it is told;
    /// the largest event seen in practice (a stream event or a progress text) is far below this.
    std::size_t payload = std::size_t{16} << 20;

    /// Deepest nesting of tuples and lists. The deepest documented term (a stream value that is an
    /// object reference with keys) needs 9; the rest is room for newer releases. Recursive readers
    /// use at most this many stack frames. It can be set lower, not higher.
    std::size_t nesting = 64;

    /// Elements of all the lists that are kept of one payload (of tuples too, where a tree is
    /// built). An element of one byte takes 48 in memory, a row of ten some hundred: without this a
    /// payload of 16 MiB could make us hold a gigabyte, with it some 30 MiB. The largest lists of
    /// real events (tags of a stream event, devices of a commit queue) have some ten thousand.
    std::size_t elements = std::size_t{1} << 18;
};

/// Longest atom, in characters: the language's own limit, so no correct peer can exceed it.
inline constexpr std::size_t max_atom_characters = 255;

/// Room reserved for a list before its elements have been seen. A header may announce as many
/// elements as bytes remain; memory grows only as they really arrive.
inline constexpr std::size_t list_reserve_cap = 64;

/// A server takes no larger frame from a subscriber: subscriptions and acknowledgements are small.
inline constexpr std::size_t subscriber_payload_limit = std::size_t{64} << 10;

/// Longest access secret (docs/protocol.md, "Access check").
inline constexpr std::size_t max_access_secret = 1007;

}  // namespace confd
