// SPDX-License-Identifier: Apache-2.0
#include "transport/exhaustion.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace confd::transport {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_pause{10};
constexpr milliseconds longest_pause{1000};

/// It is over when an accept succeeds and none has failed for so long.
constexpr std::chrono::seconds quiet{1};

/// Turned away between two pauses, so that the connections there are get their turn too.
constexpr std::size_t turned_away_at_once = 256;

}  // namespace

ReservedDescriptor::ReservedDescriptor() {
    take();
}

ReservedDescriptor::~ReservedDescriptor() {
    give_up();
}

void ReservedDescriptor::take() {
    descriptor_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

void ReservedDescriptor::give_up() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

std::size_t ReservedDescriptor::turn_away(int listener) {
    give_up();
    std::size_t count = 0;
    while (count < turned_away_at_once) {
        const int peer = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (peer < 0) break;
        ::close(peer);
        ++count;
    }
    take();
    return count;
}

std::optional<std::string> Exhaustion::failed(Instant now, const std::string& why,
                                              std::size_t turned_away) {
    pause_ = std::clamp(2 * pause_, first_pause, longest_pause);
    turned_away_ += turned_away;
    if (std::exchange(last_, now)) return std::nullopt;
    return fmt::format("cannot accept connections: {}; whoever connects is turned away", why);
}

std::optional<std::string> Exhaustion::succeeded(Instant now) {
    pause_ = {};
    if (!last_ || now - *last_ < quiet) return std::nullopt;
    last_.reset();
    return fmt::format("accepting connections again; {} were turned away",
                       std::exchange(turned_away_, 0));
}

}  // namespace confd::transport
