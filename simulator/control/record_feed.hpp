// SPDX-License-Identifier: Apache-2.0
// The records that /events shows, as server-sent events, with the last ones for readers that come
// later.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "simulator/log/record.hpp"

namespace confd::sim::control {

class RecordFeed {
  public:
    /// `run` is part of every id: an id of another run means that all is new to the reader.
    explicit RecordFeed(std::uint64_t run) : run_(run) {}

    /// The record as one server-sent event; empty when there were too many in this second. Valid
    /// until the next call.
    std::string_view add(const LogRecord& record);

    /// How a feed begins for a reader that saw this id last: with all that is left, when it is none
    /// of this run.
    std::string since(std::string_view last_id) const;
    /// What has come after this number and is left, behind a record that says how many are not.
    std::string after(std::uint64_t number) const;
    /// The number of the last record; 0 before the first.
    std::uint64_t last() const { return last_; }

  private:
    bool within_rate(const LogRecord& record);
    void trim();
    std::string message(std::uint64_t number, std::string_view line) const;

    struct Message {
        std::uint64_t number = 0;
        std::chrono::microseconds at{};
        WallTime wall;
        std::string text;
    };
    std::uint64_t run_;
    std::uint64_t last_ = 0;
    std::deque<Message> backlog_;
    std::size_t bytes_ = 0;
    std::chrono::seconds second_{};
    std::size_t in_second_ = 0;
};

/// Begins a feed: how long a reader waits before it comes back, in milliseconds.
inline constexpr std::string_view feed_preamble = "retry: 1000\n\n";
/// Keeps a silent feed alive.
inline constexpr std::string_view feed_comment = ":\n\n";

}  // namespace confd::sim::control
