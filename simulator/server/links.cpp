#include "simulator/server/links.hpp"

#include <utility>

namespace confd::sim {

Links::Links(Hub& hub, Recorder& recorder, std::function<Instant()> now,
             std::function<void()> advance)
    : owner_{.hub = hub,
             .recorder = recorder,
             .now = std::move(now),
             .advance = std::move(advance),
             .closed = [this](PeerId id, const transport::Closed& why) { remove(id, why); },
             .room = Bytes(transport::read_size)} {}

void Links::add(transport::Connection connection, const Challenge& challenge,
                std::chrono::milliseconds write_timeout) {
    owner_.recorder.connecting(connection.peer());
    const auto id = owner_.hub.connect(owner_.now(), challenge);
    auto& link = *(links_[id] = std::make_unique<Link>(owner_, id, std::move(connection)));
    link.start(write_timeout);
    owner_.advance();
}

/// Called by the link itself, which must not be touched afterwards.
void Links::remove(PeerId id, const transport::Closed& why) {
    if (why.cause == transport::Closed::Cause::stalled) {
        owner_.hub.drop_slow(owner_.now(), id, why.text);
        owner_.recorder.closed(id);  // after what it never got
    } else {
        const bool finished = why.cause == transport::Closed::Cause::finished;
        owner_.recorder.closed(id, finished ? why.text : "");
        owner_.hub.forget(id, finished ? "" : why.text);
    }
    const auto link = std::move(links_[id]);
    addresses_[id] = link->address();
    links_.erase(id);
    owner_.advance();
    addresses_.erase(id);
}

void Links::close_all() {
    for (const auto& [id, link] : links_)
        owner_.hub.close(id, CloseHow::fin);
}

void Links::finish_all() {
    for (const auto& [id, link] : links_)
        link->finish();
}

void Links::abandon() {
    for (const auto& [id, link] : links_) {
        owner_.recorder.closed(id);
        owner_.hub.forget(id, "the simulator has ended");
    }
}

const Link* Links::find(PeerId id) const {
    const auto found = links_.find(id);
    return found == links_.end() ? nullptr : found->second.get();
}

std::string Links::address(PeerId id) const {
    if (const auto* link = find(id)) return link->address();
    const auto gone = addresses_.find(id);
    return gone == addresses_.end() ? "?" : gone->second;
}

}  // namespace confd::sim
