// SPDX-License-Identifier: Apache-2.0
#include "simulator/log/record.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "protocol/render/render.hpp"
#include "protocol/utf8.hpp"

namespace confd::sim {
namespace {

namespace json = boost::json;
using std::chrono::microseconds;

constexpr std::array<std::string_view, 15> kinds{
    "connect",         "hello",      "hello_reply", "challenge", "subscribe",
    "subscribe_reply", "event",      "ack",         "maapi",     "raw",
    "fault",           "disconnect", "barrier",     "step",      "log"};
constexpr std::array<std::string_view, 3> directions{"none", "in", "out"};
constexpr std::array<std::string_view, 3> changes{"opened", "released", "expired"};

json::array to_json(std::span<const Owed> missing) {
    json::array out;
    for (const auto& owed : missing)
        out.push_back({{"peer", owed.peer}, {"ack", ack_json(owed.ack)}});
    return out;
}

std::string hex(ByteView bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const auto byte : bytes) {
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

/// The times are written here: as doubles of the JSON library they would be 1.2000345E1.
std::string line_of(const LogRecord& record, std::string_view hex_member) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(record.at);
    const auto members = json::serialize(details(record));
    return fmt::format(R"({{"t":{}.{:06},"wall":"{}",{}{}}})", whole.count(),
                       (record.at - whole).count(), to_string(record.wall),
                       std::string_view(members).substr(1, members.size() - 2), hex_member);
}

}  // namespace

std::string_view to_string(RecordKind kind) {
    return kinds[static_cast<std::size_t>(kind)];
}

std::string_view to_string(LogDirection direction) {
    return directions[static_cast<std::size_t>(direction)];
}

std::string_view to_string(BarrierChange change) {
    return changes[static_cast<std::size_t>(change)];
}

json::object ack_json(const Ack& ack) {
    const auto text = to_string(ack);
    json::object out{{"call", std::string_view(text).substr(0, text.find('('))}};
    if (ack.kind != AckKind::ha_synced) out["id"] = ack.id;
    return out;
}

json::object details(const LogRecord& record) {
    json::object out{{"dir", to_string(record.direction)}, {"kind", to_string(record.kind)}};
    if (record.peer != 0) out["peer"] = record.peer;
    if (!record.role.empty()) out["role"] = utf8_sanitized(record.role);
    if (record.send != 0) out["send"] = record.send;
    if (record.event != nullptr) out["event"] = confd::to_json(*record.event, {record.context});
    if (record.ack) out["ack"] = ack_json(*record.ack);
    if (record.verdict) out["verdict"] = to_string(*record.verdict);
    if (record.barrier) out["barrier"] = to_string(*record.barrier);
    if (!record.missing.empty()) out["missing"] = to_json(record.missing);
    if (record.fault != 0) out["fault"] = record.fault;
    if (!record.text.empty()) out["text"] = utf8_sanitized(record.text);
    return out;
}

std::string to_line(const LogRecord& record) {
    return line_of(
        record, record.bytes ? fmt::format(R"(,"hex":"{}")", hex(*record.bytes)) : std::string());
}

std::string to_line_without_bytes(const LogRecord& record) {
    return line_of(record, {});
}

std::string to_string(WallTime time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", int{date.year()},
                       unsigned{date.month()}, unsigned{date.day()}, clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count(),
                       clock.subseconds().count());
}

}  // namespace confd::sim
