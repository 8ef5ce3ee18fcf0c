// SPDX-License-Identifier: Apache-2.0
// What things are called in the network that random events tell of: a few routers, the devices
// behind them, and the people and programs that work on them. Addresses are private (RFC 1918, RFC
// 4193) or kept for documentation (RFC 5737, RFC 3849).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "generate/choices.hpp"

namespace confd::sim::workload {

/// An address of a client or a device.
Ip4 address4(Choices& choices);
Ip6 address6(Choices& choices);
/// IPv4 three times out of four.
Ip address(Choices& choices);

/// A port that a client's end of a connection has.
std::uint16_t client_port(Choices& choices);

std::string interface(Choices& choices);
/// A device that is managed: ce0, pe1.
std::string device(Choices& choices);
/// Another node of the cluster or network: edge2.
std::string node(Choices& choices);
/// A data provider or subscriber of the configuration: ifd.
std::string daemon(Choices& choices);
/// A service with its key, as NSO prints it: /l3vpn[name='blue'].
std::string service(Choices& choices);
/// A node of the configuration: /interfaces/interface{eth1}/mtu.
std::string config_path(Choices& choices);
/// A command that changes the configuration: set interfaces interface eth1 mtu 9000.
std::string config_command(Choices& choices);

/// A random UUID (RFC 4122, version 4).
std::string trace_id(Choices& choices);
/// 16 hex digits, not all of them 0.
std::string span_id(Choices& choices);

/// An SSH host key in base64, as in a known_hosts file.
std::string host_key(Choices& choices);
inline constexpr std::string_view host_key_algorithm = "ssh-ed25519";

}  // namespace confd::sim::workload
