// SPDX-License-Identifier: Apache-2.0
#include "protocol/value/by_name.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace confd {
namespace {

void write_name(TermWriter& w, std::uint32_t hash, const HashNames& names) {
    const auto found = names.find(hash);
    if (found == names.end()) return w.integer(hash);
    w.atom_or_text(found->second);
}

/// The namespace that each step is to have, innermost first as the steps.
std::vector<std::optional<std::uint32_t>> shown_namespaces(const ObjectRef& path) {
    std::vector<std::optional<std::uint32_t>> out(path.steps.size());
    std::optional<std::uint32_t> outer;
    for (auto i = path.steps.size(); i-- > 0;) {
        const auto& step = path.steps[i];
        if (step.keys || !step.ns || step.ns == outer) continue;
        out[i] = outer = step.ns;
    }
    return out;
}

void write_keys(TermWriter& w, const ValueList& keys, const HashNames& names) {
    w.tuple(keys.items.size());
    for (const auto& key : keys.items)
        write_named_value(w, key, names);
}

bool has_hashes(const Value& value);

/// Without any name a path stays what it is, with the namespaces that its steps have.
bool has_name(const ObjectRef& path, const HashNames& names) {
    return std::ranges::any_of(path.steps, [&](const PathStep& step) {
        if (step.keys) return std::ranges::any_of(step.keys->items, has_hashes);
        return names.contains(step.tag) || (step.ns && names.contains(*step.ns));
    });
}

bool has_hashes(const Value& value) {
    if (const auto* list = std::get_if<ValueList>(&value.payload))
        return std::ranges::any_of(list->items, has_hashes);
    return std::holds_alternative<XmlTag>(value.payload) ||
           std::holds_alternative<ObjectRef>(value.payload);
}

}  // namespace

void write_named_tag(TermWriter& writer, const XmlTag& tag, const HashNames& names) {
    writer.list(1);
    write_name(writer, tag.ns, names);
    write_name(writer, tag.tag, names);
}

void write_named_path(TermWriter& writer, const ObjectRef& path, const HashNames& names) {
    if (!has_name(path, names)) return write_path(writer, path);
    const auto namespaces = shown_namespaces(path);
    if (!path.steps.empty()) writer.list(path.steps.size());
    for (std::size_t i = 0; i < path.steps.size(); ++i) {
        const auto& step = path.steps[i];
        if (step.keys) {
            write_keys(writer, *step.keys, names);
        } else if (namespaces[i]) {
            write_named_tag(writer, {*namespaces[i], step.tag}, names);
        } else {
            write_name(writer, step.tag, names);
        }
    }
    writer.nil();
}

void write_named_value(TermWriter& writer, const Value& value, const HashNames& names) {
    if (const auto* tag = std::get_if<XmlTag>(&value.payload)) {
        write_named_tag(writer, *tag, names);
    } else if (const auto* path = std::get_if<ObjectRef>(&value.payload)) {
        writer.tuple(2);
        writer.integer(static_cast<std::uint32_t>(value.type));
        write_named_path(writer, *path, names);
    } else if (const auto* list = std::get_if<ValueList>(&value.payload);
               list != nullptr && std::ranges::any_of(list->items, has_hashes)) {
        writer.list(list->items.size());
        for (const auto& item : list->items)
            write_named_value(writer, item, names);
        writer.nil();
    } else {
        write_value(writer, value);
    }
}

}  // namespace confd
