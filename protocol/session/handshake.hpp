// SPDX-License-Identifier: Apache-2.0
// The exchange before the first frame: hello, access check, reply (docs/protocol.md, "Handshake",
// "Access check").
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "protocol/bytes.hpp"
#include "protocol/constants.hpp"
#include "protocol/error.hpp"
#include "protocol/release.hpp"

namespace confd {

inline constexpr std::size_t hello_size = 9;

/// Size of a client's keypath arrays; 0 for a client without such arrays.
inline constexpr std::uint8_t default_max_depth = 20;
inline constexpr std::uint8_t default_max_key_length = 9;

/// The sizes of the product's own header.
struct KeypathRoom {
    std::uint8_t max_depth;
    std::uint8_t max_key_length;
};
constexpr KeypathRoom keypath_room(Product product) {
    if (product == Product::nso) return {60, 18};
    return {default_max_depth, default_max_key_length};
}

/// What a client says first.
struct Hello {
    std::uint8_t client_id = CLIENT_EVENT_NOTIFICATIONS;
    bool wants_challenge = false;  ///< bit 7 of the client id's byte
    std::uint16_t protocol_version = Release{}.protocol_version();
    std::uint32_t library_version = Release{}.library_version();
    std::uint8_t max_depth = default_max_depth;
    std::uint8_t max_key_length = default_max_key_length;

    bool operator==(const Hello&) const = default;
};

/// What the server answers.
struct HelloReply {
    enum Status : std::uint8_t { accepted = 0, incompatible_version = 1, too_small = 2 };

    std::uint8_t status = accepted;
    std::uint16_t protocol_version = Release{}.protocol_version();
    std::uint32_t release = Release{}.library_version();
    std::uint8_t max_depth = default_max_depth;
    std::uint8_t max_key_length = default_max_key_length;

    bool operator==(const HelloReply&) const = default;
};

void append_hello(Bytes& out, const Hello& hello);
void append_hello_reply(Bytes& out, const HelloReply& reply);
/// `bytes` must be hello_size long; every value is a hello.
Hello parse_hello(ByteView bytes);
HelloReply parse_hello_reply(ByteView bytes);

// The access check: the server sends access_challenge and 16 random bytes, the client
// access_response and the digest, the server access_granted (then the hello's reply) or another
// byte and closes.
inline constexpr std::uint8_t access_challenge = 11;
inline constexpr std::uint8_t access_response = 12;
inline constexpr std::uint8_t access_granted = 0;
inline constexpr std::uint8_t access_denied = 1;

using Challenge = std::array<std::uint8_t, 16>;
using Digest = std::array<std::uint8_t, 16>;

/// MD5 of the secret followed by the challenge. The secret is the whole contents of the access
/// file, newlines included; see max_access_secret.
Digest access_digest(ByteView secret, const Challenge& challenge);

}  // namespace confd
