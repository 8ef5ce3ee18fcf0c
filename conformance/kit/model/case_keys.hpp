// SPDX-License-Identifier: Apache-2.0
// The keys of a case, each with the member that it fills; conformance/cases/README.md describes
// them.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "conformance/kit/model/case.hpp"
#include "simulator/text/keys.hpp"

namespace confd::kit {

/// Of a Case, whatever its part.
std::span<const sim::Key> common_keys();
/// Of a ClientSetup.
std::span<const sim::Key> client_keys();
/// Of the Case of a decoder.
std::span<const sim::Key> codec_keys();
/// Keys of which that is put together what is played.
std::span<const std::string_view> played_keys(Part part);

/// The names of all that a case of this part can have.
std::vector<std::string_view> key_names(Part part);

}  // namespace confd::kit
