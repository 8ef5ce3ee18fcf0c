// SPDX-License-Identifier: Apache-2.0
// What a run did to each subscriber, and each subscriber to it: for people and, as JSON, for
// scripts. README.md describes the members.
#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "simulator/hub/subscriber_stats.hpp"

namespace confd::sim {

/// Subscribers of which a run keeps all that is in a summary, 3 KiB at most: clients choose how
/// often they come back. Totals are of all.
inline constexpr std::size_t max_summarised = 1000;

/// With more subscribers people are shown totals and the worst of them.
inline constexpr std::size_t most_shown = 20;
inline constexpr std::size_t worst_shown = 5;

struct SubscriberSummary {
    SubscriberStats stats;
    std::string address;
    std::uint64_t bytes_out = 0;  ///< that the kernel took
    std::uint64_t bytes_in = 0;
};

struct Totals {
    std::uint64_t subscribers = 0;
    EventCounts events = EventCounts(event_bits);
    std::array<std::uint64_t, ack_verdict_count> acks{};
    Latencies latencies;
    std::uint64_t bytes_out = 0;
    std::uint64_t bytes_in = 0;
    Lost lost;
    std::uint64_t faults = 0;
    std::map<Left, std::uint64_t> left;
};

class RunSummary {
  public:
    void add(SubscriberSummary subscriber);

    /// In the order in which they connected.
    std::vector<SubscriberSummary> subscribers() const;
    const Totals& totals() const { return totals_; }
    /// Subscribers that are in the totals alone.
    std::uint64_t left_out() const { return totals_.subscribers - subscribers_.size(); }

  private:
    std::deque<SubscriberSummary> subscribers_;
    Totals totals_;
};

/// What a summary says of the run itself.
struct RunFacts {
    std::string scenario;
    std::string product;
    std::string release;
    std::uint64_t seed = 0;
    std::string result;                  ///< "fulfilled", "stopped" ..
    std::optional<std::string> failure;  ///< as it is printed
    Instant end;
};

/// The file of `--summary`: one object, with a newline at the end.
std::string to_json_text(const RunFacts& facts, const RunSummary& summary);

/// Lines for people. With `colour`, what went wrong stands out on a terminal.
std::vector<std::string> to_lines(const RunSummary& summary, bool colour);

}  // namespace confd::sim
