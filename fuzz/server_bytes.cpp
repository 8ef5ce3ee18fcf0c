// SPDX-License-Identifier: Apache-2.0
#include "fuzz/server_bytes.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "fuzz/oracle.hpp"
#include "protocol/maapi/messages.hpp"
#include "protocol/session/server_session.hpp"

namespace confd::fuzz {
namespace {

using Poll = ServerSession::Poll;

/// One answer of poll() that was not need_input, and what it was answered with.
struct Said {
    Poll what{};
    std::string text;
    Bytes frame;
    Bytes output;

    bool operator==(const Said&) const = default;
};

class Run {
  public:
    Run(const ServerConfig& config, bool refuses)
        : session_(config, Challenge{1, 2, 3}), refuses_(refuses) {}

    void feed(ByteView bytes, bool into_room) {
        while (!bytes.empty()) {
            const auto size = into_room ? put_into_room(bytes) : bytes.size();
            if (!into_room) session_.feed(bytes);
            bytes = bytes.subspan(size);
            fed_ += size;
            poll();
        }
    }

    std::vector<Said> end() {
        session_.feed_eof();
        poll();
        FUZZ_REQUIRE(!said_.empty() && said_.back().what == Poll::closed);
        FUZZ_REQUIRE(session_.poll() == Poll::closed && !session_.subscribed());
        FUZZ_REQUIRE(session_.reason() == said_.back().text);
        FUZZ_REQUIRE(!session_.malformed() || !session_.reason().empty());
        return std::move(said_);
    }

  private:
    /// As a socket is read: the session may have room for less.
    std::size_t put_into_room(ByteView bytes) {
        const auto room = session_.prepare(bytes.size());
        FUZZ_REQUIRE(!room.empty());
        const auto size = std::min(room.size(), bytes.size());
        std::memcpy(room.data(), bytes.data(), size);
        session_.commit(size);
        return size;
    }

    void poll() {
        while (said_.empty() || said_.back().what != Poll::closed) {
            const auto what = session_.poll();
            if (what == Poll::need_input) return;
            const auto frame = session_.frame();
            Said said{what, {}, {frame.begin(), frame.end()}, {}};
            answer(said);
            said.output = session_.take_output();
            // Little is said to bytes that say little.
            sent_ += said.output.size();
            FUZZ_REQUIRE(sent_ <= 16 * fed_ + 1024);
            said_.push_back(std::move(said));
        }
    }

    void answer(Said& said) {
        switch (said.what) {
            case Poll::subscription:
                FUZZ_REQUIRE(session_.hello().has_value() && !session_.subscribed());
                // Undecided, it says nothing more.
                FUZZ_REQUIRE(session_.poll() == Poll::need_input);
                if (refuses_) return session_.refuse({ERR_NOEXISTS, "No such stream"});
                session_.accept();
                FUZZ_REQUIRE(session_.subscribed());
                return;
            case Poll::ack:
                FUZZ_REQUIRE(session_.subscribed());
                said.text = to_string(session_.ack());
                return;
            case Poll::request:
                FUZZ_REQUIRE(session_.is_maapi());
                return session_.send_payload(said.frame);
            default:
                said.text = session_.reason();
        }
    }

    ServerSession session_;
    bool refuses_;
    std::size_t fed_ = 0;
    std::size_t sent_ = 0;
    std::vector<Said> said_;
};

}  // namespace

void feed_server(Input& input) {
    const auto selector = input.byte();
    const auto seed = input.byte();
    ServerConfig config;
    config.product = context_of(selector).product;
    config.maapi = (selector & 0x10U) != 0;
    config.limits.payload = 4096;
    if ((selector & 0x20U) != 0) config.secret = Bytes{'s', 'e', 'c', 'r', 'e', 't'};
    const bool refuses = (selector & 0x80U) != 0;
    const auto stream = input.rest();
    Run whole(config, refuses);
    whole.feed(stream, false);
    Run cut(config, refuses);
    Pieces pieces(seed);
    for (auto rest = stream; !rest.empty();)
        cut.feed(pieces.next(rest), seed % 2 == 1);
    FUZZ_REQUIRE(whole.end() == cut.end());
}

}  // namespace confd::fuzz
