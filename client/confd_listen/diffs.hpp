// SPDX-License-Identifier: Apache-2.0
// What confd-listen reads over MAAPI: names before it subscribes, and the changes of a commit
// between its event and the acknowledgement.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "client/maapi.hpp"

namespace confd::listen {

class Diffs {
  public:
    /// `note` takes what is worth a line on standard error. Connecting may take `patience`.
    Diffs(const events::ConnectOptions& options, std::chrono::milliseconds patience,
          std::function<void(const std::string&)> note)
        : sock_(options), patience_(patience), note_(std::move(note)) {}

    /// Without names, paths and tags are printed as numbers.
    void load_names();
    /// Null when none were loaded.
    const Names* names() const { return names_ ? &*names_ : nullptr; }

    /// Whether the server has shown no sign of being without MAAPI.
    bool available() const { return !unavailable_; }

    /// Hands each change of a transaction to the visitor. Why it could not, or not to the end;
    /// nothing when all went well or the server has no MAAPI, which is noted once.
    std::optional<std::string> read(std::int64_t thandle, const maapi::DiffVisitor& visitor);

  private:
    bool open();

    maapi::MaapiSocket sock_;
    std::chrono::milliseconds patience_;
    std::function<void(const std::string&)> note_;
    std::optional<SchemaNames> names_;
    bool unavailable_ = false;
};

}  // namespace confd::listen
