// SPDX-License-Identifier: Apache-2.0
#include "python/src/schema.hpp"

namespace confd::python {
namespace {

std::shared_ptr<const Schema>& current() {
    static std::shared_ptr<const Schema> loaded = std::make_shared<Schema>();
    return loaded;
}

/// Behind the keys that `path` begins with; npos when they have no end. A brace in a quoted key
/// ends nothing.
std::size_t end_of_keys(std::string_view path) {
    bool quoted = false;
    for (std::size_t at = 1; at < path.size(); ++at) {
        if (path[at] == '"') quoted = !quoted;
        if (path[at] == '}' && !quoted) return at + 1;
        if (path[at] == '\\' && quoted) ++at;
    }
    return std::string_view::npos;
}

}  // namespace

const Schema& schema() {
    return *current();
}

std::shared_ptr<const Schema> shared_schema() {
    return current();
}

void replace_schema(std::shared_ptr<const Schema> loaded) {
    current() = std::move(loaded);
}

bool Schema::add(SchemaRecord&& record) {
    // First, because names_ takes the record's texts.
    return std::visit([this](const auto& body) { return on(body); }, record) &&
           names_.add(std::move(record));
}

Term TypeRecord::details() const {
    auto term = opaque.empty() ? Result<Term>(Term()) : read_term(opaque);
    return term ? std::move(*term) : Term();
}

const SchemaPlace* Schema::at(std::uint32_t place) const {
    return place == 0 || place > nodes_.size() ? nullptr : &nodes_[place - 1];
}

const TypeRecord* Schema::type(const TypeName& name) const {
    const auto found = types_.find(name);
    return found == types_.end() ? nullptr : &found->second;
}

const std::string* Schema::uri(std::uint32_t ns) const {
    const auto found = uris_.find(ns);
    return found == uris_.end() ? nullptr : &found->second;
}

std::optional<std::uint32_t> Schema::namespace_of_uri(std::string_view uri) const {
    for (const auto& [ns, known] : uris_) {
        if (known == uri) return ns;
    }
    return std::nullopt;
}

std::uint32_t Schema::root(std::uint32_t ns) const {
    const auto found = roots_.find(ns);
    return found == roots_.end() ? 0 : found->second;
}

std::uint32_t Schema::place_of(std::uint32_t number) const {
    const auto found = numbers_.find(number);
    return found == numbers_.end() ? 0 : found->second;
}

bool Schema::on(const SchemaNamespace& record) {
    open_ = record.hash;
    uris_.try_emplace(record.hash, record.uri);
    return count(record.uri.size());
}

bool Schema::on(const SchemaType& record) {
    types_.try_emplace(
        {open_, record.name},
        TypeRecord{record.derivation, {record.parent_ns, record.parent_name}, record.opaque});
    constexpr std::size_t overhead = 256;
    return count(overhead + record.name.size() + record.derivation.size() +
                 record.parent_name.size() + record.opaque.size());
}

bool Schema::on(const SchemaKeys& record) {
    keys_[record.number] = record.tags;
    return count(record.tags.size());
}

bool Schema::on(const SchemaNode& record) {
    if (nodes_.size() >= SchemaLimits{}.nodes) return false;
    const auto place = static_cast<std::uint32_t>(nodes_.size()) + 1;
    const auto keys = keys_.find(record.keys);
    nodes_.push_back({.name = {record.ns, record.tag},
                      .parent = 0,
                      .child = place_of(record.child),
                      .next = place_of(record.next),
                      .flags = record.flags,
                      .shape = record.shape,
                      .compare = record.compare,
                      .min_occurs = record.min_occurs,
                      .max_occurs = record.max_occurs,
                      .type = {record.type_ns, record.type_name},
                      .default_value = record.default_value,
                      .keys = keys == keys_.end() ? std::vector<std::uint32_t>{} : keys->second});
    // Children come first, and each has one parent: so siblings in a circle end too.
    for (auto child = nodes_.back().child; child != 0 && nodes_[child - 1].parent == 0;
         child = nodes_[child - 1].next) {
        nodes_[child - 1].parent = place;
    }
    numbers_[record.number] = place;
    // Here lists of keys and names of types are copied for each node that has them.
    return count(nodes_.back().keys.size() + record.type_name.size());
}

bool Schema::on(const SchemaRoot& record) {
    roots_.try_emplace(open_, place_of(record.node));
    return true;
}

std::uint32_t Schema::child_of(std::uint32_t parent, std::string_view step,
                               std::optional<std::uint32_t> ns) const {
    if (const auto colon = step.find(':'); colon != std::string_view::npos) {
        const auto prefix = step.substr(0, colon);
        ns = names_.namespace_of(prefix);
        if (!ns) return 0;
        step.remove_prefix(colon + 1);
    }
    const auto tag = names_.tag_of(ns.value_or(0), step);
    if (!tag) return 0;
    const auto among = [&](std::uint32_t first) -> std::uint32_t {
        std::size_t left = nodes_.size();
        for (auto place = first; at(place) != nullptr && left > 0;
             place = at(place)->next, --left) {
            const auto& name = at(place)->name;
            if (name.tag == *tag && (!ns || name.ns == *ns)) return place;
        }
        return 0;
    };
    if (parent != 0) return among(at(parent)->child);
    for (const auto& [top_ns, first] : roots_) {
        if (ns && top_ns != *ns) continue;
        if (const auto found = among(first); found != 0) return found;
    }
    return 0;
}

std::uint32_t Schema::find(std::uint32_t start, std::string_view path,
                           std::optional<std::uint32_t> ns) const {
    auto place = path.starts_with('/') ? 0 : start;
    bool any = false;
    while (!path.empty()) {
        if (path.starts_with('/')) path.remove_prefix(1);
        const auto step = path.substr(0, path.find_first_of("/{"));
        path.remove_prefix(step.size());
        // Keys say which entry of a list, not which node.
        if (path.starts_with('{')) {
            const auto end = end_of_keys(path);
            if (end == std::string_view::npos) return 0;
            path.remove_prefix(end);
        }
        place = child_of(place, step, place == 0 ? ns : std::nullopt);
        if (place == 0) return 0;
        any = true;
    }
    return any ? place : start;
}

}  // namespace confd::python
