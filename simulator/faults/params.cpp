// Parameters of faults: defaults, text in and out, what goes together.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <concepts>

#include "protocol/constants.hpp"
#include "simulator/faults/fault.hpp"
#include "simulator/faults/fields.hpp"
#include "simulator/faults/mutate.hpp"
#include "text/mask.hpp"
#include "text/nearest.hpp"

namespace confd::sim {
namespace {

using Milliseconds = std::chrono::milliseconds;
using Done = std::expected<void, FaultProblem>;

template <class... Args>
std::unexpected<FaultProblem> problem(std::string_view param, fmt::format_string<Args...> text,
                                      Args&&... args) {
    return std::unexpected(
        FaultProblem{std::string(param), fmt::format(text, std::forward<Args>(args)...)});
}

std::unexpected<FaultProblem> unexpected_value(const FaultParam& param, std::string_view expected,
                                               std::string_view found) {
    return problem(param.name, "expected {}, found '{}'", expected, found);
}

/// Names in an enumeration's order, and the values that they stand for.
template <class E>
std::vector<std::string_view> names_of(std::span<const E> values) {
    std::vector<std::string_view> out;
    for (const auto value : values)
        out.push_back(name_of(value));
    return out;
}

template <class E>
Done set_one_of(E& member, std::span<const E> values, const FaultParam& param,
                std::string_view text, FaultKind kind) {
    for (const auto value : values) {
        if (name_of(value) == text) {
            member = value;
            return {};
        }
    }
    return problem(param.name, "{} takes {} here, not '{}'", name_of(kind),
                   fmt::join(names_of(values), ", "), text);
}

template <class T>
bool read_number(std::string_view text, T& out, std::string_view& rest) {
    const bool hexadecimal = std::integral<T> && text.starts_with("0x");
    if (hexadecimal) text.remove_prefix(2);
    const auto* end = text.data() + text.size();
    const auto read = [&] {
        if constexpr (std::integral<T>) {
            return std::from_chars(text.data(), end, out, hexadecimal ? 16 : 10);
        } else {
            return std::from_chars(text.data(), end, out);
        }
    }();
    rest = std::string_view(read.ptr, static_cast<std::size_t>(end - read.ptr));
    return read.ec == std::errc();
}

Done in_range(const FaultParam& param, std::int64_t value) {
    if (value >= param.low && value <= param.high) return {};
    return problem(param.name, "{} is not in {} to {}{}", value, param.low, param.high,
                   param.type == ParamType::duration ? " ms" : "");
}

Done set_integer(std::int64_t& member, const FaultParam& param, std::string_view text) {
    std::string_view rest;
    std::int64_t value = 0;
    if (!read_number(text, value, rest) || !rest.empty()) {
        return unexpected_value(param, "an integer", text);
    }
    member = value;
    return in_range(param, value);
}

Done set_duration(Milliseconds& member, const FaultParam& param, std::string_view text) {
    struct Unit {
        std::string_view name;
        double milliseconds;
    };
    constexpr Unit units[] = {{"ms", 1}, {"s", 1e3}, {"m", 60e3}, {"h", 3600e3}};
    std::string_view rest;
    double value = 0;
    const bool number = read_number(text, value, rest);
    const auto* unit = std::ranges::find(units, rest, &Unit::name);
    // More milliseconds than this are no duration of any parameter, and might not fit.
    constexpr double most = 1e12;
    if (!number || unit == std::end(units) || !(value >= 0 && value * unit->milliseconds < most)) {
        return unexpected_value(param, "a duration such as 250ms or 2s", text);
    }
    member = Milliseconds(static_cast<std::int64_t>(value * unit->milliseconds));
    return in_range(param, member.count());
}

Done set_probability(double& member, const FaultParam& param, std::string_view text) {
    std::string_view rest;
    double value = 0;
    if (!read_number(text, value, rest) || !rest.empty() || !(value >= 0 && value <= 1)) {
        return unexpected_value(param, "a number from 0 to 1", text);
    }
    member = value;
    return {};
}

Done set_text(std::string& member, const FaultParam& param, std::string_view text) {
    if (param.type == ParamType::choice &&
        std::ranges::find(param.choices, text) == param.choices.end()) {
        return problem(param.name, "expected one of {}, found '{}'", fmt::join(param.choices, ", "),
                       text);
    }
    member = text;
    return {};
}

Done set_hex(Bytes& member, const FaultParam& param, std::string_view text) {
    std::string digits(text);
    std::erase(digits, ' ');
    Bytes bytes(digits.size() / 2);
    bool good = digits.size() % 2 == 0 && !digits.empty();
    for (std::size_t i = 0; good && i < bytes.size(); ++i) {
        const auto* at = digits.data() + 2 * i;
        good = std::from_chars(at, at + 2, bytes[i], 16).ptr == at + 2;
    }
    if (!good) return unexpected_value(param, "an even number of hexadecimal digits", text);
    member = std::move(bytes);
    return {};
}

Done set_events(std::uint32_t& member, const FaultParam& param, std::string_view text) {
    const auto mask = parse_mask(text);
    if (!mask) return problem(param.name, "{}", mask.error());
    member = *mask;
    return {};
}

std::string hex_text(const Bytes& bytes) {
    return fmt::format("{:02x}", fmt::join(bytes, ""));
}

template <class... F>
struct Overload : F... {
    using F::operator()...;
};

void set_default(FaultSpec& fault, const FaultParam& param) {
    std::visit(Overload{
                   [&](std::int64_t FaultSpec::* m) { fault.*m = param.otherwise; },
                   [&](Milliseconds FaultSpec::* m) { fault.*m = Milliseconds(param.otherwise); },
                   [&](std::string FaultSpec::* m) {
                       if (param.type == ParamType::choice) fault.*m = param.choices.front();
                   },
                   [](const auto&) {},  // as FaultSpec has it
               },
               param.member);
}

template <class E>
bool offers(std::span<const E> values, E value) {
    return std::ranges::find(values, value) != values.end();
}

Done check_numbers(const FaultSpec& fault, std::span<const FaultParam> params) {
    for (const auto& param : params) {
        auto done = Done();
        if (const auto* number = std::get_if<std::int64_t FaultSpec::*>(&param.member)) {
            done = in_range(param, fault.**number);
        } else if (const auto* span = std::get_if<Milliseconds FaultSpec::*>(&param.member)) {
            done = in_range(param, (fault.**span).count());
        } else if (param.type == ParamType::choice &&
                   std::holds_alternative<std::string FaultSpec::*>(param.member)) {
            auto copy = fault.*std::get<std::string FaultSpec::*>(param.member);
            done = set_text(copy, param, copy);
        }
        if (!done) return done;
    }
    return {};
}

/// The numbers and names that the catalogue of events has, or must not have.
Done check_events(const FaultSpec& fault) {
    if (fault.kind == FaultKind::unknown_event && is_event_type(fault.type)) {
        return problem("type", "{} is the type of a known event", fault.type);
    }
    if (fault.kind == FaultKind::early_event && !is_event_type(fault.type)) {
        return problem("type", "{} is no type of an event", fault.type);
    }
    std::string meant;
    if (fault.field.empty() || may_have_field(fault.events, fault.field, meant)) return {};
    return problem("field", "no event here has a field '{}'{}", fault.field,
                   meant.empty() ? "" : fmt::format("; did you mean '{}'?", meant));
}

/// What only sockets of one service have.
Done check_service(const FaultSpec& fault) {
    if (fault.service == Service::events) return {};
    const auto only_events = [&](std::string_view param, std::string_view what) {
        return problem("service", "'{}' is about {}, which MAAPI sockets do not have: expected {}",
                       param, what, name_of(Service::events));
    };
    if (fault.stage == Stage::subscription) return only_events("stage", "a subscription");
    if (fault.role != "all") return only_events("to", "a subscriber's role");
    if (fault.events != 0) return only_events("events", "events");
    if (!fault.field.empty()) return only_events("field", "fields of events");
    return {};
}

/// What cannot be together.
Done check_together(const FaultSpec& fault) {
    if (auto done = check_service(fault); !done) return done;
    const bool before_role =
        fault.stage == Stage::handshake || fault.stage == Stage::connect ||
        (fault.stage == Stage::subscription && fault.direction == Direction::in);
    if (before_role && fault.role != "all") {
        return problem("to", "'{}' is not known yet at this stage, which takes 'all' only",
                       fault.role);
    }
    if (fault.events != 0 && fault.direction == Direction::in) {
        return problem("events", "only what goes out is events");
    }
    if (fault.events != 0 && fault.stage != Stage::events && fault.stage != Stage::any) {
        return problem("events", "there are no events at the stage '{}'", name_of(fault.stage));
    }
    if (!fault.field.empty() &&
        (fault.direction == Direction::in || fault.stage != Stage::events)) {
        return problem("field", "only events, which go out, have fields");
    }
    return {};
}

}  // namespace

FaultSpec make_fault(FaultKind kind) {
    FaultSpec fault;
    fault.kind = kind;
    const auto& info = info_of(kind);
    fault.direction = info.directions.front();
    fault.service = info.services.front();
    fault.stage = info.stages.front();
    for (const auto& param : info.params)
        set_default(fault, param);
    return fault;
}

Done set_param(FaultSpec& fault, std::string_view name, std::string_view text) {
    const auto& info = info_of(fault.kind);
    const auto* param = find_param(fault.kind, name);
    if (param == nullptr) return problem(name, "{} takes no '{}'", info.name, name);
    return std::visit(
        Overload{
            [&](std::int64_t FaultSpec::* m) { return set_integer(fault.*m, *param, text); },
            [&](Milliseconds FaultSpec::* m) { return set_duration(fault.*m, *param, text); },
            [&](double FaultSpec::* m) { return set_probability(fault.*m, *param, text); },
            [&](Direction FaultSpec::* m) {
                return set_one_of(fault.*m, info.directions, *param, text, fault.kind);
            },
            [&](Service FaultSpec::* m) {
                return set_one_of(fault.*m, info.services, *param, text, fault.kind);
            },
            [&](Stage FaultSpec::* m) {
                return set_one_of(fault.*m, info.stages, *param, text, fault.kind);
            },
            [&](std::string FaultSpec::* m) { return set_text(fault.*m, *param, text); },
            [&](Bytes FaultSpec::* m) { return set_hex(fault.*m, *param, text); },
            [&](std::uint32_t FaultSpec::* m) { return set_events(fault.*m, *param, text); },
        },
        param->member);
}

std::string param_text(const FaultSpec& fault, const FaultParam& param) {
    return std::visit(
        Overload{
            [&](Milliseconds FaultSpec::* m) { return fmt::format("{}ms", (fault.*m).count()); },
            [&](Direction FaultSpec::* m) { return std::string(name_of(fault.*m)); },
            [&](Service FaultSpec::* m) { return std::string(name_of(fault.*m)); },
            [&](Stage FaultSpec::* m) { return std::string(name_of(fault.*m)); },
            [&](Bytes FaultSpec::* m) { return hex_text(fault.*m); },
            [&](std::uint32_t FaultSpec::* m) { return mask_text(fault.*m); },
            [&](auto FaultSpec::* m) { return fmt::format("{}", fault.*m); },
        },
        param.member);
}

Done check(const FaultSpec& fault) {
    const auto& info = info_of(fault.kind);
    if (!offers(info.directions, fault.direction)) {
        return problem("direction", "{} goes {} only", info.name, name_of(info.directions[0]));
    }
    if (!offers(info.services, fault.service)) {
        return problem("service", "{} takes {} here, not '{}'", info.name,
                       fmt::join(names_of(info.services), ", "), name_of(fault.service));
    }
    if (!offers(info.stages, fault.stage)) {
        return problem("stage", "{} takes {} here, not '{}'", info.name,
                       fmt::join(names_of(info.stages), ", "), name_of(fault.stage));
    }
    if (!(fault.probability >= 0 && fault.probability <= 1)) {
        return problem("probability", "{} is not in 0 to 1", fault.probability);
    }
    for (const auto params : {common_params(), info.params}) {
        if (auto done = check_numbers(fault, params); !done) return done;
    }
    if (auto done = check_together(fault); !done) return done;
    return check_events(fault);
}

}  // namespace confd::sim
