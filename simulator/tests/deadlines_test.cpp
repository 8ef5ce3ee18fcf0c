// What the hub keeps to do nothing for peers to which nothing happens.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <optional>
#include <vector>

#include "simulator/hub/deadlines.hpp"
#include "simulator/hub/listeners.hpp"
#include "simulator/hub/peer_list.hpp"

namespace confd::sim {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Deadlines, TellTheNextAndWhatIsDueInTheOrderOfKeys) {
    Deadlines<PeerId> deadlines;
    std::map<PeerId, std::optional<Instant>> noted;
    const auto set = [&](PeerId id, std::optional<Instant> time) {
        deadlines.set(id, noted[id], time);
    };
    EXPECT_FALSE(deadlines.next());
    EXPECT_THAT(deadlines.due(Instant(1h)), IsEmpty());
    set(3, Instant(1s));
    set(1, Instant(2s));
    set(2, Instant(3s));
    EXPECT_EQ(deadlines.next(), Instant(1s));
    EXPECT_THAT(deadlines.due(Instant(999ms)), IsEmpty());
    EXPECT_THAT(deadlines.due(Instant(2s)), ElementsAre(1, 3)) << "when it comes, not after it";
    EXPECT_THAT(deadlines.due(Instant(2s)), ElementsAre(1, 3)) << "until they are set anew";
    set(3, Instant(4s));
    EXPECT_EQ(deadlines.next(), Instant(2s));
    set(1, std::nullopt);
    EXPECT_THAT(deadlines.due(Instant(1h)), ElementsAre(2, 3));
    EXPECT_EQ(noted[1], std::nullopt);
}

RC_GTEST_PROP(Deadlines, AreThoseThatWereSetLast, ()) {
    Deadlines<std::uint64_t> deadlines;
    std::map<std::uint64_t, std::optional<Instant>> noted;
    std::map<std::uint64_t, Instant> model;
    using Call = std::tuple<std::uint8_t, std::uint8_t, bool>;
    for (const auto& [key, seconds, none] : *rc::gen::arbitrary<std::vector<Call>>()) {
        const Instant time{std::chrono::seconds(seconds)};
        deadlines.set(key, noted[key], none ? std::nullopt : std::optional(time));
        none ? void(model.erase(key)) : void(model[key] = time);
        std::optional<Instant> first;
        std::vector<std::uint64_t> due;
        for (const auto& [id, at] : model) {
            if (!first || at < *first) first = at;
            if (at <= time) due.push_back(id);
        }
        RC_ASSERT(deadlines.next() == first);
        RC_ASSERT(deadlines.due(time) == due);
    }
}

TEST(PeerList, HoldsEachPeerOnceInTheOrderOfIds) {
    PeerList list;
    EXPECT_TRUE(list.empty());
    for (const PeerId id : {4U, 4U, 7U, 2U, 7U, 5U, 2U, 9U})
        list.add(id);
    EXPECT_FALSE(list.empty());
    EXPECT_THAT(list.take(), ElementsAre(2, 4, 5, 7, 9));
    EXPECT_TRUE(list.empty());
}

/// Listeners, and the peers that they are.
struct Subscribers {
    Peer& add(PeerId id, const char* role) {
        auto& peer = peers.emplace(id, Peer(ServerSession({}, {}), {})).first->second;
        peer.role = role;
        listeners.add(id, peer);
        return peer;
    }
    std::vector<PeerId> of_role(std::string_view role) const {
        std::vector<PeerId> out;
        for (const auto& listener : listeners) {
            if (listener.has_role(role)) out.push_back(listener.id);
        }
        return out;
    }

    std::map<PeerId, Peer> peers;
    Listeners listeners;
};

TEST(Listeners, AreCountedByRole) {
    Subscribers all;
    auto& listeners = all.listeners;
    all.add(2, "auditor");
    auto& first = all.add(1, "auditor");
    all.add(3, "other");
    EXPECT_THAT(all.of_role("auditor"), ElementsAre(1, 2))
        << "as they connected, not as they subscribed";
    EXPECT_THAT(all.of_role(everybody), ElementsAre(1, 2, 3));
    EXPECT_EQ(listeners.count("auditor"), 2U);
    listeners.remove(1, first);
    listeners.remove(1, first);
    EXPECT_EQ(listeners.count("auditor"), 1U) << "once";
    EXPECT_EQ(listeners.count(), 2U);
    EXPECT_EQ(listeners.count("nobody"), 0U);
}

TEST(Listeners, OfOneRoleMaskAndDialectAreOneAudience) {
    Subscribers all;
    auto& listeners = all.listeners;
    auto& one = all.add(1, "auditor");
    auto& two = all.add(2, "auditor");
    auto& three = all.add(3, "other");
    EXPECT_EQ(one.audience, two.audience);
    EXPECT_NE(one.audience, three.audience);
    EXPECT_EQ(listeners.audiences().size(), 2U);
    EXPECT_EQ(one.audience->size, 2U);
    listeners.remove(1, one);
    EXPECT_FALSE(one.listens());
    EXPECT_EQ(two.audience->size, 1U);
    listeners.remove(2, two);
    EXPECT_EQ(listeners.audiences().size(), 1U) << "nobody is left of it";
}

}  // namespace
}  // namespace confd::sim
