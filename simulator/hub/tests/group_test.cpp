// SPDX-License-Identifier: Apache-2.0
// Subscribers get the same bytes whether they share a batch or are sent copies.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <chrono>
#include <memory>
#include <vector>

#include "protocol/frame/frame.hpp"
#include "simulator/tests/support.hpp"

namespace confd::sim {
namespace {

using namespace std::chrono_literals;
using test::HubClient;
using test::KeptConnection;

constexpr std::size_t most_clients = 6;

/// A connection that takes everything.
struct Reader : KeptConnection {
    std::size_t unsent() const override { return 0; }
};

struct Setup {
    std::uint32_t mask = 0;
    std::uint8_t major = 7;
};

/// A hub and its clients.
class Side {
  public:
    explicit Side(const std::vector<Setup>& clients) {
        for (const auto& setup : clients)
            connect(setup);
    }

    void connect(const Setup& setup) {
        auto config = test::client_config(setup.mask);
        config.release = {setup.major, 2};
        config.subscription.heartbeat_interval = 1000;
        clients_.push_back(std::make_unique<HubClient>(hub_, now_, config));
        hub_.attach(id(clients_.size() - 1), readers_[clients_.size() - 1]);
    }
    std::size_t clients() const { return clients_.size(); }

    Hub& hub() { return hub_; }
    PeerId id(std::size_t client) const { return clients_[client]->id(); }
    Instant now() const { return now_; }
    const Reader& got(std::size_t client) const { return readers_[client]; }

    void wait(std::chrono::milliseconds time) {
        now_ += time;
        hub_.poll(now_);
    }
    void flush() {
        while (hub_.flush(now_)) {
        }
    }

  private:
    Instant now_{};
    std::array<Reader, most_clients> readers_;
    Hub hub_{HubConfig{}};
    std::vector<std::unique_ptr<HubClient>> clients_;
};

Notification event(std::uint32_t type, std::int64_t number) {
    if (type == NOTIF_AUDIT) return test::audit(number);
    SyslogNotification line;
    line.logno = number;
    return {type, line};
}

/// Does the same to both sides.
void step(std::array<Side*, 2> sides, const Setup& newcomer) {
    const auto below = [](std::size_t end) {
        return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::size_t>(0, end));
    };
    const auto what = below(14);
    const auto number = static_cast<std::int64_t>(below(1000));
    const auto client = below(sides[0]->clients());
    for (auto* side : sides) {
        auto& hub = side->hub();
        switch (what) {
            case 0:
                hub.send_bytes(Bytes{0, 0, 0, 1, 131});
                break;
            case 1:
                side->wait(400ms);
                break;
            case 2:
            case 3:
                side->flush();
                break;
            case 4:
                hub.add_fault(make_fault(FaultKind::duplicate));
                break;
            case 5:
                if (const auto& faults = hub.faults().faults(); !faults.empty())
                    hub.remove_fault(faults.front().spec.id);
                break;
            case 6:
                if (number < 150) hub.close(side->id(client), CloseHow::fin);
                if (number > 850) hub.close(side->id(client), CloseHow::half);
                if (number == 500) hub.close(side->id(client), CloseHow::rst);
                break;
            case 7:
                if (side->clients() < most_clients) side->connect(newcomer);
                break;
            case 8:
            case 9:
                hub.send(side->now(), event(NOTIF_DAEMON, number));
                break;
            default:
                hub.send(side->now(), event(NOTIF_AUDIT, number));
        }
    }
    // What is for one subscriber comes behind what it has got before, which is copied then: even
    // if it is nothing. So on this side nothing is shared.
    sides[1]->hub().send_bytes({});
}

RC_GTEST_PROP(Group, GivesEachSubscriberWhatCopiesWould, ()) {
    constexpr auto both = NOTIF_AUDIT | NOTIF_DAEMON;
    const auto masks = rc::gen::elementOf(
        std::vector<std::uint32_t>{NOTIF_AUDIT, NOTIF_DAEMON, both, both | NOTIF_HEARTBEAT});
    const auto majors = rc::gen::elementOf(std::vector<std::uint8_t>{6, 7, 8});
    const auto count = *rc::gen::inRange<std::size_t>(1, most_clients);
    std::vector<Setup> setups(count);
    for (auto& setup : setups)
        setup = {*masks, *majors};
    const Setup newcomer{*masks, *majors};
    Side shared(setups);
    Side copied(setups);
    RC_ASSERT(shared.hub().subscriber_count() == count);
    RC_ASSERT(copied.hub().subscriber_count() == count);
    // Not scaled: the first runs are as long as the last.
    const auto steps = *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(10, 60));
    for (int i = 0; i < steps; ++i)
        step({&shared, &copied}, newcomer);
    shared.flush();
    copied.flush();
    for (std::size_t i = 0; i < shared.clients(); ++i) {
        RC_ASSERT(shared.got(i).bytes == copied.got(i).bytes);
        RC_ASSERT(shared.got(i).closes == copied.got(i).closes);
        RC_ASSERT(shared.hub().counters(shared.id(i))->events ==
                  copied.hub().counters(copied.id(i))->events);
        RC_ASSERT(shared.hub().queued(shared.id(i)) == copied.hub().queued(copied.id(i)));
    }
}

/// Two subscribers of audit events.
class Groups : public testing::Test {
  protected:
    void send() { side_.hub().send(side_.now(), test::audit(1)); }
    void feed(PeerId id, const Bytes& bytes) { side_.hub().feed(side_.now(), id, bytes); }

    Side side_{{{NOTIF_AUDIT, 7}, {NOTIF_AUDIT, 7}}};
};

TEST_F(Groups, HaveGotWhatHasNotBeenFlushed) {
    send();
    EXPECT_EQ(side_.hub().counters(side_.id(0))->events, 1U);
    send();
    const auto two = side_.hub().queued(side_.id(1));
    EXPECT_GT(two, 0U);
    side_.flush();
    EXPECT_EQ(side_.got(1).bytes.size(), two);
}

TEST_F(Groups, GetNothingFromBeforeTheirSubscription) {
    // Hello and subscription arrive at once: nothing else is asked of the hub between them.
    Bytes all;
    append_hello(all, {});
    const auto mark = begin_frame(all);
    encode_subscription(test::subscription(NOTIF_AUDIT), all, Release{}.dialect());
    end_frame(all, mark);
    const auto late = side_.hub().connect(side_.now(), {});
    send();
    feed(late, all);
    send();
    EXPECT_EQ(side_.hub().counters(late)->events, 1U);
    EXPECT_EQ(side_.hub().counters(side_.id(0))->events, 2U);
}

TEST_F(Groups, LoseWhatIsQueuedWhenTheyAreReset) {
    send();
    side_.hub().close(side_.id(0), CloseHow::rst);
    side_.flush();
    EXPECT_TRUE(side_.got(0).bytes.empty());
    EXPECT_FALSE(side_.got(1).bytes.empty());
}

}  // namespace
}  // namespace confd::sim
