// SPDX-License-Identifier: Apache-2.0
// Typed values: from bytes, from text and made from the input. What is read is written and read
// again; what is printed parses back.
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/input.hpp"
#include "fuzz/libei.hpp"
#include "fuzz/oracle.hpp"
#include "generate/events.hpp"
#include "protocol/maapi/keypath.hpp"
#include "protocol/release.hpp"
#include "protocol/render/render.hpp"
#include "protocol/term/tree.hpp"
#include "protocol/utf8.hpp"
#include "protocol/value/calendar.hpp"
#include "protocol/value/text.hpp"
#include "protocol/value/value.hpp"
#include "text/nearest.hpp"
#include "text/units.hpp"

using namespace confd;

namespace {

Bytes written(const Value& value) {
    Bytes out;
    TermWriter writer(out);
    writer.version();
    write_value(writer, value);
    return out;
}

Result<Value> read_whole(ByteView payload) {
    TermReader reader(payload);
    Value value;
    if (reader.version() && read_value(reader, value) && reader.finish()) return value;
    return std::unexpected(reader.take_error());
}

/// Dates without a calendar (a 13th month) can be read and written, but not printed and parsed.
void check_time(const Value& value) {
    const auto* const time = std::get_if<Datetime>(&value.payload);
    if (time == nullptr) return;
    const auto point = to_time_point(*time);
    if (!point) return;
    FUZZ_REQUIRE(to_time_point(to_datetime(*point)) == point);
}

void check_printed(const Value& value) {
    FUZZ_REQUIRE(utf8_length(boost::json::serialize(to_json(value))).has_value());
    const auto line = printable_text(value);
    for (const auto character : line)
        FUZZ_REQUIRE(static_cast<unsigned char>(character) >= ' ' && character != '\x7f');
    const auto text = to_text(value);
    const auto parsed = parse_value(value.type, text);
    // Text and bytes print as what they are; others may hold what their text can't say.
    if (parsed) FUZZ_REQUIRE(to_text(*parsed) == text);
    const ObjectRef entry{{{{}, 0, ValueList{{value}}}, {1, 2, {}}}};
    const auto path = parse_keypath(to_text(entry));
    FUZZ_REQUIRE(path.has_value() && to_text(*path) == to_text(entry));
}

void check_value(ByteView payload, const Value& value) {
    fuzz::require_libei_agrees(payload);
    FUZZ_REQUIRE(read_payload(payload).has_value());
    const auto bytes = written(value);
    const auto again = read_whole(bytes);
    FUZZ_REQUIRE(again.has_value() && *again == value && written(*again) == bytes);
    FUZZ_REQUIRE(info_of(value.type).type == value.type);
    check_time(value);
    check_printed(value);
    fuzz::each_cut(payload.size(), [&](std::size_t cut) {
        const auto prefix = read_whole(payload.first(cut));
        FUZZ_REQUIRE(!prefix.has_value() && prefix.error().code == Errc::truncated);
    });
}

void check_bytes(ByteView payload) {
    const auto value = read_whole(payload);
    if (value) return check_value(payload, *value);
    FUZZ_REQUIRE(value.error().offset <= payload.size());
    FUZZ_REQUIRE(!value.error().message.empty());
}

void check_made(fuzz::Input& input) {
    const auto value = generate_value(input);
    const auto payload = written(value);
    FUZZ_REQUIRE(encode_payload(read_payload(payload).value()) == payload);
    const auto read = read_whole(payload);
    FUZZ_REQUIRE(read.has_value() && *read == value);
    check_value(payload, value);
}

template <class T>
void check_parsed(const std::optional<T>& parsed, std::optional<T> (*parse)(std::string_view)) {
    if (parsed) FUZZ_REQUIRE(parse(to_text(*parsed)) == parsed);
}

/// What stands beside values in options and scenarios.
void check_words(std::string_view text) {
    if (const auto span = parse_timespan(text)) {
        FUZZ_REQUIRE(parse_timespan(timespan_text(*span)) == span);
    }
    if (const auto size = parse_size(text)) FUZZ_REQUIRE(parse_size(size_text(*size)) == size);
    if (const auto release = parse_release(text)) {
        FUZZ_REQUIRE(parse_release(to_string(*release)) == release);
        FUZZ_REQUIRE(to_string(release->dialect()).size() == 2);
    }
    if (const auto product = parse_product(text)) {
        FUZZ_REQUIRE(parse_product(to_string(*product)) == product);
    }
    std::vector<std::string_view> names;
    for (const auto& info : value_types())
        names.push_back(info.name);
    const auto near = nearest(text, names);
    FUZZ_REQUIRE(near.empty() || find_value_type(near) != nullptr);
    if (find_value_type(text) != nullptr) FUZZ_REQUIRE(near == text);
}

/// Each parser, on any text: nothing, or what it prints parses to.
void check_text(std::string_view text) {
    check_parsed(parse_ip4(text), parse_ip4);
    check_parsed(parse_ip6(text), parse_ip6);
    check_parsed(parse_datetime(text), parse_datetime);
    check_parsed(parse_date(text), parse_date);
    check_parsed(parse_time(text), parse_time);
    check_parsed(parse_duration(text), parse_duration);
    check_parsed(parse_ip4_prefix(text), parse_ip4_prefix);
    check_parsed(parse_ip6_prefix(text), parse_ip6_prefix);
    if (const auto bytes = parse_hex(text)) FUZZ_REQUIRE(parse_hex(to_hex(*bytes)) == bytes);
    for (const auto& info : value_types()) {
        const auto value = parse_value(info.type, text);
        if (!value) continue;
        FUZZ_REQUIRE(value->type == info.type);
        FUZZ_REQUIRE(parse_value(info.type, to_text(*value)) == value);
        const auto read = read_whole(written(*value));
        FUZZ_REQUIRE(read.has_value() && *read == *value);
    }
    check_words(text);
    FUZZ_REQUIRE((find_value_type(text) == nullptr) || find_value_type(text)->name == text);
}

}  // namespace

/// The first byte chooses what the rest is: a payload, text, or choices.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    fuzz::Input input(data + 1, size - 1);
    switch (data[0] % 3) {
        case 0:
            check_bytes(input.rest());
            break;
        case 1:
            check_text(as_text(input.rest()));
            break;
        default:
            check_made(input);
    }
    return 0;
}
