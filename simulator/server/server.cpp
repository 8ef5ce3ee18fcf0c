// SPDX-License-Identifier: Apache-2.0
#include "simulator/server/server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <memory>
#include <utility>

#include "simulator/base/earliest.hpp"
#include "simulator/base/random.hpp"
#include "simulator/control/control_server.hpp"
#include "simulator/hub/describe.hpp"
#include "simulator/limits/repeated_line.hpp"
#include "simulator/log/message_log.hpp"
#include "simulator/scenario/engine.hpp"
#include "simulator/server/clock.hpp"
#include "simulator/server/control_target.hpp"
#include "simulator/server/socket_connections.hpp"
#include "simulator/server/status_line.hpp"
#include "transport/acceptor.hpp"

namespace confd::sim {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// How often the live line is drawn.
constexpr std::chrono::milliseconds live_interval{500};

/// How long the end waits for what faults hold back.
constexpr std::chrono::seconds closing_patience{5};

WallTime real_time() {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

bool hangups_are_ignored() {
    struct sigaction now{};
    return ::sigaction(SIGHUP, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

std::string_view signal_name(int number) {
    return number == SIGINT ? "SIGINT" : number == SIGHUP ? "SIGHUP" : "SIGTERM";
}

/// Without Asio's handlers they would kill a process that has done all it should.
void block_signals() {
    sigset_t stops;
    ::sigemptyset(&stops);
    for (const int number : {SIGINT, SIGTERM, SIGHUP})
        ::sigaddset(&stops, number);
    ::pthread_sigmask(SIG_BLOCK, &stops, nullptr);
}

/// In the time of the run.
PeerLimits limits_of(const ServerOptions& options, const SimClock& clock) {
    auto limits = options.peers;
    for (auto* span :
         {&limits.handshake_timeout, &limits.subscription_timeout, &limits.frame_timeout})
        *span = clock.to_run(*span);
    limits.ack_rate *= options.time_scale;
    return limits;
}

HubConfig config_of(const Scenario& scenario, const ServerOptions& options, const SimClock& clock) {
    auto config = scenario.hub_config();
    config.server.secret = options.secret;
    config.max_subscribers = options.max_subscribers;
    config.queue = options.queue;
    config.limits = limits_of(options, clock);
    config.server.limits.payload = options.peers.frame;
    config.wall_origin = scenario.clock.value_or(real_time());
    return config;
}

class Server {
  public:
    Server(const Scenario& scenario, const ServerOptions& options)
        : scenario_(scenario),
          options_(options),
          clock_(options.time_scale),
          status_line_(options.live),
          hub_(config_of(scenario, options, clock_)),
          recorder_(hub_, [this] { return now(); }),
          engine_(scenario, hub_, engine_options()),
          target_(run_parts()),
          signals_(io_, SIGINT, SIGTERM),
          timer_(io_),
          live_timer_(io_),
          patience_(io_),
          acceptor_(io_.get_executor(), options.socket),
          connections_(hub_, recorder_, [this] { return now(); }, [this] { advance(); }) {
        if (!hangups_are_ignored()) signals_.add(SIGHUP);
        hub_.on_gone([this](const SubscriberStats& stats) { summarise(stats); });
        hub_.on_send([this](const Notification& event, const Sent& sent) { on_send(event, sent); });
    }

    std::expected<RunResult, std::string> run() {
        for (const auto& endpoint : options_.listen) {
            const auto where = acceptor_.listen(endpoint);
            if (!where) return std::unexpected(where.error());
        }
        if (auto good = open_log(); !good) return std::unexpected(good.error());
        if (auto good = open_control(); !good) return std::unexpected(good.error());
        wait_for_signal();
        acceptor_.start([this](transport::Connection connection) { add(std::move(connection)); },
                        [this](const std::string& note) { log(note); });
        for (const auto& where : acceptor_.endpoints())
            log(fmt::format("listening on {}", to_string(where)));
        if (status_line_.on()) draw_live();
        advance();
        io_.run();
        block_signals();
        connections_.abandon();
        result_.end = now();
        status_line_.clear();
        if (log_) log_->close();
        return result_;
    }

  private:
    Instant now() const { return clock_.now(); }

    EngineOptions engine_options() {
        EngineOptions out{.log = [this](const std::string& text) { log(text); },
                          .results = options_.step_results ? &result_.steps : nullptr};
        // Without a log or a control page it is not read, and making it costs.
        if (options_.log_file || options_.control) {
            out.trace = [this](const Trace& trace) { recorder_.step(trace); };
        }
        return out;
    }
    RunParts run_parts() {
        return {.scenario = scenario_,
                .hub = hub_,
                .engine = engine_,
                .now = [this] { return now(); },
                .address = [this](PeerId id) { return connections_.address(id); },
                // Not at once: the control interface is in the middle of a request.
                .changed = [this] { wake(); }};
    }
    std::expected<void, std::string> open_log() {
        if (!options_.log_file) return {};
        auto opened = MessageLog::open(*options_.log_file,
                                       [this](const std::string& why) { log("--log: " + why); });
        if (!opened) return std::unexpected("--log: " + opened.error());
        log_.emplace(std::move(*opened));
        recorder_.add_sink([this](const LogRecord& record) { log_->write(record); });
        return {};
    }

    std::expected<void, std::string> open_control() {
        if (!options_.control) return {};
        control_ = std::make_unique<ControlServer>(
            io_.get_executor(), target_,
            static_cast<std::uint64_t>(real_time().time_since_epoch().count()));
        const auto where = control_->listen(*options_.control);
        if (!where) return std::unexpected("--control: " + where.error());
        recorder_.add_sink([this](const LogRecord& record) { control_->record(record); });
        log(fmt::format("control on http://{}/", to_string(*where)));
        return {};
    }

    /// To people, of what has a record of its own.
    void say(const std::string& text) {
        status_line_.clear();
        if (options_.log) options_.log(text);
    }

    void log(const std::string& text, PeerId peer = 0, SendId send = 0) {
        say(text);
        recorder_.line(text, peer, send);
    }

    void add(transport::Connection connection) {
        if (!hub_.has_room()) return turn_away(std::move(connection));
        // Drawn from the seed, so that two runs send the same bytes.
        Random random(mix_seed(scenario_.seed, ++accepted_));
        Challenge challenge{};
        for (auto& byte : challenge)
            byte = static_cast<std::uint8_t>(random.next());
        connections_.add(std::move(connection), challenge, clock_.to_real(options_.write_timeout));
    }

    void turn_away(transport::Connection connection) {
        connection.reset();
        say_turned_away(turned_away_.happened(now()));
        set_timer();
    }

    void say_turned_away(std::optional<std::size_t> number) {
        if (!number) return;
        log(fmt::format("turned {} connection{} away: {} have not subscribed yet (--max-pending)",
                        *number, *number == 1 ? "" : "s", options_.peers.pending));
    }

    /// Goes as far as is possible now. Called whenever something has happened.
    void advance() {
        const auto now = clock_.now();
        auto events = hub_.poll(now);
        for (const auto& event : events)
            report(now, event);
        std::ranges::move(events, std::back_inserter(events_));
        if (!target_.paused() && !stopping_) {
            const auto status = engine_.poll(now, std::exchange(events_, {}));
            if (status != StepStatus::running) end();
        }
        if (hub_.flush(now)) wake();
        say_turned_away(turned_away_.due(now));
        if (log_) log_->flush();
        if (ending_ && connections_.empty()) {
            leave();
        } else {
            set_timer();
        }
    }

    void end() {
        result_.outcome = engine_.outcome();
        result_.failure = engine_.failure();
        if (ending_) return;
        recorder_.line(std::string(scenario_over));
        close_all();
    }

    /// Closes so that nothing is lost that has been sent, held back by faults or not; but a fault
    /// that holds it back for hours is not waited for.
    void close_all() {
        ending_ = true;
        hub_.end();
        acceptor_.stop();
        connections_.close_all();
        patience_.expires_after(closing_patience);
        patience_.async_wait([this](const error_code& error) {
            if (!error) connections_.finish_all();
        });
    }

    /// The last connection is gone.
    void leave() {
        timer_.cancel();
        live_timer_.cancel();
        patience_.cancel();
        if (control_ == nullptr || std::exchange(left_, true)) return io_.stop();
        control_->stop([this] { io_.stop(); });
    }

    void wake() {
        asio::post(io_, [this] { advance(); });
    }

    void set_timer() {
        auto next = earliest({hub_.next_deadline(),
                              target_.paused() ? std::nullopt : engine_.next_deadline(),
                              turned_away_.deadline()});
        if (ending_ && connections_.empty()) next.reset();
        // Most of what happens changes no deadline.
        if (next == std::exchange(armed_, next)) return;
        if (!next) {
            timer_.cancel();
            return;
        }
        timer_.expires_at(clock_.to_real(*next));
        timer_.async_wait([this](const error_code& error) {
            if (error) return;
            armed_.reset();
            advance();
        });
    }

    void draw_live() {
        status_line_.draw(now(), {.subscribers = hub_.subscriber_count(),
                                  .sends = sends_,
                                  .pending = hub_.barriers().open().size()});
        live_timer_.expires_after(live_interval);
        live_timer_.async_wait([this](const error_code& error) {
            if (!error && !ending_) draw_live();
        });
    }

    void wait_for_signal() {
        signals_.async_wait([this](const error_code& error, int number) {
            if (!error) on_signal(number);
        });
    }

    /// The first asks for a clean end, the second does not wait for one.
    void on_signal(int number) {
        log(fmt::format("stopping: {}", signal_name(number)));
        if (std::exchange(stopping_, true)) return io_.stop();
        wait_for_signal();
        result_.stopped = !ending_;
        if (!ending_) close_all();
        advance();
    }

    void summarise(const SubscriberStats& stats) {
        const auto* connection = connections_.find(stats.peer);
        if (connection == nullptr) return;
        result_.summary.add({.stats = stats,
                             .address = connection->address(),
                             .bytes_out = connection->bytes_out(),
                             .bytes_in = connection->bytes_in()});
    }

    void on_send(const Notification& event, const Sent& sent) {
        ++sends_;
        target_.event_sent(now(), event, sent);
        recorder_.event_sent(event, sent);
        if (options_.syslog && !hub_.syslog_taken()) write_syslog(event);
    }

    /// REQ-SYSLOG: the daemon's own syslog has what its daemon log has.
    void write_syslog(const Notification& event) const {
        const auto* line = event.get<SyslogNotification>();
        if (line != nullptr && event.type == NOTIF_DAEMON) {
            options_.syslog(static_cast<int>(line->prio), line->msg);
        }
    }

    void report(Instant now, const HubEvent& event) {
        target_.happened(now, event);
        if (const auto* subscribed = std::get_if<Subscribed>(&event)) {
            const auto* session = hub_.session(subscribed->peer);
            log(fmt::format("{} connected from {}: {}", peer_name(subscribed->peer, hub_),
                            connections_.address(subscribed->peer),
                            session == nullptr ? "" : describe_subscription(*session)),
                subscribed->peer);
        } else if (const auto* refused = std::get_if<Refused>(&event)) {
            log(fmt::format("connection {} from {} was turned down: {}", refused->peer,
                            connections_.address(refused->peer), refused->reason),
                refused->peer);
        } else if (const auto* gone = std::get_if<Disconnected>(&event)) {
            if (gone->subscribed) say(describe(event, hub_));
        } else if (const auto* ack = std::get_if<AckReceived>(&event)) {
            if (ack->verdict != AckVerdict::known) say(describe(event, hub_));
        } else if (std::holds_alternative<SyslogTaken>(event)) {
            log(describe(event, hub_));
        } else if (std::holds_alternative<FaultStruck>(event) ||
                   std::holds_alternative<SlowConsumer>(event) ||
                   std::holds_alternative<AcksHeld>(event) ||
                   std::holds_alternative<FilterEnded>(event) ||
                   std::holds_alternative<MaapiCalled>(event)) {
            say(describe(event, hub_));
        }
    }

    const Scenario& scenario_;
    const ServerOptions& options_;
    SimClock clock_;
    StatusLine status_line_;
    RunResult result_;
    Hub hub_;
    Recorder recorder_;
    Engine engine_;
    RunTarget target_;
    asio::io_context io_{1};
    asio::signal_set signals_;
    asio::steady_timer timer_;
    std::optional<Instant> armed_;  // what the timer waits for
    asio::steady_timer live_timer_;
    asio::steady_timer patience_;
    transport::Acceptor acceptor_;
    std::optional<MessageLog> log_;
    std::unique_ptr<ControlServer> control_;
    SocketConnections connections_;
    std::vector<HubEvent> events_;  // that the scenario has not seen yet
    std::uint64_t accepted_ = 0;
    std::uint64_t sends_ = 0;
    RepeatedLine turned_away_;
    bool ending_ = false;
    bool stopping_ = false;
    bool left_ = false;
};

}  // namespace

std::expected<RunResult, std::string> serve(const Scenario& scenario,
                                            const ServerOptions& options) {
    return Server(scenario, options).run();
}

}  // namespace confd::sim
