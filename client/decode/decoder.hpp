// SPDX-License-Identifier: Apache-2.0
// Payloads to lines: what confd-decode does, without its options and files.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>

#include "protocol/bytes.hpp"
#include "protocol/frame/frame.hpp"
#include "protocol/notification/notification.hpp"
#include "protocol/render/render.hpp"
#include "protocol/session/event_names.hpp"

namespace confd::decode {

enum class Format { json, text, term };

/// Turns payloads into lines of a format, and counts the bad ones.
class Decoder {
  public:
    /// Names that events have in place of hashes are used for all that follow.
    Decoder(Format format, const DecodeOptions& options, const RenderOptions& render,
            std::ostream& out);

    /// Writes one line for this payload.
    void payload(ByteView bytes);
    /// Writes one line for something that is no payload.
    void bad(const Error& error);

    std::size_t good_count() const { return good_; }
    std::size_t bad_count() const { return bad_; }

  private:
    void line(std::string_view text);

    Format format_;
    DecodeOptions options_;
    RenderOptions render_;
    EventNames names_;
    std::ostream& out_;
    std::size_t good_ = 0;
    std::size_t bad_ = 0;
};

/// One payload in hexadecimal a line; white space inside a line, empty lines and lines that start
/// with # are passed over, and so is a byte order mark in front of all.
class HexLines {
  public:
    explicit HexLines(Decoder& decoder) : decoder_(decoder) {}

    /// Takes the next bytes of the input, however it is cut.
    void feed(std::string_view piece);
    /// The input has ended: its last line may lack the line end.
    void end();

  private:
    void add(std::string_view part);
    void finish_line();

    Decoder& decoder_;
    std::string line_;
    std::size_t number_ = 0;  ///< of lines before this one
    bool too_long_ = false;
};

/// Frames: a length of four bytes, then the payload. Input that ends inside a frame, and a length
/// that no frame has, are reported; after the latter nothing more can be read.
class Frames {
  public:
    Frames(Decoder& decoder, const Limits& limits) : decoder_(decoder), frames_(limits.payload) {}

    /// False when nothing more can be read.
    bool feed(std::string_view piece);
    void end();

  private:
    /// False after a length that no frame has.
    bool read_frames();

    Decoder& decoder_;
    FrameReader frames_;
    bool lost_ = false;
};

}  // namespace confd::decode
