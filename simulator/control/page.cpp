// SPDX-License-Identifier: Apache-2.0
#include "simulator/control/page.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <stdexcept>
#include <string>

namespace confd::sim::control {
namespace {

/// What stands between two tags.
std::string_view between(std::string_view text, std::string_view open, std::string_view close) {
    const auto begin = text.find(open);
    const auto end = text.find(close, begin);
    if (begin == std::string_view::npos || end == std::string_view::npos) {
        throw std::logic_error(fmt::format("page.html has no {}", open));
    }
    return text.substr(begin + open.size(), end - begin - open.size());
}

/// "'sha256-...'", as a policy names an inline script or style.
std::string source_of(std::string_view code) {
    std::array<unsigned char, 32> digest{};
    EVP_Digest(code.data(), code.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
    std::array<unsigned char, 45> base64{};
    EVP_EncodeBlock(base64.data(), digest.data(), digest.size());
    return fmt::format("'sha256-{}'", reinterpret_cast<const char*>(base64.data()));
}

}  // namespace

std::string_view page_security_policy() {
    static const auto policy = fmt::format(
        "default-src 'none'; script-src {}; style-src {}; connect-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        source_of(between(page(), "<script>", "</script>")),
        source_of(between(page(), "<style>", "</style>")));
    return policy;
}

}  // namespace confd::sim::control
