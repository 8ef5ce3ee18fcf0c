// SPDX-License-Identifier: Apache-2.0
// An event as libxml2 sees it: elements in the namespaces of their modules.
#pragma once

#include <libxml/tree.h>

#include <cstddef>
#include <expected>
#include <memory>
#include <string>

#include "simulator/yang/libyang.hpp"

namespace confd::sim::yang {

/// Bytes of all the texts of an event that a filter looks at: a filter may ask for the text of the
/// whole event at every node.
inline constexpr std::size_t max_event_text = std::size_t{1} << 20;

struct FreeDocument {
    void operator()(xmlDoc* document) const { xmlFreeDoc(document); }
};
using DocumentPtr = std::unique_ptr<xmlDoc, FreeDocument>;

/// A document with the notification as its element. Prefixes are module names; what a leaf has is
/// its canonical text. The tree must outlive what asks for data_of(). The error is a sentence.
std::expected<DocumentPtr, std::string> make_document(const lyd_node& root);

/// What an element was made of; null for other nodes.
const lyd_node* data_of(const xmlNode& node);

}  // namespace confd::sim::yang
