// SPDX-License-Identifier: Apache-2.0
#include "simulator/summary/run_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <numeric>
#include <tuple>
#include <utility>

#include "protocol/constants.hpp"
#include "protocol/utf8.hpp"
#include "simulator/hub/describe.hpp"
#include "text/mask.hpp"

namespace confd::sim {
namespace {

namespace json = boost::json;
using std::chrono::microseconds;

constexpr std::array<std::string_view, 5> ways{"end", "client", "scenario", "slow", "malformed"};

std::string type_name(std::size_t bit) {
    return mask_text(std::uint32_t{1} << bit);
}

std::uint64_t sum(const auto& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

void add_counts(auto& to, const auto& from) {
    for (std::size_t i = 0; i < from.size(); ++i)
        to[i] += from[i];
}

microseconds since_start(Instant time) {
    return std::chrono::duration_cast<microseconds>(time.time_since_epoch());
}

// ---- JSON ----

json::object events_json(const EventCounts& events) {
    json::object out;
    for (std::size_t bit = 0; bit < events.size(); ++bit) {
        if (events[bit] > 0) out[type_name(bit)] = events[bit];
    }
    return out;
}

json::object acks_json(const std::array<std::uint64_t, ack_verdict_count>& acks) {
    json::object out;
    for (std::size_t i = 0; i < acks.size(); ++i)
        out[to_string(static_cast<AckVerdict>(i))] = acks[i];
    return out;
}

json::object latency_json(const Latencies& latencies) {
    return {{"count", latencies.count()},
            {"p50", latencies.percentile(50).count()},
            {"p99", latencies.percentile(99).count()},
            {"max", latencies.longest().count()}};
}

json::object lost_json(const Lost& lost) {
    return {{"events", lost.events}, {"bytes", lost.bytes}};
}

json::object bytes_json(const auto& of) {
    return {{"out", of.bytes_out}, {"in", of.bytes_in}};
}

json::object to_json(const Totals& totals) {
    json::object left;
    for (std::size_t i = 0; i < ways.size(); ++i) {
        const auto found = totals.left.find(static_cast<Left>(i));
        left[ways[i]] = found == totals.left.end() ? 0 : found->second;
    }
    return {{"subscribers", totals.subscribers}, {"events", events_json(totals.events)},
            {"acks", acks_json(totals.acks)},    {"latency", latency_json(totals.latencies)},
            {"bytes", bytes_json(totals)},       {"lost", lost_json(totals.lost)},
            {"faults", totals.faults},           {"left", std::move(left)}};
}

json::object to_json(const SubscriberSummary& subscriber) {
    const auto& stats = subscriber.stats;
    json::array mask;
    for (std::size_t bit = 0; bit < 32; ++bit) {
        if ((stats.mask >> bit & 1U) != 0) mask.emplace_back(type_name(bit));
    }
    return {{"peer", stats.peer},
            {"role", utf8_sanitized(stats.role)},
            {"address", subscriber.address},
            {"mask", std::move(mask)},
            {"subscribed", since_start(stats.subscribed).count()},
            {"left_at", since_start(stats.left_at).count()},
            {"left", to_string(stats.left)},
            {"reason", utf8_sanitized(stats.reason)},
            {"events", events_json(stats.events)},
            {"acks", acks_json(stats.acks)},
            {"latency", latency_json(stats.latencies ? *stats.latencies : Latencies())},
            {"bytes", bytes_json(subscriber)},
            {"lost", lost_json(stats.lost)},
            {"faults", stats.faults}};
}

// ---- for people ----

std::string plural(std::uint64_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string size_text(std::uint64_t bytes) {
    constexpr std::array units{"KiB", "MiB", "GiB", "TiB"};
    if (bytes < 1024) return fmt::format("{} B", bytes);
    auto value = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    for (; value >= 1024 && unit + 1 < units.size(); ++unit)
        value /= 1024;
    return fmt::format("{:.1f} {}", value, units[unit]);
}

std::string time_text(microseconds time) {
    if (time < std::chrono::seconds(1)) {
        return fmt::format("{:.1f} ms", static_cast<double>(time.count()) / 1e3);
    }
    return fmt::format("{:.1f} s", static_cast<double>(time.count()) / 1e6);
}

std::string events_text(const EventCounts& events) {
    auto out = plural(sum(events), "event");
    std::string types;
    for (std::size_t bit = 0; bit < events.size(); ++bit) {
        if (events[bit] == 0) continue;
        types += fmt::format("{}{} {}", types.empty() ? "" : ", ", events[bit], type_name(bit));
    }
    return types.empty() ? out : fmt::format("{} ({})", out, types);
}

/// Nothing where there were none.
std::string acks_text(const std::array<std::uint64_t, ack_verdict_count>& acks,
                      const Latencies* latencies) {
    if (sum(acks) == 0) return {};
    std::string verdicts;
    for (std::size_t i = 0; i < acks.size(); ++i) {
        if (acks[i] == 0) continue;
        verdicts += fmt::format("{}{} {}", verdicts.empty() ? "" : ", ", acks[i],
                                to_string(static_cast<AckVerdict>(i)));
    }
    auto out = fmt::format(", {} ({})", plural(sum(acks), "acknowledgement"), verdicts);
    if (latencies == nullptr || latencies->count() == 0) return out;
    return out + fmt::format(" after p50 {}, p99 {}, max {}", time_text(latencies->percentile(50)),
                             time_text(latencies->percentile(99)), time_text(latencies->longest()));
}

std::string lost_text(const Lost& lost) {
    if (lost.bytes == 0) return {};
    return fmt::format(", never got {}, {}", plural(lost.events, "event"), size_text(lost.bytes));
}

/// How it left, as the end of a sentence.
std::string_view left_text(Left left) {
    switch (left) {
        case Left::end:
            return "stayed to the end";
        case Left::client:
            return "went";
        case Left::scenario:
            return "was closed by the scenario";
        case Left::slow:
            return "was closed, it did not read";
        case Left::malformed:
            return "was closed, it sent what cannot be read";
    }
    return {};
}

std::uint64_t wrong_acks(const SubscriberStats& stats) {
    return sum(stats.acks) - stats.acks[static_cast<std::size_t>(AckVerdict::known)];
}

bool went_wrong(const SubscriberSummary& subscriber) {
    const auto& stats = subscriber.stats;
    return stats.lost.bytes > 0 || stats.left == Left::slow || stats.left == Left::malformed ||
           wrong_acks(stats) > 0;
}

std::string coloured(std::string text, bool wrong, bool colour) {
    return wrong && colour ? "\x1b[33m" + text + "\x1b[0m" : text;
}

std::string line_of(const SubscriberSummary& subscriber) {
    const auto& stats = subscriber.stats;
    return fmt::format("{}: {}{}, {} out, {} in{}; {}", peer_name(stats.peer, stats.role),
                       events_text(stats.events), acks_text(stats.acks, stats.latencies.get()),
                       size_text(subscriber.bytes_out), size_text(subscriber.bytes_in),
                       lost_text(stats.lost), left_text(stats.left));
}

std::string line_of(const Totals& totals) {
    return fmt::format("{}: {}{}, {} out, {} in{}", plural(totals.subscribers, "subscriber"),
                       events_text(totals.events), acks_text(totals.acks, &totals.latencies),
                       size_text(totals.bytes_out), size_text(totals.bytes_in),
                       lost_text(totals.lost));
}

/// How bad it was: what it lost, then wrong acknowledgements, then how long it took.
auto badness(const SubscriberSummary& subscriber) {
    const auto& stats = subscriber.stats;
    return std::tuple(stats.lost.bytes, wrong_acks(stats),
                      stats.latencies ? stats.latencies->percentile(99) : microseconds(0));
}

}  // namespace

std::string_view to_string(Left left) {
    return ways[static_cast<std::size_t>(left)];
}

void RunSummary::add(SubscriberSummary subscriber) {
    const auto& stats = subscriber.stats;
    ++totals_.subscribers;
    add_counts(totals_.events, stats.events);
    add_counts(totals_.acks, stats.acks);
    if (stats.latencies) totals_.latencies.add(*stats.latencies);
    totals_.bytes_out += subscriber.bytes_out;
    totals_.bytes_in += subscriber.bytes_in;
    totals_.lost.events += stats.lost.events;
    totals_.lost.bytes += stats.lost.bytes;
    totals_.faults += stats.faults;
    ++totals_.left[stats.left];
    if (subscribers_.size() >= max_summarised) return;
    auto& events = subscriber.stats.events;
    while (!events.empty() && events.back() == 0)
        events.pop_back();
    events.shrink_to_fit();
    subscribers_.push_back(std::move(subscriber));
}

std::vector<SubscriberSummary> RunSummary::subscribers() const {
    std::vector out(subscribers_.begin(), subscribers_.end());
    std::ranges::sort(out, {}, [](const SubscriberSummary& one) { return one.stats.peer; });
    return out;
}

std::string to_json_text(const RunFacts& facts, const RunSummary& summary) {
    json::array subscribers;
    for (const auto& subscriber : summary.subscribers())
        subscribers.push_back(to_json(subscriber));
    json::object out{{"format", 1},
                     {"scenario", utf8_sanitized(facts.scenario)},
                     {"product", facts.product},
                     {"release", facts.release},
                     {"seed", facts.seed},
                     {"result", facts.result},
                     {"failure", nullptr},
                     {"took", since_start(facts.end).count()},
                     {"totals", to_json(summary.totals())},
                     {"subscribers", std::move(subscribers)},
                     {"left_out", summary.left_out()}};
    if (facts.failure) out["failure"] = utf8_sanitized(*facts.failure);
    return json::serialize(out) + "\n";
}

std::vector<std::string> to_lines(const RunSummary& summary, bool colour) {
    std::vector<std::string> out;
    auto shown = summary.subscribers();
    if (shown.size() > most_shown) {
        out.push_back(coloured(line_of(summary.totals()), summary.totals().lost.bytes > 0, colour));
        std::ranges::stable_sort(shown, std::ranges::greater(), badness);
        shown.resize(worst_shown);
        out.push_back(fmt::format("the {} that fared worst:", shown.size()));
    }
    for (const auto& subscriber : shown)
        out.push_back(coloured(line_of(subscriber), went_wrong(subscriber), colour));
    return out;
}

}  // namespace confd::sim
