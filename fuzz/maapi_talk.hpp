// SPDX-License-Identifier: Apache-2.0
// MAAPI sockets: sessions on both sides, and what a conversation sends.
#pragma once

#include "fuzz/input.hpp"

namespace confd::fuzz {

/// Any bytes to the client, in pieces of any size, give what they give in one.
void feed_maapi_client(Input& input);

/// A client reads the diff of a transaction from the simulator: it gets the changes that its
/// answers allow, each as it is.
void read_diff(Input& input);

/// Any frames to the simulator: each is answered.
void ask_anything(Input& input);

}  // namespace confd::fuzz
