// SPDX-License-Identifier: Apache-2.0
// What a decoder is fed, and what it should make of it.
//
// The script of a case says which payloads, a line each:
//
//     golden audit                 measured vectors of an event
//     generated NOTIF_AUDIT 50     so many random events in each dialect and product that has it
//     same 83.. as 83..            an unusual encoding, and the usual one that means the same
//     bad truncated 83..           no event, and the code of the error
//     cut NOTIF_AUDIT              an event without its last bytes, at every place: truncated
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "conformance/kit/model/case.hpp"
#include "protocol/bytes.hpp"
#include "protocol/release.hpp"

namespace confd::kit::codec {

struct Payload {
    std::string name;  ///< "golden audit 3"
    Bytes bytes;
    WireContext context;
    /// The line of confd-decode: an event, or {"error": {"code": ..}}.
    boost::json::object expected;
    bool code_matters = false;  ///< of an error; else any error will do
};

/// Every dialect and product.
std::span<const WireContext> contexts();

/// Throws std::invalid_argument with what is wrong with the script.
std::vector<Payload> payloads_of(const Case& test, std::uint64_t seed);

/// Lines of the golden vectors of a product.
std::string_view golden_vectors_confd();
std::string_view golden_vectors_nso();

}  // namespace confd::kit::codec
