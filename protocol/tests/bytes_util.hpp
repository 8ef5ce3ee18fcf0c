// SPDX-License-Identifier: Apache-2.0
// Bytes in tests: written in hexadecimal, and read from memory that ends where they end.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "protocol/bytes.hpp"
#include "protocol/error.hpp"

namespace confd::test {

inline std::string hex(ByteView bytes) {
    std::string out;
    for (const auto byte : bytes)
        out += fmt::format("{:02x}", byte);
    return out;
}

/// The bytes of pairs of hexadecimal digits; spaces may stand anywhere.
inline Bytes unhex(std::string_view digits) {
    Bytes out;
    int high = -1;
    for (const char c : digits) {
        if (c == ' ' || c == '\n') continue;
        constexpr std::string_view values = "0123456789abcdef";
        const auto value = values.find(c);
        if (value == values.npos) throw std::invalid_argument("not a hexadecimal digit");
        if (high < 0) {
            high = static_cast<int>(value);
        } else {
            out.push_back(static_cast<std::uint8_t>(high * 16 + static_cast<int>(value)));
            high = -1;
        }
    }
    if (high >= 0) throw std::invalid_argument("an odd number of hexadecimal digits");
    return out;
}

/// A copy of bytes on the heap without a byte to spare: address sanitizer sees a read past the end.
class ExactBuffer {
  public:
    explicit ExactBuffer(ByteView bytes)
        : data_(std::make_unique_for_overwrite<std::uint8_t[]>(bytes.size())), size_(bytes.size()) {
        std::ranges::copy(bytes, data_.get());
    }

    ByteView view() const { return {data_.get(), size_}; }
    operator ByteView() const { return view(); }

  private:
    std::unique_ptr<std::uint8_t[]> data_;
    std::size_t size_;
};

/// What is wrong with how `read` (bytes -> Result of anything) takes cut and extended input that
/// it accepts as it stands: each strict prefix must be truncated, one byte more trailing. Empty
/// when all is well. Each input lies in a buffer of its exact size.
template <class Read>
std::string truncation_fault(ByteView accepted, Read&& read) {
    const auto complain = [](std::string_view input, const auto& result) {
        return fmt::format("{}: {}", input, result ? "accepted" : to_string(result.error()));
    };
    if (const auto whole = read(ExactBuffer(accepted).view()); !whole) {
        return complain("the whole", whole);
    }
    for (std::size_t size = 0; size < accepted.size(); ++size) {
        const auto cut = read(ExactBuffer(accepted.first(size)).view());
        if (cut || cut.error().code != Errc::truncated) {
            return complain(fmt::format("the first {} of {} bytes", size, accepted.size()), cut);
        }
    }
    Bytes extended(accepted.begin(), accepted.end());
    extended.push_back(0);
    const auto longer = read(ExactBuffer(extended).view());
    if (longer || longer.error().code != Errc::trailing_bytes ||
        longer.error().offset != accepted.size()) {
        return complain("one byte more", longer);
    }
    return {};
}

template <class Read>
void check_truncations(ByteView accepted, Read&& read) {
    EXPECT_EQ(truncation_fault(accepted, read), "") << hex(accepted);
}

}  // namespace confd::test
