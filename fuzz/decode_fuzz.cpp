// SPDX-License-Identifier: Apache-2.0
// Any bytes as the input of confd-decode, in both of its forms: a line for each payload, however
// the input is cut.
#include <algorithm>
#include <boost/json/parse.hpp>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "client/decode/decoder.hpp"
#include "files/read_file.hpp"
#include "fuzz/input.hpp"
#include "fuzz/oracle.hpp"
#include "protocol/utf8.hpp"
#include "protocol/value/text.hpp"

using namespace confd;
using decode::Decoder;
using decode::Format;

namespace {

constexpr std::uint8_t strict_bit = 0x04;
constexpr std::uint8_t frames_bit = 0x08;
constexpr std::uint8_t clearpass_bit = 0x80;

struct Setup {
    explicit Setup(std::uint8_t selector)
        : frames((selector & frames_bit) != 0),
          format(static_cast<Format>((selector >> 4 & 0x03U) % 3)),
          show_clearpass((selector & clearpass_bit) != 0),
          options{.context = fuzz::context_of(selector),
                  .strict = (selector & strict_bit) != 0,
                  .limits = {}} {}

    bool frames;
    Format format;
    bool show_clearpass;
    DecodeOptions options;
};

struct Output {
    std::string text;
    std::size_t good = 0;
    std::size_t bad = 0;

    bool operator==(const Output&) const = default;
};

/// What comes out when `play` gives its payloads to a decoder.
template <class Play>
Output decoded(const Setup& setup, Play&& play) {
    std::ostringstream out;
    Decoder decoder(setup.format, setup.options, {.show_clearpass = setup.show_clearpass}, out);
    play(decoder);
    return {out.str(), decoder.good_count(), decoder.bad_count()};
}

/// `next` takes the next piece off the rest.
template <class Next>
Output decoded_in_pieces(const Setup& setup, std::string_view text, Next&& next) {
    return decoded(setup, [&](Decoder& decoder) {
        auto rest = as_bytes(text);
        if (setup.frames) {
            decode::Frames frames(decoder, setup.options.limits);
            while (!rest.empty() && frames.feed(as_text(next(rest)))) {
            }
            frames.end();
        } else {
            decode::HexLines lines(decoder);
            while (!rest.empty())
                lines.feed(as_text(next(rest)));
            lines.end();
        }
    });
}

ByteView all_of(ByteView& rest) {
    const auto all = rest;
    rest = {};
    return all;
}

void check_lines(const Setup& setup, const Output& output) {
    FUZZ_REQUIRE(utf8_length(output.text).has_value());
    const auto lines = static_cast<std::size_t>(std::ranges::count(output.text, '\n'));
    FUZZ_REQUIRE(lines == output.good + output.bad);
    FUZZ_REQUIRE(output.text.empty() || output.text.ends_with('\n'));
    if (setup.format != Format::json) return;
    std::istringstream text(output.text);
    std::size_t errors = 0;
    boost::json::parse_options options;
    options.max_depth = 256;
    for (std::string line; std::getline(text, line);) {
        const auto value = boost::json::parse(line, {}, options);
        const auto* error = value.as_object().if_contains("error");
        FUZZ_REQUIRE((error != nullptr) != value.as_object().contains("type"));
        if (error == nullptr) continue;
        ++errors;
        FUZZ_REQUIRE(!error->at("code").as_string().empty());
        FUZZ_REQUIRE(!error->at("message").as_string().empty());
    }
    FUZZ_REQUIRE(errors == output.bad);
}

/// The payloads of the lines that are hex, one by one.
std::vector<Bytes> payloads_of(std::string_view text) {
    std::vector<Bytes> out;
    std::istringstream lines{std::string(without_byte_order_mark(text))};
    for (std::string line; std::getline(lines, line);) {
        const auto start = line.find_first_not_of(" \t\r");
        if (start == std::string::npos || line[start] == '#') continue;
        if (auto bytes = parse_hex(line); bytes && !bytes->empty())
            out.push_back(std::move(*bytes));
    }
    return out;
}

/// Payloads in hex, in frames and by themselves are the same payloads.
void check_forms(const Setup& setup, std::string_view text) {
    const auto payloads = payloads_of(text);
    const auto alone = decoded(setup, [&](Decoder& decoder) {
        for (const auto& payload : payloads)
            decoder.payload(payload);
    });
    std::string hex;
    Bytes frames;
    for (const auto& payload : payloads) {
        hex += to_hex(payload) + '\n';
        append_frame(frames, payload);
    }
    auto as_hex = setup;
    as_hex.frames = false;
    FUZZ_REQUIRE(decoded_in_pieces(as_hex, hex, all_of) == alone);
    auto as_frames = setup;
    as_frames.frames = true;
    FUZZ_REQUIRE(decoded_in_pieces(as_frames, as_text(frames), all_of) == alone);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const Setup setup(input.byte());
    fuzz::Pieces pieces(input.byte());
    const auto text = as_text(input.rest());
    const auto whole = decoded_in_pieces(setup, text, all_of);
    check_lines(setup, whole);
    FUZZ_REQUIRE(
        decoded_in_pieces(setup, text, [&](ByteView& rest) { return pieces.next(rest); }) == whole);
    if (!setup.frames) check_forms(setup, text);
    return 0;
}
