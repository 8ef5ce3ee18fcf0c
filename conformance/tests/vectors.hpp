// SPDX-License-Identifier: Apache-2.0
// The golden vectors of conformance/vectors, as data.
#pragma once

#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <fstream>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "protocol/bytes.hpp"
#include "protocol/release.hpp"
#include "protocol/tests/bytes_util.hpp"

namespace confd::test {

inline std::vector<boost::json::object> read_vectors(const std::string& name) {
    const std::string path = std::string(CONFD_SOURCE_DIR) + "/conformance/vectors/" + name;
    std::ifstream file(path);
    if (!file) throw std::runtime_error("cannot open " + path);
    std::vector<boost::json::object> out;
    for (std::string line; std::getline(file, line);) {
        out.push_back(boost::json::parse(line).as_object());
    }
    return out;
}

struct EventVectors {
    const char* file;
    WireContext context;
};

inline constexpr EventVectors event_vectors[] = {
    {"events_confd_78.jsonl", {Dialect::v7x, Product::confd}},
    {"events_nso_78.jsonl", {Dialect::v7x, Product::nso}},
};

/// How test names show the file.
inline void PrintTo(const EventVectors& vectors, std::ostream* out) {
    *out << vectors.file;
}

inline std::vector<Bytes> payloads_of(const boost::json::object& vector) {
    std::vector<Bytes> out;
    for (const auto& payload : vector.at("payloads").as_array()) {
        out.push_back(unhex(std::string_view(payload.as_string())));
    }
    return out;
}

}  // namespace confd::test
