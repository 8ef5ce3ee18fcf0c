// SPDX-License-Identifier: Apache-2.0
// What a program prints, read while it runs: it never waits for the kit, and what is kept of it is
// bounded, whatever it does with its outputs.
#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "conformance/kit/run/descriptor.hpp"

namespace confd::kit {

/// The beginning and the end of a text that may be longer than what is wanted of it.
class KeptText {
  public:
    /// Half of `limit` is kept from either end.
    explicit KeptText(std::size_t limit) : half_(limit / 2) {}

    void add(std::string_view text);
    /// With a line in the middle that says how much is missing.
    std::string text() const;
    /// Bytes of all that was added.
    std::size_t size() const { return size_; }

  private:
    std::size_t half_;
    std::string head_;
    std::string tail_;  // up to twice as long as what is kept: cut off now and then
    std::size_t size_ = 0;
};

/// Reads two pipes to their ends in a thread of its own.
class OutputReader {
  public:
    /// Keeps so much of each. Throws std::system_error when there are no more descriptors.
    OutputReader(std::array<Descriptor, 2> pipes, std::array<std::size_t, 2> limits);
    OutputReader(const OutputReader&) = delete;
    OutputReader& operator=(const OutputReader&) = delete;
    /// Stops reading, though something may still hold the other ends.
    ~OutputReader();

    /// Reads what is in the pipes: all that a program has written that is known to have ended.
    void catch_up();

    std::string text(std::size_t index) const;
    /// Bytes that came, kept or not.
    std::size_t size(std::size_t index) const;

  private:
    struct Pipe {
        Descriptor end;  // none once all has come
        KeptText kept;
    };

    void run();
    /// Reads once what is there; false when nothing is.
    static bool read_some(Pipe& pipe);

    mutable std::mutex mutex_;
    std::array<Pipe, 2> pipes_;
    Descriptor stop_;  // an eventfd
    std::jthread thread_;
};

}  // namespace confd::kit
