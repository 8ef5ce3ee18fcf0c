// The keys of a case, as conformance/cases/README.md describes them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "conformance/kit/case.hpp"
#include "simulator/text/diagnostics.hpp"
#include "simulator/text/yaml.hpp"

namespace confd::kit {

/// One key. What stands under it is in the case, in its row of a table, or at the head of the file
/// for all its cases.
struct CaseKey {
    std::string_view name;
    std::uint8_t parts = 0;  ///< whose cases can have it: a bit for each
    bool required = false;
    /// Puts what it says into the case. Null: a part of what is played, which is put together of
    /// several keys.
    void (*load)(const sim::YamlNode& node, Case& out, sim::Diagnostics& diagnostics) = nullptr;

    bool is_for(Part part) const { return (parts >> static_cast<unsigned>(part) & 1U) != 0; }
};

std::span<const CaseKey> case_keys();

}  // namespace confd::kit
