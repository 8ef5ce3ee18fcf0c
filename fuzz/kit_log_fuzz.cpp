// SPDX-License-Identifier: Apache-2.0
// What the kit reads of others: the log of a case beside what a client printed, reports, and what
// decoders print.
#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <cstddef>
#include <cstdint>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/kit/client/checks.hpp"
#include "conformance/kit/client/output.hpp"
#include "conformance/kit/codec/compare.hpp"
#include "conformance/kit/report/html.hpp"
#include "conformance/kit/report/json.hpp"
#include "conformance/kit/report/json_text.hpp"
#include "conformance/kit/report/junit.hpp"
#include "conformance/kit/report/terminal.hpp"
#include "fuzz/input.hpp"
#include "fuzz/oracle.hpp"
#include "generate/events.hpp"
#include "protocol/render/render.hpp"
#include "protocol/utf8.hpp"
#include "protocol/value/text.hpp"

using namespace confd;
using namespace confd::kit;

namespace {

namespace json = boost::json;

/// One of each dialect.
constexpr std::array releases{Release{6, 6, 0}, Release{7, 8, 2}, Release{8, 2, 0}};

/// A case that looks at everything that a log may have.
const Case& whole_case(const WireContext& context) {
    static Case test{.id = "client/fuzz/all",
                     .features = {"diffs"},
                     .client = ClientSetup{.mask = 0xffffffff, .prints = true, .in_order = true}};
    test.client->release = releases.at(static_cast<std::size_t>(context.dialect));
    test.client->product = context.product;
    test.client->hello = "0b";
    test.client->subscription = "{_, _}";
    return test;
}

bool same(const Message& a, const Message& b) {
    return a.kind == b.kind && a.peer == b.peer && a.text == b.text && a.call == b.call &&
           a.bytes == b.bytes && a.from_peer == b.from_peer;
}

void check_exchange(const Log& log, const WireContext& context) {
    const auto exchange = exchange_of(log, context);
    FUZZ_REQUIRE(exchange.size() == log.messages.size());
    for (std::size_t i = 0; i < exchange.size(); ++i) {
        FUZZ_REQUIRE(parse_hex(exchange[i].bytes) == log.messages[i].bytes);
        FUZZ_REQUIRE(exchange[i].fields.empty() || parse_json(exchange[i].fields));
    }
}

/// The log, then after a NUL what the client printed.
void play_log(std::string_view input, const WireContext& context) {
    const auto end = std::min(input.find('\0'), input.size());
    const auto text = input.substr(0, end);
    const std::string output(input.substr(std::min(end + 1, input.size())));
    const auto log = parse_log(std::string(text));
    FUZZ_REQUIRE(log.text == text);
    check_exchange(log, context);
    (void)complaint(whole_case(context), log, output);
    (void)opened_maapi(log);
    // A log that is cut off tells the same as far as it goes.
    const auto first_lines = text.substr(0, text.rfind('\n', text.size() / 2) + 1);
    const auto part = parse_log(std::string(first_lines));
    FUZZ_REQUIRE(part.messages.size() <= log.messages.size());
    FUZZ_REQUIRE(std::ranges::equal(part.messages,
                                    log.messages | std::views::take(part.messages.size()), same));

    auto expected = expected_events(log, context);
    add_diffs(expected, log, context);
    (void)compare_output(expected, output);
    std::string printed;
    for (const auto& event : expected)
        printed += json::serialize(event) + "\r\n";
    FUZZ_REQUIRE(!compare_output(expected, printed));
}

void play_report(std::string_view text) {
    const auto loaded = read_run(text);
    if (!loaded) {
        FUZZ_REQUIRE(!loaded.error().empty());
        return;
    }
    const auto again = to_json_text(loaded->run);
    const auto twice = read_run(again);
    FUZZ_REQUIRE(twice.has_value());
    FUZZ_REQUIRE(to_json_text(twice->run) == again);
    FUZZ_REQUIRE(utf8_length(to_junit(loaded->run)).has_value());
    FUZZ_REQUIRE(summary(loaded->run, {}).find('\x1b') == std::string::npos);
    const Run* const runs[] = {&loaded->run};
    FUZZ_REQUIRE(utf8_length(to_html(runs)).has_value());
}

/// Events against themselves as they are printed, with one left out, and with another in its place.
void play_events(fuzz::Input& input, const WireContext& context) {
    std::vector<json::value> expected;
    std::vector<std::string> lines;
    const auto count = 1 + input.below(4);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto event = generate_notification(input, context);
        expected.emplace_back(to_json(event, {.context = context, .show_clearpass = true}));
        lines.push_back(json::serialize(expected.back()));
    }
    const auto chosen = input.below(count);
    const auto output = [&] {
        std::string out;
        for (const auto& line : lines)
            out += line + "\n";
        return out;
    };
    FUZZ_REQUIRE(!compare_output(expected, output()));
    const codec::Payload payload{
        .name = "fuzz", .bytes = {}, .context = context, .expected = expected[chosen].as_object()};
    const auto printed = parse_json(lines[chosen]);
    FUZZ_REQUIRE(printed && codec::difference(payload, printed->as_object()).empty());

    auto whole = std::exchange(lines[chosen], std::string(as_text(input.rest())));
    if (const auto other = parse_json(lines[chosen]); other && other->is_object()) {
        (void)codec::difference(payload, other->as_object());
    }
    (void)compare_output(expected, output());
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(chosen));
    FUZZ_REQUIRE(compare_output(expected, output()));
    lines.insert(lines.begin(), 2, whole);
    FUZZ_REQUIRE(compare_output(expected, output()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const auto selector = input.byte();
    const auto context = fuzz::context_of(selector);
    switch (selector >> 2 & 0x03U) {
        case 0:
        case 1:
            play_log(as_text(input.rest()), context);
            break;
        case 2:
            play_report(as_text(input.rest()));
            break;
        default:
            play_events(input, context);
    }
    return 0;
}
