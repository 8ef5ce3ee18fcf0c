// SPDX-License-Identifier: Apache-2.0
// What load-all-namespaces and load-hash-db answer: the loaded YANG modules as schema records
// (docs/protocol.md, "Schemas").
#pragma once

#include <memory>
#include <vector>

#include "protocol/maapi/schema.hpp"
#include "simulator/maapi/conversation.hpp"

namespace confd::sim {

class Schema;

namespace maapi {

/// The records of all modules, in the order in which they go out: namespace by namespace, nodes
/// after everything that they refer to by number. ietf-yang-types and ietf-inet-types are always
/// among them.
std::vector<SchemaRecord> schema_records(const Schema& schema);

/// Every name that the modules use (nodes, identities, namespaces), with its hash.
std::vector<NameHash> hash_table(const Schema& schema);

/// Both as they go out. The schema is kept for what is made when it is asked for.
SchemaReplies schema_replies(const std::shared_ptr<const Schema>& schema);

}  // namespace maapi
}  // namespace confd::sim
