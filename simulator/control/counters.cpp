// SPDX-License-Identifier: Apache-2.0
#include "simulator/control/counters.hpp"

namespace confd::sim::control {
namespace {

template <class Enum>
std::size_t index(Enum value) {
    return static_cast<std::size_t>(value);
}

}  // namespace

void Counters::count(const LogRecord& record) {
    ++records[index(record.kind)][index(record.direction)];
    if (record.bytes) bytes[index(record.direction)] += record.bytes->size();
    if (record.event != nullptr && record.direction == LogDirection::out)
        ++events[record.event->type];
    if (record.verdict) ++acks[index(*record.verdict)];
    if (record.barrier) ++barriers[index(*record.barrier)];
}

}  // namespace confd::sim::control
