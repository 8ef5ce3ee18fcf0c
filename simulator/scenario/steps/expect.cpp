// expect: waits for something a subscriber does, or sees to it that none does anything.
//
// What happened before the step counts too unless an expectation before has been met by it, so that
// a quick subscriber is no failure.
#include <fmt/format.h>

#include "simulator/hub/describe.hpp"
#include "simulator/scenario/scalars.hpp"
#include "simulator/scenario/steps/steps.hpp"

namespace confd::sim {
namespace {

/// What has to happen.
class Expectation {
  public:
    virtual ~Expectation() = default;
    virtual bool met_by(const HubEvent& event, const World& world) const = 0;
    virtual std::string text() const = 0;
};

struct Expect : StepSpec {
    using StepSpec::StepSpec;
    std::unique_ptr<Expectation> what;
    std::chrono::milliseconds within = default_within;

    std::unique_ptr<StepRun> start(const Scope&) const override;
};

class ExpectRun : public StepRun {
  public:
    explicit ExpectRun(const Expect& spec) : spec_(spec) {}

    StepStatus poll(World& world) override {
        if (!deadline_) {
            deadline_ = world.now() + spec_.within;
            first_ = world.observed() + 1;
        }
        for (auto& observation : world.observations()) {
            if (observation.used || !spec_.what->met_by(observation.event, world)) continue;
            observation.used = true;
            return StepStatus::done;
        }
        if (world.now() < *deadline_) {
            world.wake_at(*deadline_);
            return StepStatus::running;
        }
        return world.fail(Outcome::expectation_failed, spec_.place(),
                          fmt::format("expect: expected {} within {}{}", spec_.what->text(),
                                      duration_text(spec_.within), world.unexpected_since(first_)));
    }

  private:
    const Expect& spec_;
    std::optional<Instant> deadline_;
    std::uint64_t first_ = 0;
};

std::unique_ptr<StepRun> Expect::start(const Scope&) const {
    return std::make_unique<ExpectRun>(*this);
}

struct Nothing : StepSpec {
    using StepSpec::StepSpec;
    std::chrono::milliseconds span{};

    std::unique_ptr<StepRun> start(const Scope&) const override;
};

class NothingRun : public StepRun {
  public:
    explicit NothingRun(const Nothing& spec) : spec_(spec) {}

    StepStatus poll(World& world) override {
        if (!end_) {
            end_ = world.now() + spec_.span;
            first_ = world.observed() + 1;
        }
        if (const auto came = world.unexpected_since(first_); !came.empty()) {
            return world.fail(
                Outcome::expectation_failed, spec_.place(),
                fmt::format("expect: expected nothing for {}{}", duration_text(spec_.span), came));
        }
        if (world.now() >= *end_) return StepStatus::done;
        world.wake_at(*end_);
        return StepStatus::running;
    }

  private:
    const Nothing& spec_;
    std::optional<Instant> end_;
    std::uint64_t first_ = 0;
};

std::unique_ptr<StepRun> Nothing::start(const Scope&) const {
    return std::make_unique<NothingRun>(*this);
}

std::string from_role(const std::string& role) {
    return role == everybody ? "" : fmt::format(" from {}", role);
}

struct AckExpected : Expectation {
    std::optional<std::string> of;
    std::string from = std::string(everybody);
    AckVerdict verdict = AckVerdict::known;

    bool met_by(const HubEvent& event, const World& world) const override {
        const auto* ack = std::get_if<AckReceived>(&event);
        if (ack == nullptr || ack->verdict != verdict) return false;
        if (of && world.sent(*of) != ack->send) return false;
        return from == everybody || ack->role == from;
    }
    std::string text() const override {
        const auto adjective =
            verdict == AckVerdict::known ? std::string() : fmt::format("{} ", to_string(verdict));
        const bool vowel = adjective.empty() || verdict == AckVerdict::unknown;
        return fmt::format("{} {}acknowledgement{}{}", vowel ? "an" : "a", adjective,
                           of ? fmt::format(" of '{}'", *of) : "", from_role(from));
    }
};

struct DisconnectExpected : Expectation {
    std::string role = std::string(everybody);

    bool met_by(const HubEvent& event, const World&) const override {
        const auto* gone = std::get_if<Disconnected>(&event);
        return gone != nullptr && gone->subscribed && (role == everybody || gone->role == role);
    }
    std::string text() const override {
        return fmt::format("{} to disconnect",
                           role == everybody ? "a subscriber" : "a subscriber of role " + role);
    }
};

AckVerdict parse_verdict(const YamlNode& node, Diagnostics& diagnostics) {
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < ack_verdict_count; ++i) {
        const auto verdict = static_cast<AckVerdict>(i);
        if (node.text == to_string(verdict)) return verdict;
        names.push_back(to_string(verdict));
    }
    diagnostics.report(node.place, fmt::format("expected {}, found {}{}", one_of(names),
                                               describe(node), suggestion(node.text, names)));
    return AckVerdict::known;
}

std::unique_ptr<Expectation> parse_ack(const YamlPtr& body, Loading& loading) {
    auto ack = std::make_unique<AckExpected>();
    StepMap map(body, "ack", loading);
    if (const auto of = map.get("of")) ack->of = loading.parse_send_id(*of);
    ack->from = map.role("from");
    if (const auto verdict = map.get("verdict")) {
        ack->verdict = parse_verdict(*verdict, loading.diagnostics);
    }
    return ack;
}

/// Under "disconnect" stands the name of a role, or a map with it.
std::unique_ptr<Expectation> parse_disconnect(const YamlPtr& body, Loading& loading) {
    auto disconnect = std::make_unique<DisconnectExpected>();
    if (body->is_map()) {
        StepMap map(body, "disconnect", loading);
        disconnect->role = map.role("role");
    } else {
        const auto node = substitute(body, *loading.first, loading.diagnostics);
        disconnect->role = loading.parse_role(*node).value_or(disconnect->role);
    }
    return disconnect;
}

struct ExpectationKind {
    std::string_view name;
    std::unique_ptr<Expectation> (*parse)(const YamlPtr& body, Loading& loading);
};
constexpr ExpectationKind expectation_kinds[] = {
    {"ack", parse_ack},
    {"disconnect", parse_disconnect},
};

StepPtr parse_nothing(StepMap& map, Loading& loading, const Place& place) {
    auto step = std::make_shared<Nothing>(place);
    const auto node = map.get("nothing");
    if (const auto span = parse_timespan(*node, loading.diagnostics)) step->span = *span;
    return step;
}

}  // namespace

StepPtr parse_expect(const YamlPtr& body, Loading& loading, const Place& place) {
    StepMap map(body, "expect", loading);
    if (!body->is_map()) return nullptr;
    std::vector<std::string_view> names{"nothing"};
    std::size_t found = body->find("nothing") != nullptr ? 1 : 0;
    for (const auto& kind : expectation_kinds) {
        names.push_back(kind.name);
        if (body->find(kind.name) != nullptr) ++found;
    }
    if (found == 1 && body->find("nothing") != nullptr) return parse_nothing(map, loading, place);
    auto step = std::make_shared<Expect>(place);
    for (const auto& kind : expectation_kinds) {
        if (const auto node = map.raw(kind.name)) step->what = kind.parse(node, loading);
    }
    map.raw("nothing");
    step->within = map.duration("within", default_within);
    if (found != 1) {
        loading.diagnostics.report(
            body->place, fmt::format("expect needs one of {}, found {}", one_of(names), found));
    }
    return step->what ? step : nullptr;
}

}  // namespace confd::sim
