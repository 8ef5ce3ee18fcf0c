// SPDX-License-Identifier: Apache-2.0
// What went over the connections of a case, for its report.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/kit/model/result.hpp"
#include "protocol/bytes.hpp"
#include "protocol/notification/notification.hpp"

namespace confd::kit::server {

/// A case with a hundred subscribers or a thousand events is not read to its end by anybody.
inline constexpr std::size_t max_exchanges = 1000;
inline constexpr std::size_t max_shown_bytes = 2048;

class Transcript {
  public:
    /// Something that has no bytes: a connect, a trigger, a close.
    void note(bool from_peer, std::string_view kind, std::string summary);
    void raw(bool from_peer, std::string_view kind, std::string summary, ByteView bytes);
    /// A payload, with its term where it is one.
    void frame(bool from_peer, std::string_view kind, std::string summary, ByteView payload);
    void event(const std::string& who, const Notification& event, ByteView payload,
               const WireContext& context);

    std::vector<Exchange> take() { return std::move(exchanges_); }

  private:
    Exchange* add(bool from_peer, std::string_view kind, std::string summary);

    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    std::vector<Exchange> exchanges_;
};

}  // namespace confd::kit::server
