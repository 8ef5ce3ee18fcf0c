// Peers on MAAPI sockets: they read schemas and the diffs of open transactions, and nothing waits
// for them.
#include <utility>

#include "simulator/hub/hub.hpp"

namespace confd::sim {
namespace {

/// An answer goes on, and the next request is read, when less than this waits for the peer:
/// schemas are long.
constexpr std::size_t answer_queue = std::size_t{256} << 10;

}  // namespace

void Hub::on_request(PeerId id, Peer& peer) {
    static const maapi::SchemaReplies none;
    if (peer.maapi == nullptr) {
        const auto& schemas = config_.schemas == nullptr ? none : *config_.schemas;
        const auto& hello = peer.session.hello();
        const KeypathRoom room =
            hello ? KeypathRoom{hello->max_depth, hello->max_key_length} : KeypathRoom{};
        peer.maapi = std::make_unique<maapi::Conversation>(schemas, transactions_, room);
    }
    peer.maapi->receive(peer.session.frame());
    report_calls(id, peer);
}

bool Hub::answers_wait(const Peer& peer) {
    return peer.maapi != nullptr && queued(peer) >= answer_queue;
}

/// Sends on what the peer has asked for, as far as there is room. Whether it may ask for more.
bool Hub::answer(PeerId id, Peer& peer) {
    if (peer.maapi == nullptr) return true;
    peer.choked = false;
    while (!answers_wait(peer)) {
        const auto payload = peer.maapi->next();
        report_calls(id, peer);
        if (!payload) return true;
        peer.session.send_payload(*payload);
    }
    peer.choked = true;
    return false;
}

void Hub::report_calls(PeerId id, Peer& peer) {
    for (auto& call : peer.maapi->take_calls())
        happened(MaapiCalled{id, std::move(call)});
}

void Hub::end_maapi(PeerId id, Peer& peer) {
    if (peer.maapi == nullptr) return;
    peer.maapi->lose();
    report_calls(id, peer);
    peer.maapi.reset();
}

/// There is a transaction as long as somebody has not acknowledged its event.
void Hub::open_transaction(const Notification& notification, SendId send, maapi::DiffPtr diff) {
    const auto* commit = notification.get<CommitDiffNotification>();
    if (commit == nullptr || !barriers_.is_open(send)) return;
    transactions_.open(send, {commit->tctx.th, commit->uinfo.usid, std::move(diff)});
}

}  // namespace confd::sim
