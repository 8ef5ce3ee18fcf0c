// SPDX-License-Identifier: Apache-2.0
#include "python/src/socket.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "protocol/frame/frame.hpp"
#include "protocol/limits.hpp"
#include "protocol/session/client_handshake.hpp"
#include "python/src/error.hpp"
#include "python/src/product.hpp"

namespace confd::python {
namespace {

constexpr std::size_t piece_size = std::size_t{64} << 10;

/// Runs a call of the system without the GIL; its error number, or 0.
template <class Call>
int without_gil(Call&& call) {
    auto* const thread = PyEval_SaveThread();
    const int error = call() < 0 ? errno : 0;
    PyEval_RestoreThread(thread);
    return error;
}

/// The same again for as long as signals interrupt it and their handlers raise nothing.
template <class Call>
int uninterrupted(Call&& call) {
    while (true) {
        const int error = without_gil(call);
        if (error != EINTR) return error;
        must_succeed(PyErr_CheckSignals());
    }
}

static_assert(EAGAIN == EWOULDBLOCK);
bool would_block(int error) {
    return error == EAGAIN;
}

void wait_for(int fd, short events) {
    pollfd entry{fd, events, 0};
    uninterrupted([&] { return ::poll(&entry, 1, -1); });
}

// ---- Frames that have begun ----

OfSockets<Bytes>& partials() {
    static OfSockets<Bytes> all;
    return all;
}

/// What has come of a frame.
class Incoming {
  public:
    explicit Incoming(int fd) : fd_(fd), bytes_(partials().take(fd).value_or(Bytes())) {}

    std::size_t payload_size() const { return load_word(bytes_.data()); }

    /// Reads until `size` bytes are there. Memory follows what has arrived.
    void read_until(std::size_t size) {
        while (bytes_.size() < size) {
            const auto before = bytes_.size();
            const auto want = std::min(size - before, piece_size);
            bytes_.resize(before + want);
            ssize_t got = 0;
            int error = 0;
            try {
                error = uninterrupted(
                    [&] { return got = ::recv(fd_, bytes_.data() + before, want, 0); });
            } catch (const Raised&) {
                bytes_.resize(before);
                keep();
                throw;
            }
            bytes_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
            if (error != 0) fail(size - before, error);
            if (got == 0) raise_eof();
        }
    }

    Bytes take_payload() {
        bytes_.erase(bytes_.begin(), bytes_.begin() + frame_header_size);
        return std::move(bytes_);
    }

  private:
    // Not in a destructor: that also runs, without the GIL, when the interpreter ends a thread that
    // waits here.
    void keep() {
        if (!bytes_.empty()) partials().put(fd_, std::move(bytes_));
    }

    [[noreturn]] void fail(std::size_t wanted, int error) {
        if (would_block(error)) keep();
        raise_os_error(error,
                       fmt::format("Failed to read {} bytes from {}", wanted, product().daemon));
    }
    int fd_;
    Bytes bytes_;
};

// ---- Connecting ----

template <class T>
const T& given(const std::optional<T>& argument, const char* name, const char* family) {
    if (!argument) {
        raise(PyExc_TypeError,
              fmt::format("{} argument must be provided for an {} socket", name, family));
    }
    return *argument;
}

std::uint16_t port_of(const Address& address, const char* family) {
    const auto port = given(address.port, "port", family);
    if (port < 0 || port > 0xffff) raise(PyExc_OverflowError, "port must be 0-65535");
    return htons(static_cast<std::uint16_t>(port));
}

void parse_ip(const Address& address, int family, const char* name, void* out) {
    const auto& ip = given(address.ip, "ip", name);
    if (::inet_pton(family, ip.c_str(), out) != 1) {
        raise(PyExc_ValueError, "invalid IP address: " + ip);
    }
}

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;

    template <class T>
    T& as() {
        size = sizeof(T);
        return reinterpret_cast<T&>(storage);
    }
};

SocketAddress socket_address(int family, const Address& address) {
    SocketAddress out;
    if (family == AF_INET) {
        auto& in = out.as<sockaddr_in>();
        in.sin_family = AF_INET;
        parse_ip(address, family, "AF_INET", &in.sin_addr);
        in.sin_port = port_of(address, "AF_INET");
    } else if (family == AF_INET6) {
        auto& in = out.as<sockaddr_in6>();
        in.sin6_family = AF_INET6;
        parse_ip(address, family, "AF_INET6", &in.sin6_addr);
        in.sin6_port = port_of(address, "AF_INET6");
    } else if (family == AF_UNIX) {
        auto& un = out.as<sockaddr_un>();
        un.sun_family = AF_UNIX;
        const auto& path = given(address.path, "path", "AF_UNIX");
        if (path.size() >= sizeof un.sun_path) raise(PyExc_ValueError, "path is too long");
        std::ranges::copy(path, un.sun_path);
    } else {
        raise(PyExc_TypeError, fmt::format("unsupported socket family: {}", family));
    }
    return out;
}

/// A connect() that a signal interrupted goes on; its outcome is the socket's error.
int finish_connect(int fd) {
    wait_for(fd, POLLOUT);
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

void read_for(int fd, FrameReader& input, std::size_t size) {
    std::array<std::uint8_t, 32> buffer{};
    std::size_t have = 0;
    while (have < size) {
        ssize_t got = 0;
        const int error =
            uninterrupted([&] { return got = ::recv(fd, buffer.data() + have, size - have, 0); });
        if (error != 0) {
            raise_os_error(error, fmt::format("Failed to read {} bytes from {}", size - have,
                                              product().daemon));
        }
        if (got == 0) return;
        const auto count = static_cast<std::size_t>(got);
        input.append(ByteView(buffer).subspan(have, count));
        have += count;
    }
}

}  // namespace

Address address_of(const char* ip, PyObject* port, const char* path) {
    Address out;
    if (ip != nullptr) out.ip = ip;
    if (port != nullptr && port != Py_None) out.port = int_of(port);
    if (path != nullptr) out.path = path;
    return out;
}

int descriptor_of(PyObject* sock) {
    // Made once: the interpreter remembers where it finds a name by the object that the name is.
    static PyObject* const name = PyUnicode_InternFromString("fileno");
    const auto method = must(PyObject_GetAttr(sock, name));
    const auto number = must(PyObject_CallObject(method.get(), nullptr));
    const auto fd = integer_of(number.get());
    return fd < 0 || fd > 0x7fffffff ? -1 : static_cast<int>(fd);
}

int family_of(PyObject* sock) {
    const auto family = must(PyObject_GetAttrString(sock, "family"));
    return static_cast<int>(integer_of(family.get()));
}

void connect_socket(int fd, int family, const Address& address) {
    auto to = socket_address(family, address);
    int error = without_gil(
        [&] { return ::connect(fd, reinterpret_cast<sockaddr*>(&to.storage), to.size); });
    if (error == EINTR) {
        must_succeed(PyErr_CheckSignals());
        error = finish_connect(fd);
    }
    if (error != 0) raise_os_error(error, fmt::format("Failed to connect to {}", product().daemon));
    if (family != AF_UNIX) {
        // An acknowledgement is small and urgent.
        const int on = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    partials().forget(fd);
}

void shake_hands(int fd, ClientId service) {
    const auto room = keypath_room(product().product);
    HandshakeConfig config{.client_id = static_cast<std::uint8_t>(service),
                           .release = release_to_claim(),
                           .secret = access_secret(),
                           .max_depth = room.max_depth,
                           .max_key_length = room.max_key_length};
    // No byte beyond what the handshake's next message has: frames are read one by one.
    constexpr std::size_t challenge_size = 17;
    std::size_t next = config.secret ? challenge_size : hello_size;
    Bytes output;
    FrameReader input;
    ClientHandshake handshake(std::move(config), output);
    while (true) {
        if (!output.empty()) send_all(fd, std::exchange(output, {}));
        const auto before = input.offset() + input.buffered();
        read_for(fd, input, next);
        const bool closed = input.offset() + input.buffered() < before + next;
        const auto step = handshake.step(input, closed, output);
        if (step == ClientHandshake::Step::done) return;
        if (step == ClientHandshake::Step::failed) raise_failure(handshake.failure());
        // After the challenge comes one byte, and after that byte the hello.
        next = next == challenge_size ? 1 : hello_size;
    }
}

void send_all(int fd, ByteView bytes) {
    bool begun = false;
    while (!bytes.empty()) {
        ssize_t sent = 0;
        const int error = uninterrupted(
            [&] { return sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL); });
        if (begun && would_block(error)) {
            // Half a frame would be the end of the connection.
            wait_for(fd, POLLOUT);
            continue;
        }
        if (error != 0) {
            raise_os_error(error, fmt::format("Failed to write {} bytes to {}", bytes.size(),
                                              product().daemon));
        }
        begun = true;
        bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
}

Bytes read_frame(int fd) {
    Incoming frame(fd);
    frame.read_until(frame_header_size);
    const auto size = frame.payload_size();
    if (size == 0) {
        // What follows a frame of nothing is taken for the end, as the vendor's library does.
        raise_eof();
    }
    if (size > Limits{}.payload) {
        // Where the next one begins nobody knows: later calls must not read the rest as frames.
        ::shutdown(fd, SHUT_RDWR);
        raise_error(ERR_INTERNAL, fmt::format("a frame of {} bytes", size));
    }
    frame.read_until(frame_header_size + size);
    return frame.take_payload();
}

}  // namespace confd::python
