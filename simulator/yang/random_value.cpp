// SPDX-License-Identifier: Apache-2.0
#include "simulator/yang/random_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <vector>

#include "protocol/value/text.hpp"
#include "simulator/workload/names.hpp"
#include "simulator/yang/describe_type.hpp"
#include "simulator/yang/libyang.hpp"
#include "simulator/yang/pattern.hpp"
#include "simulator/yang/typed_value.hpp"
#include "simulator/yang/typedefs.hpp"

namespace confd::sim::yang {
namespace {

/// Candidates tried for one leaf.
constexpr int max_tries = 24;
/// Longer texts and bytes than a range demands.
constexpr std::uint64_t extra_length = 12;
/// Steps of an instance-identifier.
constexpr int max_steps = 4;

/// Texts of a server at work, where a type takes one.
constexpr std::string_view usual_texts[] = {
    "eth0",      "eth1",   "ge0/0/1",          "edge1",
    "core2",     "uplink", "to edge2",         "admin",
    "linecard1", "blue",   "link to the roof", "edge1.example.com"};
/// Numbers without a range are counted up to here.
constexpr std::uint64_t usual_span = 100'000;

/// Texts that well-known patterns, and many others, accept.
constexpr std::string_view samples[] = {
    "a",
    "eth0",
    "1",
    "0",
    "en",
    "/",
    "192.0.2.1",
    "2001:db8::1",
    "192.0.2.0/24",
    "2001:db8::/32",
    "2026-11-22T10:00:00Z",
    "1.3.6.1.4.1",
    "00:11:22:33:44:55",
    "host.example.com",
    "http://example.com/",
    "123e4567-e89b-12d3-a456-426614174000",
    "2026-11-22",
    "10:00:00",
    "",
};

class Candidate {
  public:
    Candidate(const lysc_node& leaf, const ValueSource& source)
        : leaf_(leaf), source_(source), choices_(source.choices) {}

    std::optional<std::string> of(const lysc_type& type) {
        switch (type.basetype) {
            case LY_TYPE_INT8:
                return signed_number<std::int8_t>(type);
            case LY_TYPE_INT16:
                return signed_number<std::int16_t>(type);
            case LY_TYPE_INT32:
                return signed_number<std::int32_t>(type);
            case LY_TYPE_INT64:
                return signed_number<std::int64_t>(type);
            case LY_TYPE_UINT8:
                return unsigned_number<std::uint8_t>(type);
            case LY_TYPE_UINT16:
                return unsigned_number<std::uint16_t>(type);
            case LY_TYPE_UINT32:
                return unsigned_number<std::uint32_t>(type);
            case LY_TYPE_UINT64:
                return unsigned_number<std::uint64_t>(type);
            case LY_TYPE_DEC64: {
                const auto& decimal = as<lysc_type_dec>(type);
                return decimal_text(in_range<std::int64_t>(decimal.range), decimal.fraction_digits);
            }
            case LY_TYPE_BOOL:
                return choices_.flip() ? "true" : "false";
            case LY_TYPE_EMPTY:
                return std::string();
            case LY_TYPE_ENUM:
                return pick(sized(as<lysc_type_enum>(type).enums)).name;
            case LY_TYPE_BITS:
                return bits(as<lysc_type_bits>(type));
            case LY_TYPE_BINARY:
                return base64(length(as<lysc_type_bin>(type).length));
            case LY_TYPE_IDENT:
                return identity(as<lysc_type_identityref>(type));
            case LY_TYPE_INST:
                return instance();
            case LY_TYPE_LEAFREF:
                return leafref(as<lysc_type_leafref>(type));
            case LY_TYPE_UNION:
                return of(*pick(sized(as<lysc_type_union>(type).types)));
            default:
                return text(as<lysc_type_str>(type));
        }
    }

  private:
    template <class T>
    T& pick(std::span<T> items) {
        return items[choices_.below(items.size())];
    }

    /// The ends of a range are drawn as often as all that is between.
    template <class T>
    T between(T low, T high) {
        const auto span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
        if (source_.now) {
            const T from = low < 0 && high >= 0 ? T{0} : low;
            const auto most = std::min(
                static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(from), usual_span);
            return static_cast<T>(static_cast<std::uint64_t>(from) + choices_.below(most + 1));
        }
        switch (choices_.below(3)) {
            case 0:
                return low;
            case 1:
                return high;
            default:
                return static_cast<T>(
                    static_cast<std::uint64_t>(low) +
                    choices_.below(span == std::numeric_limits<std::uint64_t>::max() ? span
                                                                                     : span + 1));
        }
    }

    template <class T>
    T in_range(const lysc_range* range) {
        using Limits = std::numeric_limits<T>;
        if (range == nullptr) return between<T>(Limits::min(), Limits::max());
        const auto& part = pick(sized(range->parts));
        if constexpr (std::is_signed_v<T>) {
            return between<T>(static_cast<T>(part.min_64), static_cast<T>(part.max_64));
        } else {
            return between<T>(static_cast<T>(part.min_u64), static_cast<T>(part.max_u64));
        }
    }

    template <class T>
    std::string signed_number(const lysc_type& type) {
        return std::to_string(in_range<T>(as<lysc_type_num>(type).range));
    }
    template <class T>
    std::string unsigned_number(const lysc_type& type) {
        return std::to_string(in_range<T>(as<lysc_type_num>(type).range));
    }

    std::uint64_t length(const lysc_range* range) {
        if (range == nullptr) return choices_.below(extra_length + 1);
        const auto& part = pick(sized(range->parts));
        const auto most = std::min(part.max_u64, part.min_u64 + extra_length);
        // A least length beyond reason is left for the check to refuse.
        return std::min<std::uint64_t>(part.min_u64 + choices_.below(most - part.min_u64 + 1),
                                       max_sample);
    }

    std::string bits(const lysc_type_bits& type) {
        std::string out;
        for (const auto& bit : sized(type.bits)) {
            if (choices_.flip()) out += (out.empty() ? "" : " ") + std::string(bit.name);
        }
        return out;
    }

    std::string base64(std::uint64_t bytes) {
        // Any three bytes are four letters; the last group is filled up with what has no bits left.
        std::string out;
        for (; bytes >= 3; bytes -= 3)
            out += letters(4);
        if (bytes == 2) out += letters(2) + "A=";
        if (bytes == 1) out += letters(1) + "A==";
        return out;
    }
    std::string letters(int count) {
        std::string out;
        for (; count > 0; --count)
            out.push_back(static_cast<char>('A' + choices_.below(26)));
        return out;
    }

    std::optional<std::string> identity(const lysc_type_identityref& type) {
        const auto all = derived_from(type);
        if (all.empty()) return std::nullopt;
        const auto& chosen = *pick(std::span(all));
        return fmt::format("{}:{}", chosen.module->name, chosen.name);
    }

    // ---- References ----

    std::optional<std::string> leafref(const lysc_type_leafref& type) {
        if (type.require_instance == 0) return of(*type.realtype);
        const auto* target = leafref_target(leaf_, type);
        std::vector<std::string> texts;
        for_each_node(*source_.root, [&](const lyd_node& node) {
            if (node.schema == target) texts.emplace_back(lyd_get_value(&node));
        });
        if (texts.empty()) return std::nullopt;
        return pick(std::span(texts));
    }

    std::optional<std::string> instance() {
        if (source_.inside_path) return std::nullopt;
        auto nodes = top_nodes();
        std::string path;
        const lysc_node* parent = nullptr;
        for (int step = 0; step < max_steps && !nodes.empty(); ++step) {
            const auto& node = *pick(std::span(nodes));
            const bool new_module = parent == nullptr || parent->module != node.module;
            path += new_module ? fmt::format("/{}:{}", node.module->name, node.name)
                               : fmt::format("/{}", node.name);
            if (!predicates(node, path)) return std::nullopt;
            if (is_leaf(node) || choices_.flip()) return path;
            parent = &node;
            nodes = children_of(node);
        }
        if (path.empty()) return std::nullopt;
        return path;
    }

    /// What the data that is served can have at the top.
    std::vector<const lysc_node*> top_nodes() const {
        std::vector<const lysc_node*> out;
        for (const auto* module : source_.served) {
            if (module->compiled == nullptr) continue;
            for (const lysc_node* node = nullptr;
                 (node = lys_getnext(node, nullptr, module->compiled, 0)) != nullptr;) {
                const auto data = LYS_CONTAINER | LYS_LIST | LYS_LEAF | LYS_LEAFLIST;
                if ((node->nodetype & data) != 0) out.push_back(node);
            }
        }
        return out;
    }

    bool predicates(const lysc_node& node, std::string& path) {
        if (node.nodetype == LYS_LEAFLIST) return predicate(node, ".", path);
        if (node.nodetype != LYS_LIST) return true;
        for (const auto* key : children_of(node)) {
            if ((key->flags & LYS_KEY) != 0 && !predicate(*key, key->name, path)) return false;
        }
        return (node.flags & LYS_KEYLESS) == 0;
    }
    bool predicate(const lysc_node& leaf, std::string_view name, std::string& path) {
        // A key that is a path itself would have no end.
        auto source = source_;
        source.inside_path = true;
        const auto value = random_value(leaf, source);
        if (!value || value->find('\'') != std::string::npos) return false;
        path += fmt::format("[{}='{}']", name, *value);
        return true;
    }

    // ---- Texts ----

    std::string text(const lysc_type_str& type) {
        switch (typedef_of(leaf_, reinterpret_cast<const lysc_type&>(type))) {
            case ValueType::datetime:
                return datetime();
            case ValueType::oid:
                return fmt::format("1.3.6.1.4.1.{}", choices_.below(1U << 31));
            case ValueType::ipv4:
                return to_text(address4());
            case ValueType::ipv6:
                return to_text(address6());
            case ValueType::ipv4prefix:
                return fmt::format("{}/{}", to_text(address4()), choices_.below(33));
            case ValueType::ipv6prefix:
                return fmt::format("{}/{}", to_text(address6()), choices_.below(129));
            default:
                break;
        }
        if (source_.now && choices_.flip()) return std::string(choices_.of(usual_texts));
        if (!source_.now && choices_.below(8) == 7) return std::string(choices_.of(samples));
        for (const auto* pattern : sized(type.patterns)) {
            if (!pattern->inverted) return sample_pattern(pattern->expr, choices_);
        }
        std::string out;
        for (auto left = length(type.length); left > 0; --left)
            out.push_back(static_cast<char>('a' + choices_.below(26)));
        return out;
    }

    Ip4 address4() {
        if (source_.now) return workload::address4(choices_);
        const auto byte = [&] { return static_cast<std::uint8_t>(choices_.below(256)); };
        return {byte(), byte(), byte(), byte()};
    }
    Ip6 address6() {
        if (source_.now) return workload::address6(choices_);
        Ip6 out;
        for (auto& word : out)
            word = static_cast<std::uint16_t>(choices_.flip() ? choices_.below(0x10000) : 0);
        return out;
    }

    std::string datetime() {
        if (source_.now) {
            const auto ago = std::chrono::seconds(choices_.below(3600));
            return to_text(
                to_datetime(std::chrono::floor<std::chrono::seconds>(*source_.now - ago)));
        }
        Datetime out;
        out.year = static_cast<std::int16_t>(1970 + choices_.below(100));
        out.month = static_cast<std::uint8_t>(1 + choices_.below(12));
        out.day = static_cast<std::uint8_t>(1 + choices_.below(28));
        out.hour = static_cast<std::uint8_t>(choices_.below(24));
        out.min = static_cast<std::uint8_t>(choices_.below(60));
        out.sec = static_cast<std::uint8_t>(choices_.below(60));
        if (choices_.flip()) out.micro = static_cast<std::uint32_t>(choices_.below(1'000'000));
        out.zone.timezone = static_cast<std::int8_t>(choices_.below(13));
        return to_text(out);
    }

    const lysc_node& leaf_;
    const ValueSource& source_;
    Choices& choices_;
};

bool accepted(const lysc_node& leaf, const std::string& text) {
    const auto result = lyd_value_validate(leaf.module->ctx, &leaf, text.data(), text.size(),
                                           nullptr, nullptr, nullptr);
    return result == LY_SUCCESS || result == LY_EINCOMPLETE;
}

}  // namespace

std::optional<std::string> random_value(const lysc_node& leaf, const ValueSource& source) {
    Candidate candidate(leaf, source);
    std::optional<std::string> out;
    for (int tries = 0; tries < max_tries && !out; ++tries) {
        auto text = candidate.of(type_of(leaf));
        if (text && accepted(leaf, *text)) out = std::move(text);
    }
    // Choices that have run out draw the same over and over.
    for (const auto sample : samples) {
        if (out || type_of(leaf).basetype != LY_TYPE_STRING) break;
        if (accepted(leaf, std::string(sample))) out = sample;
    }
    ly_err_clean(leaf.module->ctx, nullptr);
    return out;
}

}  // namespace confd::sim::yang
