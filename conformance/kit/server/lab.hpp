// What the probes of one case share: connections, triggers, the transcript.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "conformance/kit/server/finding.hpp"
#include "conformance/kit/server/peer.hpp"
#include "conformance/kit/server/script.hpp"
#include "conformance/kit/server/target.hpp"
#include "conformance/kit/server/transcript.hpp"
#include "protocol/maapi/messages.hpp"

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

// Parameters of a step. What cannot be read throws std::invalid_argument: the script is wrong.
std::string text_of(const Step& step, std::string_view key, std::string_view otherwise = {});
std::int64_t number_of(const Step& step, std::string_view key, std::int64_t otherwise);
bool has(const Step& step, std::string_view key);
Bytes bytes_of(const Step& step, std::string_view key);
std::chrono::milliseconds time_of(const Step& step, std::string_view key,
                                  std::chrono::milliseconds otherwise);
/// The payload of a term in text notation.
Bytes payload_of(const std::string& notation);
/// "NOTIF_AUDIT|64|every|^NOTIF_DEVEL": `all` is every bit of the product and dialect, `every`
/// those of events that come by themselves when something happens, ^ takes a bit away.
std::uint32_t mask_of(std::string_view text, const WireContext& context);
/// The bit of an event by its name.
std::uint32_t event_of(const Step& step);

struct Probe {
    std::string_view name;
    Checked (*run)(Lab& lab, const Step& step);
    std::string_view parameters;  ///< the keys it knows, apart by blanks
};
std::span<const Probe> handshake_probes();
std::span<const Probe> subscription_probes();
std::span<const Probe> event_probes();
std::span<const Probe> maapi_probes();
std::span<const Probe> diff_probes();
std::span<const Probe> schema_probes();
/// Null when there is none of this name.
const Probe* find_probe(std::string_view name);

// What several files of probes use.
Checked say_hello(Lab& lab, Peer& peer, const Step& step);
/// The access check if the hello asked for it, then the reply. `statuses` is "0" or "0|1".
Checked expect_reply(Lab& lab, Peer& peer, std::string_view statuses);
Checked subscribe(Lab& lab, Peer& peer, const Step& step);
Checked expect_ok(Peer& peer);
/// How bytes go out: `piece` and `pause`.
Pace pace_of(const Step& step);
/// A request on a MAAPI socket.
void ask(Peer& peer, std::string summary, const MaapiRequest& request, Pace pace);
/// The transaction that the step is about: by its handle, or that of a subscriber's last event.
Commit commit_of(Lab& lab, const Peer& peer, const Step& step);
std::int32_t handle_of(const Commit& commit);
std::string told(const PeerError& error);
/// The next frame of a MAAPI socket.
Incoming next_answer(Lab& lab, Peer& peer);
/// A new connection that subscribes to something harmless is served.
Checked expect_alive(Lab& lab);

}  // namespace confd::kit::server
