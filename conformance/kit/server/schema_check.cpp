// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/server/schema_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "protocol/maapi/keypath.hpp"
#include "protocol/maapi/schema_names.hpp"
#include "protocol/value/hash.hpp"

namespace confd::kit::server {
namespace {

/// The records of a load, one after the other; the first fault stays.
class Checker {
  public:
    std::string check(std::span<const SchemaRecord> records) {
        for (const auto& record : records) {
            std::visit([this](const auto& known) { on(known); }, record);
            if (!fault_.empty()) return fault_;
        }
        if (open_) fail("the last namespace is not closed by parent or notree");
        look_up_references();
        return fault_;
    }

  private:
    void fail(std::string what) {
        if (fault_.empty()) {
            fault_ = namespace_.empty() ? std::move(what) : namespace_ + ": " + std::move(what);
        }
    }

    void on(const SchemaNamespace& record) {
        if (open_) fail("a namespace begins before the one before it is closed");
        namespace_ = record.uri;
        if (record.uri.empty()) return fail("a namespace has no URI");
        if (record.hash != name_hash(record.uri)) {
            fail(fmt::format("its hash is {}, that of the URI is {}", record.hash,
                             name_hash(record.uri)));
        }
        if (!namespaces_.insert(record.hash).second) fail("it comes a second time");
        open_ = true;
        keys_.clear();
        nodes_.clear();
        choices_.clear();
        cases_.clear();
        root_.reset();
    }

    void on(const SchemaType& record) {
        if (!is_open("a type")) return;
        types_.emplace(hash_of_open(), record.name);
        if (record.name.empty()) fail("a type has no name");
        const bool derived = record.derivation == "identity" || record.derivation == "number" ||
                             record.derivation == "string";
        if (derived && record.parent_name.empty())
            fail(fmt::format("the type {} has no parent", record.name));
        if (record.parent_ns != 0) wanted_types_.insert({record.parent_ns, record.parent_name});
    }

    void on(const SchemaKeys& record) {
        if (!is_open("keys")) return;
        if (record.number != keys_.size() + 1) {
            fail(fmt::format("keys {} where number {} follows", record.number, keys_.size() + 1));
        }
        if (record.tags.empty()) fail(fmt::format("keys {} have no tag", record.number));
        keys_.push_back(record.tags);
    }

    void on(const SchemaNode& record) {
        if (!is_open("a node")) return;
        const auto name = fmt::format("node {}", record.number);
        if (record.number == 0) fail("a node has the number 0");
        if (nodes_.contains(record.number)) fail(name + " comes a second time");
        for (const auto number : {record.child, record.next}) {
            if (number != 0 && !nodes_.contains(number))
                fail(fmt::format("{} leads to node {}, which has not been sent", name, number));
        }
        if (record.choice != 0 && !choices_.contains(record.choice))
            fail(fmt::format("{} has choice {}, which has not been sent", name, record.choice));
        const bool has_values = record.shape != container_shape &&
                                record.shape != std::to_underlying(ValueType::xmltag);
        if (has_values && record.type_name.empty()) fail(name + " has values and no type");
        wanted_namespaces_.insert(record.ns);
        if (record.type_ns != 0) wanted_types_.insert({record.type_ns, record.type_name});
        if (record.max_occurs != unbounded && record.max_occurs < record.min_occurs)
            fail(name + " occurs at most less often than at least");
        nodes_.emplace(record.number, record);
        if (record.keys != 0) check_keys(record, name);
    }

    void check_keys(const SchemaNode& list, const std::string& name) {
        if (list.keys > keys_.size())
            return fail(fmt::format("{} has keys {}, which have not been sent", name, list.keys));
        if ((list.flags & NODE_LIST) == 0) fail(name + " has keys and is no list");
        std::set<std::uint32_t> children;
        for (auto at = list.child; at != 0 && nodes_.contains(at); at = nodes_.at(at).next)
            children.insert(nodes_.at(at).tag);
        for (const auto tag : keys_[list.keys - 1]) {
            if (!children.contains(tag))
                fail(fmt::format("the key {} of {} is none of its children", tag, name));
        }
    }

    void on(const SchemaChoice& record) {
        if (!is_open("a choice")) return;
        if (!cases_.contains(record.first_case))
            fail(fmt::format("choice {} has case {}, which has not been sent", record.number,
                             record.first_case));
        choices_.insert(record.number);
    }

    void on(const SchemaCase& record) {
        if (!is_open("a case")) return;
        for (const auto number : {record.first_node, record.last_node}) {
            if (number != 0 && !nodes_.contains(number))
                fail(fmt::format("case {} leads to node {}, which has not been sent", record.number,
                                 number));
        }
        cases_.insert(record.number);
    }

    void on(const SchemaRoot& record) {
        if (!is_open("a root")) return;
        if (root_) fail("there are two roots");
        if (!nodes_.contains(record.node))
            fail(fmt::format("the root is node {}, which has not been sent", record.node));
        root_ = record.node;
    }

    void on(const SchemaParents& record) {
        if (!is_open("parent")) return;
        if (!root_) fail("parent comes without a root before it");
        std::map<std::uint32_t, std::optional<std::uint32_t>> parents;
        for (const auto& link : record.links) {
            if (!nodes_.contains(link.node))
                fail(fmt::format("parent has node {}, which there is not", link.node));
            if (link.parent && !nodes_.contains(*link.parent))
                fail(fmt::format("the parent of node {} is {}, which there is not", link.node,
                                 *link.parent));
            if (!parents.emplace(link.node, link.parent).second)
                fail(fmt::format("parent has node {} twice", link.node));
        }
        if (!fault_.empty()) return;
        if (parents.size() != nodes_.size()) fail("parent does not have every node");
        check_links(parents);
        open_ = false;
    }

    /// What Child and Next say, against what parent says.
    void check_links(const std::map<std::uint32_t, std::optional<std::uint32_t>>& parents) {
        const auto check = [&](std::uint32_t first, std::optional<std::uint32_t> parent) {
            for (auto at = first; at != 0; at = nodes_.at(at).next) {
                const auto link = parents.find(at);
                if (link == parents.end() || link->second != parent)
                    fail(fmt::format("parent has node {} elsewhere than Child and Next", at));
            }
        };
        check(root_.value_or(0), std::nullopt);
        for (const auto& [number, node] : nodes_)
            check(node.child, number);
    }

    void on(const SchemaNoTree&) {
        if (!is_open("notree")) return;
        if (!nodes_.empty()) fail("notree closes a namespace that has nodes");
        open_ = false;
    }

    bool is_open(std::string_view what) {
        if (!open_) fail(fmt::format("{} comes outside of a namespace", what));
        return open_;
    }

    std::uint32_t hash_of_open() const { return name_hash(namespace_); }

    /// Those may lead to namespaces that come later.
    void look_up_references() {
        namespace_.clear();
        for (const auto ns : wanted_namespaces_) {
            if (!namespaces_.contains(ns))
                fail(fmt::format("a node has the namespace {}, which is none that was sent", ns));
        }
        for (const auto& type : wanted_types_) {
            if (!types_.contains(type))
                fail(fmt::format("there is no type {} in namespace {}", type.second, type.first));
        }
    }

    std::string fault_;
    std::string namespace_;  // the URI of the one that is open, or was last
    bool open_ = false;
    std::vector<std::vector<std::uint32_t>> keys_;
    std::map<std::uint32_t, SchemaNode> nodes_;
    std::set<std::uint32_t> choices_;
    std::set<std::uint32_t> cases_;
    std::optional<std::uint32_t> root_;
    std::set<std::uint32_t> namespaces_;
    std::set<std::uint32_t> wanted_namespaces_;
    std::set<std::pair<std::uint32_t, std::string>> types_;
    std::set<std::pair<std::uint32_t, std::string>> wanted_types_;
};

}  // namespace

std::string schema_fault(std::span<const SchemaRecord> records) {
    return Checker().check(records);
}

std::string hash_fault(std::span<const NameHash> rows, std::uint64_t announced) {
    for (const auto& row : rows) {
        if (row.hash == name_hash(row.name)) continue;
        return fmt::format("the hash of {} is {}, and not {}", row.name, name_hash(row.name),
                           row.hash);
    }
    if (rows.size() == announced) return {};
    return fmt::format("{} names came, and {} were announced", rows.size(), announced);
}

std::string diff_fault(std::span<const SchemaRecord> records, std::span<const DiffChange> changes) {
    SchemaNames names;
    for (const auto& record : records)
        names.add(SchemaRecord(record));
    for (const auto& change : changes) {
        const auto* value = std::get_if<Value>(&change.new_value);
        if (change.op != MOP_VALUE_SET || value == nullptr) continue;
        const auto path = qualified(change.path);
        const auto* node = names.find(path);
        if (node == nullptr) return to_text(path) + " has no node";
        const auto shape = static_cast<std::uint32_t>(value->type);
        if (node->shape == shape) continue;
        return fmt::format("the value of {} is of type {}, its node of {}", to_text(path), shape,
                           node->shape);
    }
    return {};
}

}  // namespace confd::kit::server
