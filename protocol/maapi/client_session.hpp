// SPDX-License-Identifier: Apache-2.0
// The client's side of a MAAPI socket, without I/O: one call at a time, bytes in and bytes out.
//
//     MaapiClientSession session(config);
//     // poll() until connected, then
//     session.call(MaapiAttach{.thandle = 17});
//     // poll() until reply
//     session.call(MaapiDiffIterate{.thandle = 17});
//     // poll(): answer() each change; the reply ends the iteration
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "protocol/bytes.hpp"
#include "protocol/frame/frame.hpp"
#include "protocol/limits.hpp"
#include "protocol/maapi/changes.hpp"
#include "protocol/maapi/messages.hpp"
#include "protocol/maapi/schema.hpp"
#include "protocol/maapi/schema_names.hpp"
#include "protocol/session/client_handshake.hpp"

namespace confd {

struct MaapiClientConfig {
    Release release;  ///< what the hello claims
    /// Contents of the access file; when set, the hello asks for the challenge.
    std::optional<Bytes> secret;
    std::uint8_t max_depth = default_max_depth;
    std::uint8_t max_key_length = default_max_key_length;
    Limits limits;
};

class MaapiClientSession {
  public:
    enum class Poll : std::uint8_t {
        need_input,  ///< nothing more in the bytes so far
        connected,   ///< the handshake is done; calls may follow
        change,      ///< of a diff iteration: see change(), and answer()
        reply,       ///< the call is complete: see reply()
        failed,      ///< see failure(); poll() repeats it
    };

    explicit MaapiClientSession(const MaapiClientConfig& config);

    Poll poll();

    void feed(ByteView bytes) { input_.append(bytes); }
    std::span<std::uint8_t> prepare(std::size_t size) { return input_.prepare(size); }
    void commit(std::size_t size) { input_.commit(size); }
    /// The peer closed its side: what is complete is still delivered, then poll() fails.
    void feed_eof() { eof_ = true; }

    Bytes take_output() { return std::exchange(output_, {}); }
    bool has_output() const { return !output_.empty(); }

    /// Whether a call may be made: connected, and the one before is complete.
    bool idle() const { return state_ == State::idle; }
    /// Queues attach, detach or diff iterate.
    void call(const MaapiRequest& request);
    /// Queues a load. What comes is added to `into`, which must live until the reply.
    void load(MaapiOp op, SchemaNames& into);
    /// Queues the answer to a change. After ITER_STOP the next poll() is the reply: a server sends
    /// nothing more for that iteration, and should it send `{return}` that is passed over before
    /// the reply to another call than diff iterate.
    void answer(IterAnswer answer);

    // Valid until the next poll() or input.
    const DiffChange& change() const { return change_; }
    /// How the call ended: the peer's code and text; ERR_EXTERNAL for `{error, Text}` and
    /// ERR_BADSTATE for `{badstate, Text}`.
    const MaapiReply& reply() const { return reply_; }

    const SessionFailure& failure() const { return failure_; }
    /// The server's hello, once connected.
    const HelloReply& server() const { return handshake_.server(); }

  private:
    enum class State : std::uint8_t { handshake, idle, calling, iterating, loading, failed };

    Poll fail(SessionFailure failure);
    Poll fail_protocol(Error error);
    Poll on_handshake();
    Poll on_frame(ByteView payload);
    Poll on_change(ByteView payload);
    Poll on_load(ByteView payload);
    bool is_late_end(ByteView payload);
    Poll complete(MaapiReply reply);

    Limits limits_;
    Bytes output_;  // before handshake_, which queues its hello there
    ClientHandshake handshake_;
    State state_ = State::handshake;
    FrameReader input_;
    bool eof_ = false;
    std::uint32_t op_ = 0;
    bool answer_due_ = false;
    bool stopped_ = false;         // by the answer that was just given
    bool end_may_follow_ = false;  // of an iteration that was stopped
    SchemaLoad load_;
    SchemaNames* into_ = nullptr;
    DiffChange change_;
    MaapiReply reply_;
    SessionFailure failure_;
};

}  // namespace confd
