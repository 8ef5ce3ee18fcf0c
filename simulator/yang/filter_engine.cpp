// SPDX-License-Identifier: Apache-2.0
#include "simulator/yang/filter_engine.hpp"

#include <fmt/format.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <libxml/xpathInternals.h>

#include <new>

#include "simulator/yang/libxml2.hpp"
#include "simulator/yang/xpath_functions.hpp"

namespace confd::sim::yang {
namespace {

/// What goes wrong would be printed where the context's own function is not asked.
void ignore_error(void*, xmlError*) {}
void ignore_text(void*, const char*, ...) {}

void start_libxml2() {
    static const bool started = [] {
        xmlInitParser();
        return true;
    }();
    static_cast<void>(started);
    xmlSetStructuredErrorFunc(nullptr, ignore_error);
    xmlSetGenericErrorFunc(nullptr, ignore_text);
}

/// libxml2 numbers errors of XPath from here on.
constexpr int first_code = XML_XPATH_EXPRESSION_OK;

}  // namespace

FilterEngine::FilterEngine(ContextPtr schema, FilterLimits limits)
    : schema_(std::move(schema)), limits_(limits) {
    start_libxml2();
    context_.reset(xmlXPathNewContext(nullptr));
    if (context_ == nullptr) throw std::bad_alloc();
    evaluation_.schema = schema_.get();
    context_->userData = &evaluation_;
    context_->error = on_error;
    // Values are used again instead of being allocated for each node.
    xmlXPathContextSetCache(context_.get(), 1, -1, 0);
    register_xpath_functions(*context_);
    register_yang_functions(*context_);
    std::uint32_t index = 0;
    while (const auto* module = ly_ctx_get_module_iter(schema_.get(), &index))
        xmlXPathRegisterNs(context_.get(), as_xml(module->name), as_xml(module->ns));
}

void FilterEngine::on_error(void* evaluation, xmlError* error) {
    auto& known = *static_cast<Evaluation*>(evaluation);
    if (known.code == 0 && error != nullptr) known.code = error->code - first_code;
}

std::expected<ExpressionPtr, std::string> FilterEngine::compile(const std::string& xpath) {
    evaluation_.code = 0;
    context_->depth = 0;
    ExpressionPtr out(xmlXPathCtxtCompile(context_.get(), as_xml(xpath.c_str())));
    if (out == nullptr) return std::unexpected(reason());
    return out;
}

std::expected<bool, std::string> FilterEngine::evaluate(
    xmlXPathCompExpr& expression, const std::shared_ptr<const DataTree>& event) {
    const auto document = document_of(event);
    if (!document) return std::unexpected(document.error());
    evaluation_.code = 0;
    evaluation_.stopped.clear();
    evaluation_.calls = 0;
    evaluation_.limit = limits_.time;
    evaluation_.end = thread_time() + limits_.time;
    context_->doc = *document;
    context_->node = reinterpret_cast<xmlNode*>(*document);
    context_->contextSize = 1;
    context_->proximityPosition = 1;
    context_->opLimit = limits_.operations;
    context_->opCount = 0;
    context_->depth = 0;
    const auto result = xmlXPathCompiledEvalToBoolean(&expression, context_.get());
    context_->doc = nullptr;
    context_->node = nullptr;
    if (result < 0 || evaluation_.code != 0) return std::unexpected(reason());
    return result > 0;
}

std::expected<xmlDoc*, std::string> FilterEngine::document_of(
    const std::shared_ptr<const DataTree>& event) {
    if (document_ != nullptr && last_.lock() == event) return document_.get();
    document_.reset();
    auto made = make_document(*event->root());
    if (!made) return std::unexpected(made.error());
    last_ = event;
    document_ = std::move(*made);
    return document_.get();
}

std::string FilterEngine::reason() const {
    if (!evaluation_.stopped.empty()) return evaluation_.stopped;
    switch (evaluation_.code) {
        case XPATH_OP_LIMIT_EXCEEDED:
            return fmt::format("it took more than {} operations", limits_.operations);
        case XPATH_RECURSION_LIMIT_EXCEEDED:
            return "it nests too deeply";
        case XPATH_MEMORY_ERROR:
            return "there is not enough memory";
        default:
            return fmt::format("libxml2 refuses it (XPath error {})", evaluation_.code);
    }
}

}  // namespace confd::sim::yang
