#include "client/decode/decoder.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <istream>
#include <ostream>

#include "protocol/frame/frame.hpp"
#include "protocol/term/notation.hpp"
#include "protocol/term/tree.hpp"
#include "protocol/value/text.hpp"

namespace confd::decode {
namespace {

constexpr std::size_t chunk_size = 64 * 1024;

/// A line of input, at most `limit` characters of it: hex of the largest payload is twice as long,
/// and a file of another kind may have no line ends at all.
bool read_line(std::istream& in, std::string& line, std::size_t limit, bool& too_long) {
    line.clear();
    too_long = false;
    int c = in.get();
    if (c == std::istream::traits_type::eof()) return false;
    for (; c != std::istream::traits_type::eof() && c != '\n'; c = in.get()) {
        if (line.size() == limit) {
            too_long = true;
        } else {
            line.push_back(static_cast<char>(c));
        }
    }
    return true;
}

/// Where the text stops being hexadecimal.
std::size_t first_bad(std::string_view line) {
    const auto at = line.find_first_not_of("0123456789abcdefABCDEF \t\r");
    return at == std::string_view::npos ? line.size() : at;
}

Error hex_error(std::string_view line) {
    const auto at = first_bad(line);
    if (at == line.size()) {
        return {Errc::bad_value, line.size() / 2, {}, "an odd number of hexadecimal digits"};
    }
    return {
        Errc::bad_value, at / 2, {}, fmt::format("column {} is not a hexadecimal digit", at + 1)};
}

}  // namespace

Decoder::Decoder(Format format, DecodeOptions options, bool show_clearpass, std::ostream& out)
    : format_(format), options_(options), render_{options.context, show_clearpass}, out_(out) {}

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

void decode_hex_lines(std::istream& in, Decoder& decoder) {
    constexpr std::size_t longest = 3 * Limits{}.payload;  // a space between every two bytes
    std::string text;
    bool too_long = false;
    while (read_line(in, text, longest, too_long)) {
        if (too_long) {
            decoder.bad({Errc::frame_too_long,
                         0,
                         {},
                         fmt::format("a line of more than {} characters", longest)});
            continue;
        }
        const auto start = text.find_first_not_of(" \t\r");
        if (start == std::string::npos || text[start] == '#') continue;
        const auto bytes = parse_hex(text);
        if (bytes) {
            decoder.payload(*bytes);
        } else {
            decoder.bad(hex_error(text));
        }
    }
}

void decode_frames(std::istream& in, Decoder& decoder, const Limits& limits) {
    FrameReader frames(limits.payload);
    bool more = true;
    while (more) {
        const auto room = frames.prepare(chunk_size);
        in.read(reinterpret_cast<char*>(room.data()), static_cast<std::streamsize>(room.size()));
        frames.commit(static_cast<std::size_t>(in.gcount()));
        more = static_cast<bool>(in);
        while (true) {
            const auto frame = frames.next();
            if (!frame) return decoder.bad(frame.error());
            if (!*frame) break;
            decoder.payload(**frame);
        }
    }
    if (frames.buffered() == 0) return;
    decoder.bad({Errc::truncated,
                 frames.offset() + frames.buffered(),
                 {},
                 fmt::format("the input ends {} bytes into the frame at byte {}", frames.buffered(),
                             frames.offset())});
}

}  // namespace confd::decode
