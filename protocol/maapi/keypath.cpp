// SPDX-License-Identifier: Apache-2.0
#include "protocol/maapi/keypath.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <concepts>
#include <ranges>
#include <type_traits>

#include "protocol/utf8.hpp"
#include "protocol/value/text.hpp"

namespace confd {
namespace {

constexpr std::size_t most_fraction_digits = 18;

// ---- Names ----

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// A YANG identifier; it can't be mistaken for a number, nor end early.
bool is_identifier(std::string_view text) {
    const auto letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    if (text.empty() || !letter(text.front())) return false;
    return std::ranges::all_of(
        text, [&](char c) { return letter(c) || is_digit(c) || c == '-' || c == '.'; });
}

/// The name of a tag when it leads back to it, otherwise its number.
std::string local_text(std::uint32_t ns, std::uint32_t tag, const Names& names) {
    const auto name = names.name_of(ns, tag);
    if (name && is_identifier(*name) && names.tag_of(ns, *name) == tag) return std::string(*name);
    return std::to_string(tag);
}

std::string prefix_text(std::uint32_t ns, const Names& names) {
    const auto prefix = names.prefix_of(ns);
    if (prefix && is_identifier(*prefix) && names.namespace_of(*prefix) == ns) {
        return std::string(*prefix);
    }
    return std::to_string(ns);
}

std::string qualified_text(std::uint32_t ns, std::uint32_t tag, const Names& names) {
    return prefix_text(ns, names) + ':' + local_text(ns, tag, names);
}

std::optional<std::uint32_t> number_in(std::string_view text) {
    std::uint32_t number = 0;
    const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
    return number;
}

/// A namespace by its prefix or number, and a tag in it by its name or number.
std::optional<std::uint32_t> parse_prefix(std::string_view text, const Names& names) {
    return is_identifier(text) ? names.namespace_of(text) : number_in(text);
}
std::optional<std::uint32_t> parse_local(std::uint32_t ns, std::string_view text,
                                         const Names& names) {
    return is_identifier(text) ? names.tag_of(ns, text) : number_in(text);
}

std::optional<XmlTag> parse_qualified(std::string_view text, const Names& names) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto ns = parse_prefix(text.substr(0, colon), names);
    if (!ns) return std::nullopt;
    const auto tag = parse_local(*ns, text.substr(colon + 1), names);
    return tag ? std::optional(XmlTag{*ns, *tag}) : std::nullopt;
}

// ---- Quoting ----

bool stands_bare(std::string_view text) {
    constexpr std::string_view special = " \"{}[]\\\x7f";
    return !text.empty() && utf8_length(text) && std::ranges::none_of(text, [&](char c) {
        return static_cast<unsigned char>(c) < 0x20 || special.contains(c);
    });
}

std::string quoted_if_needed(std::string_view text) {
    if (stands_bare(text)) return std::string(text);
    const bool utf8 = utf8_length(text).has_value();
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += {'\\', c};
        } else if (c == '\n') {
            out += "\\n";
        } else if (byte < 0x20 || byte == 0x7f || (byte > 0x7f && !utf8)) {
            out += fmt::format("\\x{:02x}", byte);
        } else {
            out += c;
        }
    }
    return out + '"';
}

std::string tokens(const ValueList& list, const Names& names) {
    std::string out;
    for (const auto& item : list.items) {
        if (!out.empty()) out += ' ';
        out += quoted_if_needed(to_text(item, names));
    }
    return out;
}

// ---- Values ----

std::string decimal_text(const Decimal64& number) {
    const bool negative = number.value < 0;
    auto digits = std::to_string(number.value).substr(negative ? 1 : 0);
    const std::size_t after = number.fraction_digits;
    if (digits.size() <= after) digits.insert(0, after + 1 - digits.size(), '0');
    if (after > 0) digits.insert(digits.size() - after, 1, '.');
    return (negative ? "-" : "") + digits;
}

template <class T>
std::optional<T> parse_number(std::string_view text) {
    T number{};
    const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
    return number;
}

/// NaN and infinities are no values of the protocol.
std::optional<double> parse_finite(std::string_view text) {
    const auto number = parse_number<double>(text);
    return number && std::isfinite(*number) ? number : std::nullopt;
}

std::optional<Decimal64> parse_decimal(std::string_view text) {
    const auto point = std::min(text.find('.'), text.size());
    const auto after = text.size() - std::min(point + 1, text.size());
    if ((point < text.size() && after == 0) || after > most_fraction_digits) return std::nullopt;
    std::string digits(text);
    if (point < text.size()) digits.erase(point, 1);
    const auto number = parse_number<std::int64_t>(digits);
    if (!number) return std::nullopt;
    return Decimal64{*number, static_cast<std::uint8_t>(after)};
}

std::optional<Oid> parse_oid(std::string_view text) {
    Oid oid;
    for (const auto part : std::views::split(text, '.')) {
        const auto number = number_in(std::string_view(part));
        if (!number) return std::nullopt;
        oid.ids.push_back(*number);
    }
    return oid;
}

std::string payload_text(const Qname& name) {
    return name.prefix ? *name.prefix + ':' + name.name : name.name;
}
std::string payload_text(const Oid& oid) {
    return fmt::format("{}", fmt::join(oid.ids, "."));
}

template <class T>
std::optional<Value> typed(ValueType type, std::optional<T> payload) {
    if (!payload) return std::nullopt;
    return Value{type, std::move(*payload)};
}

std::optional<Value> parse_integer(const ValueTypeInfo& info, std::string_view text) {
    const auto number = parse_number<std::int64_t>(text);
    if (!number || *number < info.low || *number > info.high) return std::nullopt;
    return Value{info.type, *number};
}

std::optional<Value> parse_bytes(const ValueTypeInfo& info, std::string_view text) {
    auto bytes = parse_hex(text);
    const auto fixed = static_cast<std::size_t>(info.high);
    if (!bytes || (fixed != 0 && bytes->size() != fixed)) return std::nullopt;
    return Value{info.type, std::move(*bytes)};
}

std::optional<Value> parse_identity(std::string_view text, const Names& names) {
    const auto tag = parse_qualified(text, names);
    if (!tag) return std::nullopt;
    return Value{ValueType::identityref, IdentityRef{tag->ns, tag->tag}};
}

std::optional<Value> parse_qname(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) {
        return Value{ValueType::qname, Box<Qname>(Qname{{}, std::string(text)})};
    }
    return Value{ValueType::qname, Box<Qname>(Qname{std::string(text.substr(0, colon)),
                                                    std::string(text.substr(colon + 1))})};
}

// ---- Paths ----

/// Reads what to_text writes; the first thing wrong stays.
class PathParser {
  public:
    PathParser(std::string_view text, const Names& names) : rest_(text), names_(names) {}

    std::expected<ObjectRef, std::string> parse() {
        if (rest_ == "/") return ObjectRef{};
        if (rest_.empty()) return std::unexpected("an empty text is no path; the empty one is /");
        while (!rest_.empty() && problem_.empty())
            next();
        if (!problem_.empty()) return std::unexpected(std::move(problem_));
        std::ranges::reverse(path_.steps);
        return std::move(path_);
    }

  private:
    void next() {
        if (take('/')) return tag();
        if (take('{')) return keys();
        fail(fmt::format("expected / or {{ before '{}'", rest_));
    }

    bool take(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void fail(std::string problem) {
        if (problem_.empty()) problem_ = std::move(problem);
    }

    std::string_view until(std::string_view ends) {
        const auto word = rest_.substr(0, rest_.find_first_of(ends));
        rest_.remove_prefix(word.size());
        return word;
    }

    void tag() {
        const auto word = until("/{}");
        auto local = word;
        if (const auto colon = word.find(':'); colon != std::string_view::npos) {
            ns_ = parse_prefix(word.substr(0, colon), names_);
            if (!ns_) return fail(fmt::format("'{}' has no known prefix", word));
            local = word.substr(colon + 1);
        } else if (!ns_ && is_identifier(word)) {
            ns_ = names_.top_namespace(word);
            if (!ns_) return fail(fmt::format("'{}' is no known top node; give a prefix", word));
        }
        const auto number = ns_ ? parse_local(*ns_, local, names_) : number_in(local);
        if (!number) return fail(fmt::format("'{}' is no known name and no number", word));
        path_.steps.push_back({ns_, *number, {}});
    }

    void keys() {
        const auto list = list_so_far();
        ValueList keys;
        while (problem_.empty() && !take('}')) {
            if (take(' ')) continue;
            if (rest_.empty()) return fail("the keys have no closing brace");
            key(list, keys);
        }
        path_.steps.push_back({{}, 0, std::move(keys)});
    }

    ObjectRef list_so_far() const { return {{path_.steps.rbegin(), path_.steps.rend()}}; }

    void key(const ObjectRef& list, ValueList& out) {
        const bool quotes = take('"');
        const auto text = quotes ? quoted() : std::string(until(" {}\""));
        if (!problem_.empty()) return;
        if (!quotes && text.empty()) return fail(fmt::format("a key can't begin '{}'", rest_));
        const auto type = names_.key_type(list, out.items.size()).value_or(ValueType::buf);
        auto value = parse_value(type, text, names_);
        if (!value) return fail(fmt::format("'{}' is no {}", text, info_of(type).name));
        out.items.push_back(std::move(*value));
    }

    /// The rest of a quoted key.
    std::string quoted() {
        std::string out;
        while (problem_.empty() && !take('"')) {
            if (rest_.empty()) {
                fail("a quoted key has no end");
            } else if (take('\\')) {
                out += escaped();
            } else {
                out += rest_.front();
                rest_.remove_prefix(1);
            }
        }
        return out;
    }

    char escaped() {
        if (take('n')) return '\n';
        if (take('"')) return '"';
        if (take('\\')) return '\\';
        const auto byte = take('x') ? parse_hex(rest_.substr(0, 2)) : std::nullopt;
        if (!byte || byte->size() != 1) {
            fail(R"(after a backslash: ", \, n or x and two digits)");
            return 0;
        }
        rest_.remove_prefix(2);
        return static_cast<char>(byte->front());
    }

    std::string_view rest_;
    const Names& names_;
    std::optional<std::uint32_t> ns_;
    ObjectRef path_;  // outermost first
    std::string problem_;
};

}  // namespace

std::optional<std::string_view> Names::name_of(std::uint32_t, std::uint32_t) const {
    return std::nullopt;
}
std::optional<std::uint32_t> Names::tag_of(std::uint32_t, std::string_view) const {
    return std::nullopt;
}
std::optional<std::string_view> Names::prefix_of(std::uint32_t) const {
    return std::nullopt;
}
std::optional<std::uint32_t> Names::namespace_of(std::string_view) const {
    return std::nullopt;
}
std::optional<std::uint32_t> Names::top_namespace(std::string_view) const {
    return std::nullopt;
}
std::optional<ValueType> Names::key_type(const ObjectRef&, std::size_t) const {
    return std::nullopt;
}

const Names& no_names() {
    static const Names none;
    return none;
}

ObjectRef qualified(ObjectRef path) {
    std::optional<std::uint32_t> ns;
    for (auto& step : std::views::reverse(path.steps)) {
        if (step.keys) continue;
        if (step.ns) ns = step.ns;
        step.ns = ns;
    }
    return path;
}

std::string to_text(const ObjectRef& path, const Names& names) {
    std::string out;
    std::optional<std::uint32_t> outer;
    for (const auto& step : std::views::reverse(path.steps)) {
        if (step.keys) {
            out += '{' + tokens(*step.keys, names) + '}';
            continue;
        }
        const auto ns = step.ns ? step.ns : outer;
        const auto local = ns ? local_text(*ns, step.tag, names) : std::to_string(step.tag);
        const bool implied =
            ns == outer || (!outer && is_identifier(local) && names.top_namespace(local) == ns);
        out += '/';
        if (!implied) out += prefix_text(*ns, names) + ':';
        out += local;
        outer = ns;
    }
    return out.empty() ? "/" : out;
}

std::expected<ObjectRef, std::string> parse_keypath(std::string_view text, const Names& names) {
    return PathParser(text, names).parse();
}

std::string to_text(const Value& value, const Names& names) {
    return std::visit(
        [&]<class T>(const T& payload) -> std::string {
            if constexpr (std::same_as<T, std::monostate>) {
                return std::string(info_of(value.type).name);
            } else if constexpr (std::same_as<T, std::string>) {
                return payload;
            } else if constexpr (std::is_arithmetic_v<T>) {
                return fmt::format("{}", payload);
            } else if constexpr (std::same_as<T, Box<Qname>>) {
                return payload_text(*payload);
            } else if constexpr (std::same_as<T, Oid>) {
                return payload_text(payload);
            } else if constexpr (std::same_as<T, Bytes>) {
                return to_hex(payload);
            } else if constexpr (std::same_as<T, Decimal64>) {
                return decimal_text(payload);
            } else if constexpr (std::same_as<T, IdentityRef>) {
                return qualified_text(payload.ns, payload.id, names);
            } else if constexpr (std::same_as<T, XmlTag>) {
                return qualified_text(payload.ns, payload.tag, names);
            } else if constexpr (std::same_as<T, ValueList>) {
                return '[' + tokens(payload, names) + ']';
            } else if constexpr (std::same_as<T, ObjectRef>) {
                return to_text(payload, names);
            } else {
                return to_text(payload);
            }
        },
        value.payload);
}

std::string printable_text(const Value& value, const Names& names) {
    // A list and a path have their own quotes inside.
    const bool nested = value.type == ValueType::list || value.type == ValueType::objectref;
    return nested ? to_text(value, names) : quoted_if_needed(to_text(value, names));
}

std::optional<Value> parse_value(ValueType type, std::string_view text, const Names& names) {
    const auto& info = info_of(type);
    switch (info.shape) {
        case ValueShape::nothing:
            return text == info.name ? std::optional(Value{type, {}}) : std::nullopt;
        case ValueShape::text:
            return Value::buf(std::string(text));
        case ValueShape::integer:
            return parse_integer(info, text);
        case ValueShape::unsigned_64:
            return typed(type, parse_number<std::uint64_t>(text));
        case ValueShape::floating:
            return typed(type, parse_finite(text));
        case ValueShape::boolean:
            if (text != "true" && text != "false") return std::nullopt;
            return Value{type, text == "true"};
        case ValueShape::ip4:
            return typed(type, parse_ip4(text));
        case ValueShape::ip6:
            return typed(type, parse_ip6(text));
        case ValueShape::qname:
            return parse_qname(text);
        case ValueShape::datetime:
            return typed(type, parse_datetime(text));
        case ValueShape::date:
            return typed(type, parse_date(text));
        case ValueShape::time:
            return typed(type, parse_time(text));
        case ValueShape::duration:
            return typed(type, parse_duration(text));
        case ValueShape::oid:
            return typed(type, parse_oid(text));
        case ValueShape::bytes:
            return parse_bytes(info, text);
        case ValueShape::ip4_prefix:
            return typed(type, parse_ip4_prefix(text));
        case ValueShape::ip6_prefix:
            return typed(type, parse_ip6_prefix(text));
        case ValueShape::decimal:
            return typed(type, parse_decimal(text));
        case ValueShape::identity:
            return parse_identity(text, names);
        case ValueShape::tag:
            return typed(type, parse_qualified(text, names));
        case ValueShape::values:
        case ValueShape::path:
        case ValueShape::marker:
            break;
    }
    return std::nullopt;
}

}  // namespace confd
