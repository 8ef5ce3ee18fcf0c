// SPDX-License-Identifier: Apache-2.0
// Where the environment says that the daemon is: what clients connect to, and where the simulator
// listens by default.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "protocol/release.hpp"
#include "transport/endpoint.hpp"

namespace confd::transport {

/// The names of a product's variables.
struct IpcVariables {
    const char* address;
    const char* port;
    const char* path;
    const char* access_file;
};

/// CONFD_IPC_ADDR, CONFD_IPC_PORT, CONFD_IPC_PATH and CONFD_IPC_ACCESS_FILE, or NCS_IPC_..
const IpcVariables& ipc_variables(Product product);

/// Nothing for a variable that is not set, or empty.
std::optional<std::string> variable(const char* name);

/// The UNIX socket of the path if that is set, as newer clients have it, or else the address and
/// port, with the product's defaults for what is not set. The error is a sentence about a port that
/// is none, or a path that no socket can have.
std::expected<Endpoint, std::string> endpoint_from_environment(Product product);

}  // namespace confd::transport
