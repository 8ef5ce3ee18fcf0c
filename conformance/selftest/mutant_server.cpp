// A server for the self-tests of the kit: right in everything, or wrong in the one way that its
// argument names. It plays what the cases ask for and nothing more.
//
//     mutant_server MUTATION [SECRET]
//
// prints "listening on PORT, triggers on PORT", both at 127.0.0.2. A trigger connects, sends
// "NOTIF_AUDIT 2\n", and gets "ok\n" when what it started has gone on.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <list>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/selftest/mutant_maapi.hpp"
#include "protocol/constants.hpp"
#include "protocol/notification/notification.hpp"
#include "protocol/session/server_session.hpp"

namespace confd::kit::test {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// What is wrong with this server.
std::string mutation;

bool mutant(std::string_view name) {
    return mutation == name;
}

struct Client {
    Client(int socket, ServerConfig config, const Challenge& challenge)
        : fd(socket), session(std::move(config), challenge) {}

    int fd;
    ServerSession session;
    std::unique_ptr<MutantMaapi::Reader> reader{};  // on a MAAPI socket
    Bytes hello;                                    // until all 9 bytes are there
    Bytes output;
    bool greeted = false;  // the hello has been passed on
    bool patched = false;  // the reply has gone out
    bool closing = false;
    bool gone = false;
    Clock::time_point since = Clock::now();
    Clock::time_point next_heartbeat = Clock::time_point::max();
    Clock::time_point next_health_check = Clock::time_point::max();
};

struct Owed {
    const Client* by;
    Ack ack;
};

/// A user session, a transaction or a change of HA, as a trigger asks for it.
struct Job {
    int fd;
    std::int64_t id;
    std::string request{};
    std::uint32_t type = 0;
    int left = 0;
    bool waiting = false;
    bool done = false;
    std::vector<Owed> owed{};
};

int listen_somewhere(std::uint16_t& port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (mutant("blocks-on-a-slow-reader")) {
        const int small = 4096;
        ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    // 127.0.0.2: the connections that wait at 127.0.0.1 for their last segments take no port here.
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
    ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ::listen(fd, SOMAXCONN);
    socklen_t size = sizeof address;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    return fd;
}

void set_id(Notification& event, std::int64_t id) {
    if (auto* audit = std::get_if<AuditNotification>(&event.body)) {
        audit->usid = id;
        audit->msg = std::string(200, 'x');  // fills the buffers of who does not read
    }
    if (auto* diff = std::get_if<CommitDiffNotification>(&event.body)) {
        diff->tctx.th = id;
        diff->uinfo.usid = session_of(id);
    }
    if (auto* network = std::get_if<AuditNetworkNotification>(&event.body)) network->usid = id;
}

class Server {
  public:
    explicit Server(std::optional<Bytes> secret) : secret_(std::move(secret)), maapi_(mutation) {
        std::uint16_t port = 0;
        std::uint16_t trigger_port = 0;
        listener_ = listen_somewhere(port);
        trigger_listener_ = listen_somewhere(trigger_port);
        std::printf("listening on %u, triggers on %u\n", port, trigger_port);
        std::fflush(stdout);
    }

    [[noreturn]] void run() {
        while (true) {
            wait();
            beat();
            for (auto& job : jobs_)
                advance(job);
            for (auto& client : clients_)
                flush(client);
            drop_what_is_over();
        }
    }

  private:
    void wait() {
        std::vector<pollfd> fds{{listener_, POLLIN, 0}, {trigger_listener_, POLLIN, 0}};
        for (const auto& client : clients_) {
            const short writes = client.output.empty() ? short{0} : short{POLLOUT};
            fds.push_back({client.fd, static_cast<short>(POLLIN | writes), 0});
        }
        for (const auto& job : jobs_)
            fds.push_back({job.fd, POLLIN, 0});
        ::poll(fds.data(), fds.size(), 20);
        auto next = fds.begin() + 2;
        for (auto& client : clients_) {
            if ((next++)->revents != 0) read(client);
        }
        for (auto& job : jobs_) {
            if ((next++)->revents != 0) read(job);
        }
        if (fds[0].revents != 0) accept_client();
        if (fds[1].revents != 0) {
            jobs_.push_back({.fd = ::accept4(trigger_listener_, nullptr, nullptr, SOCK_CLOEXEC),
                             .id = ++last_id_});
        }
    }

    void accept_client() {
        const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) return;
        const int on = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (mutant("has-room-for-sixty") && clients_.size() >= 60) {
            ::close(fd);
            return;
        }
        ServerConfig config;
        config.product = Product::nso;
        config.maapi = !mutant("has-no-maapi");
        if (!mutant("accepts-any-digest")) config.secret = secret_;
        if (mutant("waits-for-any-length")) config.limits.payload = 0xffffffff;
        if (mutant("accepts-small-arrays")) config.max_depth = config.max_key_length = 0;
        Challenge challenge{};
        if (!mutant("repeats-its-challenge")) challenge[0] = ++challenges_;
        clients_.emplace_back(fd, std::move(config), challenge);
        if (mutant("waits-for-each-hello")) read_hello_at_once(clients_.back());
    }

    /// As a server does that reads from a new connection before it looks at the others.
    void read_hello_at_once(Client& client) {
        Bytes bytes(hello_size);
        std::size_t size = 0;
        while (size < bytes.size()) {
            const auto got = ::recv(client.fd, bytes.data() + size, bytes.size() - size, 0);
            if (got <= 0) break;
            size += static_cast<std::size_t>(got);
        }
        bytes.resize(size);
        take(client, bytes);
    }

    // ---- Bytes in ----

    void read(Client& client) {
        std::uint8_t buffer[65536];
        const auto size = ::recv(client.fd, buffer, sizeof buffer, MSG_DONTWAIT);
        if (size < 0 && errno == EAGAIN) return;
        if (size > 0) return take(client, ByteView(buffer, static_cast<std::size_t>(size)));
        if (client.closing) {
            client.gone = true;
            return;
        }
        client.session.feed_eof();
        act(client);
        leave(client);
    }

    void take(Client& client, ByteView bytes) {
        if (client.closing) return;
        client.since = Clock::now();
        if (!client.greeted) {
            const auto missing = std::min(hello_size - client.hello.size(), bytes.size());
            client.hello.insert(client.hello.end(), bytes.begin(),
                                bytes.begin() + static_cast<std::ptrdiff_t>(missing));
            bytes = bytes.subspan(missing);
            if (client.hello.size() < hello_size) {
                if (mutant("reads-a-hello-at-once")) leave(client);
                return;
            }
            greet(client);
            if (mutant("loses-what-follows-the-hello")) bytes = {};
        }
        client.session.feed(bytes);
        act(client);
        if (mutant("reads-a-frame-at-once") && client.session.partial()) leave(client);
    }

    void greet(Client& client) {
        client.greeted = true;
        auto hello = parse_hello(client.hello);
        const auto version = hello.protocol_version;
        if (mutant("serves-every-client-id")) hello.client_id = CLIENT_EVENT_NOTIFICATIONS;
        if (mutant("knows-one-dialect") && version >= 60 && version < 90) {
            hello.protocol_version = 78;
        }
        if (mutant("takes-any-version") && (version < 60 || version > 89)) {
            hello.protocol_version = 78;
        }
        if (mutant("needs-arrays") && hello.max_depth == 0) hello.max_depth = 1;
        Bytes bytes;
        append_hello(bytes, hello);
        client.session.feed(bytes);
        act(client);
    }

    void act(Client& client) {
        while (true) {
            switch (client.session.poll()) {
                case ServerSession::Poll::subscription:
                    decide(client);
                    break;
                case ServerSession::Poll::ack:
                    acknowledge(client, client.session.ack());
                    break;
                case ServerSession::Poll::request:
                    serve(client);
                    break;
                case ServerSession::Poll::closed:
                    if (mutant("dies-of-garbage") && client.session.malformed() &&
                        client.session.refusal_code() == 0) {
                        std::abort();
                    }
                    return ended(client);
                default:
                    return;
            }
        }
    }

    void ended(Client& client) {
        if (mutant("closes-without-a-word") && client.session.malformed()) {
            client.session.take_output();
        }
        const bool refused = client.patched == false &&
                             client.session.reason().find("client's") != std::string::npos;
        if (mutant("stays-after-a-refusal") && refused) return;
        leave(client);
    }

    void serve(Client& client) {
        if (client.reader == nullptr) client.reader = maapi_.connect();
        const auto answers = client.reader->answer(client.session.frame());
        for (const auto& payload : answers.frames)
            client.session.send_payload(payload);
        if (answers.lets_go != 0) let_go(answers.lets_go);
        if (answers.closes) leave(client);
    }

    /// Some of what a job waited for is done.
    void release(const Job& job, std::size_t erased) {
        if (erased > 0 && job.owed.empty()) maapi_.finish(job.id);
    }

    /// A transaction goes on although its event has not been acknowledged.
    void let_go(std::int64_t id) {
        for (auto& job : jobs_)
            if (job.id == id) release(job, std::exchange(job.owed, {}).size());
    }

    void leave(Client& client) {
        if (client.reader != nullptr && !client.closing) let_go(client.reader->lose());
        client.closing = true;
        if (mutant("waits-for-who-has-left")) return;
        for (auto& job : jobs_)
            release(job,
                    std::erase_if(job.owed, [&](const Owed& owed) { return owed.by == &client; }));
    }

    // ---- Subscriptions ----

    void decide(Client& client) {
        const auto& wanted = client.session.subscription();
        if (mutant("refuses-unknown-bits") && (wanted.mask & 0x80000000) != 0) {
            return client.session.refuse({ERR_PROTOUSAGE, "unknown bits"});
        }
        if (const auto error = stream_error(wanted)) return client.session.refuse(*error);
        client.session.accept();
        const auto interval = [](std::int64_t asked) {
            if (mutant("beats-every-second")) asked = min_interval;
            const std::int64_t least = mutant("beats-as-asked") ? 1 : min_interval;
            return Clock::now() + milliseconds(std::max(asked, least));
        };
        const auto wants = [&](std::uint32_t bit, std::int64_t asked) {
            return (wanted.mask & bit) != 0 || (mutant("beats-without-the-bit") && asked > 0);
        };
        if (wants(NOTIF_HEARTBEAT, wanted.heartbeat_interval) && !mutant("has-no-heartbeat")) {
            client.next_heartbeat = interval(wanted.heartbeat_interval);
        }
        if (wants(NOTIF_HEALTH_CHECK, wanted.health_check_interval)) {
            client.next_health_check = interval(wanted.health_check_interval);
        }
        if (mutant("asks-late-subscribers")) ask_late(client);
    }

    static std::optional<PeerError> stream_error(const Subscription& wanted) {
        if ((wanted.mask & NOTIF_STREAM_EVENT) == 0) return std::nullopt;
        if (wanted.stream->name != "NETCONF" && !mutant("has-every-stream")) {
            return PeerError{ERR_NOEXISTS, "No such stream"};
        }
        if (wanted.stream->usid != 0) {
            return PeerError{mutant("confuses-codes") ? ERR_NOEXISTS : ERR_NOSESSION,
                             "No such user session"};
        }
        if (wanted.stream->xpath_filter && !mutant("takes-any-filter")) {
            return PeerError{ERR_XPATH, "Bad filter"};
        }
        return std::nullopt;
    }

    void ask_late(const Client& client) {
        for (auto& job : jobs_) {
            if (!job.waiting || job.owed.empty() || job.type != NOTIF_COMMIT_DIFF) continue;
            if ((client.session.subscription().mask & NOTIF_COMMIT_DIFF) == 0) continue;
            job.owed.push_back({&client, job.owed.front().ack});
        }
    }

    // ---- Events ----

    void beat() {
        const auto now = Clock::now();
        const auto due = [&](Client& client, Clock::time_point& at, std::uint32_t type,
                             std::int64_t asked) {
            if (at > now || client.closing) return;
            client.session.send(*make_notification(type, Dialect::v7x));
            if (mutant("beats-every-second")) asked = min_interval;
            at = now + milliseconds(std::max(asked, mutant("beats-as-asked") ? 1 : min_interval));
        };
        for (auto& client : clients_) {
            const auto& wanted = client.session.subscription();
            due(client, client.next_heartbeat, NOTIF_HEARTBEAT, wanted.heartbeat_interval);
            due(client, client.next_health_check, NOTIF_HEALTH_CHECK, wanted.health_check_interval);
            if (mutant("talks-unasked") && client.patched && !client.session.subscribed() &&
                !client.session.is_maapi() && !client.closing &&
                now - client.since > milliseconds(60)) {
                client.session.send(*make_notification(NOTIF_HEARTBEAT, Dialect::v7x));
                client.since = now + std::chrono::hours(1);
            }
        }
    }

    static bool gets(const Client& client, std::uint32_t type) {
        if (mutant("sends-events-to-maapi") && client.session.is_maapi()) return !client.closing;
        if (!client.session.subscribed() || client.closing) return false;
        if (mutant("ignores-the-mask")) return true;
        const auto mask = client.session.subscription().mask;
        if (mutant("sends-audit-for-its-flag") && type == NOTIF_AUDIT) {
            return (mask & (NOTIF_AUDIT | NOTIF_AUDIT_SYNC)) != 0;
        }
        if (mutant("takes-netconf-for-devel") && type == NOTIF_NETCONF) type = NOTIF_DEVEL;
        if (mutant("has-no-ha") && type == NOTIF_HA_INFO) return false;
        return (mask & type) != 0;
    }

    std::optional<Ack> owes(const Client& client, const Notification& event) const {
        auto mask = client.session.subscription().mask;
        if (mutant("waits-for-nobody")) return std::nullopt;
        if (mutant("waits-without-the-flag")) mask |= flag_bits;
        return ack_owed(event, mask);
    }

    void send(Job& job) {
        auto event = *make_notification(job.type, Dialect::v7x);
        set_id(event, job.id);
        for (auto& client : clients_) {
            if (!gets(client, job.type)) continue;
            send(client, event);
            if (const auto ack = owes(client, event)) job.owed.push_back({&client, *ack});
        }
        if (job.type == NOTIF_COMMIT_DIFF && !job.owed.empty()) maapi_.open(job.id);
    }

    static void send(Client& client, const Notification& event) {
        if (mutant("sends-one-shape")) {
            Bytes payload;
            if (encode_notification(event, payload, {Dialect::v7x, Product::nso})) {
                client.session.send_payload(payload);
            }
            return;
        }
        if (mutant("counts-the-length-in") && event.type == NOTIF_COMMIT_PROGRESS) {
            ServerSession& session = client.session;
            auto before = session.take_output();
            session.send(event);
            auto frame = session.take_output();
            frame[3] = static_cast<std::uint8_t>(frame[3] + 4);
            session.send_raw(before);
            session.send_raw(frame);
            return;
        }
        client.session.send(event);
    }

    // ---- Acknowledgements ----

    void acknowledge(const Client& client, const Ack& ack) {
        for (auto& job : jobs_) {
            const auto found = std::ranges::find_if(job.owed, [&](const Owed& owed) {
                const bool right =
                    owed.ack == ack || (mutant("takes-any-id") && owed.ack.kind == ack.kind);
                return right && (owed.by == &client || mutant("counts-answers"));
            });
            if (found == job.owed.end()) continue;
            job.owed.erase(found);
            if (mutant("needs-one-answer")) job.owed.clear();
            release(job, 1);
            return;
        }
    }

    void read(Job& job) {
        char buffer[64];
        const auto size = ::recv(job.fd, buffer, sizeof buffer, MSG_DONTWAIT);
        if (size <= 0) {
            job.done = true;
            return;
        }
        job.request.append(buffer, static_cast<std::size_t>(size));
        if (!job.request.ends_with('\n') || job.left > 0) return;
        std::istringstream words(job.request);
        std::string name;
        words >> name >> job.left;
        job.type = static_cast<std::uint32_t>(value_of(mask_constants, name).value_or(0));
    }

    bool held_up(const Job& job) const {
        const bool all_audit = job.type == NOTIF_AUDIT && mutant("lets-all-sessions-wait");
        const bool all_ha = job.type == NOTIF_HA_INFO && !mutant("lets-ha-go-on");
        if (!all_audit && !all_ha) return false;
        return std::ranges::any_of(jobs_, [&](const Job& other) {
            return &other != &job && other.type == job.type && !other.owed.empty();
        });
    }

    void advance(Job& job) {
        if (job.type == 0 || job.done) return;
        while (true) {
            const bool through =
                (job.owed.empty() || mutant("lets-a-session-go-on")) && !maapi_.hangs(job.id);
            if (job.waiting && through && job.left > 0) job.waiting = --job.left == 0;
            if (job.left == 0) break;
            if (job.waiting || held_up(job)) return;
            send(job);
            job.waiting = true;
        }
        if (!job.owed.empty() || maapi_.hangs(job.id)) return;
        ::send(job.fd, "ok\n", 3, MSG_NOSIGNAL);
        job.done = true;
    }

    // ---- Bytes out ----

    void patch_reply(Client& client, Bytes& bytes) {
        const bool access = client.session.hello() && client.session.hello()->wants_challenge;
        if (access || bytes.size() < hello_size || client.patched) return;
        const auto hello = parse_hello(client.hello);
        auto reply = parse_hello_reply(ByteView(bytes).first(hello_size));
        if (mutant("echoes-the-version")) reply.protocol_version = hello.protocol_version;
        if (mutant("confuses-statuses") && reply.status == HelloReply::too_small) {
            reply.status = HelloReply::incompatible_version;
        }
        Bytes patched;
        append_hello_reply(patched, reply);
        std::ranges::copy(patched, bytes.begin());
        client.patched = reply.status == HelloReply::accepted;
        client.since = Clock::now();
    }

    void flush(Client& client) {
        auto bytes = client.session.take_output();
        patch_reply(client, bytes);
        client.output.insert(client.output.end(), bytes.begin(), bytes.end());
        while (!client.output.empty()) {
            const int flags = mutant("blocks-on-a-slow-reader") ? 0 : MSG_DONTWAIT;
            const auto size =
                ::send(client.fd, client.output.data(), client.output.size(), MSG_NOSIGNAL | flags);
            if (size < 0 && errno == EAGAIN) return;
            if (size < 0) return leave(client);
            client.output.erase(client.output.begin(), client.output.begin() + size);
        }
        if (client.closing) client.gone = true;
    }

    void drop_what_is_over() {
        std::erase_if(clients_, [](const Client& client) {
            if (client.gone) ::close(client.fd);
            return client.gone;
        });
        std::erase_if(jobs_, [](const Job& job) {
            if (job.done) ::close(job.fd);
            return job.done;
        });
    }

    std::optional<Bytes> secret_;
    int listener_ = -1;
    int trigger_listener_ = -1;
    std::uint8_t challenges_ = 0;
    std::int64_t last_id_ = 0;
    MutantMaapi maapi_;
    std::list<Client> clients_;
    std::list<Job> jobs_;
};

}  // namespace
}  // namespace confd::kit::test

int main(int argc, char** argv) {
    using namespace confd;
    if (argc > 1) kit::test::mutation = argv[1];
    std::optional<Bytes> secret;
    if (argc > 2) {
        const auto text = as_bytes(argv[2]);
        secret.emplace(text.begin(), text.end());
    }
    kit::test::Server(std::move(secret)).run();
}
