// SPDX-License-Identifier: Apache-2.0
// The server's side: a session fed any bytes, or a hub with several subscribers, a clock by hand,
// and whatever can happen to them.
#include <cstddef>
#include <cstdint>

#include "fuzz/hub_play.hpp"
#include "fuzz/input.hpp"
#include "fuzz/server_bytes.hpp"

/// The first byte chooses which of the two; the rest is its input.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    confd::fuzz::Input input(data + 1, size - 1);
    if (data[0] % 2 == 0) {
        confd::fuzz::feed_server(input);
    } else {
        confd::fuzz::HubPlay(input).run();
    }
    return 0;
}
