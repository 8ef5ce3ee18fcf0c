#include <fmt/core.h>

#include <cstdio>
#include <exception>

#include "client/confd_listen/listen.hpp"
#include "client/confd_listen/options.hpp"

int main(int argc, char** argv) {
    using namespace confd::listen;
    try {
        const auto options = parse_options(argc, argv);
        if (options) return listen(*options);
        const auto& stop = options.error();
        fmt::print(stop.code == exit_ok ? stdout : stderr, "{}", stop.text);
        return stop.code;
    } catch (const std::exception& error) {
        fmt::print(stderr, "confd-listen: internal error: {}\n", error.what());
        return exit_internal;
    }
}
