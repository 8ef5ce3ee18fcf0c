// SPDX-License-Identifier: Apache-2.0
#include "conformance/selftest/mutant_server.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/constants.hpp"
#include "protocol/mask.hpp"

namespace confd::kit::test {
namespace {

using std::chrono::milliseconds;

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

}  // namespace

MutantServer::MutantServer(testing::Loopback& net, std::string mutation,
                           std::optional<Bytes> secret)
    : net_(net), mutation_(std::move(mutation)), secret_(std::move(secret)), maapi_(mutation_) {
    net_.serve(*this);
}

void MutantServer::run() {
    if (dead_) return;
    while (!stuck()) {
        const auto id = net_.accept();
        if (!id) break;
        accept(*id);
    }
    for (auto& client : clients_) {
        if (!stuck() || &client == reading_hello_) read(client);
        if (dead_) return;
    }
    if (stuck()) return;
    beat();
    for (auto& job : jobs_)
        advance(job);
    for (auto& client : clients_) {
        flush(client);
        if (stuck()) return;
    }
    std::erase_if(clients_, [](const Client& client) { return client.gone; });
}

bool MutantServer::stuck() {
    if (reading_hello_ != nullptr) return true;
    return mutant("blocks-on-a-slow-reader") &&
           std::ranges::any_of(clients_, [this](Client& client) {
               write(client);
               return !client.output.empty();
           });
}

void MutantServer::accept(testing::Loopback::Id id) {
    if (mutant("has-room-for-sixty") && clients_.size() >= 60) return net_.server_close(id);
    ServerConfig config;
    config.product = Product::nso;
    config.maapi = !mutant("has-no-maapi");
    if (!mutant("accepts-any-digest")) config.secret = secret_;
    if (mutant("waits-for-any-length")) config.limits.payload = 0xffffffff;
    if (mutant("accepts-small-arrays")) config.max_depth = config.max_key_length = 0;
    Challenge challenge{};
    if (!mutant("repeats-its-challenge")) challenge[0] = ++challenges_;
    clients_.push_back({.id = id, .session = ServerSession(std::move(config), challenge)});
    clients_.back().since = net_.now();
    // As a server does that reads from a new connection before it looks at the others.
    if (mutant("waits-for-each-hello")) reading_hello_ = &clients_.back();
}

// ---- Bytes in ----

void MutantServer::read(Client& client) {
    std::array<std::uint8_t, 65536> buffer;
    std::size_t size = 0;
    switch (net_.read(client.id, buffer, size)) {
        case testing::Loopback::Read::nothing:
            return;
        case testing::Loopback::Read::bytes:
            return take(client, ByteView(buffer).first(size));
        default:
            break;
    }
    if (reading_hello_ == &client) reading_hello_ = nullptr;
    if (client.closing) {
        close(client);
        return;
    }
    client.session.feed_eof();
    act(client);
    leave(client);
}

void MutantServer::take(Client& client, ByteView bytes) {
    if (client.closing) return;
    client.since = net_.now();
    if (!client.greeted) {
        const auto missing = std::min(hello_size - client.hello.size(), bytes.size());
        client.hello.insert(client.hello.end(), bytes.begin(),
                            bytes.begin() + static_cast<std::ptrdiff_t>(missing));
        bytes = bytes.subspan(missing);
        if (client.hello.size() < hello_size) {
            if (mutant("reads-a-hello-at-once")) leave(client);
            return;
        }
        if (reading_hello_ == &client) reading_hello_ = nullptr;
        greet(client);
        if (mutant("loses-what-follows-the-hello")) bytes = {};
    }
    client.session.feed(bytes);
    act(client);
    if (mutant("reads-a-frame-at-once") && client.session.partial()) leave(client);
}

void MutantServer::greet(Client& client) {
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

void MutantServer::act(Client& client) {
    while (!dead_) {
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
                    return die();
                }
                return ended(client);
            default:
                return;
        }
    }
}

void MutantServer::ended(Client& client) {
    if (mutant("closes-without-a-word") && client.session.malformed()) client.session.take_output();
    const bool refused =
        client.patched == false && client.session.reason().find("client's") != std::string::npos;
    if (mutant("stays-after-a-refusal") && refused) return;
    leave(client);
}

/// As a process that crashes: the kernel closes what it had open.
void MutantServer::die() {
    dead_ = true;
    net_.stop_listening();
    for (const auto& client : clients_)
        net_.server_close(client.id);
}

void MutantServer::serve(Client& client) {
    if (client.reader == nullptr) client.reader = maapi_.connect();
    const auto answers = client.reader->answer(client.session.frame());
    if (answers.dies) return die();
    for (const auto& payload : answers.frames)
        client.session.send_payload(payload);
    if (answers.lets_go != 0) let_go(answers.lets_go);
    if (answers.closes) leave(client);
}

/// Some of what a job waited for is done.
void MutantServer::release(const Job& job, std::size_t erased) {
    if (erased > 0 && job.owed.empty()) maapi_.finish(job.id);
}

/// A transaction goes on although its event has not been acknowledged.
void MutantServer::let_go(std::int64_t id) {
    for (auto& job : jobs_)
        if (job.id == id) release(job, std::exchange(job.owed, {}).size());
}

void MutantServer::leave(Client& client) {
    if (client.reader != nullptr && !client.closing) let_go(client.reader->lose());
    client.closing = true;
    if (mutant("waits-for-who-has-left")) return;
    for (auto& job : jobs_)
        release(job, std::erase_if(job.owed, [&](const Owed& owed) { return owed.by == &client; }));
}

// ---- Subscriptions ----

void MutantServer::decide(Client& client) {
    const auto& wanted = client.session.subscription();
    if (mutant("refuses-unknown-bits") &&
        (wanted.mask & ~known_bits(client.session.context())) != 0) {
        return client.session.refuse({ERR_PROTOUSAGE, "unknown bits"});
    }
    if (const auto error = stream_error(wanted)) return client.session.refuse(*error);
    client.session.accept();
    const auto wants = [&](std::uint32_t bit, std::int64_t asked) {
        return (wanted.mask & bit) != 0 || (mutant("beats-without-the-bit") && asked > 0);
    };
    if (wants(NOTIF_HEARTBEAT, wanted.heartbeat_interval) && !mutant("has-no-heartbeat")) {
        client.next_heartbeat = net_.now() + interval(wanted.heartbeat_interval);
    }
    if (wants(NOTIF_HEALTH_CHECK, wanted.health_check_interval)) {
        client.next_health_check = net_.now() + interval(wanted.health_check_interval);
    }
    if (mutant("asks-late-subscribers")) ask_late(client);
}

milliseconds MutantServer::interval(std::int64_t asked) const {
    if (mutant("beats-every-second")) asked = min_interval;
    const std::int64_t least = mutant("beats-as-asked") ? 1 : min_interval;
    return milliseconds(std::max(asked, least));
}

std::optional<PeerError> MutantServer::stream_error(const Subscription& wanted) const {
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

void MutantServer::ask_late(const Client& client) {
    for (auto& job : jobs_) {
        if (!job.waiting || job.owed.empty() || job.type != NOTIF_COMMIT_DIFF) continue;
        if ((client.session.subscription().mask & NOTIF_COMMIT_DIFF) == 0) continue;
        job.owed.push_back({&client, job.owed.front().ack});
    }
}

// ---- Events ----

void MutantServer::beat() {
    for (auto& client : clients_) {
        const auto& wanted = client.session.subscription();
        beat(client, client.next_heartbeat, NOTIF_HEARTBEAT, wanted.heartbeat_interval);
        beat(client, client.next_health_check, NOTIF_HEALTH_CHECK, wanted.health_check_interval);
        if (const auto at = talks_at(client); at && *at <= net_.now()) {
            client.session.send(*make_notification(NOTIF_HEARTBEAT, Dialect::v7x));
            client.since = net_.now() + std::chrono::hours(1);
        }
    }
}

void MutantServer::beat(Client& client, std::optional<Instant>& at, std::uint32_t type,
                        std::int64_t asked) {
    if (!at || *at > net_.now() || client.closing) return;
    client.session.send(*make_notification(type, Dialect::v7x));
    at = net_.now() + interval(asked);
}

std::optional<testing::Instant> MutantServer::talks_at(const Client& client) const {
    if (!mutant("talks-unasked") || !client.patched || client.session.subscribed() ||
        client.session.is_maapi() || client.closing)
        return std::nullopt;
    return client.since + milliseconds(60);
}

std::optional<testing::Instant> MutantServer::next_deadline() const {
    std::optional<Instant> next;
    const auto consider = [&](std::optional<Instant> time) {
        if (time && (!next || *time < *next)) next = time;
    };
    if (dead_) return next;
    for (const auto& client : clients_) {
        consider(talks_at(client));
        if (client.closing) continue;
        consider(client.next_heartbeat);
        consider(client.next_health_check);
    }
    return next;
}

bool MutantServer::gets(const Client& client, std::uint32_t type) const {
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

std::optional<Ack> MutantServer::owes(const Client& client, const Notification& event) const {
    auto mask = client.session.subscription().mask;
    if (mutant("waits-for-nobody")) return std::nullopt;
    if (mutant("waits-without-the-flag")) mask |= flag_bits;
    return ack_owed(event, mask);
}

void MutantServer::send(Job& job) {
    auto event = *make_notification(job.type, Dialect::v7x);
    set_id(event, job.id);
    for (auto& client : clients_) {
        if (!gets(client, job.type)) continue;
        send(client, event);
        if (const auto ack = owes(client, event)) job.owed.push_back({&client, *ack});
    }
    if (job.type == NOTIF_COMMIT_DIFF && !job.owed.empty()) maapi_.open(job.id);
}

void MutantServer::send(Client& client, const Notification& event) const {
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

void MutantServer::acknowledge(const Client& client, const Ack& ack) {
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

std::int64_t MutantServer::start_job(std::string_view event, int count) {
    const auto type = static_cast<std::uint32_t>(value_of(mask_constants, event).value_or(0));
    jobs_.push_back({.id = ++last_id_, .type = type, .left = count});
    return last_id_;
}

bool MutantServer::is_done(std::int64_t job) const {
    return std::ranges::any_of(jobs_,
                               [&](const Job& other) { return other.id == job && other.done; });
}

bool MutantServer::held_up(const Job& job) const {
    const bool all_audit = job.type == NOTIF_AUDIT && mutant("lets-all-sessions-wait");
    const bool all_ha = job.type == NOTIF_HA_INFO && !mutant("lets-ha-go-on");
    if (!all_audit && !all_ha) return false;
    return std::ranges::any_of(jobs_, [&](const Job& other) {
        return &other != &job && other.type == job.type && !other.owed.empty();
    });
}

void MutantServer::advance(Job& job) {
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
    job.done = true;
}

// ---- Bytes out ----

void MutantServer::patch_reply(Client& client, Bytes& bytes) const {
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
    client.since = net_.now();
}

void MutantServer::flush(Client& client) {
    auto bytes = client.session.take_output();
    patch_reply(client, bytes);
    client.output.insert(client.output.end(), bytes.begin(), bytes.end());
    write(client);
    if (client.closing && client.output.empty()) close(client);
}

void MutantServer::write(Client& client) {
    const auto size = net_.write(client.id, client.output);
    client.output.erase(client.output.begin(),
                        client.output.begin() + static_cast<std::ptrdiff_t>(size));
}

void MutantServer::close(Client& client) {
    client.gone = true;
    net_.server_close(client.id);
}

}  // namespace confd::kit::test
