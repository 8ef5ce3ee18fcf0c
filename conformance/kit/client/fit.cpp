// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/client/fit.hpp"

#include <fmt/format.h>

#include "protocol/mask.hpp"
#include "text/mask.hpp"

namespace confd::kit {
namespace {

std::string why_not_attached(const ClientSetup& client) {
    if (client.secret != Secret::none) return "an attached client cannot be given an access file";
    if (client.unix_socket) return "an attached client is not told of a UNIX socket";
    if (client.prints) return "what an attached client prints is not seen";
    return {};
}

/// A client that cannot be told what to ask for.
std::string why_not_asked(const ClientSetup& client, std::uint32_t mask) {
    if ((mask & client.mask) != client.mask)
        return fmt::format("--mask does not have {}", mask_text(client.mask & ~mask));
    if ((mask & client.without) != 0)
        return fmt::format("--mask has {}", mask_text(client.without & mask));
    return {};
}

}  // namespace

Case fitted(const Case& test, const ClientOptions& client) {
    auto out = test;
    auto& setup = *out.client;
    if (client.product && !setup.about_product) setup.product = *client.product;
    const bool same_dialect =
        client.release && client.release->dialect() == setup.release.dialect();
    if (client.release && (!setup.about_release || same_dialect)) setup.release = *client.release;
    return out;
}

std::string why_not_for(const Case& test, const ClientOptions& options) {
    const auto& client = *test.client;
    if (options.release && options.release->dialect() != client.release.dialect())
        return fmt::format("the case is about release {}", to_string(client.release));
    if (options.product && *options.product != client.product)
        return fmt::format("the case is about {}", to_string(client.product));
    const auto unknown = client.mask & ~known_bits({client.release.dialect(), client.product});
    if (unknown != 0) {
        return fmt::format("{} {} has no {}", to_string(client.product), to_string(client.release),
                           mask_text(unknown));
    }
    if (options.mask) {
        if (auto why = why_not_asked(client, *options.mask); !why.empty()) return why;
    }
    return options.attach ? why_not_attached(client) : "";
}

}  // namespace confd::kit
