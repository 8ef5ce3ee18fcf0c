// SPDX-License-Identifier: Apache-2.0
#include "simulator/yang/event_document.hpp"

#include <fmt/format.h>
#include <libxml/xpath.h>

#include <map>
#include <string_view>

#include "simulator/yang/libxml2.hpp"

namespace confd::sim::yang {
namespace {

class Builder {
  public:
    std::expected<DocumentPtr, std::string> build(const lyd_node& root) {
        document_.reset(xmlNewDoc(as_xml("1.0")));
        if (document_ == nullptr || !add(root, reinterpret_cast<xmlNode*>(document_.get()))) {
            return std::unexpected(error_);
        }
        // Comparing the places of two nodes takes no search then.
        xmlXPathOrderDocElems(document_.get());
        return std::move(document_);
    }

  private:
    bool add(const lyd_node& data, xmlNode* parent) {
        auto* element = xmlNewDocNode(document_.get(), nullptr, as_xml(data.schema->name), nullptr);
        if (element == nullptr) return false;
        xmlAddChild(parent, element);
        element->_private = const_cast<lyd_node*>(&data);
        const auto* ns = namespace_of(*data.schema->module);
        if (ns == nullptr) return false;
        xmlSetNs(element, const_cast<xmlNs*>(ns));
        if (is_leaf(*data.schema)) return add_text(lyd_get_value(&data), element);
        for (const auto* child = lyd_child(&data); child != nullptr; child = child->next) {
            if (!add(*child, element)) return false;
        }
        return true;
    }

    /// Declared at the notification, the first element, for all of the document.
    const xmlNs* namespace_of(const lys_module& module) {
        auto& known = namespaces_[&module];
        if (known == nullptr) {
            known = xmlNewNs(xmlDocGetRootElement(document_.get()), as_xml(module.ns),
                             as_xml(module.name));
        }
        return known;
    }

    /// An empty text is no node.
    bool add_text(std::string_view text, xmlNode* element) {
        if (text.empty()) return true;
        size_ += text.size();
        if (size_ > max_event_text) {
            error_ = fmt::format("the event has more than {} bytes of text", max_event_text);
            return false;
        }
        auto* node =
            xmlNewDocTextLen(document_.get(), as_xml(text.data()), static_cast<int>(text.size()));
        if (node == nullptr) return false;
        xmlAddChild(element, node);
        return true;
    }

    DocumentPtr document_;
    std::map<const lys_module*, const xmlNs*> namespaces_;
    std::size_t size_ = 0;
    std::string error_ = "no memory for the event";
};

}  // namespace

std::expected<DocumentPtr, std::string> make_document(const lyd_node& root) {
    return Builder().build(root);
}

const lyd_node* data_of(const xmlNode& node) {
    return node.type == XML_ELEMENT_NODE ? static_cast<const lyd_node*>(node._private) : nullptr;
}

}  // namespace confd::sim::yang
