// SPDX-License-Identifier: Apache-2.0
// What a function that libxml2 calls has: its arguments, its result, and what it may cost.
#pragma once

#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "simulator/yang/libyang.hpp"
#include "simulator/yang/xsd_pattern.hpp"

namespace confd::sim::yang {

/// What is to be known while a filter is evaluated.
struct Evaluation {
    const ly_ctx* schema = nullptr;
    std::chrono::nanoseconds end{};  ///< of the time it may take, by the thread's clock
    std::chrono::nanoseconds limit{};
    std::uint32_t calls = 0;  ///< since the clock was last looked at
    int code = 0;             ///< of libxml2's first error
    std::string stopped;      ///< why a function of ours has ended it; empty when none has
    std::map<std::string, XsdPattern, std::less<>> patterns;
};

/// The time that this thread has worked: a busy machine does not make it pass.
std::chrono::nanoseconds thread_time();

struct FreeObject {
    void operator()(xmlXPathObject* object) const { xmlXPathFreeObject(object); }
};
using ObjectPtr = std::unique_ptr<xmlXPathObject, FreeObject>;

/// One call. Arguments are popped last first.
class XPathCall {
  public:
    explicit XPathCall(xmlXPathParserContext& parser) : parser_(parser) {}

    Evaluation& evaluation() { return *static_cast<Evaluation*>(context().userData); }
    xmlXPathContext& context() { return *parser_.context; }
    const xmlNode* context_node() { return context().node; }

    ObjectPtr pop() { return ObjectPtr(valuePop(&parser_)); }
    std::string pop_text();

    void give(bool value) { push(xmlXPathNewBoolean(value ? 1 : 0)); }
    void give(double value) { push(xmlXPathNewFloat(value)); }
    void give(const std::string& text);
    void push(xmlXPathObject* object) { valuePush(&parser_, object); }

    /// Ends the evaluation, for a reason that is told.
    void stop(std::string why);
    bool stopped() const { return parser_.error != 0; }

    /// Counts work under libxml2's own limit, and looks at the clock now and then. False when the
    /// evaluation has been ended.
    bool spend(std::size_t operations);

  private:
    xmlXPathParserContext& parser_;
};

/// So many bytes of text are one operation of libxml2's count.
inline constexpr std::size_t bytes_per_operation = 16;

std::string text_of(const xmlNode& node);
std::string text_of(const xmlXPathObject& object);

}  // namespace confd::sim::yang
