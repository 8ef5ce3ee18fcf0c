// SPDX-License-Identifier: Apache-2.0
// Values as people write them, in JSON, scenario files and options.
//
//   addresses   10.0.0.1, 2001:db8::1 (as inet_ntop prints them)
//   date-times  2026-11-22T10:00:00.000001+05:30: RFC 3339, six fraction digits when there are any,
//               Z for UTC, no zone when the value has none
//   durations   P1Y2M3DT4H5M6.000007S (xs:duration; PT0S for none)
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/value/value.hpp"

namespace confd {

std::string to_text(const Ip4& ip);
std::string to_text(const Ip6& ip);
std::string to_text(const Datetime& value);
std::string to_text(const Date& value);
std::string to_text(const Time& value);
std::string to_text(const Duration& value);
template <class Ip>
std::string to_text(const IpPrefix<Ip>& value) {
    return to_text(value.ip) + "/" + std::to_string(value.len);
}
/// Two lower-case digits a byte.
std::string to_hex(ByteView bytes);

/// Each parses what its to_text prints, and nothing when the text is anything else. Dates are
/// checked against the calendar.
std::optional<Ip4> parse_ip4(std::string_view text);
std::optional<Ip6> parse_ip6(std::string_view text);
std::optional<Datetime> parse_datetime(std::string_view text);
std::optional<Date> parse_date(std::string_view text);
std::optional<Time> parse_time(std::string_view text);
std::optional<Duration> parse_duration(std::string_view text);
std::optional<Ip4Prefix> parse_ip4_prefix(std::string_view text);
std::optional<Ip6Prefix> parse_ip6_prefix(std::string_view text);
/// Hex digits, white space between bytes allowed.
std::optional<Bytes> parse_hex(std::string_view text);

}  // namespace confd
