// SPDX-License-Identifier: Apache-2.0
#include "transport/acceptor.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <list>
#include <optional>
#include <utility>
#include <vector>

#include "transport/asio_socket.hpp"
#include "transport/exhaustion.hpp"

namespace confd::transport {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using GenericEndpoint = asio::generic::stream_protocol::endpoint;
using Listener = asio::basic_socket_acceptor<asio::generic::stream_protocol>;

/// A socket file that this process made: another with the same name is not ours to remove.
struct SocketFile {
    std::string path;
    dev_t device = 0;
    ino_t inode = 0;
};

void remove_if_ours(const SocketFile& file) {
    struct stat now{};
    if (::lstat(file.path.c_str(), &now) != 0) return;
    if (now.st_dev == file.device && now.st_ino == file.inode) ::unlink(file.path.c_str());
}

/// Why a file keeps us from listening at `path`; empty for a socket on which nothing listens.
std::string why_taken(const std::string& path, const asio::any_io_executor& executor) {
    struct stat file{};
    if (::lstat(path.c_str(), &file) != 0 || !S_ISSOCK(file.st_mode))
        return "there is a file of this name, and it is no socket";
    asio::local::stream_protocol::socket probe(executor);
    error_code failed;
    probe.connect(asio::local::stream_protocol::endpoint(path), failed);
    if (failed == asio::error::connection_refused) return {};
    return failed ? fmt::format(
                        "there is a socket already, and whether it is in use is not to be "
                        "seen: {}",
                        failed.message())
                  : "somebody listens there already";
}

error_code bind_and_listen(Listener& listener, const GenericEndpoint& at) {
    error_code failed;
    const auto family = at.protocol().family();
    if (listener.open(at.protocol(), failed)) return failed;
    if (family == AF_INET || family == AF_INET6) {
        listener.set_option(asio::socket_base::reuse_address(true), failed);
    }
    // [::]:4565 and 0.0.0.0:4565 are two addresses, and can both be listened on.
    if (family == AF_INET6) listener.set_option(asio::ip::v6_only(true), failed);
    if (!listener.bind(at, failed))
        listener.listen(asio::socket_base::max_listen_connections, failed);
    return failed;
}

error_code replace_stale(Listener& listener, const std::string& path) {
    error_code failed;
    if (::unlink(path.c_str()) != 0) return {errno, boost::system::system_category()};
    listener.close(failed);
    return bind_and_listen(listener, asio::local::stream_protocol::endpoint(path));
}

std::unexpected<std::string> cannot_listen(const Endpoint& endpoint, const std::string& why) {
    return std::unexpected(fmt::format("cannot listen on {}: {}", to_string(endpoint), why));
}

}  // namespace

struct Acceptor::Impl : std::enable_shared_from_this<Acceptor::Impl> {
    /// One address: accepting waits for nothing on the others.
    struct Port {
        explicit Port(const asio::any_io_executor& executor)
            : listener(executor), pause(executor) {}
        Listener listener;
        asio::steady_timer pause;
    };

    Impl(asio::any_io_executor e, const SocketOptions& o) : executor(std::move(e)), options(o) {}

    asio::any_io_executor executor;
    SocketOptions options;
    std::list<Port> ports;
    std::vector<Endpoint> endpoints;
    std::vector<SocketFile> files;
    std::function<void(Connection)> accepted;
    std::function<void(const std::string&)> note;
    ReservedDescriptor reserved;
    Exhaustion exhaustion;
    bool stopped = false;

    std::expected<Endpoint, std::string> listen_tcp(const TcpEndpoint& tcp) {
        error_code failed;
        asio::ip::tcp::resolver resolver(executor);
        const auto found = resolver.resolve(tcp.host, std::to_string(tcp.port),
                                            asio::ip::tcp::resolver::passive, failed);
        // One of a name's addresses: IPv4 first, because that is where the vendor's clients look.
        std::vector<asio::ip::tcp::endpoint> addresses(found.begin(), found.end());
        std::ranges::stable_partition(addresses,
                                      [](const auto& at) { return at.address().is_v4(); });
        for (const auto& address : addresses) {
            auto& port = ports.emplace_back(executor);
            failed = bind_and_listen(port.listener, address);
            if (!failed) {
                const auto text = to_text(port.listener.local_endpoint());
                return endpoints.emplace_back(*parse_endpoint(text));
            }
            ports.pop_back();
        }
        return cannot_listen(tcp, failed.message());
    }

    std::expected<Endpoint, std::string> listen_unix(const UnixEndpoint& at) {
        if (const auto why = why_no_unix_path(at.path); !why.empty()) return cannot_listen(at, why);
        const asio::local::stream_protocol::endpoint address(at.path);
        auto& port = ports.emplace_back(executor);
        auto failed = bind_and_listen(port.listener, address);
        std::string taken;
        if (failed == asio::error::address_in_use) {
            taken = why_taken(at.path, executor);
            if (taken.empty()) failed = replace_stale(port.listener, at.path);
        }
        if (failed) {
            ports.pop_back();
            return cannot_listen(at, taken.empty() ? failed.message() : taken);
        }
        struct stat made{};
        if (::lstat(at.path.c_str(), &made) == 0) {
            files.push_back({at.path, made.st_dev, made.st_ino});
        }
        return endpoints.emplace_back(at);
    }

    void accept(Port& port) {
        port.listener.async_accept(
            [self = shared_from_this(), &port](const error_code& failed, Socket socket) {
                if (self->stopped) return;
                if (failed) return self->accept_later(port, failed);
                self->tell(self->exhaustion.succeeded(std::chrono::steady_clock::now()));
                self->accepted(make_connection(std::move(socket), self->options));
                if (!self->stopped) self->accept(port);
            });
    }

    /// Out of descriptors, or of memory for sockets.
    void accept_later(Port& port, const error_code& failed) {
        const auto turned_away = reserved.turn_away(port.listener.native_handle());
        tell(exhaustion.failed(std::chrono::steady_clock::now(), failed.message(), turned_away));
        port.pause.expires_after(exhaustion.pause());
        port.pause.async_wait([self = shared_from_this(), &port](const error_code& cancelled) {
            if (!cancelled && !self->stopped) self->accept(port);
        });
    }

    void tell(const std::optional<std::string>& line) const {
        if (line && note) note(*line);
    }

    void stop() {
        if (std::exchange(stopped, true)) return;
        for (auto& port : ports) {
            error_code ignored;
            port.listener.close(ignored);
            port.pause.cancel();
        }
        for (const auto& file : files)
            remove_if_ours(file);
    }
};

Acceptor::Acceptor(const asio::any_io_executor& executor, const SocketOptions& options)
    : impl_(std::make_shared<Impl>(executor, options)) {}

Acceptor::~Acceptor() {
    stop();
}

std::expected<Endpoint, std::string> Acceptor::listen(const Endpoint& endpoint) {
    if (const auto* tcp = std::get_if<TcpEndpoint>(&endpoint)) return impl_->listen_tcp(*tcp);
    return impl_->listen_unix(std::get<UnixEndpoint>(endpoint));
}

void Acceptor::start(std::function<void(Connection)> accepted,
                     std::function<void(const std::string&)> note) {
    impl_->accepted = std::move(accepted);
    impl_->note = std::move(note);
    for (auto& port : impl_->ports)
        impl_->accept(port);
}

void Acceptor::stop() {
    impl_->stop();
}

const std::vector<Endpoint>& Acceptor::endpoints() const {
    return impl_->endpoints;
}

}  // namespace confd::transport
