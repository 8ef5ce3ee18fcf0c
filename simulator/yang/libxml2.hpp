// SPDX-License-Identifier: Apache-2.0
// libxml2's texts.
#pragma once

#include <libxml/xmlstring.h>

#include <memory>
#include <string>

namespace confd::sim::yang {

inline const xmlChar* as_xml(const char* text) {
    return reinterpret_cast<const xmlChar*>(text);
}

/// A copy of one that libxml2 made, which is freed; empty for null.
std::string take_text(xmlChar* text);

}  // namespace confd::sim::yang
