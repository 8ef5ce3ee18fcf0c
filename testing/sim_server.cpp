// SPDX-License-Identifier: Apache-2.0
#include "testing/sim_server.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "simulator/base/earliest.hpp"
#include "simulator/base/random.hpp"
#include "simulator/hub/connection.hpp"
#include "transport/connection.hpp"

namespace confd::testing {
namespace {

/// How long the end waits for clients to close, and for what faults hold back.
constexpr std::chrono::seconds closing_patience{5};

sim::HubConfig config_of(const sim::Scenario& scenario, std::optional<Bytes> secret) {
    auto config = scenario.hub_config();
    config.server.secret = std::move(secret);
    config.server.limits.payload = config.limits.frame;
    config.wall_origin = scenario.clock.value_or(sim::WallTime{});
    return config;
}

}  // namespace

/// A connection and the peer it is at the hub.
class SimServer::Line : public sim::Connection {
  public:
    Line(SimServer& server, sim::PeerId peer, Loopback::Id id)
        : server_(server), peer_(peer), id_(id) {}

    void mark(sim::Marks marks) override { marks_ = std::move(marks); }
    void write(Instant, ByteView bytes) override {
        server_.recorder_.sent(peer_, bytes, std::exchange(marks_, {}));
        unsent_.insert(unsent_.end(), bytes.begin(), bytes.end());
        push();
    }
    void close(sim::CloseHow how) override {
        if (how == sim::CloseHow::rst) {
            unsent_.clear();
            reset_ = true;
        } else {
            shut_ = true;
            finishing_ = finishing_ || how == sim::CloseHow::fin;
        }
        push();
    }
    void pause_reading(bool pause) override { paused_ = pause; }
    std::size_t unsent() const override { return unsent_.size(); }
    Bytes unsent_bytes() const override { return unsent_; }

    /// Hands over what there is room for.
    void push() {
        const auto size = server_.net_.write(id_, unsent_);
        unsent_.erase(unsent_.begin(), unsent_.begin() + static_cast<std::ptrdiff_t>(size));
        if (size > 0) server_.hub_.progress(peer_);
        if (shut_ && unsent_.empty()) server_.net_.shut(id_);
        if (reset_) server_.net_.server_close(id_);
    }

    sim::PeerId peer() const { return peer_; }
    Loopback::Id id() const { return id_; }
    bool paused() const { return paused_; }
    bool finishing() const { return finishing_; }
    bool reset() const { return reset_; }
    bool input_ended = false;

  private:
    SimServer& server_;
    sim::PeerId peer_;
    Loopback::Id id_;
    Bytes unsent_;
    sim::Marks marks_;  // of the next write
    bool paused_ = false;
    bool shut_ = false;
    bool finishing_ = false;  // nothing more is sent, and the client is to close
    bool reset_ = false;
};

SimServer::SimServer(Loopback& net, const sim::Scenario& scenario, std::optional<Bytes> secret)
    : net_(net),
      scenario_(scenario),
      hub_(config_of(scenario, std::move(secret))),
      recorder_(hub_, [this] { return net_.now(); }),
      engine_(scenario, hub_,
              {.log = [this](const std::string& text) { recorder_.line(text); },
               .trace = [this](const sim::Trace& trace) { recorder_.step(trace); }}) {
    recorder_.add_sink(
        [this](const sim::LogRecord& record) { log_ += sim::to_line(record) + "\n"; });
    hub_.on_send([this](const Notification& event, const sim::Sent& sent) {
        last_sent_ = sent;
        recorder_.event_sent(event, sent);
    });
    net_.serve(*this);
}

SimServer::~SimServer() = default;

void SimServer::accept() {
    while (const auto id = net_.accept()) {
        if (!hub_.has_room()) {
            net_.server_close(*id);
            continue;
        }
        sim::Random random(sim::mix_seed(scenario_.seed, ++connections_));
        Challenge challenge{};
        for (auto& byte : challenge)
            byte = static_cast<std::uint8_t>(random.next());
        recorder_.connecting("loopback");
        const auto peer = hub_.connect(net_.now(), challenge);
        auto& line = *(lines_[peer] = std::make_unique<Line>(*this, peer, *id));
        hub_.attach(peer, line);
    }
}

/// Whether the connection is still there.
bool SimServer::read(Line& line) {
    constexpr std::size_t at_once = 65536;
    std::uint8_t buffer[at_once];
    while (!line.input_ended && (!line.paused() || line.finishing()) && !line.reset()) {
        std::size_t size = 0;
        const auto room = std::span(buffer).first(hub_.wanted(line.peer(), at_once));
        const auto read = net_.read(line.id(), room, size);
        if (read == Loopback::Read::nothing) break;
        if (read == Loopback::Read::bytes) {
            const auto bytes = ByteView(buffer).first(size);
            if (line.finishing()) {
                recorder_.dropped(line.peer(), bytes);
                continue;
            }
            hub_.feed(net_.now(), line.peer(), bytes);
            hub_.flush(net_.now());
            continue;
        }
        line.input_ended = true;
        hub_.eof(net_.now(), line.peer());
    }
    line.push();
    const bool over = line.finishing() && line.unsent() == 0 && line.input_ended;
    if (!over && !line.reset() && !(line.input_ended && net_.client_gone(line.id()))) return true;
    net_.server_close(line.id());
    recorder_.closed(line.peer());
    hub_.forget(line.peer(), "");
    return false;
}

void SimServer::run() {
    if (ended_) return;
    accept();
    std::erase_if(lines_, [this](const auto& entry) { return !read(*entry.second); });
    const auto now = net_.now();
    auto events = hub_.poll(now);
    std::ranges::move(events, std::back_inserter(events_));
    if (!stopped_ && engine_.poll(now, std::exchange(events_, {})) != sim::StepStatus::running &&
        !closing_) {
        recorder_.line(std::string(sim::scenario_over));
        close_all();
    }
    again_ = hub_.flush(now);
    if (closing_) finish();
}

void SimServer::stop() {
    if (closing_) return;
    stopped_ = true;
    close_all();
}

void SimServer::close_all() {
    closing_ = net_.now();
    net_.stop_listening();
    for (const auto& [peer, line] : lines_)
        hub_.close(peer, sim::CloseHow::fin);
}

void SimServer::finish() {
    if (net_.now() >= *closing_ + closing_patience) {
        for (const auto& [peer, line] : lines_) {
            net_.server_close(line->id());
            recorder_.closed(peer, transport::peer_did_not_close);
            hub_.forget(peer, "");
        }
        lines_.clear();
    }
    if (lines_.empty()) ended_ = net_.now();
}

std::optional<Instant> SimServer::next_deadline() const {
    if (ended_) return std::nullopt;
    if (again_) return net_.now();
    return sim::earliest({hub_.next_deadline(), closing_
                                                    ? std::optional(*closing_ + closing_patience)
                                                    : engine_.next_deadline()});
}

}  // namespace confd::testing
