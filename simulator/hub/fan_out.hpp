// SPDX-License-Identifier: Apache-2.0
// From one event to all subscribers that get it.
//
// An event is appended to the batch of each group, whatever the number of its subscribers; a
// subscriber knows how much of its group's batch it has got (Output). So nothing has to be done for
// each subscriber before its output is written or asked about.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "simulator/hub/group.hpp"
#include "simulator/hub/sent.hpp"

namespace confd::sim {

class Subscriber;

class FanOut {
  public:
    struct Member {
        PeerId id = 0;
        Subscriber* subscriber = nullptr;
        SubscriberGroup* group = nullptr;  ///< the subscriber's: it need not be looked at

        bool has_role(std::string_view wanted) const { return group->has_role(wanted); }
    };

    /// The subscriber gets events from now on. It stays where it is until it leaves.
    void join(Subscriber& subscriber);
    /// It gets no more; what it has got still goes out. Does nothing for one that has not joined.
    void leave(Subscriber& subscriber);

    /// To all subscribers of the role whose mask has the event. Fills in all but the number.
    void publish(Sent& sent, const Notification& event, std::string_view role, bool marked);

    /// Visits the members whose groups have got something since this was last called.
    template <class Visit>
    void announce(Visit&& visit) {
        if (!news_) return;
        news_ = false;
        for (const auto& member : members_) {
            if (member.group->announced != member.group->batch.end()) visit(*member.subscriber);
        }
        for (auto& [key, group] : groups_)
            group.announced = group.batch.end();
    }
    /// To be called when all members have got all of their batches.
    void clear();

    /// In the order in which they connected.
    auto begin() const { return members_.begin(); }
    auto end() const { return members_.end(); }
    std::size_t count(std::string_view role = all_roles) const;
    std::size_t groups() const { return groups_.size(); }

  private:
    using Key = std::tuple<std::uint32_t, Dialect, std::string>;

    /// An event in the bytes of each dialect, where the first group that gets it has them; empty
    /// after an error.
    using Forms = std::array<std::optional<ByteView>, dialect_count>;
    static std::optional<ByteView>& form_for(const SubscriberGroup& group, Forms& forms) {
        return forms[static_cast<std::size_t>(group.wire.dialect)];
    }
    std::vector<Owed> owed(const Notification& event, std::string_view role, Forms& forms) const;

    std::vector<Member> members_;
    std::map<Key, SubscriberGroup> groups_;
    bool news_ = false;     // some batch has grown since announce()
    bool batches_ = false;  // some batch is not empty
};

}  // namespace confd::sim
