// SPDX-License-Identifier: Apache-2.0
#include "simulator/workload/names.hpp"

#include <fmt/format.h>

namespace confd::sim::workload {
namespace {

/// The first three bytes of networks that addresses are taken from.
constexpr std::uint8_t networks[][3] = {{10, 20, 0}, {10, 20, 1},    {192, 168, 10},
                                        {192, 0, 2}, {198, 51, 100}, {203, 0, 113}};

constexpr std::string_view interfaces[] = {"eth0",    "eth1",    "eth2",    "eth3",   "ge0/0/0",
                                           "ge0/0/1", "ge0/0/3", "xe1/0/0", "xe1/0/1"};
constexpr std::string_view devices[] = {"ce0", "ce1", "ce2", "ce3", "pe0", "pe1", "p0", "p1"};
constexpr std::string_view nodes[] = {"edge2", "edge3", "core1", "core2"};
constexpr std::string_view daemons[] = {"ifd", "routed", "statsd", "ntpd"};
constexpr std::string_view customers[] = {"blue", "red", "green", "acme"};

std::string hex(Choices& choices, int digits) {
    constexpr std::string_view alphabet = "0123456789abcdef";
    std::string out;
    for (; digits > 0; --digits)
        out.push_back(alphabet[choices.below(alphabet.size())]);
    return out;
}

/// A leaf, as a path and as the end of a command.
struct Setting {
    std::string path;
    std::string command;
};

Setting setting(Choices& choices) {
    const auto port = interface(choices);
    const auto on_port = [&](std::string_view leaf, std::string_view value) {
        return Setting{fmt::format("/interfaces/interface{{{}}}/{}", port, leaf),
                       fmt::format("interfaces interface {} {} {}", port, leaf, value)};
    };
    switch (choices.below(6)) {
        case 0:
            return on_port("mtu", choices.flip() ? "9000" : "1500");
        case 1:
            return on_port("enabled", choices.flip() ? "true" : "false");
        case 2:
            return on_port("description", fmt::format("\"to {}\"", node(choices)));
        case 3: {
            const auto server = fmt::format("192.0.2.{}", 120 + choices.below(4));
            return {fmt::format("/system/ntp/server{{{}}}", server),
                    fmt::format("system ntp server {}", server)};
        }
        case 4: {
            const auto prefix = fmt::format("10.{}.0.0/16", 100 + choices.below(16));
            return {fmt::format("/routing/static/route{{{}}}/next-hop", prefix),
                    fmt::format("routing static route {} next-hop 10.20.0.1", prefix)};
        }
        default:
            return {"/system/hostname", "system hostname edge1"};
    }
}

}  // namespace

Ip4 address4(Choices& choices) {
    const auto& network = choices.of(networks);
    return {network[0], network[1], network[2], static_cast<std::uint8_t>(1 + choices.below(254))};
}

Ip6 address6(Choices& choices) {
    const auto host = static_cast<std::uint16_t>(1 + choices.below(0xfff));
    if (choices.flip())
        return {0xfd20, 0, 0, static_cast<std::uint16_t>(choices.below(4)), 0, 0, 0, host};
    return {0x2001, 0xdb8, 0, 0, 0, 0, 0, host};
}

Ip address(Choices& choices) {
    if (choices.below(4) == 3) return address6(choices);
    return address4(choices);
}

std::uint16_t client_port(Choices& choices) {
    return static_cast<std::uint16_t>(32768 + choices.below(60999 - 32768 + 1));
}

std::string interface(Choices& choices) {
    return std::string(choices.of(interfaces));
}
std::string device(Choices& choices) {
    return std::string(choices.of(devices));
}
std::string node(Choices& choices) {
    return std::string(choices.of(nodes));
}
std::string daemon(Choices& choices) {
    return std::string(choices.of(daemons));
}
std::string service(Choices& choices) {
    const auto* const type = choices.flip() ? "l3vpn" : "l2vpn";
    return fmt::format("/{}[name='{}']", type, choices.of(customers));
}
std::string config_path(Choices& choices) {
    return setting(choices).path;
}
std::string config_command(Choices& choices) {
    return "set " + setting(choices).command;
}

std::string trace_id(Choices& choices) {
    constexpr char variants[] = {'8', '9', 'a', 'b'};
    const auto first = hex(choices, 8);
    const auto second = hex(choices, 4);
    const auto third = hex(choices, 3);
    const auto variant = choices.of(variants);
    const auto fourth = hex(choices, 3);
    return fmt::format("{}-{}-4{}-{}{}-{}", first, second, third, variant, fourth,
                       hex(choices, 12));
}

std::string span_id(Choices& choices) {
    // A trace context has no span of zeros alone (W3C Trace Context, 3.2.2.4).
    auto out = hex(choices, 15);
    out.push_back("123456789abcdef"[choices.below(15)]);
    return out;
}

std::string host_key(Choices& choices) {
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    // The name of the algorithm, and a key of 32 bytes.
    std::string out = "AAAAC3NzaC1lZDI1NTE5AAAAI";
    for (int i = 0; i < 43; ++i)
        out.push_back(alphabet[choices.below(alphabet.size())]);
    return out;
}

}  // namespace confd::sim::workload
