// SPDX-License-Identifier: Apache-2.0
#include "simulator/scenario/hazards.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <concepts>
#include <type_traits>
#include <variant>

#include "protocol/maapi/keypath.hpp"
#include "protocol/session/handshake.hpp"
#include "simulator/maapi/served.hpp"

namespace confd::sim {
namespace {

/// The library's array for the text of an audit event; it cuts what is longer.
constexpr std::size_t text_array = 8192;
/// Lower numbers are not microseconds of any day since 1970 to the library.
constexpr std::int64_t least_timestamp = std::int64_t{1} << 31;

/// What a path is too long for, or nothing.
std::optional<std::string> size_hazard(const ObjectRef& path, Product product) {
    const auto room = keypath_room(product);
    if (path.steps.size() >= room.max_depth) {
        return fmt::format("a path of {} steps: the vendor's library holds {}, and crashes",
                           path.steps.size(), room.max_depth - 1);
    }
    for (const auto& step : path.steps) {
        if (!step.keys || step.keys->items.size() < room.max_key_length) continue;
        return fmt::format("an entry with {} keys: the vendor's library holds {}, and overruns",
                           step.keys->items.size(), room.max_key_length - 1);
    }
    return std::nullopt;
}

class Finder {
  public:
    Finder(Product product, const Schema* schema) : product_(product), schema_(schema) {}

    template <HasFields Body>
    void look(const Body& body) {
        for_each_field<Body>([&](const auto& entry) {
            if constexpr (requires { entry.name; }) {
                field_ = entry.name;
                if constexpr (std::same_as<typename std::remove_cvref_t<decltype(entry)>::Member,
                                           std::int64_t>) {
                    if (entry.time) timestamp(body.*entry.member);
                }
                value(body.*entry.member);
            }
        });
    }
    void look(const GenericNotification&) {}

    void tags(const StreamNotification& body) {
        if (body.type != STREAM_NOTIFICATION_EVENT) return;
        const auto at = maapi::first_unserved(schema_, body.values);
        if (!at) return;
        const auto& tag = body.values[*at];
        found_.push_back({true, "values", *at,
                          fmt::format("tag {}:{} is of no module that clients can load, and the "
                                      "vendor's library crashes without its name",
                                      tag.ns, tag.tag)});
    }

    std::vector<Hazard> take() { return std::move(found_); }

  private:
    void add(bool crashes, std::string text) {
        found_.push_back({crashes, field_, std::nullopt, std::move(text)});
    }

    void timestamp(std::int64_t micros) {
        if (micros >= least_timestamp) return;
        add(false, "microseconds since 1970 below 2^31 are garbage to the vendor's library");
    }

    void value(const std::string& text) {
        if (text.find('\0') != std::string::npos) {
            add(false, "the text ends at its NUL for the vendor's library");
        } else if (text.size() >= text_array) {
            add(false, fmt::format("a text of {} bytes: the vendor's library cuts it to its array, "
                                   "of {} at most",
                                   text.size(), text_array));
        }
    }
    void value(const Value& v) {
        if (const auto* text = std::get_if<std::string>(&v.payload)) value(*text);
        if (const auto* list = std::get_if<ValueList>(&v.payload)) value(list->items);
        if (const auto* path = std::get_if<ObjectRef>(&v.payload)) {
            if (auto text = size_hazard(*path, product_)) add(true, std::move(*text));
        }
    }
    void value(const TagValue& tagged) {
        if (tagged.marker == TagMarker::value) value(tagged.v);
    }
    void value(const NodeAddress& address) {
        if (const auto* text = std::get_if<std::string>(&address)) value(*text);
    }
    void value(const std::variant<std::string, std::int64_t>& either) {
        if (const auto* text = std::get_if<std::string>(&either)) value(*text);
    }
    template <class T>
    void value(const std::optional<T>& optional) {
        if (optional) value(*optional);
    }
    template <class T>
    void value(const std::vector<T>& items) {
        for (const auto& item : items)
            value(item);
    }
    template <class Row>
    void value(const Columns<Row>& columns) {
        value(columns.rows);
    }
    template <HasFields Record>
    void value(const Record& record) {
        for_each_field<Record>([&](const auto& entry) {
            if constexpr (requires { entry.name; }) value(record.*entry.member);
        });
    }
    /// Numbers, times and addresses.
    template <class T>
        requires(!HasFields<T> && !std::derived_from<T, std::string>)
    void value(const T&) {}

    Product product_;
    const Schema* schema_;
    std::string_view field_;
    std::vector<Hazard> found_;
};

}  // namespace

std::vector<Hazard> hazards_of(const Notification& event, Product product, const Schema* schema) {
    Finder finder(product, schema);
    if (const auto* stream = event.get<StreamNotification>()) finder.tags(*stream);
    std::visit([&](const auto& body) { finder.look(body); }, event.body);
    return finder.take();
}

std::optional<std::string> path_hazard(const ObjectRef& path, Product product,
                                       const Schema* schema) {
    if (auto text = size_hazard(path, product)) return text;
    if (maapi::is_served(schema, path)) return std::nullopt;
    return fmt::format(
        "no module that clients can load has a node {}, and the vendor's sample "
        "crashes without it",
        to_text(path));
}

bool crashes(const std::vector<Hazard>& hazards) {
    return std::ranges::any_of(hazards, &Hazard::crashes);
}

void warn(const Hazard& hazard, const Place& place, std::string_view left_out,
          Diagnostics& diagnostics) {
    if (!hazard.crashes) return diagnostics.warn(place, hazard.text);
    diagnostics.warn_left_out(place, fmt::format("{}; {}", hazard.text, left_out));
}

}  // namespace confd::sim
