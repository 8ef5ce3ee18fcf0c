// SPDX-License-Identifier: Apache-2.0
#include "simulator/control/metrics.hpp"

#include <fmt/format.h>

#include <initializer_list>
#include <iterator>
#include <map>
#include <utility>

#include "protocol/constants.hpp"
#include "protocol/utf8.hpp"

namespace confd::sim::control {
namespace {

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

class Writer {
  public:
    /// Samples that follow belong to this metric.
    void metric(std::string_view name, std::string_view type, std::string_view help) {
        name_ = fmt::format("confd_sim_{}", name);
        put("# HELP {} {}\n# TYPE {} {}\n", name_, help, name_, type);
    }
    template <class Number>
    void sample(Labels labels, Number value) {
        out_ += name_;
        char separator = '{';
        for (const auto& [label, text] : labels) {
            put("{}{}=\"{}\"", std::exchange(separator, ','), label, escaped(text));
        }
        put("{} {}\n", labels.size() == 0 ? "" : "}", value);
    }
    /// One sample for each value of an enumeration.
    template <class Enum, std::size_t size>
    void samples(std::string_view label, const std::array<std::uint64_t, size>& numbers) {
        for (std::size_t i = 0; i < size; ++i)
            sample({{label, to_string(static_cast<Enum>(i))}}, numbers[i]);
    }
    std::string take() { return std::move(out_); }

  private:
    template <class... Args>
    void put(fmt::format_string<Args...> format, Args&&... args) {
        fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
    }
    static std::string escaped(std::string_view text) {
        std::string out;
        for (const char c : utf8_sanitized(text)) {
            if (c == '\\' || c == '"') out += '\\';
            if (c == '\n') {
                out += "\\n";
            } else {
                out += c;
            }
        }
        return out;
    }

    std::string out_;
    std::string name_;
};

double seconds(std::chrono::microseconds time) {
    return std::chrono::duration<double>(time).count();
}

void put_run(Writer& out, const RunState& run) {
    out.metric("info", "gauge", "What is being played.");
    out.sample({{"scenario", run.scenario},
                {"product", run.product},
                {"release", run.release},
                {"seed", std::to_string(run.seed)}},
               1);
    out.metric("elapsed_seconds", "gauge", "Time since the start.");
    out.sample({}, seconds(run.elapsed));
    out.metric("status", "gauge", "1 for the state of the scenario, 0 for the others.");
    for (const auto status :
         {RunStatus::running, RunStatus::paused, RunStatus::done, RunStatus::failed})
        out.sample({{"status", to_string(status)}}, run.status == status ? 1 : 0);
}

void put_subscribers(Writer& out, const SimulatorState& state) {
    // By role: a label for each subscriber would grow with every connection.
    std::map<std::string_view, std::pair<std::size_t, std::size_t>> roles;
    for (const auto& subscriber : state.subscribers) {
        auto& [count, queued] = roles[subscriber.role];
        ++count;
        queued += subscriber.queued;
    }
    out.metric("subscribers", "gauge", "Subscribers that are connected.");
    for (const auto& [role, numbers] : roles)
        out.sample({{"role", role}}, numbers.first);
    out.metric("queued_bytes", "gauge", "Bytes that subscribers have not taken yet.");
    for (const auto& [role, numbers] : roles)
        out.sample({{"role", role}}, numbers.second);
}

void put_barriers(Writer& out, const SimulatorState& state) {
    std::size_t missing = 0;
    for (const auto& barrier : state.barriers)
        missing += barrier.missing.size();
    out.metric("barriers_open", "gauge", "Events that acknowledgements are owed for.");
    out.sample({}, state.barriers.size());
    out.metric("acks_missing", "gauge", "Acknowledgements that open barriers wait for.");
    out.sample({}, missing);
}

void put_faults(Writer& out, const SimulatorState& state) {
    out.metric("fault_hits_total", "counter", "Times that a fault has struck.");
    for (const auto& fault : state.faults)
        out.sample({{"id", std::to_string(fault.id)}, {"kind", fault.kind}}, fault.hits);
}

void put_filters(Writer& out, const SimulatorState& state) {
    out.metric("filter_ends_total", "counter",
               "Events that the filter of a subscriber cost too much for.");
    out.sample({}, state.filter_ends);
}

void put_records(Writer& out, const Counters& counters) {
    out.metric("records_total", "counter", "Messages and other things that happened.");
    for (std::size_t kind = 0; kind < record_kind_count; ++kind) {
        for (std::size_t direction = 0; direction < direction_count; ++direction) {
            const auto number = counters.records[kind][direction];
            if (number == 0) continue;
            out.sample({{"kind", to_string(static_cast<RecordKind>(kind))},
                        {"dir", to_string(static_cast<LogDirection>(direction))}},
                       number);
        }
    }
}

void put_counters(Writer& out, const Counters& counters) {
    out.metric("events_sent_total", "counter", "Events sent, counted for each subscriber.");
    for (const auto& [type, number] : counters.events)
        out.sample({{"event", notif_name(type).value_or("UNKNOWN")}}, number);
    out.metric("acks_total", "counter", "Acknowledgements received.");
    out.samples<AckVerdict>("verdict", counters.acks);
    out.metric("barriers_total", "counter", "Barriers that have opened and ended.");
    out.samples<BarrierChange>("change", counters.barriers);
    put_records(out, counters);
    out.metric("received_bytes_total", "counter", "Bytes of messages received.");
    out.sample({}, counters.bytes[static_cast<std::size_t>(LogDirection::in)]);
    out.metric("sent_bytes_total", "counter", "Bytes of messages sent.");
    out.sample({}, counters.bytes[static_cast<std::size_t>(LogDirection::out)]);
    out.metric("records_not_shown_total", "counter", "Records that /events left out.");
    out.sample({}, counters.skipped);
}

}  // namespace

std::string metrics_text(const SimulatorState& state, const Counters& counters) {
    Writer out;
    put_run(out, state.run);
    put_subscribers(out, state);
    put_barriers(out, state);
    put_faults(out, state);
    put_filters(out, state);
    put_counters(out, counters);
    return out.take();
}

}  // namespace confd::sim::control
