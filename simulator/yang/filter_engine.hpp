// SPDX-License-Identifier: Apache-2.0
// libxml2's XPath 1.0 over events, within limits.
#pragma once

#include <libxml/xpath.h>

#include <chrono>
#include <expected>
#include <memory>
#include <string>

#include "simulator/yang/event_document.hpp"
#include "simulator/yang/xpath_call.hpp"

namespace confd::sim::yang {

/// What evaluating one filter on one event may cost, since all other subscribers wait meanwhile.
/// Filters that people write need some hundred operations.
struct FilterLimits {
    /// Of libxml2's: a node that is visited, an operator.
    unsigned long operations = 10'000'000;
    /// Of the processor. Operations differ: putting two sets of nodes together is one.
    std::chrono::nanoseconds time = std::chrono::milliseconds(250);
};

struct FreeExpression {
    void operator()(xmlXPathCompExpr* expression) const { xmlXPathFreeCompExpr(expression); }
};
using ExpressionPtr = std::unique_ptr<xmlXPathCompExpr, FreeExpression>;

/// One for all filters of a schema. libxml2 prints nothing in the thread that makes it.
class FilterEngine {
  public:
    explicit FilterEngine(ContextPtr schema, FilterLimits limits = {});
    FilterEngine(const FilterEngine&) = delete;
    FilterEngine& operator=(const FilterEngine&) = delete;

    /// An expression out of rewrite_filter(). The error is a sentence.
    std::expected<ExpressionPtr, std::string> compile(const std::string& xpath);

    /// Whether the expression is true for the event, with the root above the notification as
    /// context. The error says why it was ended before it was known.
    std::expected<bool, std::string> evaluate(xmlXPathCompExpr& expression,
                                              const std::shared_ptr<const DataTree>& event);

    const ly_ctx& schema() const { return *schema_; }

  private:
    struct FreeContext {
        void operator()(xmlXPathContext* context) const { xmlXPathFreeContext(context); }
    };

    static void on_error(void* evaluation, xmlError* error);
    std::expected<xmlDoc*, std::string> document_of(const std::shared_ptr<const DataTree>& event);
    std::string reason() const;

    ContextPtr schema_;
    FilterLimits limits_;
    Evaluation evaluation_;
    std::unique_ptr<xmlXPathContext, FreeContext> context_;
    /// Of the event that was looked at last: filters of all subscribers look at one event after the
    /// other.
    std::weak_ptr<const DataTree> last_;
    DocumentPtr document_;
};

}  // namespace confd::sim::yang
