// SPDX-License-Identifier: Apache-2.0
#include "client/decode/decoder.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <ostream>

#include "files/read_file.hpp"
#include "protocol/term/notation.hpp"
#include "protocol/term/tree.hpp"
#include "protocol/value/text.hpp"

namespace confd::decode {
namespace {

/// Hex of the largest payload with a space between every two bytes; a file of another kind may have
/// no line ends at all.
constexpr std::size_t longest_line = 3 * Limits{}.payload;

/// Where the text stops being hexadecimal.
std::size_t first_bad(std::string_view line) {
    const auto at = line.find_first_not_of("0123456789abcdefABCDEF \t\r");
    return at == std::string_view::npos ? line.size() : at;
}

Error hex_error(std::string_view line, std::size_t number) {
    const auto at = first_bad(line);
    if (at == line.size()) {
        return {Errc::bad_value,
                line.size() / 2,
                {},
                fmt::format("an odd number of hexadecimal digits in line {}", number)};
    }
    return {Errc::bad_value,
            at / 2,
            {},
            fmt::format("line {}, column {} is not a hexadecimal digit", number, at + 1)};
}

}  // namespace

Decoder::Decoder(Format format, const DecodeOptions& options, const RenderOptions& render,
                 std::ostream& out)
    : format_(format), options_(options), render_(render), out_(out) {
    render_.context = options.context;
    render_.names = &names_;
}

void Decoder::line(std::string_view text) {
    out_ << text << '\n';
}

void Decoder::payload(ByteView bytes) {
    if (format_ == Format::term) {
        const auto term = read_payload(bytes, options_.limits);
        if (!term) return bad(term.error());
        line(to_string(*term));
    } else {
        const auto event = decode_notification(bytes, options_);
        if (!event) return bad(event.error());
        if (event->type == NOTIF_STREAM_EVENT) names_.learn(bytes);
        line(format_ == Format::json ? boost::json::serialize(to_json(*event, render_))
                                     : to_text(*event, render_));
    }
    ++good_;
}

void Decoder::bad(const Error& error) {
    ++bad_;
    line(format_ == Format::json ? boost::json::serialize(to_json(error))
                                 : "error: " + to_string(error));
}

void HexLines::feed(std::string_view piece) {
    for (auto end = piece.find('\n'); end != std::string_view::npos; end = piece.find('\n')) {
        add(piece.substr(0, end));
        finish_line();
        piece.remove_prefix(end + 1);
    }
    add(piece);
}

void HexLines::end() {
    if (!line_.empty()) finish_line();
}

void HexLines::add(std::string_view part) {
    const auto room = longest_line - line_.size();
    too_long_ |= part.size() > room;
    line_ += part.substr(0, room);
}

void HexLines::finish_line() {
    const auto line = ++number_ == 1 ? without_byte_order_mark(line_) : line_;
    const auto start = too_long_ ? std::string_view::npos : line.find_first_not_of(" \t\r");
    if (too_long_) {
        decoder_.bad({Errc::frame_too_long,
                      0,
                      {},
                      fmt::format("line {} has more than {} characters", number_, longest_line)});
    } else if (start != std::string_view::npos && line[start] != '#') {
        if (const auto bytes = parse_hex(line)) {
            decoder_.payload(*bytes);
        } else {
            decoder_.bad(hex_error(line, number_));
        }
    }
    line_.clear();
    too_long_ = false;
}

bool Frames::feed(std::string_view piece) {
    if (lost_) return false;
    frames_.append(as_bytes(piece));
    lost_ = !read_frames();
    return !lost_;
}

bool Frames::read_frames() {
    while (true) {
        const auto frame = frames_.next();
        if (!frame) {
            decoder_.bad(frame.error());
            return false;
        }
        if (!*frame) return true;
        decoder_.payload(**frame);
    }
}

void Frames::end() {
    if (lost_ || frames_.buffered() == 0) return;
    decoder_.bad({Errc::truncated,
                  frames_.offset() + frames_.buffered(),
                  {},
                  fmt::format("the input ends {} bytes into the frame at byte {}",
                              frames_.buffered(), frames_.offset())});
}

}  // namespace confd::decode
