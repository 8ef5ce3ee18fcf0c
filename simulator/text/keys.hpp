// SPDX-License-Identifier: Apache-2.0
// The keys of a map in a scenario file, each declared once, in a table beside the struct that it
// fills:
//
//     struct Await : StepSpec {
//         std::string role = "all";
//         std::chrono::milliseconds within = default_await;
//     };
//     constexpr Key keys[] = {
//         key<&Await::role>("role", forms::role, "whose subscribers"),
//         key<&Await::within>("within", "how long to wait"),
//     };
//
// Reading, messages, defaults (those of the struct), the JSON Schema for editors and the tables in
// the documentation go by the table and by the forms of its keys (forms.hpp).
#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "simulator/text/diagnostics.hpp"
#include "simulator/text/variables.hpp"
#include "simulator/text/yaml.hpp"

namespace confd::sim {

struct Key;
struct MapShape;

/// What reading goes by. Loaders add what names stand for.
struct Reading {
    explicit Reading(Diagnostics& reports, const Scope* variables = nullptr)
        : diagnostics(reports), first(variables), last(variables) {}

    Diagnostics& diagnostics;
    /// Variables as in the first and in the last round of the repeats around: what is right in both
    /// is taken to be right in between. Null: `$` means nothing.
    const Scope* first;
    const Scope* last;
};

/// How values of one kind are written. One object for each kind; the functions see members as void.
struct Form {
    using Read = void (*)(const YamlPtr& node, void* into, const Key& key, Reading& reading);
    using Schema = boost::json::object (*)(const Key& key);
    using Text = std::string (*)(const void* from, const Key& key);

    Read read;      ///< reports what is wrong, and leaves the member then
    Schema schema;  ///< what read() takes; variables, which may stand for anything, aside
    Text text;      ///< a member's value as it would be written; null where that is never asked for
    /// read() gets what stands in the file: maps whose keys are read one by one, and what depends
    /// on the round of a repeat. Otherwise variables have been written out.
    bool raw = false;
    bool literal = false;  ///< no variable may stand for it
};

/// The form of members of this type.
template <class T>
struct FormOf : Form {};

/// Whether a key must be there.
enum class Presence : std::uint8_t {
    optional,
    required,
    one_of,  ///< exactly one of the keys of the map that say this
    any_of,  ///< at least one of those
};

/// What else a table can say of a key.
struct KeyRules {
    Presence presence = Presence::optional;
    /// Its value may stand alone in place of the map: `await: 2` is `await: {count: 2}`.
    bool alone = false;
    /// What holds without the key, where that is not what the member has; for people.
    std::string_view otherwise = {};
    std::span<const std::string_view> choices = {};  ///< in the order of an enumeration
    std::int64_t low = std::numeric_limits<std::int64_t>::min();  ///< durations: milliseconds
    std::int64_t high = std::numeric_limits<std::int64_t>::max();
    std::string_view what = {};           ///< a value, in messages: "a weight"
    std::string_view with = {};           ///< another key that it goes with
    std::string_view without = {};        ///< another key that it does not go with
    std::string_view older_name_of = {};  ///< of the same: one of them
    const MapShape* map = nullptr;        ///< of maps inside
};

struct Key {
    std::string_view name;
    const Form* form;
    std::string_view doc;  ///< a line
    KeyRules rules;
    const void* member;                      ///< member_id: tells members apart
    void* (*place)(void* owner);             ///< where the value goes
    const void* (*peek)(const void* owner);  ///< the value; null when there is none
};

template <auto Member>
inline constexpr char member_id = 0;

namespace detail {

template <class T>
struct Member;
template <class C, class T>
struct Member<T C::*> {
    using Owner = C;
    using Type = T;
    using Held = T;
};
template <class C, class T>
struct Member<std::optional<T> C::*> {
    using Owner = C;
    using Type = std::optional<T>;
    using Held = T;
};
template <auto M>
using MemberOf = Member<decltype(M)>;

template <auto M, class Owner>
void* place(void* owner) {
    auto& member = static_cast<Owner*>(owner)->*M;
    using Of = MemberOf<M>;
    if constexpr (std::is_same_v<typename Of::Type, typename Of::Held>) {
        return &member;
    } else {
        return &member.emplace();
    }
}
template <auto M, class Owner>
const void* peek(const void* owner) {
    const auto& member = static_cast<const Owner*>(owner)->*M;
    using Of = MemberOf<M>;
    if constexpr (std::is_same_v<typename Of::Type, typename Of::Held>) {
        return &member;
    } else {
        return member ? &*member : nullptr;
    }
}

}  // namespace detail

/// The usual form of a type; specialised in forms.hpp.
template <class T>
struct UsualForm;

/// `Owner` is the struct that is filled, where it inherits the member. The value goes into an
/// optional member as into another.
template <auto M, class Owner = detail::MemberOf<M>::Owner>
constexpr Key key(std::string_view name, const FormOf<typename detail::MemberOf<M>::Held>& form,
                  std::string_view doc, KeyRules rules = {}) {
    return {
        name, &form, doc, rules, &member_id<M>, detail::place<M, Owner>, detail::peek<M, Owner>};
}
template <auto M, class Owner = detail::MemberOf<M>::Owner>
constexpr Key key(std::string_view name, std::string_view doc, KeyRules rules = {}) {
    return key<M, Owner>(name, UsualForm<typename detail::MemberOf<M>::Held>::form, doc, rules);
}

/// A map with declared keys.
struct MapShape {
    std::string_view what;  ///< in messages: "the keys of await"
    std::string_view doc;
    std::span<const Key> keys;
    /// An object that has the defaults; null when the keys are of several.
    std::shared_ptr<void> (*make)() = nullptr;
    /// Adds to the JSON Schema of the map what the table does not say.
    void (*refine)(boost::json::object& schema) = nullptr;
};

/// The shape of a T: default-constructible, or a step.
template <class T>
constexpr MapShape shape_of(std::string_view what, std::string_view doc, std::span<const Key> keys,
                            void (*refine)(boost::json::object&) = nullptr) {
    const auto make = []() -> std::shared_ptr<void> {
        if constexpr (std::is_default_constructible_v<T>) {
            return std::make_shared<T>();
        } else {
            return std::make_shared<T>(Place());
        }
    };
    return {what, doc, keys, make, refine};
}

/// The key that may stand alone; null without one.
const Key* lone_key(std::span<const Key> keys);
/// The default of a key as it would be written; empty for none.
std::string default_text(const MapShape& shape, const Key& key);
/// The same, where `usual` has the defaults; none when it is null.
std::string default_text(const Key& key, const void* usual);

/// What a map has given.
class Given {
  public:
    explicit Given(YamlPtr map) : map_(std::move(map)) {}

    /// What stands under the key of this member, as in the file; null when it is not there.
    template <auto M>
    YamlPtr node() const {
        return find(&member_id<M>);
    }
    template <auto M>
    bool has() const {
        return node<M>() != nullptr;
    }
    /// The place of the key's value, or of the map.
    template <auto M>
    const Place& place() const {
        const auto value = node<M>();
        return value == nullptr ? map_->place : value->place;
    }
    /// The map, or what stands in its place.
    const YamlNode& map() const { return *map_; }

    YamlPtr find(const void* member) const;
    void add(const Key& key, YamlPtr node) { found_.emplace_back(&key, std::move(node)); }

  private:
    YamlPtr map_;
    std::vector<std::pair<const Key*, YamlPtr>> found_;
};

/// Keys, and the struct that they fill. Null: they may be there, and are not read.
struct KeyPart {
    std::span<const Key> keys;
    void* into;
};

/// Reads the map into the structs. Reports unknown and missing keys, those that do not go together
/// and what is wrong with values; members keep their defaults then.
Given read_keys(const YamlPtr& node, std::string_view what, std::span<const KeyPart> parts,
                Reading& reading);
/// The same of one struct, which is what the shape is of.
Given read_keys(const YamlPtr& node, const MapShape& shape, void* into, Reading& reading);

}  // namespace confd::sim
