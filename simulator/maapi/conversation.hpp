// SPDX-License-Identifier: Apache-2.0
// One MAAPI socket, without I/O: a request's payload in, the payloads of its answer out
// (docs/protocol.md, "The MAAPI corner").
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/bytes.hpp"
#include "protocol/maapi/messages.hpp"
#include "protocol/session/handshake.hpp"
#include "simulator/maapi/call.hpp"
#include "simulator/maapi/transactions.hpp"

namespace confd::sim::maapi {

/// Frames that are made when they are first asked for. Not for several threads at once.
class FramesOnDemand {
  public:
    using Make = std::function<std::vector<Bytes>()>;

    FramesOnDemand() = default;
    explicit FramesOnDemand(Make make) : make_(std::move(make)) {}

    const std::vector<Bytes>& get() const {
        if (make_) frames_ = std::exchange(make_, nullptr)();
        return frames_;
    }

  private:
    mutable Make make_;
    mutable std::vector<Bytes> frames_;
};

/// What the loads are answered with, frame by frame; `eof` follows each.
struct SchemaReplies {
    /// Where a namespace's own frames are among the others.
    struct Part {
        std::uint32_t hash = 0;
        std::size_t first = 0;
        std::size_t count = 0;
    };

    std::vector<Bytes> namespaces;
    std::vector<Part> parts;
    /// In the shapes of the Erlang client; most clients never ask for them.
    FramesOnDemand ikp_namespaces;
    std::vector<Bytes> hashes;
    /// For readers who want names in place of hashes.
    HashNames names;
};

/// Transactions that one socket is attached to; clients attach to one at a time.
inline constexpr std::size_t max_attached = 64;

class Conversation {
  public:
    /// Both must outlive the conversation. `room` is what the client said in its hello; sizes of 0
    /// are those of a client without arrays.
    Conversation(const SchemaReplies& schemas, const Transactions& transactions,
                 KeypathRoom room = {})
        : schemas_(schemas), transactions_(transactions), room_(room) {}

    /// A frame has come: a request, or the answer to a change. To be called only when next() has
    /// nothing more: answers come one after the other.
    void receive(ByteView payload);

    /// The payload of the next frame to send, valid until the next call of anything.
    std::optional<ByteView> next();

    /// The peer is gone: what it was reading ends.
    void lose();

    /// What the peer has done since the last call.
    std::vector<Call> take_calls();

  private:
    /// A diff that is being read.
    struct Reading {
        Call call;
        DiffPtr diff;
        bool by_name = false;
        std::size_t current = 0;    // the change that waits for its answer
        std::vector<bool> skipped;  // by answers before
    };

    void on(const MaapiAttach& request);
    void on(const MaapiDetach& request);
    void on(const MaapiDiffIterate& request);
    void on(const MaapiLoad& request);
    void on(const MaapiUnknown& request);
    void add_named(const std::vector<std::uint32_t>& hashes);
    void on_answer(ByteView payload);
    void skip(const ObjectRef& above, std::size_t depth);
    void advance(std::size_t from);
    void send(const DiffMessage& message, bool by_name);
    void end_reading(DiffEnd how, CallResult result);
    void stop_reading();
    void fail(Call call, std::int64_t code, std::string text);
    void done(Call call);
    Bytes& reply();

    const SchemaReplies& schemas_;
    const Transactions& transactions_;
    KeypathRoom room_;
    std::map<std::int64_t, SendId> attached_;  // by handle
    std::optional<Reading> reading_;
    std::vector<const Bytes*> load_;  // that is being sent
    std::size_t load_sent_ = 0;
    std::optional<Call> load_call_;
    std::optional<Bytes> reply_;
    Bytes sending_;
    std::vector<Call> calls_;
};

}  // namespace confd::sim::maapi
