// SPDX-License-Identifier: Apache-2.0
#include "transport/environment.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <utility>

namespace confd::transport {
namespace {

constexpr IpcVariables confd_variables{"CONFD_IPC_ADDR", "CONFD_IPC_PORT", "CONFD_IPC_PATH",
                                       "CONFD_IPC_ACCESS_FILE"};
constexpr IpcVariables nso_variables{"NCS_IPC_ADDR", "NCS_IPC_PORT", "NCS_IPC_PATH",
                                     "NCS_IPC_ACCESS_FILE"};

}  // namespace

const IpcVariables& ipc_variables(Product product) {
    return product == Product::nso ? nso_variables : confd_variables;
}

std::optional<std::string> variable(const char* name) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') return std::nullopt;
    return value;
}

std::expected<Endpoint, std::string> endpoint_from_environment(Product product) {
    const auto& names = ipc_variables(product);
    const auto named = [](const char* name, const std::string& why) {
        return std::unexpected(fmt::format("{}: {}", name, why));
    };
    if (auto path = variable(names.path)) {
        if (const auto why = why_no_unix_path(*path); !why.empty()) return named(names.path, why);
        return UnixEndpoint{std::move(*path)};
    }
    TcpEndpoint tcp{variable(names.address).value_or("127.0.0.1"), default_port(product)};
    if (const auto text = variable(names.port)) {
        const auto port = parse_port(*text);
        if (!port) return named(names.port, port.error());
        tcp.port = *port;
    }
    return tcp;
}

}  // namespace confd::transport
