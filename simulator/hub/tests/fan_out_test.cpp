// SPDX-License-Identifier: Apache-2.0
// Deadlines, lists of subscribers and the fan-out: what the hub looks at in place of all of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <optional>
#include <vector>

#include "simulator/hub/deadlines.hpp"
#include "simulator/hub/fan_out.hpp"
#include "simulator/hub/id_list.hpp"
#include "simulator/hub/subscriber.hpp"

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

TEST(IdList, HoldsEachSubscriberOnceInTheOrderOfIds) {
    IdList list;
    EXPECT_TRUE(list.empty());
    for (const PeerId id : {4U, 4U, 7U, 2U, 7U, 5U, 2U, 9U})
        list.add(id);
    EXPECT_FALSE(list.empty());
    EXPECT_THAT(list.take(), ElementsAre(2, 4, 5, 7, 9));
    EXPECT_TRUE(list.empty());
}

/// A fan-out, and its subscribers.
struct Subscribers {
    Subscriber& add(PeerId id, const char* role) {
        auto& subscriber = all.try_emplace(id, id, Challenge{}, Instant{}, context).first->second;
        subscriber.admit({}, role);
        fan_out.join(subscriber);
        return subscriber;
    }
    std::vector<PeerId> of_role(std::string_view role) const {
        std::vector<PeerId> out;
        for (const auto& member : fan_out) {
            if (member.has_role(role)) out.push_back(member.id);
        }
        return out;
    }
    /// Those that FanOut::announce() tells of.
    std::vector<PeerId> announced() {
        std::vector<PeerId> out;
        fan_out.announce([&](const Subscriber& subscriber) { out.push_back(subscriber.id()); });
        return out;
    }

    HubContext context{HubConfig{}};
    std::map<PeerId, Subscriber> all;
    FanOut fan_out;
};

TEST(FanOut, CountsSubscribersByRole) {
    Subscribers them;
    auto& fan_out = them.fan_out;
    them.add(2, "auditor");
    auto& first = them.add(1, "auditor");
    them.add(3, "other");
    EXPECT_THAT(them.of_role("auditor"), ElementsAre(1, 2))
        << "as they connected, not as they subscribed";
    EXPECT_THAT(them.of_role(all_roles), ElementsAre(1, 2, 3));
    EXPECT_EQ(fan_out.count("auditor"), 2U);
    fan_out.leave(first);
    fan_out.leave(first);
    EXPECT_EQ(fan_out.count("auditor"), 1U) << "once";
    EXPECT_EQ(fan_out.count(), 2U);
    EXPECT_EQ(fan_out.count("nobody"), 0U);
}

TEST(FanOut, GroupsSubscribersOfOneRoleMaskAndDialect) {
    Subscribers them;
    auto& one = them.add(1, "auditor");
    auto& two = them.add(2, "auditor");
    auto& three = them.add(3, "other");
    const auto group = [](const Subscriber& subscriber) { return subscriber.output().group(); };
    EXPECT_EQ(group(one), group(two));
    EXPECT_NE(group(one), group(three));
    EXPECT_EQ(them.fan_out.groups(), 2U);
    EXPECT_EQ(group(one)->size, 2U);
    them.fan_out.leave(one);
    EXPECT_FALSE(one.listens());
    EXPECT_EQ(group(two)->size, 1U);
    them.fan_out.leave(two);
    EXPECT_EQ(them.fan_out.groups(), 1U) << "none is left of it";
}

}  // namespace
}  // namespace confd::sim
