// SPDX-License-Identifier: Apache-2.0
// What a decoder printed, beside what it should have.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "conformance/kit/codec/payloads.hpp"

namespace confd::kit::codec {

/// The first difference with its path, such as "audit.usid: expected 17, found 18"; empty when
/// there is none. Members may stand in any order, a member that is null may be missing, and a
/// password may be shown as ***.
std::string difference(const Payload& payload, const boost::json::object& found);

}  // namespace confd::kit::codec
