// SPDX-License-Identifier: Apache-2.0
// One connection to the server under test: what was sent on it, what came, what is owed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/kit/server/finding.hpp"
#include "conformance/kit/server/reach.hpp"
#include "conformance/kit/server/target.hpp"
#include "conformance/kit/server/transcript.hpp"
#include "protocol/bytes.hpp"
#include "protocol/frame/frame.hpp"
#include "protocol/maapi/changes.hpp"
#include "protocol/maapi/schema.hpp"
#include "protocol/notification/notification.hpp"
#include "protocol/session/ack.hpp"
#include "protocol/session/handshake.hpp"

namespace confd::kit::server {

/// How bytes go out: all at once, or in pieces with a pause after each.
struct Pace {
    std::size_t piece = 0;  ///< 0 for all
    std::chrono::milliseconds pause{0};
};

/// What came next.
struct Incoming {
    enum class Kind : std::uint8_t { payload, closed, silence, bad_frame };
    Kind kind = Kind::silence;
    Bytes payload{};       ///< of a frame, or the bytes asked for
    std::string detail{};  ///< of a bad frame
};
std::string describe(const Incoming& incoming);

/// The transaction of a COMMIT_DIFF.
struct Commit {
    std::int64_t thandle = 0;
    std::int64_t usid = 0;
};

class Peer {
  public:
    Peer(std::string name, const Target& target, Reach& reach, Transcript& transcript)
        : name_(std::move(name)), target_(&target), reach_(&reach), transcript_(&transcript) {}

    Checked connect(int receive_buffer = 0);
    /// Sends after the next bytes that are sent, in one piece with them.
    void hold(ByteView bytes);
    /// A server may have closed already: what it says then is for who reads.
    void send_raw(std::string_view kind, std::string summary, ByteView bytes, Pace pace = {});
    void send_frame(std::string_view kind, std::string summary, ByteView payload, Pace pace = {});

    /// The next bytes, without a frame; Kind::closed has those that came before.
    Incoming take(std::size_t size, Clock::time_point deadline);
    /// The next frame.
    Incoming next(Clock::time_point deadline);
    /// The next event: skips frames until one comes, or Kind::payload with what is none.
    std::optional<Notification> next_event(Clock::time_point deadline, Incoming& otherwise);

    void half_close();
    void abort();
    void close();

    const std::string& name() const { return name_; }
    Clock::time_point now() const { return reach_->now(); }
    Clock::time_point soon() const { return now() + target_->timeout; }
    WireContext context() const { return {dialect_of(hello.protocol_version), target_->product}; }

    // What steps remember of it.
    Hello hello;
    std::optional<HelloReply> reply;
    std::optional<Challenge> challenge;
    std::uint32_t mask = 0;
    std::optional<Ack> owed;  ///< for the last event that owes one

    std::optional<Commit> commit;       ///< of the last COMMIT_DIFF, or what it attached to
    std::vector<DiffChange> diff;       ///< that it read last, as far as it did
    std::vector<SchemaRecord> schemas;  ///< that it loaded last
    std::vector<NameHash> names;        ///< the same

  private:
    void write(ByteView bytes, Pace pace);
    bool read_some(Clock::time_point deadline, Incoming::Kind& otherwise);

    std::string name_;
    const Target* target_;
    Reach* reach_;
    Transcript* transcript_;
    std::unique_ptr<Connection> connection_;  // null before connect() and after close()
    FrameReader input_;
    Bytes held_;
};

}  // namespace confd::kit::server
