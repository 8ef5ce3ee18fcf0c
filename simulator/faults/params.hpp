// SPDX-License-Identifier: Apache-2.0
// What the declarations of kinds have in common: stages, bounds with their reasons, names of
// choices.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/limits.hpp"
#include "simulator/faults/effect.hpp"
#include "simulator/faults/fault.hpp"
#include "simulator/faults/random.hpp"
#include "simulator/text/forms.hpp"

namespace confd::sim::faults {

inline constexpr std::int64_t longest_wait = 24 * 60 * 60 * 1000;  // ms: a day is a soak test
inline constexpr std::int64_t most_units = 1000;   // that wait for each other: held in memory
inline constexpr std::int64_t most_copies = 100;   // of one frame: the same
inline constexpr std::int64_t most_bytes = 65536;  // of garbage: more shows nothing new
inline constexpr std::int64_t most_payload = std::int64_t{Limits{}.payload};

inline constexpr Direction both_ways[] = {Direction::out, Direction::in};
inline constexpr Direction outwards[] = {Direction::out};

inline constexpr Service services[] = {Service::events, Service::maapi, Service::any};
inline constexpr Service subscribers[] = {Service::events};
inline constexpr Service unsaid[] = {Service::any};  // the connection ends before its hello

inline constexpr Stage flow[] = {Stage::any, Stage::handshake, Stage::subscription, Stage::events};
inline constexpr Stage damage[] = {Stage::events, Stage::handshake, Stage::subscription,
                                   Stage::any};
inline constexpr Stage frames[] = {Stage::events, Stage::subscription};
inline constexpr Stage events_only[] = {Stage::events};
inline constexpr Stage handshake_only[] = {Stage::handshake};
inline constexpr Stage subscription_only[] = {Stage::subscription};
inline constexpr Stage connect_only[] = {Stage::connect};

inline constexpr std::string_view end_names[] = {"fin", "rst"};
inline CloseHow close_how(const FaultSpec& fault) {
    return fault.how == "rst" ? CloseHow::rst : CloseHow::fin;
}

/// A whole number, decimal or 0x and hex, with quotes or without: JSON has no other hex.
extern const FormOf<std::int64_t> whole;

template <std::int64_t FaultSpec::* M>
constexpr Key number_key(std::string_view name, std::string_view doc, std::int64_t low,
                         std::int64_t high) {
    return key<M>(name, whole, doc, {.low = low, .high = high});
}
template <std::chrono::milliseconds FaultSpec::* M>
constexpr Key wait_key(std::string_view name, std::string_view doc) {
    return key<M>(name, doc, {.low = 1, .high = longest_wait});
}
constexpr Key how_key(std::string_view doc, std::span<const std::string_view> choices) {
    return key<&FaultSpec::how>("how", forms::word, doc, {.choices = choices});
}
inline constexpr Key field_key =
    key<&FaultSpec::field>("field", forms::name,
                           "the field, by the path that decoding errors name, such as `msg` or "
                           "`uinfo.addr`; events without "
                           "it are no candidates");

inline std::unexpected<FaultProblem> problem(std::string_view param, std::string message) {
    return std::unexpected(FaultProblem{std::string(param), std::move(message)});
}

}  // namespace confd::sim::faults
