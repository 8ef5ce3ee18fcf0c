// SPDX-License-Identifier: Apache-2.0
#include "fuzz/hub_play.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

#include "fuzz/oracle.hpp"
#include "generate/events.hpp"
#include "protocol/mask.hpp"

namespace confd::fuzz {

using namespace confd::sim;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t max_subscribers = 6;
constexpr std::size_t max_garbage = 64;
/// Small, so that a few events make a subscriber slow.
constexpr QueueLimits queue{.soft = 1024, .hard = 4096, .patience = std::chrono::seconds(2)};
/// An event that is made here is smaller than this.
constexpr std::size_t max_event = std::size_t{64} << 10;

/// An event's content, as far as the filters here look at it.
struct Letter : EventTree {
    explicit Letter(char l) : letter(l) {}
    char letter;
};

/// Passes events with one of its letters; a '!' before it, and it is never done with any.
struct LetterFilter : EventFilter {
    explicit LetterFilter(std::string l) : letters(std::move(l)) {}
    std::expected<bool, std::string> evaluate(const EventTree& event) const override {
        const auto letter = dynamic_cast<const Letter&>(event).letter;
        const auto found = letters.find(letter);
        if (found != std::string::npos && found > 0 && letters[found - 1] == '!') {
            return std::unexpected("it took too long");
        }
        return found != std::string::npos;
    }
    std::string letters;
};

/// YANG is fuzz_filter's; here it is what becomes of verdicts.
struct LetterCompiler : FilterCompiler {
    std::expected<std::shared_ptr<const EventFilter>, std::string> compile(
        const std::string& xpath) const override {
        if (xpath.empty()) return std::unexpected("an empty filter");
        return std::make_shared<LetterFilter>(xpath);
    }
};

constexpr std::string_view letters = "abcd!";

HubConfig config_of(Input& input) {
    HubConfig config;
    const auto selector = input.byte();
    config.server.product = context_of(selector).product;
    config.server.maapi = (selector & 0x10U) != 0;
    if ((selector & 0x20U) != 0) config.server.secret = Bytes{'k', 'e', 'y'};
    if ((selector & 0x80U) != 0) {
        config.roles = {{.name = "auditor", .must = NOTIF_AUDIT, .verbosity = {}, .stream = {}},
                        {.name = "other", .verbosity = {}, .stream = {}, .count = 1}};
    }
    config.queue = queue;
    config.streams.compiler = std::make_shared<LetterCompiler>();
    return config;
}

/// Whether bits of events that come by themselves are set.
bool is_beat(std::uint32_t type) {
    return type == NOTIF_HEARTBEAT || type == NOTIF_HEALTH_CHECK;
}

void append(Bytes& to, ByteView bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

Bytes take_front(Bytes& from, std::size_t most) {
    const auto end = from.begin() + static_cast<std::ptrdiff_t>(std::min(most, from.size()));
    Bytes out(from.begin(), end);
    from.erase(from.begin(), end);
    return out;
}

}  // namespace

HubPlay::HubPlay(Input& input)
    : input_(input), context_{Dialect::v7x, Product::confd}, hub_([&] {
          auto config = config_of(input);
          context_.product = config.server.product;
          return config;
      }()) {}

void HubPlay::run() {
    while (!input_.empty()) {
        step();
        poll();
    }
    finish();
}

void HubPlay::step() {
    const auto what = input_.below(16);
    if (what == 0) return connect();
    if (what <= 2) return send_event();
    if (what == 3) {
        now_ += milliseconds(input_.below(4096));
        return;
    }
    if (what == 4) return limit_barrier();
    if (what == 5) return change_faults();
    if (what == 14) return send_stream_event();
    auto* const who = any();
    if (who == nullptr) return connect();
    switch (what) {
        case 6:
        case 7:
            return give_ack(*who);
        case 8:
            return move(*who, input_.below(64));
        case 9:
            return deliver(*who, input_.below(64));
        case 10:
            return send_garbage(*who);
        case 11:
            return end(*who, input_.flip());
        case 12:
            if (!subscribed_.contains(who->id)) return;
            return hub_.close(who->id, input_.of({CloseHow::fin, CloseHow::rst, CloseHow::half}));
        default:
            move(*who, who->to_hub.size());
            poll();
            deliver(*who, who->to_client.size());
    }
}

HubPlay::Subscriber* HubPlay::any() {
    if (subscribers_.empty()) return nullptr;
    auto& chosen = subscribers_[input_.below(subscribers_.size())];
    return chosen.over ? nullptr : &chosen;
}

HubPlay::Subscriber* HubPlay::find(PeerId id) {
    const auto found = std::ranges::find(subscribers_, id, &Subscriber::id);
    return found == subscribers_.end() ? nullptr : &*found;
}

void HubPlay::connect() {
    if (subscribers_.size() == max_subscribers) return;
    const auto selector = input_.byte();
    ClientConfig config;
    config.release.major = static_cast<std::uint8_t>(6 + selector % 3);
    config.product = context_.product;
    config.subscription.mask = static_cast<std::uint32_t>(input_.below(std::uint64_t{1} << 32));
    if ((selector & 0x10U) != 0) config.subscription.mask = UINT32_MAX >> 1U;
    config.subscription.heartbeat_interval = 1000;
    config.subscription.health_check_interval = 2500;
    config.subscription.stream.emplace().name = "NETCONF";
    if ((selector & 0x08U) != 0) config.subscription.stream->xpath_filter = some_filter();
    config.subscription = without_unused(config.subscription);
    if ((selector & 0x20U) != 0) config.secret = Bytes{'k', 'e', 'y'};
    if ((selector & 0x40U) != 0) config.secret = Bytes{'n', 'o'};
    auto& added = subscribers_.emplace_back(hub_.connect(now_, Challenge{}), std::move(config));
    added.clean = !faulty_;
    hub_.attach(added.id, *(added.line = std::make_unique<Line>()));
    if ((selector & 0x80U) != 0) return;  // it takes its time
    for (int round = 0; round < 3; ++round) {
        poll_client(added);
        move(added, added.to_hub.size());
        poll();
        deliver(added, added.to_client.size());
    }
}

std::string HubPlay::some_filter() {
    std::string out;
    for (auto size = input_.below(6); size > 0; --size)
        out += letters[input_.below(letters.size())];
    return out;
}

/// What the client has to say goes to the hub, as far as it fits.
void HubPlay::move(Subscriber& who, std::size_t most) {
    poll_client(who);
    hub_.feed(now_, who.id, take_front(who.to_hub, most));
}

void HubPlay::deliver(Subscriber& who, std::size_t most) {
    who.client.feed(take_front(who.to_client, most));
    poll_client(who);
}

void HubPlay::poll_client(Subscriber& who) {
    while (true) {
        append(who.to_hub, who.client.take_output());
        switch (who.client.poll()) {
            case ClientSession::Poll::need_input:
                return;
            case ClientSession::Poll::subscribed:
                break;
            case ClientSession::Poll::notification:
                on_event(who);
                break;
            case ClientSession::Poll::malformed:
                FUZZ_REQUIRE(!who.clean);
                break;
            case ClientSession::Poll::failed:
                return;
        }
    }
}

void HubPlay::on_event(Subscriber& who) {
    const auto& event = who.client.notification();
    const auto mask = who.client.config().subscription.mask;
    if (who.clean) {
        FUZZ_REQUIRE((event.type & mask) != 0);
        const auto payload = who.client.payload();
        if (!who.expected.empty() && std::ranges::equal(who.expected.front(), payload)) {
            who.expected.pop_front();
        } else {
            // Nobody asked for these: beats, what is said of slow subscribers, and streams.
            FUZZ_REQUIRE(is_beat(event.type) || event.type == NOTIF_DAEMON ||
                         event.type == NOTIF_STREAM_EVENT);
        }
    }
    if (const auto ack = ack_owed(event, mask)) who.owes.push_back(*ack);
}

/// What filters pass is counted as sent, what they are ended on as such.
void HubPlay::send_stream_event() {
    StreamNotification body;
    body.values = {{1, 2, TagMarker::start, {}}, {1, 2, TagMarker::stop, {}}};
    const auto letter = letters[input_.below(letters.size() - 1)];
    const StreamEvent event{
        hub_.wall(now_), {NOTIF_STREAM_EVENT, std::move(body)}, std::make_shared<Letter>(letter)};
    std::uint64_t most = 0;
    for (const auto id : hub_.subscribers()) {
        const auto& subscription = hub_.session(id)->subscription();
        const bool listens = (subscription.mask & NOTIF_STREAM_EVENT) != 0 && subscription.stream;
        if (!listens) continue;
        const auto& xpath = subscription.stream->xpath_filter;
        const auto verdict = xpath ? LetterFilter(*xpath).evaluate(*event.tree) : true;
        most += verdict.value_or(false) ? 1U : 0U;
    }
    const auto sent = hub_.send(now_, event, {});
    FUZZ_REQUIRE(sent.recipients <= most);
}

void HubPlay::send_event() {
    const auto event = generate_notification(input_, context_);
    std::size_t recipients = 0;
    for (const auto id : hub_.subscribers()) {
        const auto& session = *hub_.session(id);
        Bytes payload;
        const auto wire = session.context();
        const bool written =
            encode_notification(to_dialect(event, wire.dialect), payload, wire).has_value();
        const auto mask = served_mask(session.subscription().mask, wire.dialect);
        if ((mask & event.type) == 0 || !written) continue;
        ++recipients;
        auto* const who = find(id);
        if (who->clean) FUZZ_REQUIRE(session.subscription() == who->client.config().subscription);
        if (event.type != NOTIF_STREAM_EVENT) who->expected.push_back(payload);
    }
    const auto sent = hub_.send(now_, event);
    FUZZ_REQUIRE(event.type == NOTIF_STREAM_EVENT ? sent.recipients <= recipients
                                                  : sent.recipients == recipients);
    FUZZ_REQUIRE(sent.owed.size() <= sent.recipients);
    FUZZ_REQUIRE(hub_.barriers().is_open(sent.id) == !sent.owed.empty());
    if (!sent.owed.empty()) barriers_[sent.id].owed = sent.owed;
}

void HubPlay::give_ack(Subscriber& who) {
    if (!who.client.streaming()) return;
    if (who.owes.empty() || input_.below(8) == 0) {
        who.client.send(generate_ack(input_));
    } else {
        const auto chosen =
            who.owes.begin() + static_cast<std::ptrdiff_t>(input_.below(who.owes.size()));
        who.client.send(*chosen);
        if (input_.below(4) != 0) who.owes.erase(chosen);  // otherwise it may answer twice
    }
    move(who, input_.flip() ? who.to_hub.size() + max_garbage : 0);
}

void HubPlay::send_garbage(Subscriber& who) {
    who.clean = false;
    hub_.feed(now_, who.id, input_.take(input_.below(max_garbage)));
}

void HubPlay::end(Subscriber& who, bool reset) {
    if (!reset) {
        hub_.eof(now_, who.id);
        poll();
    }
    hub_.forget(who.id, reset ? "reset by peer" : "");
    who.over = true;
    FUZZ_REQUIRE(hub_.session(who.id) == nullptr && hub_.queued(who.id) == 0);
}

void HubPlay::change_faults() {
    if (!faults_.empty() && input_.flip()) {
        FUZZ_REQUIRE(hub_.remove_fault(faults_.back()));
        faults_.pop_back();
        return;
    }
    const auto kinds = fault_kinds();
    const auto& info = kinds[input_.below(kinds.size())];
    auto fault = make_fault(info.kind);
    fault.direction = info.directions[input_.below(info.directions.size())];
    fault.stage = info.stages[input_.below(info.stages.size())];
    fault.skip = static_cast<std::int64_t>(input_.below(3));
    fault.times = static_cast<std::int64_t>(input_.below(3));
    fault.seed = static_cast<std::int64_t>(input_.below(256));
    const auto added = hub_.add_fault(fault);
    if (!added) return;
    faults_.push_back(*added);
    faulty_ = true;
    for (auto& who : subscribers_)
        who.clean = false;
}

void HubPlay::limit_barrier() {
    const auto open = hub_.barriers().open();
    if (open.empty()) return;
    hub_.barriers().expire_at(open[input_.below(open.size())],
                              now_ + milliseconds(input_.below(4096)));
}

/// As the server does after anything that happens: time, events, and what goes to the sockets.
void HubPlay::poll() {
    for (const auto& event : hub_.poll(now_))
        std::visit([this](const auto& known) { on(known); }, event);
    for (auto& who : subscribers_) {
        if (who.over) continue;
        who.line->waiting = who.to_client.size();
        hub_.progress(who.id);
    }
    hub_.flush(now_);
    for (auto& who : subscribers_) {
        if (who.over) continue;
        take(who, std::exchange(who.line->written, {}));
        if (const auto how = std::exchange(who.line->closed, {})) close(who, *how);
        FUZZ_REQUIRE(hub_.queued(who.id) <= queue.hard + max_event);
    }
}

/// What the hub has for a client is on its way.
void HubPlay::take(Subscriber& who, const Bytes& bytes) {
    FUZZ_REQUIRE(bytes.empty() || !who.half);
    append(who.to_client, bytes);
}

void HubPlay::close(Subscriber& who, CloseHow how) {
    who.half = how == CloseHow::half;
    if (!who.half) end(who, true);
}

HubPlay::Open& HubPlay::open(SendId send) {
    const auto found = barriers_.find(send);
    FUZZ_REQUIRE(found != barriers_.end() && !found->second.ended);
    return found->second;
}

void HubPlay::on(const Subscribed& event) {
    FUZZ_REQUIRE(subscribed_.insert(event.peer).second);
}

void HubPlay::on(const Refused& event) {
    FUZZ_REQUIRE(!event.reason.empty());
    const auto* const who = find(event.peer);
    if (event.malformed) FUZZ_REQUIRE(who != nullptr && !who->clean);
    FUZZ_REQUIRE(std::ranges::count(hub_.subscribers(), event.peer) == 0);
}

void HubPlay::on(const AckReceived& event) {
    if (event.verdict != AckVerdict::known) return;
    auto& owed = open(event.send).owed;
    const auto found = std::ranges::find(owed, Owed{event.peer, event.ack});
    FUZZ_REQUIRE(found != owed.end());
    owed.erase(found);
}

void HubPlay::on(const FilterEnded& event) {
    FUZZ_REQUIRE(subscribed_.contains(event.peer));
    FUZZ_REQUIRE(event.ends.events > 0 && !event.ends.why.empty());
    filter_ends_ += event.ends.events;
    FUZZ_REQUIRE(filter_ends_ <= hub_.filter_ends());
}

void HubPlay::on(const Disconnected& event) {
    FUZZ_REQUIRE(disconnected_.insert(event.peer).second);
    FUZZ_REQUIRE(event.subscribed == subscribed_.contains(event.peer));
    forget_owed(event.peer);
}

void HubPlay::forget_owed(PeerId peer) {
    for (auto& [send, barrier] : barriers_) {
        if (!barrier.ended)
            std::erase_if(barrier.owed, [&](const Owed& o) { return o.peer == peer; });
    }
}

void HubPlay::on(const BarrierReleased& event) {
    auto& barrier = open(event.send);
    FUZZ_REQUIRE(barrier.owed.empty() && !hub_.barriers().is_open(event.send));
    barrier.ended = true;
}

void HubPlay::on(const BarrierExpired& event) {
    auto& barrier = open(event.send);
    FUZZ_REQUIRE(!event.missing.empty() &&
                 std::ranges::is_permutation(event.missing, barrier.owed));
    FUZZ_REQUIRE(hub_.barriers().has_expired(event.send));
    barrier.ended = true;
}

/// Clients that are still there get what is left; then all go, and no barrier is left.
void HubPlay::finish() {
    for (int round = 0; round < 4; ++round) {
        for (auto& who : subscribers_) {
            if (who.over) continue;
            move(who, who.to_hub.size() + max_event);
            deliver(who, who.to_client.size());
        }
        poll();
    }
    for (auto& who : subscribers_) {
        if (who.over) continue;
        deliver(who, who.to_client.size());
        if (who.clean && !who.half) FUZZ_REQUIRE(who.expected.empty());
        end(who, input_.flip());
    }
    poll();
    for (const auto& [send, barrier] : barriers_)
        FUZZ_REQUIRE(barrier.ended);
    FUZZ_REQUIRE(hub_.barriers().open().empty());
    FUZZ_REQUIRE(filter_ends_ == hub_.filter_ends());
    FUZZ_REQUIRE(disconnected_.size() == subscribers_.size());
    FUZZ_REQUIRE(hub_.subscribers().empty() && !hub_.syslog_taken());
}

}  // namespace confd::fuzz
