// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cctype>
#include <functional>

#include "protocol/notification/kinds.hpp"
#include "python/src/base64.hpp"
#include "python/src/schema.hpp"
#include "python/src/value.hpp"

namespace confd::python {
namespace {

std::string hex_pairs(ByteView bytes) {
    return fmt::format("{:02x}", fmt::join(bytes, ":"));
}

std::string tag_text(const XmlTag& tag) {
    const auto name = schema().names().name_of(tag.ns, tag.tag);
    return name ? std::string(*name) : fmt::format("{}:{}", tag.ns, tag.tag);
}

std::string items_text(const ValueList& list) {
    std::string out;
    for (const auto& item : list.items) {
        if (!out.empty()) out += ' ';
        out += display_text(item);
    }
    return out;
}

ValueList normal_list(ValueList list) {
    for (auto& item : list.items)
        item = normal_value(std::move(item));
    return list;
}

}  // namespace

ObjectRef normal_path(ObjectRef path) {
    for (auto& step : path.steps)
        if (step.keys) step.keys = normal_list(std::move(*step.keys));
    return qualified(std::move(path));
}

Value normal_value(Value value) {
    if (auto* number = std::get_if<double>(&value.payload); number != nullptr && *number == 0) {
        *number = 0;
    } else if (auto* list = std::get_if<ValueList>(&value.payload)) {
        *list = normal_list(std::move(*list));
    } else if (auto* path = std::get_if<ObjectRef>(&value.payload)) {
        *path = normal_path(std::move(*path));
    }
    return value;
}

Py_ssize_t hash_of(const Value& value) {
    const auto text = std::hash<std::string>{}(to_text(normal_value(value)));
    const auto mixed = static_cast<Py_ssize_t>(text ^ static_cast<std::size_t>(value.type) << 1);
    return mixed == -1 ? -2 : mixed;
}

Value value_of(const TagValue& tag) {
    if (tag.marker == TagMarker::value) return tag.v;
    const auto found =
        std::ranges::find(codec::marker_atoms, tag.marker, &codec::MarkerAtom::marker);
    return {found->type, XmlTag{tag.ns, tag.tag}};
}

std::string type_name(ValueType type) {
    // The one whose name in the API is not that of the type.
    if (type == ValueType::enum_) return "C_ENUM_VALUE";
    std::string name = "C_";
    for (const char c : info_of(type).name)
        name += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return name;
}

std::string display_text(const Value& value) {
    switch (value.type) {
        case ValueType::noexists:
            return "NOEXISTS";
        case ValueType::default_:
            return "DEFAULT";
        case ValueType::enum_:
            return fmt::format("enum<{}>", std::get<std::int64_t>(value.payload));
        case ValueType::bit32:
            return fmt::format("bits<0x{:x}>", std::get<std::int64_t>(value.payload));
        case ValueType::bit64:
            return fmt::format("bits<0x{:x}>", std::get<std::uint64_t>(value.payload));
        case ValueType::bitbig:
        case ValueType::hexstr:
            return hex_pairs(std::get<Bytes>(value.payload));
        case ValueType::binary:
            return base64_of(std::get<Bytes>(value.payload));
        case ValueType::dquad:
            return fmt::format("{}", fmt::join(std::get<Bytes>(value.payload), "."));
        case ValueType::list:
            return items_text(std::get<ValueList>(value.payload));
        case ValueType::objectref:
            return path_text(std::get<ObjectRef>(value.payload));
        default:
            break;
    }
    if (const auto* tag = std::get_if<XmlTag>(&value.payload)) return tag_text(*tag);
    return to_text(value, schema().names());
}

}  // namespace confd::python
