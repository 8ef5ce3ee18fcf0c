// SPDX-License-Identifier: Apache-2.0
#include "protocol/session/handshake.hpp"

#include <openssl/evp.h>

#include <stdexcept>

namespace confd {
namespace {

constexpr std::uint8_t challenge_bit = 0x80;

struct HelloFields {
    std::uint8_t first;
    std::uint16_t version;
    std::uint32_t release;
    std::uint8_t depth;
    std::uint8_t keys;
};

// Both directions have the same shape.
void append(Bytes& out, const HelloFields& f) {
    out.push_back(f.first);
    out.push_back(static_cast<std::uint8_t>(f.version >> 8));
    out.push_back(static_cast<std::uint8_t>(f.version));
    for (int shift = 24; shift >= 0; shift -= 8) {
        out.push_back(static_cast<std::uint8_t>(f.release >> shift));
    }
    out.push_back(f.depth);
    out.push_back(f.keys);
}

HelloFields parse(ByteView b) {
    HelloFields f{};
    f.first = b[0];
    f.version = static_cast<std::uint16_t>(b[1] << 8 | b[2]);
    f.release = load_word(b.subspan<3, 4>().data());
    f.depth = b[7];
    f.keys = b[8];
    return f;
}

}  // namespace

void append_hello(Bytes& out, const Hello& h) {
    const auto id =
        static_cast<std::uint8_t>(h.client_id | (h.wants_challenge ? challenge_bit : 0));
    append(out, {id, h.protocol_version, h.library_version, h.max_depth, h.max_key_length});
}

void append_hello_reply(Bytes& out, const HelloReply& r) {
    append(out, {r.status, r.protocol_version, r.release, r.max_depth, r.max_key_length});
}

Hello parse_hello(ByteView bytes) {
    const auto f = parse(bytes);
    return {static_cast<std::uint8_t>(f.first & ~challenge_bit),
            (f.first & challenge_bit) != 0,
            f.version,
            f.release,
            f.depth,
            f.keys};
}

HelloReply parse_hello_reply(ByteView bytes) {
    const auto f = parse(bytes);
    return {f.first, f.version, f.release, f.depth, f.keys};
}

Digest access_digest(ByteView secret, const Challenge& challenge) {
    Bytes input(secret.begin(), secret.end());
    input.insert(input.end(), challenge.begin(), challenge.end());
    Digest digest{};
    unsigned int size = 0;
    // MD5 is what the protocol asks for; a build of the library without it cannot go on.
    if (EVP_Digest(input.data(), input.size(), digest.data(), &size, EVP_md5(), nullptr) != 1 ||
        size != digest.size()) {
        throw std::runtime_error("this OpenSSL does not offer MD5, which the access check needs");
    }
    return digest;
}

}  // namespace confd
