// SPDX-License-Identifier: Apache-2.0
// Which release of which product speaks: it decides how some terms are laid out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace confd {

/// Families of releases whose terms are laid out alike, by the client's protocol version:
/// below 70, 70 to 79, 80 and above.
enum class Dialect : std::uint8_t { v6x, v7x, v8x };
inline constexpr std::size_t dialect_count = 3;

enum class Product : std::uint8_t { confd, nso };

struct HashNames;

/// What a decoder or encoder needs to know about the connection.
struct WireContext {
    Dialect dialect = Dialect::v7x;
    Product product = Product::confd;
    /// With these, tags of stream events are written by name (protocol/value/by_name.hpp), as a
    /// subscriber with UseIKP 1 wants them; null for hashes. Readers take both.
    const HashNames* names = nullptr;

    bool operator==(const WireContext&) const = default;
};

constexpr Dialect dialect_of(std::uint16_t protocol_version) {
    return protocol_version < 70   ? Dialect::v6x
           : protocol_version < 80 ? Dialect::v7x
                                   : Dialect::v8x;
}

/// A release such as 7.8.2.
struct Release {
    std::uint8_t major = 7;
    std::uint8_t minor = 8;
    std::uint8_t patch = 2;

    /// major*10+minor, as in the hello: 78 for 7.8.
    constexpr std::uint16_t protocol_version() const {
        return static_cast<std::uint16_t>(major * 10 + minor);
    }
    /// 0x07080200 for 7.8.2.
    constexpr std::uint32_t library_version() const {
        return std::uint32_t{major} << 24 | std::uint32_t{minor} << 16 | std::uint32_t{patch} << 8;
    }
    constexpr Dialect dialect() const { return dialect_of(protocol_version()); }

    bool operator==(const Release&) const = default;
};

/// The TCP port that a daemon listens on unless told otherwise: 4565 for ConfD, 4569 for NSO.
constexpr std::uint16_t default_port(Product product) {
    return product == Product::nso ? 4569 : 4565;
}

/// "7.8.2".
std::string to_string(const Release& release);
/// "6x", "7x", "8x".
std::string_view to_string(Dialect dialect);
/// "confd", "nso".
std::string_view to_string(Product product);

/// "7.8" or "7.8.2"; majors 6 to 8, minors 0 to 9, whose protocol versions are known.
std::optional<Release> parse_release(std::string_view text);
/// "confd", or "nso" or its older name "ncs".
std::optional<Product> parse_product(std::string_view text);

}  // namespace confd
