// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/client/checks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/kit/client/output.hpp"
#include "protocol/session/ack.hpp"
#include "protocol/term/notation.hpp"
#include "protocol/value/text.hpp"

namespace confd::kit {
namespace {

std::optional<Complaint> check_hello(const Case& test, const Log& log) {
    if (test.client->hello.empty()) return std::nullopt;
    const bool about_maapi = is_maapi_hello(parse_hex(test.client->hello).value_or(Bytes{}));
    const auto hello =
        fmt::format("{}{:04x}", test.client->hello, test.client->release.protocol_version());
    for (const auto& message : log.messages) {
        if (message.kind != "hello" || is_maapi_hello(message.bytes) != about_maapi) continue;
        const auto found = to_hex(message.bytes);
        if (!found.starts_with(hello)) {
            return Complaint{fmt::format("a hello that begins with {}", hello), found};
        }
    }
    return std::nullopt;
}

/// Equal but for what is '_' in `expected`, which stands for anything.
bool fits(const Term& expected, const Term& found) {
    if (expected.is_atom("_")) return true;
    if (expected.kind() != TermKind::tuple || found.kind() != TermKind::tuple)
        return expected == found;
    return std::ranges::equal(expected.elements(), found.elements(), fits);
}

/// What this release sends: the last of five elements, the verbosity, came with 7.0.
Term subscription_of(const ClientSetup& client) {
    auto out = parse_term(client.subscription).value_or(Term());
    if (client.release.dialect() != Dialect::v6x || out.elements().size() < 5) return out;
    return Term::tuple({out.elements().begin(), out.elements().begin() + 4});
}

std::optional<Complaint> check_subscription(const Case& test, const Log& log) {
    if (test.client->subscription.empty()) return std::nullopt;
    const auto expected = subscription_of(*test.client);
    const auto text = to_string(expected);
    for (const auto& message : log.messages) {
        if (message.kind != "subscribe") continue;
        const auto found = read_payload(payload_of(message));
        if (!found) return Complaint{text, to_string(found.error())};
        if (!fits(expected, *found)) {
            return Complaint{fmt::format("the subscription {}", text), to_string(*found)};
        }
    }
    return std::nullopt;
}

/// The acknowledgements that were owed, in the order of their events, beside those that came.
std::optional<Complaint> check_order(const Case& test, const Log& log) {
    if (!test.client->in_order) return std::nullopt;
    const WireContext context{test.client->release.dialect(), test.client->product};
    std::vector<std::string> owed;
    std::vector<std::string> given;
    for (const auto& message : log.messages) {
        if (message.kind == "ack") given.push_back(message.call);
        if (message.kind != "event") continue;
        const auto event =
            decode_notification(payload_of(message), {.context = context, .limits = {}});
        const auto ack = event ? ack_owed(*event, test.client->mask) : std::nullopt;
        if (ack) owed.push_back(to_string(*ack));
    }
    const auto [expected, found] = std::ranges::mismatch(owed, given);
    if (expected == owed.end() || found == given.end()) return std::nullopt;
    return Complaint{fmt::format("acknowledgements in the order of their events: {} as number {}",
                                 *expected, expected - owed.begin() + 1),
                     *found};
}

/// A scenario that ends with `expect: {nothing: ..}` waits for a moment, and a client may be slower
/// than that. What it does before it closes was decided before it saw that the server has closed.
std::optional<Complaint> check_silence(const Log& log) {
    if (log.last_step.find(": expect nothing") == std::string::npos) return std::nullopt;
    for (auto i = log.last_step_at; i < log.messages.size(); ++i) {
        const auto& message = log.messages[i];
        if (!message.from_peer || (message.kind != "ack" && message.kind != "raw")) continue;
        return Complaint{"nothing more from the client until it closes",
                         message.kind == "ack" ? message.call : to_hex(message.bytes)};
    }
    return std::nullopt;
}

std::optional<Complaint> check_output(const Case& test, const Log& log, const std::string& output) {
    if (!test.client->prints) return std::nullopt;
    const WireContext context{test.client->release.dialect(), test.client->product};
    auto expected = expected_events(log, context);
    std::vector<boost::json::value> by_name;
    if (test.needs("diffs")) {
        const auto names = names_in(log);
        by_name = expected;
        add_diffs(expected, log, context);
        add_diffs(by_name, log, context, &names);
    }
    const auto wrong = compare_output(expected, output, by_name);
    if (!wrong) return std::nullopt;
    return Complaint{"a line of JSON on standard output for each event, with its fields", *wrong};
}

}  // namespace

std::optional<Complaint> complaint(const Case& test, const Log& log, const std::string& output) {
    if (auto wrong = check_hello(test, log)) return wrong;
    if (auto wrong = check_subscription(test, log)) return wrong;
    if (auto wrong = check_order(test, log)) return wrong;
    if (auto wrong = check_silence(log)) return wrong;
    return check_output(test, log, output);
}

}  // namespace confd::kit
