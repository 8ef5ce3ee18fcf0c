// SPDX-License-Identifier: Apache-2.0
// Lines for a reader that may be slow, stopped or gone: standard error in a pipe, a FIFO, a
// terminal. Writing never blocks.
//
// A thread of its own writes, because nothing else keeps that promise: O_NONBLOCK belongs to the
// open file, which other processes share; poll() promises room only until one of those writes; and
// a stopped terminal blocks whatever poll() said.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace confd::program {

/// Bytes that wait for a reader, about 10,000 lines for people; what comes then is dropped and
/// counted. One text is taken whatever its size when nothing waits.
inline constexpr std::size_t max_unread_output = std::size_t{1} << 20;

/// At the end what still waits has so long from one byte taken to the next.
inline constexpr std::chrono::milliseconds output_farewell{2000};

class LineWriter {
  public:
    /// The line, with its end, that stands for those that were dropped.
    using DroppedLine = std::function<std::string(std::size_t lines)>;

    /// Writes to a descriptor that stays the caller's and open for as long as the process lives.
    explicit LineWriter(int descriptor, std::size_t limit = max_unread_output);
    /// Takes over a descriptor of this file; with -1 it opens the file first, where a FIFO waits
    /// for its reader.
    LineWriter(const std::string& path, int descriptor, std::size_t limit);
    LineWriter(const LineWriter&) = delete;
    LineWriter& operator=(const LineWriter&) = delete;
    /// finish()
    ~LineWriter();

    /// Queues a text, usually a line with its end. Once one had to be dropped, all are until
    /// everything before has been read; then `dropped` follows, as it was given with the last of
    /// them. A text that cannot be written is dropped too, and the next one is tried again.
    void write(std::string text, const DroppedLine& dropped = {});

    /// Whether nothing waits.
    bool idle() const;
    /// Why something could not be written, as an errno; the first time, or 0.
    int error() const;

    /// Writes what waits, as long as it is read: false when something was left or could not be
    /// written at the end. Nothing is written afterwards.
    bool finish(std::chrono::milliseconds patience = output_farewell);

  private:
    struct State;
    explicit LineWriter(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

/// "12 lines were dropped because they were not read in time".
std::string dropped_text(std::size_t number, std::string_view what = "line");

/// The same of standard error, with its end and the program's name before it.
LineWriter::DroppedLine dropped_line_of(std::string_view program);

}  // namespace confd::program
