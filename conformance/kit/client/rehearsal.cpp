// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/client/rehearsal.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "conformance/kit/client/play.hpp"
#include "protocol/frame/frame.hpp"
#include "protocol/render/render.hpp"
#include "protocol/session/ack.hpp"
#include "protocol/session/client_session.hpp"
#include "protocol/term/notation.hpp"
#include "protocol/value/text.hpp"
#include "simulator/hub/hub.hpp"
#include "simulator/scenario/engine.hpp"

namespace confd::kit {
namespace {

/// A repeat of thousands says no more than its first events.
constexpr std::size_t max_exchange = 200;

std::string term_of(ByteView payload) {
    const auto term = read_payload(payload);
    return term ? to_string(*term) : std::string();
}

class Rehearsal {
  public:
    Rehearsal(const Case& test, const sim::Scenario& scenario)
        : client_(*test.client),
          context_{client_.release.dialect(), client_.product},
          hub_(scenario.hub_config()),
          engine_(scenario, hub_,
                  {.log = [](const std::string&) {},
                   .trace = [this](const sim::Trace& trace) { step(trace); },
                   .dry = true}) {
        hub_.on_send([this](const Notification& event, const sim::Sent&) { send(event); });
    }

    std::vector<Exchange> run() {
        greet();
        sim::Instant now{};
        while (engine_.poll(now, hub_.poll(now)) == sim::StepStatus::running &&
               out_.size() < max_exchange) {
            const auto next = engine_.next_deadline();
            if (!next) break;
            now = std::max(now, *next);
        }
        return std::move(out_);
    }

  private:
    void greet() {
        ClientConfig config{.release = client_.release, .product = client_.product};
        config.subscription.mask = client_.mask;
        config.subscription.heartbeat_interval = client_.heartbeat;
        config.subscription.health_check_interval = client_.health_check;
        config.subscription.verbosity = client_.verbosity;
        if (!client_.stream.empty()) config.subscription.stream = request();
        if (client_.secret != Secret::none) config.secret = Bytes{};
        add(true, "hello", "", ClientSession(config).take_output());
        Bytes subscription;
        encode_subscription(without_unused(config.subscription), subscription, context_.dialect);
        add_frame(true, "subscribe", sim_mask(), subscription);
    }

    StreamRequest request() const {
        StreamRequest out{.name = client_.stream, .usid = client_.usid};
        out.start_time = parse_datetime(client_.start);
        out.stop_time = parse_datetime(client_.stop);
        if (!client_.filter.empty()) out.xpath_filter = client_.filter;
        return out;
    }

    std::string sim_mask() const { return "mask " + std::to_string(client_.mask); }

    void send(const Notification& event) {
        Bytes payload;
        if (!encode_notification(event, payload, context_)) return;
        const RenderOptions options{.context = context_};
        add_frame(false, "event", to_text(event, options), payload);
        out_.back().fields = boost::json::serialize(to_json(event, options));
        if (const auto ack = ack_owed(event, client_.mask)) {
            Bytes answer;
            encode_ack(*ack, answer);
            add_frame(true, "ack", to_string(*ack), answer);
        }
    }

    void step(const sim::Trace& trace) {
        const std::chrono::duration<double> at = trace.time.time_since_epoch();
        at_ = at.count();
        if (!trace.text.starts_with("send")) add(false, "step", trace.text, {});
    }

    void add_frame(bool from_peer, std::string kind, std::string summary, ByteView payload) {
        Bytes bytes;
        append_frame(bytes, payload);
        add(from_peer, std::move(kind), std::move(summary), bytes);
        out_.back().term = term_of(payload);
    }

    void add(bool from_peer, std::string kind, std::string summary, ByteView bytes) {
        Exchange exchange;
        exchange.at = at_;
        exchange.from_peer = from_peer;
        exchange.kind = std::move(kind);
        exchange.summary = std::move(summary);
        exchange.bytes = to_hex(bytes);
        out_.push_back(std::move(exchange));
    }

    const ClientSetup& client_;
    WireContext context_;
    sim::Hub hub_;
    sim::Engine engine_;
    double at_ = 0;
    std::vector<Exchange> out_;
};

}  // namespace

std::expected<std::vector<Exchange>, std::string> rehearse(const Case& test) {
    const auto scenario = load_scenario_of(test, 0);
    if (!scenario) return std::unexpected(scenario.error());
    return Rehearsal(test, *scenario).run();
}

}  // namespace confd::kit
