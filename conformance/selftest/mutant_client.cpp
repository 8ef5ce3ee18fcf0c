// A client that is right in everything, or wrong in exactly one thing: the argument says in which.
// It is made of our own session; what it is asked for comes in the environment, as the kit gives
// it.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/selftest/mutant_diffs.hpp"
#include "protocol/frame/frame.hpp"
#include "protocol/maapi/keypath.hpp"
#include "protocol/render/render.hpp"
#include "protocol/session/client_session.hpp"
#include "protocol/term/tree.hpp"
#include "protocol/value/text.hpp"

namespace {

using namespace confd;

std::string mutation;
bool mutant(std::string_view name) {
    return mutation == name;
}

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::string asked(const std::string& name) {
    return variable(("CONFD_CONFORMANCE_" + name).c_str());
}

std::int64_t number(const std::string& text) {
    std::int64_t out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

StreamRequest stream() {
    StreamRequest out{.name = asked("STREAM"), .usid = number(asked("USID"))};
    out.start_time = parse_datetime(asked("START"));
    if (!mutant("no-stop-time")) out.stop_time = parse_datetime(asked("STOP"));
    if (!asked("FILTER").empty()) out.xpath_filter = asked("FILTER");
    return out;
}

/// What the kit asks for, in one place wrong.
ClientConfig config() {
    ClientConfig out;
    out.release = parse_release(asked("RELEASE")).value_or(Release{});
    out.product = parse_product(asked("PRODUCT")).value_or(Product::confd);
    out.subscription.mask = static_cast<std::uint32_t>(number(asked("MASK")));
    out.subscription.heartbeat_interval = number(asked("HEARTBEAT"));
    out.subscription.health_check_interval = number(asked("HEALTH_CHECK"));
    out.subscription.verbosity = number(asked("VERBOSITY"));
    if (!asked("STREAM").empty()) out.subscription.stream = stream();
    if (const auto path = asked("ACCESS_FILE"); !path.empty() && !mutant("no-challenge")) {
        std::ifstream file(path, std::ios::binary);
        out.secret.emplace(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
        if (mutant("secret-without-newline") && !out.secret->empty()) out.secret->pop_back();
    }
    if (mutant("interval-in-seconds")) out.subscription.heartbeat_interval /= 1000;
    if (mutant("no-verbosity")) out.subscription.verbosity = 0;
    return out;
}

int connect_unix(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof(address.sun_path) - 1));
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    const auto* where = reinterpret_cast<const sockaddr*>(&address);
    return ::connect(fd, where, sizeof(address)) == 0 ? fd : -1;
}

int connect_tcp() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(number(asked("PORT"))));
    ::inet_pton(AF_INET, asked("HOST").c_str(), &address.sin_addr);
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    const auto* where = reinterpret_cast<const sockaddr*>(&address);
    return ::connect(fd, where, sizeof(address)) == 0 ? fd : -1;
}

int connect_socket() {
    return asked("PATH").empty() ? connect_tcp() : connect_unix(asked("PATH"));
}

/// Elsewhere a diff is left alone, so that those cases are about what they are about.
bool reads_diffs() {
    return asked("CASE").starts_with("client/maapi/");
}

bool write_all(int fd, ByteView bytes) {
    while (!bytes.empty()) {
        const auto size = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (size <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(size));
    }
    return true;
}

class Client {
  public:
    explicit Client() : diffs_(mutation, config(), connect_socket), session_(config()) {}
    ~Client() {
        if (fd_ >= 0) ::close(fd_);
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void run() {
        if (reads_diffs()) diffs_.load_schemas();
        fd_ = connect_socket();
        if (fd_ < 0) return;
        send_hello();
        while (true) {
            if (!write_all(fd_, session_.take_output())) return;
            switch (session_.poll()) {
                case ClientSession::Poll::need_input:
                    // What poll() has queued goes out before anything is waited for.
                    if (!session_.has_output()) read();
                    break;
                case ClientSession::Poll::subscribed:
                    if (mutant("acks-before-events")) acknowledge_first();
                    break;
                case ClientSession::Poll::notification:
                    if (!on_event()) return;
                    break;
                case ClientSession::Poll::malformed:
                    if (mutant("dies-on-malformed")) return;
                    break;
                case ClientSession::Poll::failed:
                    return on_failure();
            }
        }
    }

  private:
    void send_hello() {
        auto hello = session_.take_output();
        if (mutant("version-79")) hello[2] = 79;
        write_all(fd_, hello);
    }

    void read() {
        std::array<std::uint8_t, 65536> buffer;
        const auto size = ::recv(fd_, buffer.data(), buffer.size(), 0);
        if (size <= 0) return session_.feed_eof();
        if (mutant("one-read-handshake") && !session_.streaming() && size < 9) std::abort();
        session_.feed(ByteView(buffer).first(static_cast<std::size_t>(size)));
    }

    /// Where a client may go wrong once its connection is over.
    void on_failure() {
        const bool refused = session_.failure().kind == SessionFailure::Kind::refused;
        if (mutant("crashes-when-refused") && refused) std::abort();
        if (mutant("hangs-when-refused") && refused) hang();
        if (mutant("crashes-when-cut-off") && session_.partial()) std::abort();
    }

    [[noreturn]] static void hang() {
        std::signal(SIGTERM, SIG_IGN);
        while (true)
            ::pause();
    }

    /// For a session that is in no event: whether one for the session of the first event came too
    /// early would be a matter of time.
    void acknowledge_first() {
        const auto mask = config().subscription.mask;
        if ((mask & NOTIF_AUDIT) != 0 && (mask & NOTIF_AUDIT_SYNC) != 0)
            session_.send({AckKind::audit_synced, 4711});
    }

    bool on_event() {
        const auto& event = session_.notification();
        const bool known = notif_name(event.type).has_value();
        if (mutant("dies-on-unknown") && !known) return false;
        if (mutant("drops-third") && ++events_ == 3) return true;
        const bool early = mutant("done-before-diff");
        if (!early) print(event);
        auto ack = ack_owed(event, config().subscription.mask);
        if (mutant("acks-without-flag")) ack = ack_owed(event, ~0U);
        if (mutant("acks-everything") && !ack) ack = Ack{AckKind::audit_synced, 17};
        if (ack) give(*ack);
        if (early) {
            write_all(fd_, session_.take_output());
            print(event);
        }
        return true;
    }

    void give(Ack ack) {
        if (mutant("never-acks")) return;
        if (mutant("next-session") && ack.kind == AckKind::audit_synced) ++ack.id;
        if (mutant("handle-for-session") && ack.kind == AckKind::diff_done) ack.id = 17;
        if (mutant("done-for-synced") && ack.kind == AckKind::audit_synced)
            ack.kind = AckKind::diff_done;
        if (mutant("network-as-audit") && ack.kind == AckKind::audit_network_synced)
            ack.kind = AckKind::audit_synced;
        if (mutant("no-ha") && ack.kind == AckKind::ha_synced) return;
        if (mutant("session-0-is-none") && ack.kind == AckKind::audit_synced && ack.id == 0) return;
        if (mutant("once-a-session") && !remember(ack)) return;
        if (mutant("session-16-bits") && ack.kind == AckKind::audit_synced) ack.id &= 0xffff;
        session_.send(ack);
        if (mutant("acks-twice")) session_.send(ack);
        if (mutant("frame-too-short")) misframe();
    }

    bool remember(const Ack& ack) {
        if (std::ranges::find(given_, ack) != given_.end()) return false;
        given_.push_back(ack);
        return true;
    }

    /// The last frame announces a byte less than it has.
    void misframe() {
        auto bytes = session_.take_output();
        if (bytes.size() > 3) --bytes[3];
        write_all(fd_, bytes);
    }

    void print(const Notification& event) {
        auto line = to_json(event, {.context = {config().release.dialect(), config().product}});
        if (const auto* commit = event.get<CommitDiffNotification>(); commit && reads_diffs())
            line["diff"] = changes_of(*commit);
        auto text = boost::json::serialize(line);
        if (mutant("usid-as-text")) replace(text, "\"usid\":17", "\"usid\":\"17\"");
        if (mutant("no-msg")) replace(text, "\"msg\"", "\"message\"");
        if (mutant("no-zone")) replace(text, "+05:30", "");
        if (mutant("no-duration")) replace(text, "\"duration\":48000", "\"duration\":0");
        if (mutant("tag-for-id")) replace(text, "\"cq_tag\":\"blue-vpn\"", "\"cq_tag\":\"blue\"");
        if (mutant("rounds-large-integers"))
            replace(text, "18446744073709551615", "18446744073709552000");
        std::puts(text.c_str());
        std::fflush(stdout);
    }

    boost::json::array changes_of(const CommitDiffNotification& commit) {
        boost::json::array out;
        for (const auto& change : diffs_.read(commit)) {
            auto one = to_json(change);
            if (mutant("no-old-values")) one.erase("old");
            if (mutant("no-keys") && change.path.steps.front().keys) one["path"] = "/7:1";
            if (mutant("no-value-types") && one.contains("value"))
                one["value"].as_object().erase("type");
            if (mutant("no-namespaces")) one["path"] = tags_only(change.path);
            out.push_back(std::move(one));
        }
        return out;
    }

    static std::string tags_only(ObjectRef path) {
        for (auto& step : path.steps)
            step.ns.reset();
        return to_text(path);
    }

    static void replace(std::string& text, std::string_view from, std::string_view to) {
        const auto at = text.find(from);
        if (at != std::string::npos) text.replace(at, from.size(), to);
    }

    int fd_ = -1;
    confd::kit::test::DiffReader diffs_;
    ClientSession session_;
    int events_ = 0;
    std::vector<Ack> given_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1) mutation = argv[1];
    do {
        Client().run();
        if (asked("CASE").starts_with("client/reconnect/")) ::usleep(100'000);
    } while (asked("CASE").starts_with("client/reconnect/") && !mutant("stays-away"));
    return 0;
}
