// SPDX-License-Identifier: Apache-2.0
// How the values of keys are written: durations, masks, names, choices, maps inside. Each form
// reads a node into a member, gives the JSON Schema of what it takes, and writes a default.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "protocol/bytes.hpp"
#include "protocol/release.hpp"
#include "simulator/text/keys.hpp"

namespace confd::sim {

namespace forms {

namespace detail {

template <class T, void (*Read)(const YamlPtr&, T&, const Key&, Reading&)>
void read(const YamlPtr& node, void* into, const Key& key, Reading& reading) {
    Read(node, *static_cast<T*>(into), key, reading);
}
template <class T, std::string (*Text)(const T&, const Key&)>
std::string text(const void* from, const Key& key) {
    return Text(*static_cast<const T*>(from), key);
}

std::optional<std::int64_t> read_integer(const YamlNode& node, const Key& key, Reading& reading);
std::string integer_text(std::int64_t value);
/// The index among the key's choices.
std::optional<std::size_t> read_choice(const YamlNode& node, const Key& key, Reading& reading);
/// What a variable stands for when that is a map or a list. All else stays what it is, since the
/// keys inside write out their own variables.
YamlPtr whole_variable(const YamlPtr& node, Reading& reading);
void read_map(const YamlPtr& node, void* into, const Key& key, Reading& reading);

}  // namespace detail

/// A form of typed functions.
template <class T, void (*Read)(const YamlPtr&, T&, const Key&, Reading&)>
constexpr FormOf<T> make(Form::Schema schema) {
    return {{detail::read<T, Read>, schema, nullptr}};
}
template <class T, void (*Read)(const YamlPtr&, T&, const Key&, Reading&),
          std::string (*Text)(const T&, const Key&)>
constexpr FormOf<T> make(Form::Schema schema) {
    return {{detail::read<T, Read>, schema, detail::text<T, Text>}};
}

// ---- What forms are made of: the schemas, for forms of others too. ----

boost::json::object any_schema(const Key& key);
boost::json::object text_schema(const Key& key);
boost::json::object name_schema(const Key& key);
boost::json::object names_schema(const Key& key);
boost::json::object integer_schema(const Key& key);
boost::json::object choice_schema(const Key& key);
boost::json::object datetime_schema(const Key& key);
/// Of the map or the list of maps that the key has.
boost::json::object map_schema(const Key& key);
boost::json::object maps_schema(const Key& key);

void read_text(const YamlPtr& node, std::string& into, const Key& key, Reading& reading);
void read_name(const YamlPtr& node, std::string& into, const Key& key, Reading& reading);
std::string as_it_is(const std::string& value, const Key& key);
void read_node(const YamlPtr& node, YamlPtr& into, const Key& key, Reading& reading);

// ---- The forms. ----

/// Any scalar, and one that is not empty.
inline constexpr auto text = make<std::string, read_text, as_it_is>(text_schema);
inline constexpr auto name = make<std::string, read_name, as_it_is>(name_schema);

/// A name, or a list of names.
extern const FormOf<std::vector<std::string>> names;
/// true or false
extern const FormOf<bool> flag;
/// 0 and more, of 64 bits.
extern const FormOf<std::uint64_t> seed;
/// A number between the key's bounds that need not be whole.
extern const FormOf<double> number;
/// "250ms", of at most 24 hours; bounds are milliseconds.
extern const FormOf<std::chrono::milliseconds> duration;
/// "10/s"
extern const FormOf<double> rate;
/// Names of events, or a number: NOTIF_AUDIT, [NOTIF_AUDIT, 64], "NOTIF_AUDIT|NOTIF_HA_INFO".
extern const FormOf<std::uint32_t> mask;
/// "00 01 a7"
extern const FormOf<Bytes> hex;
/// "7.8"
extern const FormOf<Release> release;
/// "confd"
extern const FormOf<Product> product;
/// One of the key's choices, as a text.
extern const FormOf<std::string> word;

/// A whole number between the key's bounds, which fit the type.
template <std::integral T>
void read_integer(const YamlPtr& node, T& into, const Key& key, Reading& reading) {
    if (const auto value = detail::read_integer(*node, key, reading)) into = static_cast<T>(*value);
}
template <std::integral T>
std::string integer_text(const T& value, const Key&) {
    return detail::integer_text(static_cast<std::int64_t>(value));
}
template <std::integral T>
inline constexpr auto integer = make<T, read_integer<T>, integer_text<T>>(integer_schema);

/// One of the key's choices, which are named in the order of the enumeration.
template <class E>
    requires std::is_enum_v<E>
void read_choice(const YamlPtr& node, E& into, const Key& key, Reading& reading) {
    if (const auto index = detail::read_choice(*node, key, reading)) into = static_cast<E>(*index);
}
template <class E>
    requires std::is_enum_v<E>
std::string choice_text(const E& value, const Key& key) {
    return std::string(key.rules.choices[static_cast<std::size_t>(value)]);
}
template <class E>
inline constexpr auto choice = make<E, read_choice<E>, choice_text<E>>(choice_schema);

/// A node that is kept for later, with variables written out or as it stands in the file.
constexpr FormOf<YamlPtr> node(Form::Schema schema = any_schema) {
    return make<YamlPtr, read_node>(schema);
}
constexpr FormOf<YamlPtr> raw_node(Form::Schema schema = any_schema) {
    auto form = node(schema);
    form.raw = true;
    return form;
}

/// One of the key's choices or a list of them, as bits in their order.
extern const FormOf<std::uint8_t> bits;

/// A date and time, and a list of maps, that are read later.
inline constexpr auto unread_time = node(datetime_schema);
inline constexpr auto unread_maps = raw_node(maps_schema);

}  // namespace forms

template <class T>
struct UsualForm {
    static_assert(std::is_enum_v<T>, "members of this type have no usual form: name one");
    static constexpr const auto& form = forms::choice<T>;
};
template <std::integral T>
struct UsualForm<T> {
    static constexpr const auto& form = forms::integer<T>;
};
template <>
struct UsualForm<bool> {
    static constexpr const auto& form = forms::flag;
};
template <>
struct UsualForm<std::chrono::milliseconds> {
    static constexpr const auto& form = forms::duration;
};
template <>
struct UsualForm<Release> {
    static constexpr const auto& form = forms::release;
};
template <>
struct UsualForm<Product> {
    static constexpr const auto& form = forms::product;
};

}  // namespace confd::sim
