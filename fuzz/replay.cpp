// SPDX-License-Identifier: Apache-2.0
// Stands in for libFuzzer where a fuzz target is built as an ordinary program: runs every file
// named on the command line, and every file below a folder named there, through the target once. A
// file that ends in .hex holds an input in each line: hex digits, and after a # what it is about
// (fuzz/hex_lines.py).

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/value/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

// A vector of exactly this size, so that a sanitizer sees a read past its end.
void run(std::vector<std::uint8_t> bytes) {
    bytes.shrink_to_fit();
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

std::vector<std::uint8_t> bytes_of(std::string_view line, const std::string& place) {
    auto bytes = confd::parse_hex(line.substr(0, line.find('#')));
    if (!bytes) throw std::runtime_error(place + ": expected two hex digits for each byte");
    return std::move(*bytes);
}

std::size_t replay_lines(std::ifstream& file, const std::string& name) {
    std::size_t count = 0;
    std::string line;
    for (std::size_t number = 1; std::getline(file, line); ++number) {
        auto bytes = bytes_of(line, name + ":" + std::to_string(number));
        if (bytes.empty()) continue;
        run(std::move(bytes));
        ++count;
    }
    return count;
}

std::size_t replay_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (file && path.extension() == ".hex") return replay_lines(file, path.string());
    std::vector<std::uint8_t> input{std::istreambuf_iterator<char>(file), {}};
    if (!file) throw std::runtime_error("cannot read " + path.string());
    run(std::move(input));
    return 1;
}

std::size_t replay(const fs::path& path) {
    if (!fs::is_directory(path)) return replay_file(path);
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
        if (entry.is_regular_file()) count += replay_file(entry.path());
    }
    return count;
}

}  // namespace

int main(int argc, char** argv) try {
    std::size_t count = 0;
    for (int i = 1; i < argc; ++i) {
        // libFuzzer's options mean nothing here; the same command line serves both.
        if (!std::string_view(argv[i]).starts_with('-')) count += replay(argv[i]);
    }
    std::printf("%zu inputs replayed\n", count);
    // A corpus that was moved would otherwise pass without having been run.
    return count > 0 ? 0 : 1;
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
