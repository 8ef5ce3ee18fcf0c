// SPDX-License-Identifier: Apache-2.0
#include "simulator/yang/xpath_call.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "simulator/yang/libxml2.hpp"
#include "simulator/yang/xpath_number.hpp"

namespace confd::sim::yang {
namespace {

/// Calls between two looks at the clock, which costs as much as some of them.
constexpr std::uint32_t calls_per_look = 64;

struct FreeText {
    void operator()(xmlChar* text) const { xmlFree(text); }
};

}  // namespace

std::chrono::nanoseconds thread_time() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

std::string take_text(xmlChar* text) {
    const std::unique_ptr<xmlChar, FreeText> owner(text);
    return text == nullptr ? std::string() : reinterpret_cast<const char*>(text);
}

std::string text_of(const xmlNode& node) {
    return take_text(xmlXPathCastNodeToString(const_cast<xmlNode*>(&node)));
}

std::string text_of(const xmlXPathObject& object) {
    if (object.type == XPATH_NUMBER) return xpath_text(object.floatval);
    return take_text(xmlXPathCastToString(const_cast<xmlXPathObject*>(&object)));
}

std::string XPathCall::pop_text() {
    const auto object = pop();
    return object == nullptr ? std::string() : text_of(*object);
}

void XPathCall::give(const std::string& text) {
    push(xmlXPathNewString(as_xml(text.c_str())));
}

void XPathCall::stop(std::string why) {
    if (stopped()) return;
    evaluation().stopped = std::move(why);
    xmlXPathErr(&parser_, XPATH_OP_LIMIT_EXCEEDED);
}

bool XPathCall::spend(std::size_t operations) {
    auto& counts = context();
    if (operations > counts.opLimit - counts.opCount) {
        counts.opCount = counts.opLimit;
        xmlXPathErr(&parser_, XPATH_OP_LIMIT_EXCEEDED);
        return false;
    }
    counts.opCount += operations;
    auto& now = evaluation();
    // Work that counts for much takes long.
    now.calls += 1 + static_cast<std::uint32_t>(std::min<std::size_t>(operations, calls_per_look));
    if (now.calls < calls_per_look) return true;
    now.calls = 0;
    if (thread_time() < now.end) return true;
    stop(fmt::format("it took more than {} ms",
                     std::chrono::duration_cast<std::chrono::milliseconds>(now.limit).count()));
    return false;
}

}  // namespace confd::sim::yang
