// SPDX-License-Identifier: Apache-2.0
// What TermReader says about bytes that it cannot read.
#include <fmt/format.h>

#include "protocol/term/reader.hpp"

namespace confd {

void TermReader::keep_error(Error error) {
    if (!ok()) return;
    error_ = std::move(error);
    end_ = next_;
}

bool TermReader::fail_truncated(std::string_view what, std::uint64_t needed) {
    const auto message = left() == 0
                             ? fmt::format("the bytes end where {} should be", what)
                             : fmt::format("{} needs {} bytes, {} remain", what, needed, left());
    return fail(Errc::truncated, base_ + static_cast<std::size_t>(end_ - begin_), message);
}

bool TermReader::fail_range(std::size_t at, const Integer& found, const Integer& low,
                            const Integer& high) {
    return fail(Errc::out_of_range, at,
                fmt::format("expected an integer from {} to {}, found {}", to_string(low),
                            to_string(high), to_string(found)));
}

void TermReader::keep_type(std::string_view expected) {
    if (!ok()) return;
    if (next_ == end_) {
        fail_truncated(expected, 1);
        return;
    }
    const std::uint8_t tag = *next_;
    if (const auto kind = kind_of(tag); kind != TermKind::other) {
        fail(Errc::wrong_type, offset(),
             fmt::format("expected {}, found {}", expected, article_name(kind)));
    } else if (const auto name = tag_name(tag); !name.empty()) {
        fail(Errc::unsupported_tag, offset(),
             fmt::format("expected {}, found {} (tag {}), which this protocol does not use",
                         expected, name, tag));
    } else {
        fail(Errc::unknown_tag, offset(),
             fmt::format("expected {}, found byte {}, which is no tag", expected, tag));
    }
}

void TermReader::keep_arity(std::size_t offset, std::string_view expected, std::uint32_t found) {
    fail(Errc::wrong_arity, offset,
         fmt::format("expected a tuple of {}, found one of {}", expected, found));
}

void TermReader::prepend(std::string_view field) {
    if (field.empty() || ok()) return;
    const bool dot = !error_->path.empty() && error_->path.front() != '[';
    error_->path.insert(0, dot ? std::string(field) + "." : std::string(field));
}

void TermReader::prepend(std::size_t index) {
    if (ok()) return;
    const bool dot = !error_->path.empty() && error_->path.front() != '[';
    error_->path.insert(0, fmt::format("[{}]{}", index, dot ? "." : ""));
}

bool TermReader::other_version() {
    if (!need(1, "the version byte")) return false;
    return fail(Errc::bad_version, offset(),
                fmt::format("expected version byte {}, found {}", term_version, *next_));
}

bool TermReader::other_end() {
    return fail(Errc::trailing_bytes, offset(),
                fmt::format("{} bytes follow the end of the term", left()));
}

bool TermReader::fail_depth() {
    return fail(Errc::too_deep, offset(),
                fmt::format("more than {} tuples and lists inside each other", max_depth_));
}

bool TermReader::fail_elements(std::size_t at) {
    return fail(Errc::too_many_elements, at, "more elements in lists than are kept of one term");
}

}  // namespace confd
