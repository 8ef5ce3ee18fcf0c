// SPDX-License-Identifier: Apache-2.0
// Which of the two packages this extension is.
#pragma once

#include <optional>
#include <string>

#include "protocol/bytes.hpp"
#include "protocol/release.hpp"

namespace confd::python {

struct ProductInfo {
    Product product;
    const char* package;   ///< "_confd"
    const char* daemon;    ///< what messages call the other end: "ConfD"
    const char* variable;  ///< prefix of the environment's variables: "CONFD_IPC_"
};

/// Of this extension, from the time that it was imported.
const ProductInfo& product();
void set_product(Product product);

/// The release to claim: CONFD_EVENTS_RELEASE from the environment, such as "8.6", or 7.8.2.
/// Raises ValueError when it is none.
Release release_to_claim();

/// What a handshake needs of this process: the access secret, if the environment names a file.
/// Raises Error (ERR_OS) when that cannot be read.
std::optional<Bytes> access_secret();

}  // namespace confd::python
