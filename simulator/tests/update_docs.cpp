// SPDX-License-Identifier: Apache-2.0
// Renews the tables of keys in pages of the documentation: update_docs docs/scenarios.md ..
#include <cstdio>
#include <exception>
#include <fstream>
#include <sstream>
#include <string>

#include "simulator/scenario/key_tables.hpp"

namespace {

bool update(const char* path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    const auto renewed = confd::sim::with_tables(text.str());
    if (renewed == text.str()) return true;
    std::ofstream file(path);
    file << renewed;
    return file.good();
}

}  // namespace

int main(int argc, char** argv) {
    try {
        for (int i = 1; i < argc; ++i) {
            if (!update(argv[i])) throw std::runtime_error(std::string(argv[i]) + ": not written");
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "update_docs: %s\n", error.what());
        return 1;
    }
}
