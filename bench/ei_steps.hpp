// SPDX-License-Identifier: Apache-2.0
// The baseline: what a C program does with libei. It knows the layout of its events, so the calls
// for one stand in a list made beforehand; running the list costs it next to nothing beside them.
#pragma once

#include <ei.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "protocol/bytes.hpp"
#include "protocol/term/tree.hpp"

namespace confd::bench {

enum class EiCall : std::uint8_t {
    tuple_header,
    list_header,
    empty_list,  ///< also the tail of a proper list
    string,      ///< a list of bytes
    longlong,
    ulonglong,
    floating,
    atom,
    binary,
};

struct EiStep {
    EiCall call;
    int count = 0;  ///< of elements
    long long number = 0;
    unsigned long long wide = 0;
    double floating = 0;
    std::string text;  ///< of an atom, a binary or a string
};

/// The calls for a term, in their order. Throws for an integer that C has no type for.
std::vector<EiStep> steps_of(const Term& term);

/// Where a C program puts an event: numbers into members, texts into arrays of fixed size.
struct EiFields {
    static constexpr std::size_t most_numbers = 4096;
    static constexpr std::size_t most_text = 65536;

    std::array<long long, most_numbers> numbers;
    std::array<char, most_text> text;
    std::size_t numbers_used = 0;
    std::size_t text_used = 0;
};

/// Reads a payload with ei_decode_*. Only for bytes that a checked reader has accepted: libei
/// checks no bounds. False when a call fails or a text has no room.
bool ei_read(const std::vector<EiStep>& steps, ByteView payload, EiFields& out);

/// Reads over a payload with ei_skip_term; the same applies. The offset of its end, or -1.
int ei_skip(ByteView payload);

/// Whether `fields` hold exactly what the steps are about, in their order.
bool holds(const EiFields& fields, const std::vector<EiStep>& steps);

/// A buffer that libei encodes into, again and again.
class EiBuffer {
  public:
    EiBuffer();
    ~EiBuffer();
    EiBuffer(const EiBuffer&) = delete;
    EiBuffer& operator=(const EiBuffer&) = delete;

    /// Writes a payload with ei_x_encode_*, over the last one.
    bool write(const std::vector<EiStep>& steps);
    ByteView bytes() const;

  private:
    bool write_one(const EiStep& step);

    ei_x_buff buffer_{};
};

}  // namespace confd::bench
