// SPDX-License-Identifier: Apache-2.0
#include "simulator/hub/describe.hpp"

#include <fmt/format.h>

#include "protocol/term/notation.hpp"
#include "protocol/term/tree.hpp"
#include "protocol/value/text.hpp"
#include "text/mask.hpp"

namespace confd::sim {
namespace {

struct Describe {
    const Hub& hub;

    std::string operator()(const Subscribed& e) const {
        const auto* session = hub.session(e.peer);
        return fmt::format("{} subscribed{}{}", peer_name(e.peer, e.role),
                           session == nullptr ? "" : ": ",
                           session == nullptr ? std::string() : describe_subscription(*session));
    }
    std::string operator()(const Refused& e) const {
        if (e.subscribed) {
            return fmt::format("{} sent what cannot be read: {}", peer_name(e.peer, e.role),
                               e.reason);
        }
        return fmt::format("connection {} was turned down: {}", e.peer, e.reason);
    }
    std::string operator()(const AckReceived& e) const {
        const auto name = peer_name(e.peer, e.role);
        const auto what = to_string(e.ack);
        switch (e.verdict) {
            case AckVerdict::known:
                return fmt::format("{} gave {}", name, what);
            case AckVerdict::duplicate:
                return fmt::format("{} gave {} again", name, what);
            case AckVerdict::late:
                return fmt::format("{} gave {} too late", name, what);
            case AckVerdict::unknown:
                break;
        }
        return fmt::format("{} gave {}, for which nothing waits", name, what);
    }
    std::string operator()(const Disconnected& e) const {
        const auto name =
            e.subscribed ? peer_name(e.peer, e.role) : fmt::format("connection {}", e.peer);
        return fmt::format("{} disconnected{}{}", name, e.reason.empty() ? "" : ": ", e.reason);
    }
    std::string operator()(const SyslogTaken& e) const {
        return e.taken ? "a subscriber has taken the syslog over; the server's own is silent"
                       : "no subscriber has the syslog any more; the server's own goes on";
    }
    std::string operator()(const AcksHeld& e) const {
        return fmt::format(
            "{} gives acknowledgements for which nothing waits too fast; they are read more slowly",
            peer_name(e.peer, e.role));
    }
    std::string operator()(const FilterEnded& e) const {
        return fmt::format("the filter of {} was ended on {} event{}, not sent: {}",
                           peer_name(e.peer, e.role), e.ends.events, e.ends.events == 1 ? "" : "s",
                           e.ends.why);
    }
    std::string operator()(const SlowConsumer& e) const {
        return fmt::format(
            "{} does not read and is closed: {}; {} events, {} bytes never got there",
            peer_name(e.peer, e.role), e.reason, e.lost.events, e.lost.bytes);
    }
    std::string operator()(const FaultStruck& e) const { return e.note; }
    std::string operator()(const MaapiCalled& e) const {
        return fmt::format("connection {}: MAAPI {}", e.peer, to_string(e.call));
    }
    std::string operator()(const BarrierReleased& e) const {
        return fmt::format("all acknowledgements of event {} are in", e.send);
    }
    std::string operator()(const BarrierExpired& e) const {
        return fmt::format("event {} waits no longer for {} acknowledgements", e.send,
                           e.missing.size());
    }
};

}  // namespace

std::string peer_name(PeerId peer, std::string_view role) {
    if (role.empty() || role == all_roles) return fmt::format("subscriber {}", peer);
    return fmt::format("subscriber {} ({})", peer, role);
}

std::string peer_name(PeerId peer, const Hub& hub) {
    return peer_name(peer, hub.role_of(peer));
}

std::string describe(const Owed& owed, const Hub& hub) {
    return fmt::format("{}: {}", peer_name(owed.peer, hub), to_string(owed.ack));
}

std::string describe(const HubEvent& event, const Hub& hub) {
    return std::visit(Describe{hub}, event);
}

std::vector<std::string> evidence(const HubEvent& event) {
    std::vector<std::string> out;
    const auto* ack = std::get_if<AckReceived>(&event);
    const auto* refused = std::get_if<Refused>(&event);
    const ByteView frame = ack != nullptr       ? ByteView(ack->frame)
                           : refused != nullptr ? ByteView(refused->frame)
                                                : ByteView();
    if (frame.empty()) return out;
    out.push_back(fmt::format("bytes:  {}", to_hex(frame)));
    const auto term = read_payload(frame);
    out.push_back(fmt::format("term:   {}", term ? to_string(*term) : to_string(term.error())));
    if (ack != nullptr) {
        out.push_back(fmt::format("fields: call={} verdict={}{}", to_string(ack->ack),
                                  to_string(ack->verdict),
                                  ack->send == 0 ? "" : fmt::format(" event={}", ack->send)));
    }
    return out;
}

std::string describe_subscription(const ServerSession& session) {
    const auto& subscription = session.subscription();
    const auto version = session.hello() ? session.hello()->protocol_version : 0;
    auto out =
        fmt::format("{}.{}, mask {}", version / 10, version % 10, mask_text(subscription.mask));
    if (subscription.heartbeat_interval != 0) {
        out += fmt::format(", heartbeat {} ms", subscription.heartbeat_interval);
    }
    if (subscription.health_check_interval != 0) {
        out += fmt::format(", health check {} ms", subscription.health_check_interval);
    }
    if (subscription.stream) out += fmt::format(", stream {}", subscription.stream->name);
    return out;
}

}  // namespace confd::sim
