// SPDX-License-Identifier: Apache-2.0
// Whether loaded schemas hold together (docs/protocol.md, "Schemas").
#pragma once

#include <span>
#include <string>

#include "protocol/maapi/changes.hpp"
#include "protocol/maapi/schema.hpp"

namespace confd::kit::server {

// Each says what is wrong first, a sentence; empty for nothing.

/// Namespaces in order, hashes of their names, and every number leading to what was sent before.
std::string schema_fault(std::span<const SchemaRecord> records);

/// Each name with its hash, and as many as were announced.
std::string hash_fault(std::span<const NameHash> rows, std::uint64_t announced);

/// A node for every leaf that a diff sets, of the type of its value.
std::string diff_fault(std::span<const SchemaRecord> records, std::span<const DiffChange> changes);

}  // namespace confd::kit::server
