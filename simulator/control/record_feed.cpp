// SPDX-License-Identifier: Apache-2.0
#include "simulator/control/record_feed.hpp"

#include <fmt/format.h>

#include <charconv>

#include "program/line_writer.hpp"
#include "simulator/control/limits.hpp"

namespace confd::sim::control {
namespace {

std::string line_of(const LogRecord& record) {
    auto line = to_line_without_bytes(record);
    if (line.size() <= max_feed_record) return line;
    const auto text = fmt::format(
        "{}, too large to be shown: {} bytes of JSON",
        record.event != nullptr ? notif_name(record.event->type).value_or("UNKNOWN") : "a record",
        line.size());
    auto small = record;
    small.event = nullptr;
    small.missing = {};
    small.text = text;
    return to_line_without_bytes(small);
}

/// The number of "run-number", or 0 for an id of another run.
std::uint64_t number_of(std::string_view id, std::uint64_t run) {
    const auto prefix = fmt::format("{}-", run);
    if (!id.starts_with(prefix)) return 0;
    id.remove_prefix(prefix.size());
    std::uint64_t number = 0;
    std::from_chars(id.data(), id.data() + id.size(), number);
    return number;
}

}  // namespace

std::string_view RecordFeed::add(const LogRecord& record) {
    if (!within_rate(record)) return {};
    ++last_;
    auto text = message(last_, line_of(record));
    bytes_ += text.size();
    backlog_.push_back({last_, record.at, record.wall, std::move(text)});
    trim();
    return backlog_.back().text;
}

std::string RecordFeed::message(std::uint64_t number, std::string_view line) const {
    // JSON has no line breaks but escaped ones, so that a line of it is a line here.
    return fmt::format("id: {}-{}\ndata: {}\n\n", run_, number, line);
}

std::string RecordFeed::since(std::string_view last_id) const {
    const auto seen = number_of(last_id, run_);
    // A reader that has seen nothing has missed nothing.
    return std::string(feed_preamble) +
           after(seen == 0 && !backlog_.empty() ? backlog_.front().number - 1 : seen);
}

std::string RecordFeed::after(std::uint64_t number) const {
    std::string out;
    if (!backlog_.empty() && number + 1 < backlog_.front().number) {
        const auto& first = backlog_.front();
        const auto text = program::dropped_text(first.number - number - 1, "record");
        out += message(first.number - 1,
                       to_line_without_bytes({.at = first.at, .wall = first.wall, .text = text}));
    }
    for (const auto& kept : backlog_) {
        if (kept.number > number) out += kept.text;
    }
    return out;
}

bool RecordFeed::within_rate(const LogRecord& record) {
    const auto second = std::chrono::floor<std::chrono::seconds>(record.at);
    if (second != second_) in_second_ = 0;
    second_ = second;
    return ++in_second_ <= max_feed_rate;
}

void RecordFeed::trim() {
    while (backlog_.size() > max_backlog || bytes_ > max_backlog_bytes) {
        bytes_ -= backlog_.front().text.size();
        backlog_.pop_front();
    }
}

}  // namespace confd::sim::control
