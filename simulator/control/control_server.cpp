// SPDX-License-Identifier: Apache-2.0
#include "simulator/control/control_server.hpp"

#include <algorithm>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

#include "protocol/bytes.hpp"
#include "simulator/control/http_session.hpp"
#include "simulator/control/limits.hpp"
#include "simulator/control/routes.hpp"
#include "transport/acceptor.hpp"
#include "transport/connection.hpp"

namespace confd::sim {
namespace {

namespace asio = boost::asio;
using namespace control;

/// How often timeouts are looked at; they are that coarse.
constexpr std::chrono::seconds tick{1};

/// How long connections have to take what is queued once the server stops.
constexpr std::chrono::seconds farewell{1};

constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";

/// What a session tells the server that it belongs to.
class Sessions {
  public:
    virtual ~Sessions() = default;
    virtual control::Control& control() = 0;
    /// Sessions that read the feed.
    virtual std::size_t readers() const = 0;
    /// Destroys the session.
    virtual void remove(const void* session) = 0;
};

class Session : public transport::ConnectionOwner {
  public:
    Session(Sessions& owner, transport::Connection connection)
        : owner_(owner), connection_(std::move(connection)) {}

    void start() {
        connection_.set_write_timeout(answer_timeout);
        connection_.start(*this);
    }

    void finish(std::chrono::seconds patience = answer_timeout) {
        if (std::exchange(finishing_, true)) return;
        connection_.finish(patience);
    }

    void show(std::string_view message) {
        if (!feed_ || finishing_ || behind_) return;
        behind_ = connection_.unsent() + message.size() > max_reader_queue;
        if (behind_) return;
        shown_ = owner_.control().feed.last();
        send(message);
    }

    bool reads_feed() const { return feed_; }
    /// Whether nothing is under way to the client: it owes a request, or has to hang up.
    bool waits() const { return !feed_ && connection_.unsent() == 0; }
    Instant waits_since() const { return waits_since_; }

    void check_time(Instant now) {
        if (finishing_) return;
        if (feed_) {
            if (now - last_ >= keep_alive_interval && connection_.unsent() == 0) send(feed_comment);
        } else if (begun_ && now - *begun_ > request_timeout) {
            refuse(error_response(408, "the request was not complete in time"));
        } else if (now - last_ > idle_timeout) {
            finish();
        }
    }

    std::span<std::uint8_t> room(std::size_t size) override { return http_.prepare(size); }
    void received(std::size_t size) override {
        last_ = Clock::now();
        // What the client sends while the feed runs has no meaning, and is not kept either.
        if (feed_) return;
        http_.commit(size);
        serve();
    }
    void ended() override { finish(); }
    void written() override {
        last_ = Clock::now();
        if (std::exchange(behind_, false)) return catch_up();
        if (!std::exchange(paused_, false)) return;
        connection_.resume_reading();
        serve();
    }
    void closed(const transport::Closed&) override { owner_.remove(this); }

  private:
    void send(std::string_view text) {
        last_ = Clock::now();
        connection_.send(Bytes(text.begin(), text.end()));
    }

    /// Answers the requests that are complete.
    void serve() {
        while (!finishing_ && !feed_) {
            if (connection_.unsent() > max_unsent_answers) return pause();
            switch (http_.poll()) {
                case HttpSession::Poll::need_input:
                    return note_begin();
                case HttpSession::Poll::expectation:
                    send(go_on);
                    break;
                case HttpSession::Poll::request:
                    begun_.reset();
                    answer(http_.request());
                    break;
                case HttpSession::Poll::failed:
                    return refuse(http_.failure());
            }
        }
    }

    /// The reader has taken all that waited for it.
    void catch_up() {
        const auto& feed = owner_.control().feed;
        send(feed.after(std::exchange(shown_, feed.last())));
    }

    void pause() {
        paused_ = true;
        connection_.pause_reading();
    }

    void note_begin() {
        if (!http_.in_request()) {
            begun_.reset();
        } else if (!begun_) {
            begun_ = Clock::now();
        }
    }

    void answer(const Request& request) {
        waits_since_ = Clock::now();
        const auto response = handle(request, owner_.control());
        const bool feed = response.feed && !request.head();
        if (feed && owner_.readers() >= max_readers) {
            return refuse(error_response(503, "there are too many readers of /events"));
        }
        feed_ = feed;
        shown_ = owner_.control().feed.last();
        if (feed_) connection_.set_write_timeout(reader_timeout);
        send(to_bytes(response, request));
        if (!feed_ && (response.feed || !request.keep_alive)) finish();
    }

    void refuse(const Response& response) {
        send(to_bytes(response, {.keep_alive = false}));
        finish();
    }

    Sessions& owner_;
    transport::Connection connection_;
    HttpSession http_;
    bool feed_ = false;        // /events: nothing but records from now on
    std::uint64_t shown_ = 0;  // the last record of the feed that was sent
    bool behind_ = false;      // no records are sent until those before are read
    bool paused_ = false;      // the client does not take its answers
    bool finishing_ = false;   // nothing is sent or served any more
    Instant last_ = Clock::now();
    Instant waits_since_ = last_;   // for a request, complete or not
    std::optional<Instant> begun_;  // a request, that is not complete
};

}  // namespace

struct ControlServer::Impl : Sessions, std::enable_shared_from_this<ControlServer::Impl> {
    Impl(const asio::any_io_executor& executor_, ControlTarget& target, std::uint64_t run)
        : executor(executor_),
          control_{.target = target, .feed = control::RecordFeed(run), .counters = {}, .bound = {}},
          acceptor(executor),
          timer(executor) {}

    std::expected<transport::Endpoint, std::string> listen(const transport::Endpoint& endpoint) {
        const auto where = acceptor.listen(endpoint);
        if (!where) return where;
        for (const auto& at : {endpoint, *where}) {
            if (const auto* tcp = std::get_if<transport::TcpEndpoint>(&at))
                control_.bound.push_back(tcp->host);
        }
        acceptor.start([this](transport::Connection connection) { add(std::move(connection)); });
        set_timer();
        return where;
    }

    void add(transport::Connection connection) {
        if (sessions.size() >= max_control_connections && !make_room()) return;
        auto session = std::make_unique<Session>(*this, std::move(connection));
        auto& added = *session;
        sessions.emplace(&added, std::move(session));
        added.start();
    }

    /// Closes the one that has waited longest. A client that opens connections and does not use
    /// them keeps only itself from being answered.
    bool make_room() {
        auto oldest = sessions.end();
        for (auto it = sessions.begin(); it != sessions.end(); ++it) {
            const auto& session = *it->second;
            if (!session.waits()) continue;
            if (oldest == sessions.end() || session.waits_since() < oldest->second->waits_since())
                oldest = it;
        }
        if (oldest == sessions.end()) return false;
        sessions.erase(oldest);
        return true;
    }

    control::Control& control() override { return control_; }
    std::size_t readers() const override {
        return static_cast<std::size_t>(std::ranges::count_if(
            sessions, [](const auto& entry) { return entry.second->reads_feed(); }));
    }

    void remove(const void* session) override {
        sessions.erase(session);
        if (sessions.empty()) call_done();
    }

    void record(const LogRecord& record) {
        control_.counters.count(record);
        const auto message = control_.feed.add(record);
        if (message.empty()) ++control_.counters.skipped;
        for (const auto& [_, session] : sessions)
            session->show(message);
    }

    void set_timer() {
        timer.expires_after(stopping ? farewell : tick);
        timer.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
            const auto self = weak.lock();
            if (self && !error) self->on_time();
        });
    }

    void on_time() {
        if (stopping) {
            sessions.clear();
            return call_done();
        }
        for (const auto& [_, session] : sessions)
            session->check_time(Clock::now());
        set_timer();
    }

    /// Later, so that a request that ends the run is answered.
    void stop(std::function<void()> then) {
        done = std::move(then);
        asio::post(executor, [weak = weak_from_this()] {
            if (const auto self = weak.lock()) self->close();
        });
    }

    void close() {
        stopping = true;
        acceptor.stop();
        for (const auto& [_, session] : sessions)
            session->finish(farewell);
        set_timer();
        if (sessions.empty()) call_done();
    }

    void call_done() {
        if (!stopping) return;
        timer.cancel();
        if (done) asio::post(executor, std::exchange(done, nullptr));
    }

    asio::any_io_executor executor;
    control::Control control_;
    transport::Acceptor acceptor;
    asio::steady_timer timer;
    std::map<const void*, std::unique_ptr<Session>> sessions;
    bool stopping = false;
    std::function<void()> done;
};

ControlServer::ControlServer(const asio::any_io_executor& executor, ControlTarget& target,
                             std::uint64_t run)
    : impl_(std::make_shared<Impl>(executor, target, run)) {}

ControlServer::~ControlServer() = default;

std::expected<transport::Endpoint, std::string> ControlServer::listen(
    const transport::Endpoint& endpoint) {
    return impl_->listen(endpoint);
}

void ControlServer::record(const LogRecord& record) {
    impl_->record(record);
}

void ControlServer::stop(std::function<void()> done) {
    impl_->stop(std::move(done));
}

}  // namespace confd::sim
