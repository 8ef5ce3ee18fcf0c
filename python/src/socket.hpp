// SPDX-License-Identifier: Apache-2.0
// Blocking I/O on the caller's own socket: connecting it, and exactly one frame a call, so that
// select() on it is right.
//
// Waiting releases the GIL, and every function here raises: Error (ERR_OS) for what the system
// says, EOF when the peer has closed, KeyboardInterrupt and whatever else a signal's handler
// raises. No function here may be called with references that are owned by C++ (Ref) in the frames
// above: at its exit the interpreter ends a thread that waits, without the GIL.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "protocol/bytes.hpp"
#include "protocol/constants.hpp"
#include "protocol/frame/frame.hpp"
#include "python/src/python.hpp"

namespace confd::python {

/// What is known of open sockets beside what the caller keeps. A socket goes by its inode: it may
/// be duplicated, and its descriptor may become that of another one. There are few entries, and
/// never more than descriptors.
template <class T>
class OfSockets {
  public:
    /// Null when nothing is known.
    T* find(int fd) {
        // Nearly always: so it costs no call of the system.
        if (entries_.empty()) return nullptr;
        const auto inode = inode_of(fd);
        for (auto& [descriptor, entry] : entries_) {
            if (entry.inode == inode) return &entry.value;
        }
        return nullptr;
    }
    void put(int fd, T value) {
        entries_.insert_or_assign(fd, Entry{inode_of(fd), std::move(value)});
    }
    std::optional<T> take(int fd) {
        auto* const found = find(fd);
        if (found == nullptr) return std::nullopt;
        std::optional<T> value(std::move(*found));
        std::erase_if(entries_, [&](const auto& entry) { return &entry.second.value == found; });
        return value;
    }
    /// What an earlier socket with this descriptor left.
    void forget(int fd) { entries_.erase(fd); }

  private:
    struct Entry {
        std::uint64_t inode;
        T value;
    };
    static std::uint64_t inode_of(int fd) {
        struct stat status{};
        return ::fstat(fd, &status) == 0 ? status.st_ino : 0;
    }

    std::map<int, Entry> entries_;
};

/// Where to connect: what the caller gave, whether or not the socket's family needs it.
struct Address {
    std::optional<std::string> ip;
    std::optional<std::int64_t> port;
    std::optional<std::string> path;
};

/// From the arguments of a function; null and None are not given.
Address address_of(const char* ip, PyObject* port, const char* path);

/// The descriptor of an object with fileno().
int descriptor_of(PyObject* sock);
/// Its family attribute.
int family_of(PyObject* sock);

/// Raises TypeError when something is missing for the family, ValueError for an address that is
/// none of it.
void connect_socket(int fd, int family, const Address& address);

/// The handshake of a new connection, for the service that the client asks for.
void shake_hands(int fd, ClientId service);

void send_all(int fd, ByteView bytes);

/// Sends a frame of what `encode` appends.
template <class Encode>
void send_frame(int fd, Encode&& encode) {
    Bytes frame;
    const auto mark = begin_frame(frame);
    encode(frame);
    end_frame(frame, mark);
    send_all(fd, frame);
}

/// The payload of the next frame. When it does not come in one piece, and the socket does not wait
/// or a signal comes between, what has come is kept for the next call.
Bytes read_frame(int fd);

}  // namespace confd::python
