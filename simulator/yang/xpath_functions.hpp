// SPDX-License-Identifier: Apache-2.0
// The functions that libxml2 calls for a filter: those that XPath 1.0 and libxml2 understand
// differently, those whose cost is not linear, YANG's, and three that filters are rewritten with:
//
//   named('mtu')         the context node's name without its prefix is this
//   alive()              true; both see whether there is time left
//   compare(a, b, '<=')  a comparison with a set of nodes on at least one side
#pragma once

#include <libxml/xpath.h>

#include <string_view>

struct ly_ctx;
struct lysc_ident;

namespace confd::sim::yang {

/// In place of libxml2's own, if it has one.
void set_function(xmlXPathContext& context, const char* name, xmlXPathFunction function);

/// `context.userData` is the Evaluation that filters are evaluated in.
void register_xpath_functions(xmlXPathContext& context);
void register_yang_functions(xmlXPathContext& context);

/// An identity by its module's name and its own: "example-alarm:fan-failure"; null for none.
const lysc_ident* find_identity(const ly_ctx& schema, std::string_view name);

}  // namespace confd::sim::yang
