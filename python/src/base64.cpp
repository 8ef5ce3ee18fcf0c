// SPDX-License-Identifier: Apache-2.0
#include "python/src/base64.hpp"

#include <openssl/evp.h>

#include <algorithm>

namespace confd::python {

std::string base64_of(ByteView bytes) {
    std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes.data(),
                                     static_cast<int>(bytes.size()));
    out.resize(static_cast<std::size_t>(size));
    return out;
}

std::optional<Bytes> from_base64(std::string_view text) {
    std::string packed(text);
    std::erase_if(packed, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
    if (packed.size() % 4 != 0) return std::nullopt;
    const auto padding = static_cast<std::size_t>(std::ranges::count(packed, '='));
    if (padding > 2 ||
        packed.substr(packed.size() - padding).find_first_not_of('=') != std::string::npos) {
        return std::nullopt;
    }
    Bytes out(packed.size() / 4 * 3);
    const int size =
        EVP_DecodeBlock(out.data(), reinterpret_cast<const unsigned char*>(packed.data()),
                        static_cast<int>(packed.size()));
    if (size < 0) return std::nullopt;
    out.resize(static_cast<std::size_t>(size) - padding);
    return out;
}

}  // namespace confd::python
