// SPDX-License-Identifier: Apache-2.0
#include "simulator/control/state_json.hpp"

#include "protocol/constants.hpp"
#include "protocol/utf8.hpp"

namespace confd::sim::control {
namespace {

namespace json = boost::json;
using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

std::int64_t ms(microseconds time) {
    return duration_cast<milliseconds>(time).count();
}

/// Null for what is not there, so that every object has all of its members.
json::value text_or_null(const std::string& text) {
    return text.empty() ? json::value() : json::value(utf8_sanitized(text));
}

json::array to_json(const std::vector<std::string>& texts) {
    json::array out;
    for (const auto& text : texts)
        out.push_back(json::value(utf8_sanitized(text)));
    return out;
}

/// `{"known": 3, ..}`: numbers by the names of an enumeration.
template <class Enum, std::size_t size>
json::object by_name(const std::array<std::uint64_t, size>& numbers) {
    json::object out;
    for (std::size_t i = 0; i < size; ++i)
        out[to_string(static_cast<Enum>(i))] = numbers[i];
    return out;
}

json::object to_json(const SubscriberState& subscriber) {
    return {{"id", subscriber.id},
            {"role", text_or_null(subscriber.role)},
            {"address", utf8_sanitized(subscriber.address)},
            {"version", utf8_sanitized(subscriber.version)},
            {"mask", to_json(subscriber.mask)},
            {"stream", text_or_null(subscriber.stream)},
            {"queued_bytes", subscriber.queued},
            {"owes", subscriber.owes},
            {"events", subscriber.events},
            {"filter_ends", subscriber.filter_ends},
            {"acks", by_name<AckVerdict>(subscriber.acks)},
            {"connected_ms", ms(subscriber.connected)}};
}

json::object to_json(const MissingAck& missing) {
    return {{"peer", missing.peer},
            {"role", text_or_null(missing.role)},
            {"ack", ack_json(missing.ack)}};
}

json::object to_json(const BarrierState& barrier) {
    json::array missing;
    for (const auto& ack : barrier.missing)
        missing.push_back(to_json(ack));
    return {{"send", barrier.send},
            {"event", utf8_sanitized(barrier.event)},
            {"open_ms", ms(barrier.open)},
            {"deadline_ms", barrier.deadline ? json::value(ms(*barrier.deadline)) : json::value()},
            {"missing", std::move(missing)}};
}

json::object to_json(const FaultState& fault) {
    return {{"id", fault.id},
            {"kind", utf8_sanitized(fault.kind)},
            {"role", text_or_null(fault.role)},
            {"description", utf8_sanitized(fault.description)},
            {"hits", fault.hits}};
}

json::object to_json(const RunState& run) {
    return {{"scenario", utf8_sanitized(run.scenario)},
            {"product", run.product},
            {"release", run.release},
            {"seed", run.seed},
            {"status", to_string(run.status)},
            {"elapsed_ms", ms(run.elapsed)},
            {"steps", to_json(run.steps)}};
}

json::object messages(const Counters& counters, LogDirection direction) {
    json::object out;
    for (std::size_t kind = 0; kind < record_kind_count; ++kind) {
        const auto number = counters.records[kind][static_cast<std::size_t>(direction)];
        if (number != 0) out[to_string(static_cast<RecordKind>(kind))] = number;
    }
    return out;
}

json::object to_json(const Counters& counters) {
    json::object events;
    for (const auto& [type, number] : counters.events)
        events[notif_name(type).value_or("UNKNOWN")] = number;
    return {{"events", std::move(events)},
            {"acks", by_name<AckVerdict>(counters.acks)},
            {"barriers", by_name<BarrierChange>(counters.barriers)},
            {"received", messages(counters, LogDirection::in)},
            {"sent", messages(counters, LogDirection::out)},
            {"received_bytes", counters.bytes[static_cast<std::size_t>(LogDirection::in)]},
            {"sent_bytes", counters.bytes[static_cast<std::size_t>(LogDirection::out)]},
            {"records_not_shown", counters.skipped}};
}

template <class T>
json::array array_of(std::span<const T> items) {
    json::array out;
    for (const auto& item : items)
        out.push_back(to_json(item));
    return out;
}

}  // namespace

json::array to_json(std::span<const SubscriberState> subscribers) {
    return array_of(subscribers);
}

json::array to_json(std::span<const BarrierState> barriers) {
    return array_of(barriers);
}

json::array to_json(std::span<const FaultState> faults) {
    return array_of(faults);
}

json::object to_json(const SimulatorState& state, const Counters& counters) {
    auto numbers = to_json(counters);
    numbers["filter_ends"] = state.filter_ends;
    return {{"run", to_json(state.run)},
            {"subscribers", to_json(std::span(state.subscribers))},
            {"barriers", to_json(std::span(state.barriers))},
            {"faults", to_json(std::span(state.faults))},
            {"counters", std::move(numbers)}};
}

}  // namespace confd::sim::control
