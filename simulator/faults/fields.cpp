// SPDX-License-Identifier: Apache-2.0
#include "simulator/faults/fields.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "generate/events.hpp"
#include "protocol/notification/notification.hpp"
#include "simulator/faults/random.hpp"
#include "text/nearest.hpp"

namespace confd::sim {
namespace {

/// Elements of one list or tuple among which a field is looked for: each costs a decoding.
constexpr std::size_t most_siblings = 1024;

/// No tag of the format, so every reader stops there.
constexpr std::uint8_t no_tag = 0;

/// "vb[7].val" as "vb[0].val".
std::string with_first_indices(std::string_view path) {
    std::string out;
    bool inside = false;
    for (const char c : path) {
        if (c == ']') out += '0';
        inside = c == '[' || (inside && c != ']');
        if (!inside || c == '[') out += c;
    }
    return out;
}

class FieldFinder {
  public:
    FieldFinder(ByteView payload, const WireContext& context)
        : payload_(payload.begin(), payload.end()), options_{.context = context} {}

    std::optional<TermPlace> find(const TermPlace& parent, std::string_view wanted) {
        auto elements = elements_of(payload_, parent);
        elements.resize(std::min(elements.size(), most_siblings));
        for (const auto& element : elements) {
            const auto path = path_at(element.at);
            if (path.empty()) continue;
            const auto dot = path.find('.');
            const auto below_key = dot == std::string::npos ? "" : path.substr(dot + 1);
            if (wanted == path || wanted == below_key) return element;
            // A record in a tuple of its own has the path of the event: its key.
            if (dot == std::string::npos || contains(path, wanted) || contains(below_key, wanted)) {
                if (const auto inside = find(element, wanted)) return inside;
            }
        }
        return std::nullopt;
    }

    /// Names of everything below, with the event's key in front and without.
    void collect(const TermPlace& parent, std::set<std::string>& names) {
        for (const auto& element : elements_of(payload_, parent)) {
            const auto path = path_at(element.at);
            if (path.empty()) continue;
            const auto name = with_first_indices(path);
            names.insert(name);
            if (const auto dot = name.find('.'); dot != std::string::npos) {
                names.insert(name.substr(dot + 1));
            }
            collect(element, names);
        }
    }

    /// What the decoder calls the term that begins there; empty when it does not come so far.
    std::string path_at(std::size_t at) {
        const auto tag = std::exchange(payload_[at], no_tag);
        const auto decoded = decode_notification(payload_, scratch_, options_);
        payload_[at] = tag;
        return decoded || decoded.error().offset != at ? "" : decoded.error().path;
    }

  private:
    static bool contains(std::string_view outer, std::string_view inner) {
        return !outer.empty() && inner.size() > outer.size() && inner.starts_with(outer) &&
               (inner[outer.size()] == '.' || inner[outer.size()] == '[');
    }

    Bytes payload_;
    Notification scratch_;
    DecodeOptions options_;
};

// ---- Events of which to learn the names. ----

/// Enough that each form of an event, and a list with something in it, is among them.
constexpr std::int64_t samples = 64;

constexpr WireContext every_context[] = {
    {Dialect::v6x, Product::confd}, {Dialect::v6x, Product::nso},   {Dialect::v7x, Product::confd},
    {Dialect::v7x, Product::nso},   {Dialect::v8x, Product::confd}, {Dialect::v8x, Product::nso},
};

Bytes sample_event(std::uint32_t type, const WireContext& context, std::int64_t n) {
    Choice choices(0, 0, n);
    Bytes payload;
    // What the generator makes for a context can be written for it.
    static_cast<void>(
        encode_notification(generate_notification(choices, type, context), payload, context));
    return payload;
}

}  // namespace

std::vector<TermPlace> elements_of(ByteView payload, const TermPlace& term) {
    std::vector<TermPlace> out;
    TermReader reader(payload.subspan(term.at, term.size), {}, term.at);
    ListHead head;
    if (reader.peek() == TermKind::tuple) {
        reader.tuple(head.count);
    } else if (reader.peek() == TermKind::list) {
        reader.list(head);
    }
    if (head.string) return out;
    for (std::uint32_t i = 0; i < head.count; ++i) {
        const auto at = reader.offset();
        if (!reader.skip()) return out;
        out.push_back({at, reader.offset() - at});
    }
    return out;
}

TermPlace root_of(ByteView payload) {
    return {1, payload.size() - 1};
}

std::optional<TermPlace> find_field(ByteView payload, std::string_view path,
                                    const WireContext& context) {
    if (payload.size() < 2) return std::nullopt;
    return FieldFinder(payload, context).find(root_of(payload), path);
}

std::string field_at(ByteView payload, const TermPlace& term, const WireContext& context) {
    return FieldFinder(payload, context).path_at(term.at);
}

bool may_have_field(std::uint32_t types, std::string_view path, std::string& meant) {
    const auto wanted = with_first_indices(path);
    std::set<std::string> names;
    for (std::int64_t n = 0; n < samples; ++n) {
        for (const auto type : event_types()) {
            if (types != 0 && (types & type) == 0) continue;
            for (const auto& context : every_context) {
                const auto payload = sample_event(type, context, n);
                FieldFinder(payload, context).collect(root_of(payload), names);
                if (names.contains(wanted)) return true;
            }
        }
    }
    const std::vector<std::string_view> candidates(names.begin(), names.end());
    meant = nearest(path, candidates);
    return false;
}

}  // namespace confd::sim
