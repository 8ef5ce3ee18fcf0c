// SPDX-License-Identifier: Apache-2.0
// What is wrong with a scenario, each with its place in the file. All of a file's errors are
// collected before any is reported: one run of `lint` is enough to mend a file.
#pragma once

#include <cstddef>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "text/nearest.hpp"

namespace confd::sim {

/// A place in a scenario file; lines and columns count from 1.
struct Place {
    std::shared_ptr<const std::string> file;
    int line = 1;
    int column = 1;
};

/// "tour.yaml:12:7".
std::string to_string(const Place& place);

struct Diagnostic {
    Place place;
    std::string message;
    bool warning = false;   ///< the scenario can be played all the same
    bool left_out = false;  ///< a warning: but not what stands here
};

/// "tour.yaml:12:7: unknown key 'evnt', expected one of event, fields; did you mean 'event'?"
/// "tour.yaml:12:7: warning: .."
std::string to_string(const Diagnostic& diagnostic);

/// More errors than this are not collected: they follow from one another.
inline constexpr std::size_t max_diagnostics = 100;

class Diagnostics {
  public:
    void report(const Place& place, std::string message);
    /// The same, when what is wrong makes anything else said about this place misleading: later
    /// reports for it are dropped.
    void report_root_cause(const Place& place, std::string message);
    /// Something that is worth knowing, and no error: it is not counted as reported.
    void warn(const Place& place, std::string message);
    /// The same of what will not be played.
    void warn_left_out(const Place& place, std::string message);
    bool empty() const { return reported_ == 0; }
    /// How many were reported, kept or not: a caller sees by it whether a call reported any.
    std::size_t reported() const { return reported_; }
    /// Warnings too. File by file, in the order of each file, each once.
    std::vector<Diagnostic> take();

  private:
    void keep(Diagnostic diagnostic);

    std::vector<Diagnostic> list_;
    std::set<std::tuple<const std::string*, int, int>> explained_;  // files, lines and columns
    std::size_t reported_ = 0;
};

/// "; did you mean 'NOTIF_AUDIT'?", or empty.
std::string suggestion(std::string_view name, std::span<const std::string_view> candidates);

/// "a, b or c".
std::string one_of(std::span<const std::string_view> names);
std::string one_of(std::span<const std::string> names);

}  // namespace confd::sim
