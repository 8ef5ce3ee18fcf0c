// SPDX-License-Identifier: Apache-2.0
// Shapes that several events share (docs/protocol.md, "Shared shapes").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocol/constants.hpp"
#include "protocol/notification/fields.hpp"
#include "protocol/value/value.hpp"

namespace confd {

/// Text written as an atom; read from a binary just as well.
struct AtomText : std::string {
    using std::string::string;
    AtomText(std::string text) : std::string(std::move(text)) {}  // implicit: it is a text
};

/// What a log event is about: a number that products name differently (protocol/log_symbols.hpp).
/// In JSON also "logno_name", where it has a name.
struct LogNumber {
    std::int64_t number = 0;

    constexpr LogNumber() = default;
    constexpr LogNumber(std::int64_t value) : number(value) {}  // implicit: it is a number
    constexpr operator std::int64_t() const { return number; }
    bool operator==(const LogNumber&) const = default;
};

/// Text that must not be shown: printed as *** unless asked for.
struct SecretText : std::string {
    using std::string::string;
};

/// A binary; anything else, usually the atom `undefined`, means absent.
using OptionalText = std::optional<std::string>;

/// An integer or the atom `undefined`.
using OptionalInt = std::optional<std::int64_t>;

/// `undefined` or a list.
template <class T>
using OptionalList = std::optional<std::vector<T>>;

/// An IPv4 or IPv6 address. In JSON: "af" with "ip4" or "ip6".
using Ip = std::variant<Ip4, Ip6>;

/// The same, but in JSON "af" with "addr".
struct SourceIp {
    Ip ip = Ip4{};
    bool operator==(const SourceIp&) const = default;
};

/// An address, or a text where the transport is not IP. In JSON also "str".
using NodeAddress = std::variant<Ip4, Ip6, std::string>;

/// Seconds since 1970; 0 is none. On worker sockets none is an empty binary, which is read here
/// too.
struct LoginTime {
    std::int64_t seconds = 0;
    bool operator==(const LoginTime&) const = default;
};

/// Information about a user session.
struct UserInfo {
    std::int64_t usid = 0;
    std::string username;
    SecretText clearpass;
    AtomText context;  ///< cli, webui, netconf, rest, system, or any MAAPI string
    SessionProto proto{};
    SourceIp addr;
    std::uint16_t port = 0;
    LoginTime logintime;
    std::string snmp_v3_ctx;
    std::int64_t flags = 0;

    static constexpr auto fields() {
        return std::tuple(
            field("usid", &UserInfo::usid), field("username", &UserInfo::username),
            field("clearpass", &UserInfo::clearpass), field("context", &UserInfo::context),
            field("proto", &UserInfo::proto), field("addr", &UserInfo::addr),
            field("port", &UserInfo::port), field("logintime", &UserInfo::logintime),
            field("snmp_v3_ctx", &UserInfo::snmp_v3_ctx), field("flags", &UserInfo::flags));
    }
    bool operator==(const UserInfo&) const = default;
};

}  // namespace confd
