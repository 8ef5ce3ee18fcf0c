// NCS_NOTIF_CALL_HOME_INFO: a device called home.
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
    OptionalText device;  ///< when a known device connected

    static constexpr auto fields() {
        using N = CallHomeNotification;
        return std::tuple(field("type", &N::type), field("ip", &N::ip), field("port", &N::port),
                          field("ssh_host_key", &N::ssh_host_key),
                          field("ssh_key_alg", &N::ssh_key_alg),
                          field("device", &N::device).at_end());
    }
    bool operator==(const CallHomeNotification&) const = default;
};

}  // namespace confd
