// SPDX-License-Identifier: Apache-2.0
// What a client under test is told: as {name} in its command line and as CONFD_CONFORMANCE_NAME in
// its environment. docs/conformance.md lists the names.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/kit/model/case.hpp"

namespace confd::kit {

/// Where the kit's server listens, and what lies where.
struct Stage {
    std::string host;
    std::uint16_t port = 0;
    std::filesystem::path path;         ///< the UNIX socket, of a case about one
    std::filesystem::path access_file;  ///< of a case with a secret
    std::filesystem::path folder;       ///< for whatever the client wants to write
};

/// Names and values, in the order in which they are documented.
using Variables = std::vector<std::pair<std::string_view, std::string>>;
Variables variables_of(const Case& test, const Stage& stage);

/// The words with the placeholders filled in; braces around other names stay.
std::vector<std::string> expand(const std::vector<std::string>& words, const Variables& variables);

/// CONFD_CONFORMANCE_.., and the variables by which clients of the product find their daemon.
std::vector<std::string> environment_of(const Case& test, const Stage& stage,
                                        const Variables& variables);

/// Variables of the product that are taken away from the client, unless environment_of() has them.
std::vector<std::string> unset_variables();

}  // namespace confd::kit
