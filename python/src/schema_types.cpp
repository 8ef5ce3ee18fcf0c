// SPDX-License-Identifier: Apache-2.0
// Values as their types in the schema write them, and back.
#include <fmt/format.h>

#include <array>
#include <ranges>

#include "python/src/error.hpp"
#include "python/src/object.hpp"
#include "python/src/schema.hpp"
#include "python/src/value.hpp"

namespace confd::python {
namespace {

constexpr int deepest_type = 32;

struct BuiltIn {
    std::string_view name;
    ValueType type;
};

/// The types without a namespace, and the values that they have; those that have several stand
/// several times, what is tried first comes first.
constexpr std::array built_ins{
    BuiltIn{"int8", ValueType::int8},
    BuiltIn{"int16", ValueType::int16},
    BuiltIn{"int32", ValueType::int32},
    BuiltIn{"int64", ValueType::int64},
    BuiltIn{"uint8", ValueType::uint8},
    BuiltIn{"uint16", ValueType::uint16},
    BuiltIn{"uint32", ValueType::uint32},
    BuiltIn{"uint64", ValueType::uint64},
    BuiltIn{"string", ValueType::buf},
    BuiltIn{"boolean", ValueType::bool_},
    BuiltIn{"binary", ValueType::binary},
    BuiltIn{"dateTime", ValueType::datetime},
    BuiltIn{"date", ValueType::date},
    BuiltIn{"time", ValueType::time},
    BuiltIn{"duration", ValueType::duration},
    BuiltIn{"double", ValueType::double_},
    BuiltIn{"inetAddressIPv4", ValueType::ipv4},
    BuiltIn{"inetAddressIPv6", ValueType::ipv6},
    BuiltIn{"inetAddressIP", ValueType::ipv4},
    BuiltIn{"inetAddressIP", ValueType::ipv6},
    BuiltIn{"inetAddress", ValueType::ipv4},
    BuiltIn{"inetAddress", ValueType::ipv6},
    BuiltIn{"inetAddress", ValueType::buf},
    BuiltIn{"inetPortNumber", ValueType::uint16},
    BuiltIn{"ipv4Prefix", ValueType::ipv4prefix},
    BuiltIn{"ipv6Prefix", ValueType::ipv6prefix},
    BuiltIn{"ipPrefix", ValueType::ipv4prefix},
    BuiltIn{"ipPrefix", ValueType::ipv6prefix},
    BuiltIn{"ipv4AddressAndPrefixLength", ValueType::ipv4_and_plen},
    BuiltIn{"ipv6AddressAndPrefixLength", ValueType::ipv6_and_plen},
    BuiltIn{"ipAddressAndPrefixLength", ValueType::ipv4_and_plen},
    BuiltIn{"ipAddressAndPrefixLength", ValueType::ipv6_and_plen},
    BuiltIn{"oid", ValueType::oid},
    BuiltIn{"dottedQuad", ValueType::dquad},
    BuiltIn{"hexString", ValueType::hexstr},
    BuiltIn{"hexList", ValueType::binary},
    BuiltIn{"octetList", ValueType::binary},
    BuiltIn{"instance-identifier", ValueType::objectref},
    BuiltIn{"Counter32", ValueType::uint32},
    BuiltIn{"Counter64", ValueType::uint64},
    BuiltIn{"Gauge32", ValueType::uint32},
    BuiltIn{"MD5DigestString", ValueType::buf},
};

std::vector<ValueType> types_of(std::string_view name) {
    std::vector<ValueType> types;
    for (const auto& known : built_ins) {
        if (known.name == name) types.push_back(known.type);
    }
    return types;
}

/// The text of a name: a binary, or an atom in its place.
std::string_view text_in(const Term& term) {
    if (const auto atom = term.as_atom()) return *atom;
    const auto bytes = term.as_binary();
    return bytes ? as_text(*bytes) : std::string_view{};
}

std::int64_t number_in(const Term& term) {
    const auto number = term.as_integer();
    std::int64_t out = 0;
    if (number) number->fits(out);
    return out;
}

/// An element of a tuple or list; the empty list where there is none.
const Term& item(const Term& term, std::size_t index) {
    static const Term none;
    const auto items = term.elements();
    return index < items.size() ? items[index] : none;
}

TypeName type_in(const Term& pair) {
    return {static_cast<std::uint32_t>(number_in(item(pair, 0))),
            std::string(text_in(item(pair, 1)))};
}

// ---- Values as texts ----

class Typed {
  public:
    Typed(const Schema& schema, int depth) : schema_(schema), depth_(depth) {}

    std::optional<std::string> text(const Value& value, const TypeName& name) const {
        if (depth_ > deepest_type) return std::nullopt;
        const auto* const record = schema_.type(name);
        if (record == nullptr) return built_in_text(value, name);
        const auto& kind = record->derivation;
        const auto details = record->details();
        if (kind == "list") return list_text(value, type_in(details));
        if (const auto* list = std::get_if<ValueList>(&value.payload))
            return items_text(*list, name);
        if (kind == "enum") return enum_text(value, details);
        if (kind == "bits") return bits_text(value, item(details, 1));
        if (kind == "union") return union_text(value, details);
        if (kind == "idref") return identity_text(value, details);
        if (kind == "decimal64") return plain_text(value, ValueType::decimal64);
        return deeper().text(value, record->parent);
    }

    std::optional<Value> value(std::string_view text, const TypeName& name) const {
        if (depth_ > deepest_type) return std::nullopt;
        const auto* const record = schema_.type(name);
        if (record == nullptr) return built_in_value(text, name);
        const auto& kind = record->derivation;
        const auto details = record->details();
        if (kind == "list") return list_value(text, type_in(details));
        if (kind == "enum") return enum_value(text, details);
        if (kind == "bits") return bits_value(text, details);
        if (kind == "union") return union_value(text, details);
        if (kind == "idref") return identity_value(text, details);
        if (kind == "decimal64") return decimal_value(text, number_in(item(details, 0)));
        return deeper().value(text, record->parent);
    }

  private:
    Typed deeper() const { return {schema_, depth_ + 1}; }

    static std::optional<std::string> plain_text(const Value& value, ValueType wanted) {
        if (value.type != wanted) return std::nullopt;
        return display_text(value);
    }

    std::optional<std::string> built_in_text(const Value& value, const TypeName& name) const {
        if (const auto* list = std::get_if<ValueList>(&value.payload))
            return items_text(*list, name);
        const auto types = types_of(name.name);
        // A type that is not known here has whatever value the server sent.
        if (types.empty()) return display_text(value);
        for (const auto type : types) {
            if (value.type == type) return display_text(value);
        }
        return std::nullopt;
    }

    std::optional<std::string> items_text(const ValueList& list, const TypeName& name) const {
        std::string out;
        for (const auto& element : list.items) {
            const auto one = deeper().text(element, name);
            if (!one) return std::nullopt;
            if (!out.empty()) out += ' ';
            out += *one;
        }
        return out;
    }

    std::optional<std::string> list_text(const Value& value, const TypeName& element) const {
        const auto* const list = std::get_if<ValueList>(&value.payload);
        return list == nullptr ? deeper().text(value, element) : items_text(*list, element);
    }

    static std::optional<std::string> enum_text(const Value& value, const Term& names) {
        if (value.type != ValueType::enum_) return std::nullopt;
        const auto number = std::get<std::int64_t>(value.payload);
        for (const auto& row : names.elements()) {
            if (number_in(item(row, 1)) == number) return std::string(text_in(item(row, 0)));
        }
        return std::nullopt;
    }

    static std::optional<std::string> bits_text(const Value& value, const Term& names) {
        std::string out;
        for (const auto& row : names.elements()) {
            const auto set = bit_of(value, static_cast<std::uint64_t>(number_in(item(row, 1))));
            if (!set) return std::nullopt;
            if (!*set) continue;
            if (!out.empty()) out += ' ';
            out += text_in(item(row, 0));
        }
        return out;
    }

    static std::optional<bool> bit_of(const Value& value, std::uint64_t position) {
        if (value.type == ValueType::bitbig) {
            const auto& bytes = std::get<Bytes>(value.payload);
            const auto byte = position / 8;
            return byte < bytes.size() && (bytes[byte] >> (position % 8) & 1) != 0;
        }
        const bool small = value.type == ValueType::bit32;
        if (!small && value.type != ValueType::bit64) return std::nullopt;
        const auto bits = small ? static_cast<std::uint64_t>(std::get<std::int64_t>(value.payload))
                                : std::get<std::uint64_t>(value.payload);
        return position < 64 && (bits >> position & 1) != 0;
    }

    std::optional<std::string> union_text(const Value& value, const Term& members) const {
        for (const auto& member : members.elements()) {
            if (auto text = deeper().text(value, type_in(member))) return text;
        }
        return std::nullopt;
    }

    static std::optional<std::string> identity_text(const Value& value, const Term& names) {
        const auto* const id = std::get_if<IdentityRef>(&value.payload);
        if (id == nullptr) return std::nullopt;
        for (const auto& row : names.elements()) {
            if (number_in(item(row, 1)) == id->ns && number_in(item(row, 2)) == id->id) {
                return std::string(text_in(item(row, 0)));
            }
        }
        return display_text(value);
    }

    // ---- Texts as values ----

    static std::optional<Value> built_in_value(std::string_view text, const TypeName& name) {
        for (const auto type : types_of(name.name)) {
            if (auto value = value_from_text(type, text)) return value;
        }
        return std::nullopt;
    }

    std::optional<Value> list_value(std::string_view text, const TypeName& element) const {
        ValueList list;
        for (const auto part : std::views::split(text, ' ')) {
            if (part.empty()) continue;
            auto one = deeper().value(std::string_view(part), element);
            if (!one) return std::nullopt;
            list.items.push_back(std::move(*one));
        }
        return Value{ValueType::list, std::move(list)};
    }

    static std::optional<Value> enum_value(std::string_view text, const Term& names) {
        for (const auto& row : names.elements()) {
            if (text_in(item(row, 0)) == text)
                return Value{ValueType::enum_, number_in(item(row, 1))};
        }
        return std::nullopt;
    }

    static std::optional<Value> bits_value(std::string_view text, const Term& details) {
        const auto width = number_in(item(details, 0));
        constexpr std::uint64_t most_bits = 1 << 16;
        Bytes bytes;
        for (const auto part : std::views::split(text, ' ')) {
            if (part.empty()) continue;
            const auto rows = item(details, 1).elements();
            const auto found = std::ranges::find_if(rows, [&](const Term& row) {
                return text_in(item(row, 0)) == std::string_view(part);
            });
            if (found == rows.end()) return std::nullopt;
            const auto position = static_cast<std::uint64_t>(number_in(item(*found, 1)));
            if (position >= most_bits) return std::nullopt;
            if (bytes.size() <= position / 8) bytes.resize(position / 8 + 1);
            bytes[position / 8] |= static_cast<std::uint8_t>(1U << (position % 8));
        }
        if (width > 64) return Value{ValueType::bitbig, std::move(bytes)};
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < std::min<std::size_t>(bytes.size(), 8); ++i)
            bits |= std::uint64_t{bytes[i]} << (8 * i);
        if (width > 32) return Value{ValueType::bit64, bits};
        return Value{ValueType::bit32, static_cast<std::int64_t>(bits & 0xffffffffU)};
    }

    std::optional<Value> union_value(std::string_view text, const Term& members) const {
        for (const auto& member : members.elements()) {
            if (auto value = deeper().value(text, type_in(member))) return value;
        }
        return std::nullopt;
    }

    static std::optional<Value> identity_value(std::string_view text, const Term& names) {
        for (const auto& row : names.elements()) {
            const auto full = text_in(item(row, 0));
            const auto local = full.substr(full.find(':') + 1);
            if (text != full && text != local) continue;
            return Value{ValueType::identityref,
                         IdentityRef{static_cast<std::uint32_t>(number_in(item(row, 1))),
                                     static_cast<std::uint32_t>(number_in(item(row, 2)))}};
        }
        return std::nullopt;
    }

    static std::optional<Value> decimal_value(std::string_view text, std::int64_t digits) {
        auto value = value_from_text(ValueType::decimal64, text);
        if (!value) return std::nullopt;
        auto& number = std::get<Decimal64>(value->payload);
        while (number.fraction_digits < digits) {
            if (__builtin_mul_overflow(number.value, 10, &number.value)) return std::nullopt;
            ++number.fraction_digits;
        }
        return number.fraction_digits == digits ? value : std::nullopt;
    }

    const Schema& schema_;
    int depth_;
};

/// What `schema_type` stands for: raises for what is none of the three, or leads nowhere.
CsType resolve(PyObject* schema_type) {
    if (is_a<CsType>(schema_type)) return held<CsType>(schema_type);
    if (is_a<CsNode>(schema_type)) {
        const auto& node = held<CsNode>(schema_type);
        return {node.schema, node.schema->at(node.place)->type};
    }
    if (!PyTuple_Check(schema_type) || PyTuple_Size(schema_type) != 2) {
        raise(PyExc_TypeError,
              "schema_type argument must be a (namespace, path) tuple, a CsNode or a CsType");
    }
    const auto loaded = shared_schema();
    auto* const given = PyTuple_GetItem(schema_type, 0);
    std::optional<std::uint32_t> ns;
    if (PyUnicode_Check(given)) {
        ns = loaded->namespace_of_uri(text_of(given));
    } else if (given != Py_None) {
        ns = static_cast<std::uint32_t>(integer_of(given));
    }
    const auto path = text_of(PyTuple_GetItem(schema_type, 1));
    const auto place = loaded->find(0, path, ns);
    if (place == 0) raise_error(ERR_BADPATH, "no node at " + path);
    return {loaded, loaded->at(place)->type};
}

CsType resolve_typed(PyObject* schema_type) {
    auto type = resolve(schema_type);
    if (type.name.name.empty()) {
        // What the vendor's module comes to in this case.
        raise(PyExc_SystemError, "the server has given this node no type");
    }
    return type;
}

}  // namespace

std::string schema_text(const Value& value, PyObject* schema_type) {
    const auto type = resolve_typed(schema_type);
    auto text = Typed(*type.schema, 0).text(value, type.name);
    if (!text) {
        raise_error(ERR_BADTYPE, fmt::format("{} '{}' is not of type {}", type_name(value.type),
                                             display_text(value), type.name.name));
    }
    return *text;
}

Value schema_value(std::string_view text, PyObject* schema_type) {
    const auto type = resolve_typed(schema_type);
    auto value = Typed(*type.schema, 0).value(text, type.name);
    if (!value)
        raise_error(ERR_BADTYPE, fmt::format("'{}' is not of type {}", text, type.name.name));
    return std::move(*value);
}

}  // namespace confd::python
