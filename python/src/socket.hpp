// Blocking I/O on the caller's own socket: connecting it, and exactly one frame a call, so that
// select() on it is right.
//
// Waiting releases the GIL, and every function here raises: Error (ERR_OS) for what the system
// says, EOF when the peer has closed, KeyboardInterrupt and whatever else a signal's handler
// raises. No function here may be called with references that are owned by C++ (Ref) in the frames
// above: at its exit the interpreter ends a thread that waits, without the GIL.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "protocol/bytes.hpp"
#include "protocol/constants.hpp"
#include "python/src/python.hpp"

namespace confd::python {

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

/// The payload of the next frame. When it does not come in one piece, and the socket does not wait
/// or a signal comes between, what has come is kept for the next call.
Bytes read_frame(int fd);

/// Forgets what an earlier socket with this descriptor left.
void forget_partial(int fd);

}  // namespace confd::python
