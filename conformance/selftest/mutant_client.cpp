// SPDX-License-Identifier: Apache-2.0
#include "conformance/selftest/mutant_client.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <fstream>
#include <iterator>
#include <vector>

#include "conformance/selftest/mutant_diffs.hpp"
#include "conformance/selftest/mutations.hpp"
#include "conformance/selftest/vendor_client.hpp"
#include "protocol/frame/frame.hpp"
#include "protocol/maapi/keypath.hpp"
#include "protocol/render/render.hpp"
#include "protocol/session/client_session.hpp"
#include "protocol/term/tree.hpp"
#include "protocol/value/text.hpp"

namespace confd::kit::test {
namespace {

std::int64_t number(const std::string& text) {
    std::int64_t out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

StreamRequest stream_of(const Host& host) {
    StreamRequest out{.name = host.asked("STREAM"), .usid = number(host.asked("USID"))};
    out.start_time = parse_datetime(host.asked("START"));
    out.stop_time = parse_datetime(host.asked("STOP"));
    if (!host.asked("FILTER").empty()) out.xpath_filter = host.asked("FILTER");
    return out;
}

class Client {
  public:
    Client(const std::string& mutation, Host& host)
        : mutation_(mutation), host_(host), diffs_(mutation, config(), host), session_(config()) {}
    ~Client() {
        if (socket_ != Host::no_socket) host_.close(socket_);
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void run() {
        if (reads_diffs()) diffs_.load_schemas();
        socket_ = host_.connect();
        if (socket_ == Host::no_socket) return;
        send_hello();
        while (true) {
            if (!host_.send(socket_, session_.take_output())) return;
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
    bool mutant(ClientMutation name) const { return mutation_ == name.text; }
    std::string asked(std::string_view name) const { return host_.asked(name); }

    /// What the kit asks for, in one place wrong.
    ClientConfig config() const {
        auto out = config_of(host_);
        if (mutant("no-stop-time") && out.subscription.stream)
            out.subscription.stream->stop_time.reset();
        if (mutant("no-challenge")) out.secret.reset();
        if (mutant("secret-without-newline") && out.secret && !out.secret->empty())
            out.secret->pop_back();
        if (mutant("interval-in-seconds")) out.subscription.heartbeat_interval /= 1000;
        if (mutant("no-verbosity")) out.subscription.verbosity = 0;
        return out;
    }

    /// Elsewhere a diff is left alone, so that those cases are about what they are about.
    bool reads_diffs() const { return asked("CASE").starts_with("client/maapi/"); }

    void send_hello() {
        auto hello = session_.take_output();
        if (mutant("version-79")) hello[2] = 79;
        host_.send(socket_, hello);
    }

    void read() {
        std::array<std::uint8_t, 65536> buffer;
        const auto size = host_.receive(socket_, buffer);
        if (size == 0) return session_.feed_eof();
        if (mutant("one-read-handshake") && !session_.streaming() && size < 9) host_.crash();
        session_.feed(ByteView(buffer).first(size));
    }

    /// Where a client may go wrong once its connection is over.
    void on_failure() {
        const bool refused = session_.failure().kind == SessionFailure::Kind::refused;
        if (mutant("crashes-when-refused") && refused) host_.crash();
        if (mutant("hangs-when-refused") && refused) host_.hang();
        if (mutant("crashes-when-cut-off") && session_.partial()) host_.crash();
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
            host_.send(socket_, session_.take_output());
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
        if (mutant("acks-late-again")) acknowledge_late(ack);
        if (mutant("frame-too-short")) misframe();
    }

    /// After the time for which the cases wait.
    void acknowledge_late(const Ack& ack) {
        host_.send(socket_, session_.take_output());
        host_.sleep(std::chrono::milliseconds(300));
        session_.send(ack);
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
        host_.send(socket_, bytes);
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
        host_.print(text);
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

    const std::string& mutation_;
    Host& host_;
    Host::Socket socket_ = Host::no_socket;
    DiffReader diffs_;
    ClientSession session_;
    int events_ = 0;
    std::vector<Ack> given_;
};

}  // namespace

ClientConfig config_of(const Host& host) {
    ClientConfig out;
    out.release = parse_release(host.asked("RELEASE")).value_or(Release{});
    out.product = parse_product(host.asked("PRODUCT")).value_or(Product::confd);
    out.subscription.mask = static_cast<std::uint32_t>(number(host.asked("MASK")));
    out.subscription.heartbeat_interval = number(host.asked("HEARTBEAT"));
    out.subscription.health_check_interval = number(host.asked("HEALTH_CHECK"));
    out.subscription.verbosity = number(host.asked("VERBOSITY"));
    if (!host.asked("STREAM").empty()) out.subscription.stream = stream_of(host);
    if (const auto path = host.asked("ACCESS_FILE"); !path.empty()) {
        std::ifstream file(path, std::ios::binary);
        out.secret.emplace(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return out;
}

void run_mutant_client(const std::string& mutation, Host& host) {
    if (mutation == like_the_vendor) return run_vendor_client(host);
    const bool again = host.asked("CASE").starts_with("client/reconnect/");
    do {
        Client(mutation, host).run();
        if (again) host.sleep(std::chrono::milliseconds(100));
    } while (again && mutation != ClientMutation("stays-away").text);
}

}  // namespace confd::kit::test
