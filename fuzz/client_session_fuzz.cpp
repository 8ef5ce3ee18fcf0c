// SPDX-License-Identifier: Apache-2.0
// Any bytes from a server, in pieces of any size: the client's session says the same as for the
// bytes in one piece, and what it says is what decoding each frame says.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "fuzz/input.hpp"
#include "fuzz/oracle.hpp"
#include "protocol/session/client_session.hpp"

using namespace confd;

namespace {

using Poll = ClientSession::Poll;

/// Small, so that an input can hold more.
constexpr std::size_t payload_limit = 4096;
constexpr std::uint8_t has_secret = 0x20;

/// One answer of poll() that was not need_input.
struct Said {
    Poll what{};
    Bytes payload;
    std::string text;
    Bytes output;  ///< with all the session's output before it that no other answer has

    bool operator==(const Said&) const = default;
};

ClientConfig config_of(std::uint8_t selector, fuzz::Input& input) {
    const auto context = fuzz::context_of(selector);
    ClientConfig config;
    config.release.major = static_cast<std::uint8_t>(6 + static_cast<int>(context.dialect));
    config.product = context.product;
    config.strict = (selector & 0x80U) != 0;
    config.limits.payload = payload_limit;
    if ((selector & has_secret) != 0) config.secret = Bytes{'s', 'e', 'c', 'r', 'e', 't'};
    config.subscription = generate_subscription(input, context.dialect);
    return config;
}

class Run {
  public:
    explicit Run(const ClientConfig& config) : session_(config) {}

    void feed(ByteView bytes, bool into_room) {
        if (into_room) {
            const auto room = session_.prepare(bytes.size() + 1);
            std::memcpy(room.data(), bytes.data(), bytes.size());
            session_.commit(bytes.size());
        } else {
            session_.feed(bytes);
        }
        poll();
    }

    /// The connection ends; every session has failed then.
    std::vector<Said> end() {
        session_.feed_eof();
        poll();
        FUZZ_REQUIRE(!said_.empty() && said_.back().what == Poll::failed);
        FUZZ_REQUIRE(session_.poll() == Poll::failed && !session_.streaming());
        session_.feed(Bytes(9));
        FUZZ_REQUIRE(session_.poll() == Poll::failed && !session_.has_output());
        FUZZ_REQUIRE(to_string(session_.failure()) == said_.back().text);
        return std::move(said_);
    }

  private:
    void poll() {
        while (said_.empty() || said_.back().what != Poll::failed) {
            const auto what = session_.poll();
            if (what == Poll::need_input) return;
            Said said{what, {}, {}, {}};
            const auto payload = session_.payload();
            if (what == Poll::notification) on_event(said);
            if (what == Poll::malformed) said.text = to_string(session_.error());
            if (what == Poll::notification || what == Poll::malformed) {
                said.payload.assign(payload.begin(), payload.end());
            }
            if (what == Poll::subscribed) FUZZ_REQUIRE(session_.streaming());
            if (what == Poll::failed) said.text = to_string(session_.failure());
            said.output = session_.take_output();
            said_.push_back(std::move(said));
        }
    }

    void on_event(Said& said) {
        const auto& config = session_.config();
        const auto decoded = decode_notification(
            session_.payload(), {.context = {config.release.dialect(), config.product},
                                 .strict = config.strict,
                                 .limits = config.limits});
        FUZZ_REQUIRE(decoded.has_value() && *decoded == session_.notification());
        const auto ack = ack_owed(*decoded, config.subscription.mask);
        if (!ack) return;
        said.text = to_string(*ack);
        session_.send(*ack);
    }

    ClientSession session_;
    std::vector<Said> said_;
};

}  // namespace

/// The first byte chooses dialect, product, strictness and access check, the second is the seed of
/// the sizes of the pieces. Then come a length of two bytes, so many bytes of the stream, and
/// choices for the subscription.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    fuzz::Input input(data + 2, size - 2);
    const auto stream = input.take(input.below(0x10000));
    const auto config = config_of(data[0], input);
    Run whole(config);
    whole.feed(stream, false);
    Run cut(config);
    fuzz::Pieces pieces(data[1]);
    for (auto rest = stream; !rest.empty();)
        cut.feed(pieces.next(rest), data[1] % 2 == 1);
    FUZZ_REQUIRE(whole.end() == cut.end());
    return 0;
}
