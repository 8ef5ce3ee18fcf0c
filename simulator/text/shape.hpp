// What may stand in a scenario file, declared once. The loader holds files against it, messages
// name it, and the JSON Schema for editors is made of it.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace confd::sim {

/// What stands under a key. How each is written in a file is said by takes_text().
enum class Takes : std::uint8_t {
    text,
    name,
    integer,
    seed,
    number,
    flag,
    duration,
    rate,
    role,
    send_id,
    mask,
    event,
    fields,
    notification,
    datetime,
    release,
    releases,
    product,
    term,
    hex,
    weights,
    choice,
    names,
    map,
    maps,
    steps,
    step_lists,
    any,
};

struct MapShape;

struct Key {
    std::string_view name;
    Takes takes = Takes::any;
    std::string_view doc;
    bool required = false;
    /// What holds without the key, as it would be written; for people.
    std::string_view otherwise = {};
    std::span<const std::string_view> choices = {};               ///< of Takes::choice
    const MapShape* map = nullptr;                                ///< of Takes::map and Takes::maps
    std::int64_t low = std::numeric_limits<std::int64_t>::min();  ///< of Takes::integer
    std::int64_t high = std::numeric_limits<std::int64_t>::max();
};

/// A map with declared keys, or in its place one thing that is short for it.
struct MapShape {
    std::string_view what;  ///< in messages: "the keys of await"
    std::string_view doc;
    std::span<const Key> keys;
    /// The key that a bare value stands for: `await: 2` is `await: {count: 2}`; empty for none.
    std::string_view shorthand = {};
};

constexpr const Key* find_key(const MapShape& shape, std::string_view name) {
    for (const auto& key : shape.keys) {
        if (key.name == name) return &key;
    }
    return nullptr;
}

}  // namespace confd::sim
