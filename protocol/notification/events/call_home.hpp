// SPDX-License-Identifier: Apache-2.0
// NCS_NOTIF_CALL_HOME_INFO: a device called home, or is gone again (8 releases).
#pragma once

#include "protocol/notification/types.hpp"

namespace confd {

struct CallHomeNotification {
    static constexpr std::string_view key = "call_home";
    static constexpr Shape shape = Shape::flat;

    CallHomeType type{};
    Ip ip;
    std::uint16_t port = 0;
    std::string ssh_host_key;
    std::string ssh_key_alg;
    std::string device;  ///< of a known device; the vendor's library ends without it

    static constexpr bool known(const CallHomeNotification& n, const WireContext&) {
        return n.type == CALL_HOME_DEVICE_CONNECTED || n.type == CALL_HOME_DEVICE_DISCONNECTED;
    }

    static constexpr auto fields() {
        using N = CallHomeNotification;
        return std::tuple(field("type", &N::type), field("ip", &N::ip), field("port", &N::port),
                          field("ssh_host_key", &N::ssh_host_key),
                          field("ssh_key_alg", &N::ssh_key_alg),
                          field("device", &N::device).when(known));
    }
    bool operator==(const CallHomeNotification&) const = default;
};

}  // namespace confd
