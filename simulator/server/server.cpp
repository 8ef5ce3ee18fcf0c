#include "simulator/server/server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <map>
#include <memory>
#include <random>
#include <utility>

#include "simulator/hub/describe.hpp"
#include "simulator/scenario/engine.hpp"
#include "transport/acceptor.hpp"
#include "transport/connection.hpp"

namespace confd::sim {
namespace {

namespace asio = boost::asio;

/// REQ-SLOW-1: a client that takes no byte for so long is closed.
constexpr std::chrono::seconds write_timeout{15};

Challenge random_challenge() {
    std::random_device source;
    Challenge challenge{};
    for (auto& byte : challenge)
        byte = static_cast<std::uint8_t>(source());
    return challenge;
}

HubConfig config_of(const Scenario& scenario, const ServerOptions& options) {
    auto config = scenario.hub_config();
    config.server.secret = options.secret;
    config.max_subscribers = options.max_subscribers;
    return config;
}

class Server {
  public:
    Server(const Scenario& scenario, const ServerOptions& options)
        : options_(options),
          hub_(config_of(scenario, options)),
          engine_(scenario, hub_, [this](const std::string& text) { log(text); }),
          signals_(io_, SIGINT, SIGTERM),
          timer_(io_),
          acceptor_(io_.get_executor()) {}

    std::expected<RunResult, std::string> run() {
        for (const auto& endpoint : options_.listen) {
            const auto where = acceptor_.listen(endpoint);
            if (!where) return std::unexpected(where.error());
        }
        wait_for_signal();
        acceptor_.start([this](transport::Connection connection) { add(std::move(connection)); });
        for (const auto& where : acceptor_.endpoints()) {
            log(fmt::format("listening on {}", to_string(where)));
        }
        advance();
        io_.run();
        return result_;
    }

  private:
    /// One connection and the peer it is at the hub.
    class Link : public transport::ConnectionOwner {
      public:
        Link(Server& server, PeerId id, transport::Connection connection)
            : server_(server), id_(id), connection_(std::move(connection)) {}

        void start() {
            connection_.set_write_timeout(write_timeout);
            connection_.start(*this);
        }
        void flush() {
            if (auto bytes = server_.hub_.take_output(id_); !bytes.empty()) {
                connection_.send(std::move(bytes));
            }
            if (server_.hub_.wants_close(id_) || server_.ending_) finish();
        }
        const std::string& address() const { return connection_.peer(); }

        std::span<std::uint8_t> room(std::size_t size) override {
            return server_.hub_.prepare(id_, size);
        }
        void received(std::size_t size) override {
            server_.hub_.commit(Clock::now(), id_, size);
            server_.advance();
        }
        void ended() override {
            server_.hub_.eof(Clock::now(), id_);
            server_.advance();
        }
        void closed(const transport::Closed& why) override { server_.remove(id_, why.text); }

      private:
        void finish() {
            if (std::exchange(finishing_, true)) return;
            connection_.finish();
        }

        Server& server_;
        PeerId id_;
        transport::Connection connection_;
        bool finishing_ = false;
    };

    void log(const std::string& text) const {
        if (options_.log) options_.log(text);
    }

    void add(transport::Connection connection) {
        const auto id = hub_.connect(random_challenge());
        auto& link = *(links_[id] = std::make_unique<Link>(*this, id, std::move(connection)));
        link.start();
    }

    /// Called by the link itself, which must not be touched afterwards.
    void remove(PeerId id, const std::string& reason) {
        hub_.forget(id, reason);
        const auto link = std::move(links_[id]);
        addresses_[id] = link->address();
        links_.erase(id);
        advance();
        addresses_.erase(id);
    }

    /// Goes as far as is possible now. Called whenever something has happened.
    void advance() {
        const auto now = Clock::now();
        auto events = hub_.poll(now);
        for (const auto& event : events)
            report(event);
        const auto status = engine_.poll(now, std::move(events));
        if (status != StepStatus::running) end();
        for (const auto& [id, link] : links_)
            link->flush();
        if (ending_ && links_.empty()) {
            io_.stop();
        } else {
            set_timer();
        }
    }

    void end() {
        if (std::exchange(ending_, true)) return;
        result_.outcome = engine_.outcome();
        result_.failure = engine_.failure();
        acceptor_.stop();
    }

    void set_timer() {
        auto next = hub_.next_deadline();
        if (const auto steps = engine_.next_deadline())
            next = next ? std::min(*next, *steps) : steps;
        if (ending_ || !next) {
            timer_.cancel();
            return;
        }
        timer_.expires_at(*next);
        timer_.async_wait([this](const boost::system::error_code& error) {
            if (!error) advance();
        });
    }

    void wait_for_signal() {
        signals_.async_wait([this](const boost::system::error_code& error, int number) {
            if (!error) on_signal(number);
        });
    }

    /// The first asks for a clean end, the second does not wait for one.
    void on_signal(int number) {
        log(fmt::format("stopping: {}", number == SIGINT ? "SIGINT" : "SIGTERM"));
        if (result_.stopped) return io_.stop();
        wait_for_signal();
        result_.stopped = !ending_;
        ending_ = true;
        acceptor_.stop();
        for (const auto& [id, link] : links_)
            link->flush();
        timer_.cancel();
        if (links_.empty()) io_.stop();
    }

    void report(const HubEvent& event) {
        if (const auto* subscribed = std::get_if<Subscribed>(&event)) {
            log(fmt::format("{} connected from {}: {}", peer_name(subscribed->peer, hub_),
                            address_of(subscribed->peer),
                            describe_subscription(*hub_.session(subscribed->peer))));
        } else if (const auto* refused = std::get_if<Refused>(&event)) {
            log(fmt::format("connection {} from {} was turned down: {}", refused->peer,
                            address_of(refused->peer), refused->reason));
        } else if (const auto* gone = std::get_if<Disconnected>(&event)) {
            if (gone->subscribed) log(describe(event, hub_));
        } else if (const auto* ack = std::get_if<AckReceived>(&event)) {
            if (ack->verdict != AckVerdict::known) log(describe(event, hub_));
        }
    }

    std::string address_of(PeerId id) const {
        if (const auto link = links_.find(id); link != links_.end()) return link->second->address();
        const auto gone = addresses_.find(id);
        return gone == addresses_.end() ? "?" : gone->second;
    }

    const ServerOptions& options_;
    Hub hub_;
    Engine engine_;
    asio::io_context io_{1};
    asio::signal_set signals_;
    asio::steady_timer timer_;
    transport::Acceptor acceptor_;
    std::map<PeerId, std::unique_ptr<Link>> links_;
    std::map<PeerId, std::string> addresses_;  // of peers that are being removed
    bool ending_ = false;
    RunResult result_;
};

}  // namespace

std::expected<RunResult, std::string> serve(const Scenario& scenario,
                                            const ServerOptions& options) {
    return Server(scenario, options).run();
}

}  // namespace confd::sim
