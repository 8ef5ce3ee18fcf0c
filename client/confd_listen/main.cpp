// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <cstdio>
#include <exception>
#include <system_error>

#include "client/confd_listen/listen.hpp"
#include "client/confd_listen/options.hpp"
#include "program/command_line.hpp"

int main(int argc, char** argv) {
    using namespace confd::listen;
    try {
        const auto options = parse_options(argc, argv);
        if (options) return listen(*options);
        const auto& stop = options.error();
        if (stop.code == exit_ok) return confd::program::print_output("confd-listen", stop.text);
        fmt::print(stderr, "{}", stop.text);
        return stop.code;
    } catch (const std::system_error& error) {
        fmt::print(stderr, "confd-listen: {}\n", error.what());
        return exit_internal;
    } catch (const std::exception& error) {
        fmt::print(stderr, "confd-listen: internal error: {}\n", error.what());
        return exit_internal;
    }
}
