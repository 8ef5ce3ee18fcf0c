// SPDX-License-Identifier: Apache-2.0
// mix: random events by weight, at a rate, as a server of the release that is played sends them.
// With acknowledgements awaited, what hangs in the product hangs here: the user session of an audit
// event or of a commit, all of HA; events of others go on meanwhile.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <expected>

#include "protocol/render/render.hpp"
#include "simulator/hub/describe.hpp"
#include "simulator/scenario/event_fields.hpp"
#include "simulator/scenario/hazards.hpp"
#include "simulator/scenario/scenario.hpp"
#include "simulator/scenario/steps/steps.hpp"
#include "simulator/scenario/stream_parts.hpp"
#include "simulator/text/key_schema.hpp"
#include "simulator/text/scalars.hpp"
#include "simulator/workload/workload.hpp"
#include "simulator/yang/schema.hpp"
#include "text/units.hpp"

namespace confd::sim {
namespace {

enum class AckWay : std::uint8_t { await, ignore };
constexpr std::string_view ack_ways[] = {"await", "ignore"};

constexpr std::int64_t most_weight = 1'000'000;
/// Events that wait for their session, transaction or HA; no more are drawn until some have gone.
constexpr std::size_t most_held = 1000;
/// Instances of notifications that are drawn for one event before giving up: conditions can be hard
/// to meet.
constexpr int most_draws = 64;
/// Events sent in one go when time has run ahead; the rest follows at once.
constexpr int most_at_once = 256;

struct Weight {
    std::uint32_t type = 0;
    std::uint64_t weight = 1;
};

struct Mix : StepSpec {
    using StepSpec::StepSpec;
    YamlPtr events;      ///< and their weights, as they are written
    std::string stream;  ///< or random notifications on this one
    std::vector<Weight> weights;
    std::shared_ptr<const Schema> schema;  ///< set with events of streams
    std::vector<std::string> possible;     ///< notifications that have valid instances
    std::vector<std::string> impossible;   ///< those that have none, with the reasons
    std::optional<std::int64_t> count;
    std::optional<std::chrono::milliseconds> duration;
    double rate = 10;
    std::optional<std::uint64_t> seed;
    AckWay acks = AckWay::await;
    std::chrono::milliseconds within = default_within;
    std::string role = std::string(all_roles);
    WireContext wire;
    std::vector<UserInfo> sessions;

    std::unique_ptr<StepRun> start(const Scope&) const override;
    void finish(const Given& given, Loading& loading);
};

class MixRun : public StepRun {
  public:
    explicit MixRun(const Mix& spec) : spec_(spec) {}

    StepStatus poll(World& world) override {
        if (!start_) begin(world);
        if (const auto expired = settle(world)) return give_up(world, *expired);
        release(world);
        for (int sent = 0; sent < most_at_once && is_due(world); ++sent) {
            if (!send_next(world)) return StepStatus::failed;
        }
        if (is_due(world)) world.wake_at(world.now());
        if (more(world)) {
            if (held_.size() < most_held) world.wake_at(std::max(world.now(), due_at(drawn_)));
            return StepStatus::running;
        }
        return waiting_.empty() && held_.empty() ? StepStatus::done : StepStatus::running;
    }
    void accepts(std::vector<Accepted>& out) const override {
        out.push_back({spec_.place(), waiting_.empty()
                                          ? "nothing until the random events are over"
                                          : fmt::format("the acknowledgements of {} random events",
                                                        waiting_.size())});
    }

  private:
    /// What goes on only one at a time: a user session, 0 for none, and what is acknowledged.
    struct Course {
        std::int64_t usid = 0;
        std::optional<Ack> ack;  ///< that the event would wait for if every mask asked for it

        bool meets(const Course& other) const {
            return (usid != 0 && usid == other.usid) || (ack && ack == other.ack);
        }
    };
    struct Waiting {
        SendId send = 0;
        Ack owed;
        Course course;
    };
    /// An event whose session or HA hangs.
    struct Held {
        Notification event;
        Course course;
    };

    void begin(World& world) {
        start_ = world.now();
        random_.emplace(world.random(spec_, spec_.seed));
        std::vector<std::uint32_t> types;
        for (const auto& weight : spec_.weights)
            types.push_back(weight.type);
        workload_.emplace(types, spec_.wire, spec_.sessions);
        for (const auto& reason : spec_.impossible) {
            const auto text = "mix leaves out " + reason;
            world.log(fmt::format("{}: {}", to_string(spec_.place()), text));
            world.trace(spec_, text);
        }
        if (world.traced()) {
            world.trace(spec_, fmt::format("mix of {} at {}/s",
                                           spec_.count ? fmt::format("{} events", *spec_.count)
                                                       : timespan_text(*spec_.duration),
                                           spec_.rate));
        }
    }

    Instant due_at(std::int64_t n) const {
        const std::chrono::duration<double> after(static_cast<double>(n) / spec_.rate);
        return *start_ + std::chrono::duration_cast<Clock::duration>(after);
    }
    bool more(const World& world) const {
        if (spec_.count && drawn_ >= *spec_.count) return false;
        if (!spec_.duration) return true;
        return due_at(drawn_) < *start_ + *spec_.duration &&
               world.now() < *start_ + *spec_.duration;
    }
    bool is_due(const World& world) const {
        return more(world) && held_.size() < most_held && due_at(drawn_) <= world.now();
    }

    /// Forgets what is acknowledged; the send that ran out of time, if any.
    std::optional<SendId> settle(World& world) {
        const auto& barriers = world.hub().barriers();
        for (const auto& wait : waiting_) {
            if (barriers.has_expired(wait.send)) return wait.send;
        }
        std::erase_if(waiting_, [&](const auto& wait) { return !barriers.is_open(wait.send); });
        return std::nullopt;
    }

    bool hangs(const Course& course) const {
        return std::ranges::any_of(waiting_,
                                   [&](const auto& wait) { return wait.course.meets(course); });
    }

    void release(World& world) {
        for (auto held = held_.begin(); held != held_.end();) {
            // Events of one session stay in their order: the first that still hangs holds the rest.
            const bool behind = std::any_of(held_.begin(), held, [&](const Held& before) {
                return before.course.meets(held->course);
            });
            if (behind || hangs(held->course)) {
                ++held;
                continue;
            }
            send(world, held->event, held->course);
            held = held_.erase(held);
        }
    }

    bool send_next(World& world) {
        ++drawn_;
        const auto type = draw_type();
        if (type == NOTIF_STREAM_EVENT) return send_stream(world);
        auto event = workload_->next(*random_, type, world.hub().wall(world.now()));
        const Course course{session_of(event), ack_owed(event, ~std::uint32_t{0})};
        const bool behind = std::ranges::any_of(
            held_, [&](const Held& before) { return before.course.meets(course); });
        if (behind || hangs(course)) {
            held_.push_back({std::move(event), course});
        } else {
            send(world, event, course);
        }
        return true;
    }

    std::uint32_t draw_type() {
        if (spec_.weights.size() == 1) return spec_.weights.front().type;
        std::uint64_t total = 0;
        for (const auto& weight : spec_.weights)
            total += weight.weight;
        auto at = random_->below(total);
        const auto* chosen = spec_.weights.data();
        while (at >= chosen->weight)
            at -= chosen++->weight;
        return chosen->type;
    }

    void send(World& world, const Notification& event, const Course& course) {
        trace(world, event);
        const auto sent =
            world.hub().send(world.now(), event, {.role = spec_.role, .stream = spec_.stream});
        if (spec_.acks == AckWay::ignore || sent.owed.empty()) return;
        world.hub().barriers().expire_at(sent.id, world.now() + spec_.within);
        waiting_.push_back({sent.id, sent.owed.front().ack, course});
    }

    bool send_stream(World& world) {
        const auto now = world.hub().wall(world.now());
        auto event = draw_instance(now);
        if (!event) {
            world.fail(Outcome::expectation_failed, spec_.place(),
                       fmt::format("mix: no notification after {} draws, the last {}", most_draws,
                                   event.error()));
            return false;
        }
        set_event_time(*event, now);
        trace(world, event->notification);
        world.hub().send(world.now(), *event, {.role = spec_.role, .stream = spec_.stream});
        return true;
    }

    /// Without its time. The error is the last one's, with its name.
    std::expected<StreamEvent, std::string> draw_instance(WallTime now) {
        std::string error;
        for (int draws = 0; draws < most_draws; ++draws) {
            const auto& name = spec_.possible[random_->below(spec_.possible.size())];
            auto built = spec_.schema->random(*random_, name, now);
            if (!built) {
                error = fmt::format("{}: {}", name, built.error());
                continue;
            }
            StreamNotification body;
            body.values = std::move(built->values);
            StreamEvent event{{}, {NOTIF_STREAM_EVENT, std::move(body)}, std::move(built->tree)};
            const auto hazards =
                hazards_of(event.notification, spec_.wire.product, spec_.schema.get());
            if (!crashes(hazards)) return event;
            error = fmt::format("{}: {}", name, hazards.front().text);
        }
        return std::unexpected(std::move(error));
    }

    void trace(World& world, const Notification& event) const {
        if (!world.traced()) return;
        world.trace(spec_, fmt::format("send{} {}", to_role(spec_.role),
                                       to_text(event, {.context = spec_.wire})));
    }

    StepStatus give_up(World& world, SendId send) const {
        const auto wait = std::ranges::find(waiting_, send, &Waiting::send);
        return world.fail(Outcome::timed_out, spec_.place(),
                          fmt::format("mix: expected {} within {}", to_string(wait->owed),
                                      timespan_text(spec_.within)));
    }

    const Mix& spec_;
    std::optional<Instant> start_;
    std::optional<Random> random_;
    std::optional<workload::Workload> workload_;
    std::int64_t drawn_ = 0;
    std::vector<Waiting> waiting_;
    std::deque<Held> held_;
};

std::unique_ptr<StepRun> Mix::start(const Scope&) const {
    return std::make_unique<MixRun>(*this);
}

/// Events of streams are those of the scenario's modules.
void draw_from_modules(Mix& step, const YamlNode& node, Loading& loading) {
    step.schema = loading.scenario.schema;
    if (loading.scenario.modules_failed) return;
    if (step.schema == nullptr) {
        return loading.diagnostics.report(
            node.place, "random notifications need 'modules' that declare some in the scenario");
    }
    auto [possible, impossible] = step.schema->drawable();
    step.possible = std::move(possible);
    step.impossible = std::move(impossible);
    if (!step.possible.empty()) return;
    loading.diagnostics.report(
        node.place, step.impossible.empty()
                        ? fmt::format("no random notifications: {}", step.schema->why_none())
                        : fmt::format("no notification of the modules has a valid instance: {}",
                                      fmt::join(step.impossible, "; ")));
}

void parse_weight(Mix& step, const YamlNode& key, const YamlNode& value, Loading& loading) {
    const auto type = loading.parse_event(key);
    const auto weight = parse_int(value, 1, most_weight, "a weight", loading.diagnostics);
    if (type) step.weights.push_back({*type, static_cast<std::uint64_t>(weight.value_or(1))});
    if (type == NOTIF_STREAM_EVENT) draw_from_modules(step, key, loading);
}

void parse_weights(Mix& step, const YamlNode& node, Loading& loading) {
    if (!node.is_map() || node.entries.empty()) {
        return report_expected(node, "events and their weights such as {audit: 6, commit_diff: 1}",
                               loading.diagnostics);
    }
    for (const auto& [key, value] : node.entries)
        parse_weight(step, *key, *value, loading);
}

boost::json::object weights_schema(const Key&) {
    return {{"type", "object"},
            {"propertyNames", schema::ref("event_name")},
            {"additionalProperties", schema::integer(1, most_weight)},
            {"minProperties", 1}};
}
constexpr auto weighted_events = forms::node(weights_schema);

constexpr Key keys[] = {
    key<&Mix::events>("events", weighted_events,
                      "events and their weights: {audit: 6, commit_diff: 1}",
                      {.presence = Presence::one_of}),
    key<&Mix::stream>("stream", forms::stream,
                      "or random notifications of the scenario's modules on this stream",
                      {.presence = Presence::one_of}),
    key<&Mix::count>("count", "so many events",
                     {.presence = Presence::any_of, .low = 1, .high = 1'000'000'000}),
    key<&Mix::duration>("duration", "or as many as fit into this time",
                        {.presence = Presence::any_of}),
    key<&Mix::rate>("rate", forms::rate, "events a second"),
    key<&Mix::seed>("seed", forms::seed, "of what is drawn",
                    {.otherwise = "from the scenario's seed"}),
    key<&Mix::acks>("acks",
                    "await: an event waits until its user session, transaction or HA hangs no "
                    "more; ignore: nothing waits",
                    {.choices = ack_ways}),
    key<&Mix::within>("within", "how long an acknowledgement may take"),
    key<&Mix::role>("to", forms::role, "who gets them, if the mask has it"),
};
constexpr auto shape = shape_of<Mix>("the keys of mix", "Sends random events.", keys);

void Mix::finish(const Given& given, Loading& loading) {
    wire = loading.wire();
    for (const auto& session : loading.scenario.sessions.value_or(std::vector<Session>()))
        sessions.push_back(session.uinfo);
    const auto on = given.node<&Mix::stream>();
    if (events != nullptr && on != nullptr) return;  // which has been reported
    if (events != nullptr) parse_weights(*this, *events, loading);
    if (on == nullptr) return;
    weights.push_back({NOTIF_STREAM_EVENT, 1});
    draw_from_modules(*this, *on, loading);
}

}  // namespace

extern constexpr StepKind mix_kind = step_kind<Mix, shape>("mix");

}  // namespace confd::sim
