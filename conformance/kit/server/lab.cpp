#include "conformance/kit/server/lab.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <stdexcept>

#include "conformance/kit/command.hpp"
#include "protocol/constants.hpp"
#include "protocol/mask.hpp"
#include "protocol/term/notation.hpp"
#include "protocol/value/text.hpp"
#include "text/mask.hpp"

namespace confd::kit::server {
namespace {

std::invalid_argument wrong(const Step& step, std::string_view key, std::string_view what) {
    return std::invalid_argument(fmt::format("'{}': {} is {}", step.text, key, what));
}

std::int64_t integer(std::string_view text, const Step& step, std::string_view key) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size())
        throw wrong(step, key, "no number");
    return number;
}

std::uint32_t bits_of(std::string_view name, const WireContext& context) {
    constexpr auto on_their_own = NOTIF_HEARTBEAT | NOTIF_HEALTH_CHECK | NOTIF_STREAM_EVENT;
    if (name == "all") return known_bits(context);
    if (name == "every") return known_bits(context) & ~flag_bits & ~on_their_own;
    const auto bits = parse_mask(name);
    if (!bits) throw std::invalid_argument(bits.error());
    return *bits;
}

}  // namespace

Group& Lab::create(const std::string& name, std::size_t count) {
    auto& group = groups[name];
    group.clear();
    for (std::size_t i = 0; i < count; ++i)
        group.push_back(make_peer(count == 1 ? name : fmt::format("{}{}", name, i + 1)));
    return group;
}

Group& Lab::group(const std::string& name) {
    const auto found = groups.find(name);
    if (found == groups.end()) throw std::invalid_argument("no connection is called " + name);
    return found->second;
}

Checked Lab::triggers_fine() {
    for (auto& [name, trigger] : triggers) {
        if (!trigger->wait_until(reach.now()) || trigger->exit_code() == 0) continue;
        if (trigger->exit_code() == trigger_cannot) {
            return skipped("the trigger cannot make this event (it ended with exit code 77)");
        }
        return broken(fmt::format("the trigger {}: {}", describe_exit(*trigger->exit_code()),
                                  trigger->output()));
    }
    return {};
}

void Lab::settle(std::chrono::milliseconds at_least) {
    const auto until = reach.now() + at_least;
    if (reach.needs_fence()) {
        // A connection of its own, which is no part of the case: the report does not show it, and
        // a server that does not serve it is found by the cases about that.
        Lab beside(target, reach);
        static_cast<void>(expect_alive(beside));
        if (!triggers.empty()) reach.let_programs_run();
    }
    if (const auto now = reach.now(); now < until) {
        reach.sleep(std::chrono::ceil<std::chrono::milliseconds>(until - now));
    }
}

bool has(const Step& step, std::string_view key) {
    return step.parameters.contains(key);
}

std::string text_of(const Step& step, std::string_view key, std::string_view otherwise) {
    const auto found = step.parameters.find(key);
    return found == step.parameters.end() ? std::string(otherwise) : found->second;
}

std::int64_t number_of(const Step& step, std::string_view key, std::int64_t otherwise) {
    return has(step, key) ? integer(text_of(step, key), step, key) : otherwise;
}

Bytes bytes_of(const Step& step, std::string_view key) {
    const auto bytes = parse_hex(text_of(step, key));
    if (!bytes) throw wrong(step, key, "not hexadecimal");
    return *bytes;
}

std::chrono::milliseconds time_of(const Step& step, std::string_view key,
                                  std::chrono::milliseconds otherwise) {
    return std::chrono::milliseconds(number_of(step, key, otherwise.count()));
}

Bytes payload_of(const std::string& notation) {
    const auto term = parse_term(notation);
    if (!term) {
        throw std::invalid_argument(fmt::format("'{}': {}", notation, to_string(term.error())));
    }
    return encode_payload(*term);
}

std::uint32_t mask_of(std::string_view text, const WireContext& context) {
    std::uint32_t mask = 0;
    while (!text.empty()) {
        const auto end = std::min(text.find('|'), text.size());
        const auto word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (word.starts_with('^')) {
            mask &= ~bits_of(word.substr(1), context);
        } else {
            mask |= bits_of(word, context);
        }
    }
    return mask;
}

std::uint32_t event_of(const Step& step) {
    const auto bit = value_of(mask_constants, step.what);
    if (!bit) throw wrong(step, step.what, "no event");
    return static_cast<std::uint32_t>(*bit);
}

const Probe* find_probe(std::string_view name) {
    for (const auto probes : {handshake_probes(), subscription_probes(), event_probes(),
                              maapi_probes(), diff_probes(), schema_probes()}) {
        for (const auto& probe : probes) {
            if (probe.name == name) return &probe;
        }
    }
    return nullptr;
}

}  // namespace confd::kit::server
