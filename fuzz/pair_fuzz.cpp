// SPDX-License-Identifier: Apache-2.0
// A client and a server against each other, through a pipe that splits what it carries and may be
// cut anywhere: what is sent arrives, once, in order and as it was, until the cut; and a cut is
// told from everything else.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "fuzz/input.hpp"
#include "fuzz/oracle.hpp"
#include "generate/events.hpp"
#include "protocol/session/client_session.hpp"
#include "protocol/session/server_session.hpp"

using namespace confd;

namespace {

struct Setup {
    ClientConfig client;
    ServerConfig server;
    bool refused = false;   ///< by the handshake
    bool declines = false;  ///< the server refuses the subscription
};

Bytes secret_of(fuzz::Input& input) {
    const auto bytes = input.take(input.below(8));
    return {bytes.begin(), bytes.end()};
}

Setup setup_of(fuzz::Input& input) {
    Setup setup;
    const auto selector = input.byte();
    const auto context = fuzz::context_of(selector);
    auto& client = setup.client;
    client.release.major = static_cast<std::uint8_t>(6 + static_cast<int>(context.dialect));
    client.release.minor = static_cast<std::uint8_t>(input.below(12));  // 8.10 is not known yet
    client.product = setup.server.product = context.product;
    if ((selector & 0x10U) != 0) setup.server.secret = secret_of(input);
    if ((selector & 0x20U) != 0) client.secret = input.flip() ? secret_of(input) : Bytes{};
    if (client.secret && setup.server.secret && input.flip()) client.secret = setup.server.secret;
    if ((selector & 0x80U) != 0) client.max_depth = input.byte();
    setup.declines = (selector & 0x08U) != 0;
    client.subscription = generate_subscription(input, client.release.dialect());
    client.subscription.mask |= static_cast<std::uint32_t>(NOTIF_AUDIT);
    const bool knows = !setup.server.secret || client.secret == setup.server.secret;
    const bool known = client.release.protocol_version() <= newest_protocol_version;
    const bool room = client.max_depth == 0 || client.max_depth >= setup.server.max_depth;
    setup.refused = !knows || !known || !room;
    return setup;
}

class Pair {
  public:
    Pair(fuzz::Input& input, Setup setup)
        : input_(input),
          setup_(std::move(setup)),
          client_(setup_.client),
          server_(setup_.server, Challenge{7}) {}

    void run() {
        while (!input_.empty() && !cut_)
            step();
        if (!cut_) settle();
        finish();
    }

  private:
    void step() {
        switch (input_.below(8)) {
            case 0:
            case 1:
                return to_server(1 + input_.below(40));
            case 2:
            case 3:
                return to_client(1 + input_.below(40));
            case 4:
            case 5:
                return send_event();
            case 6:
                return send_ack();
            default:
                cut_ = input_.below(8) == 0;
        }
    }

    static void move(Bytes& from, std::size_t most, auto& to) {
        const auto size = std::min(most, from.size());
        to.feed(ByteView(from).first(size));
        from.erase(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(size));
    }

    void to_server(std::size_t most) {
        poll_client();
        move(upward_, most, server_);
        poll_server();
    }
    void to_client(std::size_t most) {
        poll_server();
        move(downward_, most, client_);
        poll_client();
    }

    void send_event() {
        if (!server_.subscribed()) return;
        const auto event = generate_notification(input_, server_.context());
        // The owner of the session goes by the mask.
        if ((server_.subscription().mask & event.type) == 0) return;
        FUZZ_REQUIRE(server_.send(event).has_value());
        sent_.push_back(event);
        poll_server();
    }

    void send_ack() {
        if (!client_.streaming()) return;
        acked_.push_back(generate_ack(input_));
        client_.send(acked_.back());
        poll_client();
    }

    void poll_client() {
        while (!client_failure_) {
            const auto bytes = client_.take_output();
            upward_.insert(upward_.end(), bytes.begin(), bytes.end());
            const auto what = client_.poll();
            if (what == ClientSession::Poll::need_input) {
                if (!client_.has_output()) return;
            } else if (what == ClientSession::Poll::notification) {
                FUZZ_REQUIRE(!sent_.empty() && client_.notification() == sent_.front());
                sent_.pop_front();
            } else if (what == ClientSession::Poll::subscribed) {
                FUZZ_REQUIRE(!std::exchange(told_, true) && accepted_);
            } else {
                FUZZ_REQUIRE(what == ClientSession::Poll::failed);
                client_failure_ = client_.failure();
            }
        }
    }

    void poll_server() {
        while (!server_closed_) {
            const auto what = server_.poll();
            if (what == ServerSession::Poll::need_input) break;
            if (what == ServerSession::Poll::subscription) {
                decide();
            } else if (what == ServerSession::Poll::ack) {
                FUZZ_REQUIRE(!acked_.empty() && server_.ack() == acked_.front());
                acked_.pop_front();
            } else {
                FUZZ_REQUIRE(what == ServerSession::Poll::closed);
                server_closed_ = true;
            }
        }
        const auto bytes = server_.take_output();
        downward_.insert(downward_.end(), bytes.begin(), bytes.end());
    }

    void decide() {
        FUZZ_REQUIRE(!setup_.refused && !accepted_);
        FUZZ_REQUIRE(server_.subscription() == setup_.client.subscription);
        FUZZ_REQUIRE(server_.context().dialect == setup_.client.release.dialect());
        accepted_ = !setup_.declines;
        if (accepted_) return server_.accept();
        server_.refuse({ERR_NOEXISTS, "No such stream"});
    }

    /// Everything that is under way arrives.
    void settle() {
        poll_client();
        poll_server();
        while (!upward_.empty() || !downward_.empty()) {
            to_server(upward_.size());
            to_client(downward_.size());
            if (server_closed_) upward_.clear();
            if (client_failure_) downward_.clear();
        }
        FUZZ_REQUIRE(server_closed_ == (setup_.refused || setup_.declines));
        if (!server_closed_) {
            FUZZ_REQUIRE(client_.streaming() && sent_.empty() && acked_.empty());
        } else if (!client_failure_) {
            // The hello alone can be refused without a word.
            FUZZ_REQUIRE(setup_.refused);
        }
    }

    /// The connection ends on both sides; what had not arrived is lost.
    void finish() {
        client_.feed_eof();
        server_.feed_eof();
        poll_client();
        poll_server();
        FUZZ_REQUIRE(client_failure_.has_value() && server_closed_);
        FUZZ_REQUIRE(client_failure_->kind != SessionFailure::Kind::protocol ||
                     client_failure_->error.code == Errc::truncated);
        const bool refused = client_failure_->kind == SessionFailure::Kind::refused;
        // A server may deny access by closing without a word: then that is what a cut looks like.
        const bool looks_denied = cut_ && setup_.client.secret.has_value();
        FUZZ_REQUIRE(!refused || setup_.refused || setup_.declines || looks_denied);
        FUZZ_REQUIRE(!to_string(*client_failure_).empty());
        FUZZ_REQUIRE(!server_.malformed());
    }

    fuzz::Input& input_;
    Setup setup_;
    ClientSession client_;
    ServerSession server_;
    Bytes upward_;    // to the server
    Bytes downward_;  // to the client
    std::deque<Notification> sent_;
    std::deque<Ack> acked_;
    bool accepted_ = false;
    bool told_ = false;
    bool server_closed_ = false;
    bool cut_ = false;
    std::optional<SessionFailure> client_failure_;
};

}  // namespace

/// Choices: how the two are set up, then what happens.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    auto setup = setup_of(input);
    Pair(input, std::move(setup)).run();
    return 0;
}
