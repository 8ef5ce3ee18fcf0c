// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/client/variables.hpp"

#include <fmt/format.h>

#include <cctype>

#include "conformance/kit/run/fill_in.hpp"
#include "protocol/constants.hpp"
#include "text/mask.hpp"

namespace confd::kit {
namespace {

std::string text(std::int64_t number) {
    return fmt::format("{}", number);
}

}  // namespace

Variables variables_of(const Case& test, const Stage& stage) {
    const auto& client = *test.client;
    return {
        {"host", stage.host},
        {"port", text(stage.port)},
        {"path", stage.path.string()},
        {"case", test.id},
        {"out", stage.folder.string()},
        {"mask", text(client.mask)},
        {"mask_names", mask_text(client.mask, ',')},
        {"heartbeat", text(client.heartbeat)},
        {"health_check", text(client.health_check)},
        {"verbosity", text(client.verbosity)},
        {"stream", client.stream},
        {"start", client.start},
        {"stop", client.stop},
        {"filter", client.filter},
        {"usid", text(client.usid)},
        {"release", to_string(client.release)},
        {"product", std::string(to_string(client.product))},
        {"access_file", stage.access_file.string()},
    };
}

std::vector<std::string> expand(const std::vector<std::string>& words, const Variables& variables) {
    auto out = words;
    for (auto& word : out) {
        for (const auto& [name, value] : variables)
            word = filled_in(std::move(word), name, value);
    }
    return out;
}

std::vector<std::string> environment_of(const Case& test, const Stage& stage,
                                        const Variables& variables) {
    std::vector<std::string> out;
    for (const auto& [name, value] : variables) {
        std::string upper;
        for (const char c : name)
            upper += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        out.push_back(fmt::format("CONFD_CONFORMANCE_{}={}", upper, value));
    }
    for (const auto* product : {"CONFD", "NCS"}) {
        if (!test.client->unix_socket) {
            out.push_back(fmt::format("{}_IPC_ADDR={}", product, stage.host));
            out.push_back(fmt::format("{}_IPC_PORT={}", product, stage.port));
        }
        if (!stage.access_file.empty()) {
            out.push_back(
                fmt::format("{}_IPC_ACCESS_FILE={}", product, stage.access_file.string()));
        }
    }
    if (!stage.path.empty()) {
        for (const auto* product : {"CONFD", "NCS"})
            out.push_back(fmt::format("{}_IPC_PATH={}", product, stage.path.string()));
    }
    return out;
}

std::vector<std::string> unset_variables() {
    return {"CONFD_IPC_ADDR", "CONFD_IPC_PORT", "CONFD_IPC_PATH", "CONFD_IPC_ACCESS_FILE",
            "NCS_IPC_ADDR",   "NCS_IPC_PORT",   "NCS_IPC_PATH",   "NCS_IPC_ACCESS_FILE"};
}

}  // namespace confd::kit
