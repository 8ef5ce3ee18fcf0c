// SPDX-License-Identifier: Apache-2.0
#include "client/confd_listen/listen.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string>
#include <system_error>

#include "client/backoff.hpp"
#include "client/confd_listen/diffs.hpp"
#include "client/confd_listen/interrupt.hpp"
#include "client/events.hpp"
#include "protocol/render/render.hpp"
#include "protocol/utf8.hpp"
#include "text/units.hpp"

namespace confd::listen {
namespace {

using Clock = std::chrono::steady_clock;
using events::Error;

/// Bounds connecting when --timeout does not, and each acknowledgement: a server that never answers
/// or reads would block without end.
constexpr auto patience = std::chrono::seconds(10);

/// Longest diff in an event's JSON, in bytes: a line is held until it is whole.
constexpr std::size_t max_diff_json = std::size_t{16} << 20;

/// While connecting there is nothing to clean up.
void stop_at_once(int) {
    ::_exit(exit_ok);
}

/// The reader of standard output has closed it.
struct OutputClosed {};
/// Stopped by a signal, or by the end of the answers to -r.
struct Interrupted {};
/// The connection is gone, and --reconnect asks for another.
struct Lost {};

class Listener {
  public:
    explicit Listener(const Options& options)
        : options_(options),
          sock_(options.connect),
          backoff_(options.backoff),
          render_{.context = {options.connect.release.dialect(), options.connect.product},
                  .show_clearpass = options.show_clearpass,
                  .newer_names = has_newer_names(options.connect.release)} {
        // A reader of our output that went away is a failed write, not our death.
        std::signal(SIGPIPE, SIG_IGN);
    }

    Exit run() {
        try {
            while (true) {
                if (const auto end = one_connection()) return *end;
                if (const auto end = wait_for_next()) return *end;
            }
        } catch (const OutputClosed&) {
            return exit_ok;
        } catch (const Interrupted&) {
            return ended();
        }
    }

  private:
    using Woke = Interrupt::Woke;

    /// How it ends us, or nothing when there is to be another.
    std::optional<Exit> one_connection() {
        interrupt_.reset();
        try {
            if (!connect()) return exit_connect;
            backoff_.succeeded();
            interrupt_.emplace();
            return follow();
        } catch (const Lost&) {
            return std::nullopt;
        }
    }

    bool connect() {
        for (const int signal : {SIGINT, SIGTERM})
            std::signal(signal, stop_at_once);
        diffs_.emplace(options_.connect, options_.timeout.value_or(patience), complain);
        if (options_.load_schemas) diffs_->load_names();
        render_.names = diffs_->names();
        try {
            notifications_connect2(sock_, options_.mask, options_.data,
                                   options_.timeout.value_or(patience));
            if (render_.names == nullptr) render_.names = &sock_.names();
            return true;
        } catch (const Error& error) {
            complain(error.what());
            if (again_after(error)) throw Lost{};
            return false;
        }
    }

    bool again_after(const Error& error) const {
        return options_.reconnect && events::Backoff::worthwhile(error);
    }

    /// How long it takes before the next attempt; an exit when something ends us before.
    std::optional<Exit> wait_for_next() {
        interrupt_.emplace();
        const auto pause = backoff_.next();
        complain(fmt::format("connecting again in {}", timespan_text(pause)));
        const auto next = Clock::now() + pause;
        const auto idle = idle_deadline().at();
        const bool in_time = !idle || next < *idle;
        if (interrupt_->wait(-1, in_time ? next : *idle) == Woke::interrupted) return ended();
        return in_time ? std::nullopt : std::optional(exit_timeout);
    }

    Exit follow() {
        while (true) {
            if (!sock_.pending()) {
                switch (interrupt_->wait(sock_.native_handle(), idle_deadline())) {
                    case Woke::interrupted:
                        return ended();
                    case Woke::deadline:
                        return exit_timeout;
                    case Woke::ready:
                        break;
                }
            }
            if (const auto end = read_one()) return *end;
        }
    }

    /// --timeout counts from the last event, not from the last bytes.
    events::Deadline idle_deadline() const {
        return options_.timeout ? events::Deadline(last_event_ + *options_.timeout)
                                : events::Deadline();
    }

    std::optional<Exit> read_one() {
        using std::chrono::milliseconds;
        try {
            const auto event = read_notification(sock_, milliseconds(0));
            print(event);
            if (const auto ack = ack_owed(event, options_.mask); ack && options_.acknowledge) {
                acknowledge(*ack);
            }
        } catch (const Error& error) {
            // Part of an event: the rest will wake us up again.
            if (error.kind() == Error::Kind::timeout) return std::nullopt;
            if (const auto end = on_error(error)) return end;
        }
        last_event_ = Clock::now();
        return options_.count && ++seen_ >= *options_.count ? std::optional(ended()) : std::nullopt;
    }

    /// How an error ends us, or nothing when there is more to read.
    std::optional<Exit> on_error(const Error& error) {
        if (error.kind() == Error::Kind::protocol) {
            print_error(error.protocol_error());
            malformed_ = true;
            return error.recoverable() ? std::nullopt : std::optional(ended());
        }
        const auto& cut_off = error.protocol_error();
        const bool orderly = error.kind() == Error::Kind::closed && error.orderly();
        malformed_ |= !orderly;
        if (!cut_off.message.empty()) {
            print_error(cut_off);
        } else if (!orderly || options_.reconnect) {
            complain(error.what());
        }
        if (again_after(error)) throw Lost{};
        return ended();
    }

    Exit ended() {
        // So that the last acknowledgement is not lost with unread events.
        if (sock_.is_open()) sock_.close();
        return malformed_ ? exit_malformed : exit_ok;
    }

    void acknowledge(const Ack& ack) {
        if (options_.confirm) ask(ack);
        try {
            events::acknowledge(sock_, ack, patience);
        } catch (const Error& error) {
            // When the server is gone, the events that it sent before are still to be read.
            return complain(error.what());
        }
        if (options_.format == Format::text) write_line("  -> " + to_string(ack));
    }

    /// The prompt goes to standard error: standard output is for events.
    void ask(const Ack& ack) const {
        fmt::print(stderr, "{}: acknowledge? [Enter] ", to_string(ack));
        while (true) {
            if (interrupt_->wait(STDIN_FILENO, {}) == Woke::interrupted) throw Interrupted{};
            char c = 0;
            if (::read(STDIN_FILENO, &c, 1) <= 0) throw Interrupted{};
            if (c == '\n') return;
        }
    }

    void print(const Notification& event) {
        const auto* diff = options_.diffs ? event.get<CommitDiffNotification>() : nullptr;
        if (options_.format == Format::text) {
            write_line(to_text(event, render_));
            if (diff != nullptr) print_changes(diff->tctx.th);
            return;
        }
        auto object = to_json(event, render_);
        if (diff != nullptr) add_changes(object, diff->tctx.th);
        write_line(boost::json::serialize(object));
    }

    /// A signal ends the diff early, so that it can end us.
    IterAnswer on_with_it() const { return interrupt_->raised() ? ITER_STOP : ITER_RECURSE; }

    void print_changes(std::int64_t thandle) {
        const auto failed = diffs_->read(thandle, [this](const DiffChange& change) {
            write_line("  " + to_text(change, render_));
            return on_with_it();
        });
        if (failed) complain("the diff is not complete: " + *failed);
    }

    void add_changes(boost::json::object& event, std::int64_t thandle) {
        boost::json::array changes;
        std::size_t size = 0;
        auto failed = diffs_->read(thandle, [&](const DiffChange& change) {
            auto one = to_json(change, render_);
            size += boost::json::serialize(one).size();
            if (size > max_diff_json) return ITER_STOP;
            changes.push_back(std::move(one));
            return on_with_it();
        });
        if (size > max_diff_json && !failed) failed = "more changes than a line can hold";
        if (diffs_->available()) event["diff"] = std::move(changes);
        if (!failed) return;
        event["diff_error"] = utf8_sanitized(*failed);
        complain("the diff is not complete: " + *failed);
    }

    void print_error(const confd::Error& error) const {
        write_line(options_.format == Format::json ? boost::json::serialize(to_json(error))
                                                   : "malformed: " + to_string(error));
    }

    static void complain(const std::string& text) {
        fmt::print(stderr, "confd-listen: {}\n", text);
    }

    /// Each line goes out at once, whole.
    static void write_line(std::string line) {
        line += '\n';
        for (std::string_view rest = line; !rest.empty();) {
            const auto written = ::write(STDOUT_FILENO, rest.data(), rest.size());
            if (written >= 0) {
                rest.remove_prefix(static_cast<std::size_t>(written));
            } else if (errno == EPIPE) {
                throw OutputClosed{};
            } else if (errno != EINTR) {
                throw std::system_error(errno, std::generic_category(), "standard output");
            }
        }
    }

    const Options& options_;
    std::optional<Interrupt> interrupt_;
    events::EventSocket sock_;
    events::Backoff backoff_;
    std::optional<Diffs> diffs_;
    RenderOptions render_;
    Clock::time_point last_event_ = Clock::now();
    std::uint64_t seen_ = 0;
    bool malformed_ = false;
};

}  // namespace

Exit listen(const Options& options) {
    return Listener(options).run();
}

}  // namespace confd::listen
