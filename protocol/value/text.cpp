// SPDX-License-Identifier: Apache-2.0
#include "protocol/value/text.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <utility>

namespace confd {
namespace {

std::string zone_text(const Zone& zone) {
    if (!zone.timezone) return {};
    const int hours = *zone.timezone;
    const int minutes = zone.timezone_minutes;
    if (hours == 0 && minutes == 0) return "Z";
    const bool west = hours < 0 || minutes < 0;
    return fmt::format("{}{:02}:{:02}", west ? '-' : '+', std::abs(hours), std::abs(minutes));
}

std::string clock_text(int hour, int min, int sec, std::uint32_t micro) {
    const auto fraction = micro == 0 ? std::string() : fmt::format(".{:06}", micro);
    return fmt::format("{:02}:{:02}:{:02}{}", hour, min, sec, fraction);
}

std::string date_text(int year, int month, int day) {
    return fmt::format("{}{:04}-{:02}-{:02}", year < 0 ? "-" : "", std::abs(year), month, day);
}

/// Reads a text from left to right; any mismatch makes every later step fail.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    bool literal(char c) {
        if (failed_ || !rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    Scanner& expect(char c) {
        failed_ |= !literal(c);
        return *this;
    }
    template <class T>
    Scanner& digits(std::size_t count, T& out) {
        std::uint64_t value = 0;
        failed_ |= rest_.size() < count;
        for (std::size_t i = 0; !failed_ && i < count; ++i) {
            failed_ |= rest_[i] < '0' || rest_[i] > '9';
            value = value * 10 + static_cast<std::uint64_t>(rest_[i] - '0');
        }
        if (failed_) return *this;
        rest_.remove_prefix(count);
        out = static_cast<T>(value);
        return *this;
    }
    template <class T>
    bool number(T& out) {
        if (failed_) return false;
        const auto [stop, code] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), out);
        if (code != std::errc{}) return false;
        rest_.remove_prefix(static_cast<std::size_t>(stop - rest_.data()));
        return true;
    }
    void fail() { failed_ = true; }
    bool done() const { return !failed_ && rest_.empty(); }
    std::string_view rest() const { return rest_; }

  private:
    std::string_view rest_;
    bool failed_ = false;
};

void scan_date(Scanner& scan, auto& out) {
    const bool negative = scan.literal('-');
    scan.digits(4, out.year).expect('-').digits(2, out.month).expect('-').digits(2, out.day);
    if (negative) out.year = static_cast<std::int16_t>(-out.year);
    const std::chrono::year_month_day date(
        std::chrono::year{out.year}, std::chrono::month{out.month}, std::chrono::day{out.day});
    if (!date.ok()) scan.fail();
}

/// Up to six digits of a fraction, as microseconds.
std::uint32_t scan_fraction(Scanner& scan) {
    std::uint32_t micro = 0;
    std::size_t count = 0;
    for (char c = '0'; count < 6 && !scan.rest().empty(); ++count) {
        c = scan.rest().front();
        if (c < '0' || c > '9') break;
        micro = micro * 10 + static_cast<std::uint32_t>(c - '0');
        scan.literal(c);
    }
    if (count == 0) scan.fail();
    for (; count < 6; ++count)
        micro *= 10;
    return micro;
}

void scan_clock(Scanner& scan, auto& out) {
    scan.digits(2, out.hour).expect(':').digits(2, out.min).expect(':').digits(2, out.sec);
    if (scan.literal('.')) out.micro = scan_fraction(scan);
    // 60 is a leap second.
    if (out.hour > 23 || out.min > 59 || out.sec > 60) scan.fail();
}

void scan_zone(Scanner& scan, Zone& out) {
    if (scan.rest().empty()) return;
    if (scan.literal('Z')) {
        out.timezone = std::int8_t{0};
        return;
    }
    const bool west = scan.literal('-');
    if (!west) scan.expect('+');
    int hours = 0;
    int minutes = 0;
    scan.digits(2, hours).expect(':').digits(2, minutes);
    if (hours > 14 || minutes > 59) scan.fail();
    out.timezone = static_cast<std::int8_t>(west ? -hours : hours);
    out.timezone_minutes = static_cast<std::int8_t>(west ? -minutes : minutes);
}

template <class Ip>
std::optional<IpPrefix<Ip>> parse_prefix(std::string_view text, auto&& parse_ip, int longest) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto ip = parse_ip(text.substr(0, slash));
    Scanner scan(text.substr(slash + 1));
    std::uint8_t len = 0;
    if (!ip || !scan.number(len) || !scan.done() || len > longest) return std::nullopt;
    return IpPrefix<Ip>{*ip, len};
}

/// inet_pton wants a terminated string; an address never needs more room than this.
template <class Raw>
bool to_address(int family, std::string_view text, Raw& out) {
    char buffer[INET6_ADDRSTRLEN] = {};
    if (text.size() >= sizeof buffer) return false;
    text.copy(buffer, text.size());
    return inet_pton(family, buffer, &out) == 1;
}

}  // namespace

std::string to_text(const Ip4& ip) {
    return fmt::format("{}.{}.{}.{}", ip[0], ip[1], ip[2], ip[3]);
}

std::string to_text(const Ip6& ip) {
    in6_addr address{};
    for (std::size_t i = 0; i < ip.size(); ++i) {
        address.s6_addr[2 * i] = static_cast<std::uint8_t>(ip[i] >> 8);
        address.s6_addr[2 * i + 1] = static_cast<std::uint8_t>(ip[i]);
    }
    char buffer[INET6_ADDRSTRLEN] = {};
    inet_ntop(AF_INET6, &address, buffer, sizeof buffer);
    return buffer;
}

std::string to_text(const Datetime& v) {
    return fmt::format("{}T{}{}", date_text(v.year, v.month, v.day),
                       clock_text(v.hour, v.min, v.sec, v.micro), zone_text(v.zone));
}

std::string to_text(const Date& v) {
    return date_text(v.year, v.month, v.day) + zone_text(v.zone);
}

std::string to_text(const Time& v) {
    return clock_text(v.hour, v.min, v.sec, v.micro) + zone_text(v.zone);
}

std::string to_text(const Duration& v) {
    std::string date;
    std::string time;
    const auto add = [](std::string& out, std::uint64_t amount, char unit) {
        if (amount != 0) out += fmt::format("{}{}", amount, unit);
    };
    add(date, v.years, 'Y');
    add(date, v.months, 'M');
    add(date, v.days, 'D');
    add(time, v.hours, 'H');
    add(time, v.mins, 'M');
    // A peer may send more microseconds than a second has.
    const std::uint64_t secs = std::uint64_t{v.secs} + v.micros / 1'000'000;
    if (const auto micros = v.micros % 1'000'000; micros != 0) {
        time += fmt::format("{}.{:06}S", secs, micros);
    } else {
        add(time, secs, 'S');
    }
    if (date.empty() && time.empty()) time = "0S";
    return "P" + date + (time.empty() ? "" : "T" + time);
}

std::string to_hex(ByteView bytes) {
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const auto byte : bytes) {
        out.push_back("0123456789abcdef"[byte >> 4]);
        out.push_back("0123456789abcdef"[byte & 15]);
    }
    return out;
}

std::optional<Ip4> parse_ip4(std::string_view text) {
    Ip4 ip{};
    if (!to_address(AF_INET, text, ip)) return std::nullopt;
    return ip;
}

std::optional<Ip6> parse_ip6(std::string_view text) {
    in6_addr address{};
    if (!to_address(AF_INET6, text, address)) return std::nullopt;
    Ip6 ip{};
    for (std::size_t i = 0; i < ip.size(); ++i) {
        ip[i] =
            static_cast<std::uint16_t>(address.s6_addr[2 * i] << 8 | address.s6_addr[2 * i + 1]);
    }
    return ip;
}

std::optional<Datetime> parse_datetime(std::string_view text) {
    Datetime out;
    Scanner scan(text);
    scan_date(scan, out);
    scan.expect('T');
    scan_clock(scan, out);
    scan_zone(scan, out.zone);
    return scan.done() ? std::optional(out) : std::nullopt;
}

std::optional<Date> parse_date(std::string_view text) {
    Date out;
    Scanner scan(text);
    scan_date(scan, out);
    scan_zone(scan, out.zone);
    return scan.done() ? std::optional(out) : std::nullopt;
}

std::optional<Time> parse_time(std::string_view text) {
    Time out;
    Scanner scan(text);
    scan_clock(scan, out);
    scan_zone(scan, out.zone);
    return scan.done() ? std::optional(out) : std::nullopt;
}

std::optional<Duration> parse_duration(std::string_view text) {
    Duration out;
    Scanner scan(text);
    scan.expect('P');
    // Units in their order, each at most once; 'T' separates the two meanings of M.
    const std::pair<char, std::uint32_t*> units[] = {
        {'Y', &out.years}, {'M', &out.months}, {'D', &out.days}, {'T', nullptr},
        {'H', &out.hours}, {'M', &out.mins},   {'S', &out.secs},
    };
    std::size_t unit = 0;
    std::size_t amounts = 0;
    for (; !scan.rest().empty(); ++amounts) {
        if (unit < 4 && scan.literal('T')) unit = 4;
        std::uint32_t amount = 0;
        if (!scan.number(amount)) return std::nullopt;
        const bool fraction = scan.literal('.');
        if (fraction) out.micros = scan_fraction(scan);
        while (unit < std::size(units) &&
               (units[unit].second == nullptr || !scan.literal(units[unit].first))) {
            if (units[unit].second == nullptr) return std::nullopt;
            ++unit;
        }
        if (unit == std::size(units)) return std::nullopt;
        if (fraction && units[unit].first != 'S') return std::nullopt;
        *units[unit++].second = amount;
    }
    if (amounts == 0 || !scan.done()) return std::nullopt;
    return out;
}

std::optional<Ip4Prefix> parse_ip4_prefix(std::string_view text) {
    return parse_prefix<Ip4>(text, parse_ip4, 32);
}

std::optional<Ip6Prefix> parse_ip6_prefix(std::string_view text) {
    return parse_prefix<Ip6>(text, parse_ip6, 128);
}

std::optional<Bytes> parse_hex(std::string_view text) {
    Bytes out;
    int high = -1;
    for (const char c : text) {
        const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (space && high < 0) continue;
        const int digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : -1;
        if (digit < 0) return std::nullopt;
        if (high < 0) {
            high = digit;
        } else {
            out.push_back(static_cast<std::uint8_t>(high << 4 | digit));
            high = -1;
        }
    }
    if (high >= 0) return std::nullopt;
    return out;
}

}  // namespace confd
