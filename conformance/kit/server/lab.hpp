// SPDX-License-Identifier: Apache-2.0
// What the steps of one case share: connections, triggers, the transcript.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "conformance/kit/server/finding.hpp"
#include "conformance/kit/server/peer.hpp"
#include "conformance/kit/server/script.hpp"
#include "conformance/kit/server/target.hpp"
#include "conformance/kit/server/transcript.hpp"
#include "protocol/constants.hpp"
#include "protocol/maapi/messages.hpp"
#include "protocol/session/handshake.hpp"

namespace confd::kit::server {

/// A name in a script stands for one connection, or for several that all do the same.
using Group = std::deque<Peer>;

struct Lab {
    Lab(const Target& under_test, Reach& way) : target(under_test), reach(way) {}

    /// New connections under this name, not connected yet; those of before are closed.
    Group& create(const std::string& name, std::size_t count);
    /// Throws std::invalid_argument when the script has made none.
    Group& group(const std::string& name);
    /// What a trigger that has ended says about the case: that it cannot make the event, or has
    /// failed.
    Checked triggers_fine();
    Peer make_peer(std::string name) { return {std::move(name), target, reach, transcript}; }
    /// Until what has been sent, and what has been triggered, must have had its effect: for this
    /// long at least, and on a slow machine as long as it takes to serve a later client and to run
    /// a later program.
    void settle(std::chrono::milliseconds at_least);

    const Target& target;
    Reach& reach;
    Transcript transcript;
    std::map<std::string, Group, std::less<>> groups;
    std::map<std::string, std::unique_ptr<Trigger>, std::less<>> triggers;
};

/// What a hello says, and how it goes out.
struct HelloKeys {
    std::uint8_t id = CLIENT_EVENT_NOTIFICATIONS;
    std::optional<std::uint16_t> version;  ///< else that of the release
    std::optional<std::uint32_t> library;
    std::uint8_t depth = default_max_depth;
    std::uint8_t key = default_max_key_length;
    std::optional<bool> challenge;   ///< else when there is a secret
    std::optional<Bytes> hex;        ///< in place of all that
    std::optional<std::size_t> cut;  ///< nothing comes behind so many bytes
    bool hold = false;               ///< it goes out with what is sent next
    int buffer = 0;                  ///< for what is received; 0 for the usual one
    std::size_t count = 1;           ///< so many connections of this name
};

/// A step that begins with a hello on new connections.
struct OpeningStep : PeerStep {
    HelloKeys hello;

    bool creates() const override { return true; }
    void prepare(Lab& lab) const override { lab.create(on, hello.count); }
};

/// The events that a mask asks for, by a word or by name.
enum class Asks : std::uint8_t {
    nothing,
    all,    ///< every bit of the product and dialect
    every,  ///< the events that come by themselves when something happens
};

struct WantedMask {
    Asks asks = Asks::nothing;
    std::uint32_t bits = 0;  ///< beside that
};

/// A subscription, well-formed or not.
struct SubscriptionKeys {
    WantedMask mask;
    std::uint32_t without = 0;              ///< bits that are taken away
    std::optional<std::int64_t> heartbeat;  ///< milliseconds
    std::optional<std::int64_t> health_check;
    std::optional<std::string> stream;  ///< else the one that the server has
    std::optional<std::string> filter;
    std::int64_t usid = 0;
    std::int64_t use_ikp = 0;
    std::optional<Bytes> term;  ///< payloads in place of all that
    std::optional<Bytes> hex;
};

// What several files of steps use.
Checked say_hello(Lab& lab, Peer& peer, const HelloKeys& keys, Pace pace = {});
Checked expect_accepted(Lab& lab, Peer& peer);
Checked subscribe(Lab& lab, Peer& peer, const SubscriptionKeys& keys, Pace pace = {});
Checked expect_ok(Peer& peer);
/// A request on a MAAPI socket.
void ask(Peer& peer, std::string summary, const MaapiRequest& request, Pace pace);
/// The transaction that a step is about: that of the last event of the subscriber `of`, of what
/// this connection was attached to, or of the last event of subscriber a.
std::expected<Commit, Finding> commit_of(Lab& lab, const Peer& peer,
                                         const std::optional<std::string>& of);
std::int32_t handle_of(const Commit& commit);
/// The next frame of a MAAPI socket.
Incoming next_answer(Lab& lab, Peer& peer);
/// A new connection that subscribes to something harmless is served.
Checked expect_alive(Lab& lab);

}  // namespace confd::kit::server
