// SPDX-License-Identifier: Apache-2.0
// Verifies and then measures how events get to many subscribers, beside plain send(), and what
// subscribers cost that do nothing. See docs/performance.md.
#include <fmt/format.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <thread>

#include "bench/fanout.hpp"
#include "bench/fanout_idle.hpp"
#include "protocol/session/ack.hpp"
#include "protocol/session/client_session.hpp"

namespace confd::bench {
namespace {

namespace json = boost::json;

struct Options {
    std::string simulator = CONFD_SIM;
    std::string out;
    std::vector<std::string> parts;  // all, when empty
    int repetitions = 5;
    std::chrono::milliseconds segment{200};
    std::chrono::seconds idle{10};
};

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

double quantile_us(std::vector<std::int64_t>& values, double part) {
    const auto at = static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
    std::ranges::nth_element(values, values.begin() + at);
    return static_cast<double>(values[static_cast<std::size_t>(at)]) / 1000;
}

/// One core for the server, one for its subscribers: otherwise they meet by chance.
void pin(std::size_t core) {
    if (std::thread::hardware_concurrency() < 2) return;
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(core, &cores);
    ::pthread_setaffinity_np(::pthread_self(), sizeof cores, &cores);
}

/// 16 different lines of the audit log, of about 150 bytes each; fewer when fewer are asked for.
std::vector<Notification> audit_events(std::size_t count) {
    std::vector<Notification> events;
    for (std::size_t i = 0; i < count; ++i) {
        AuditNotification body;
        body.logno = 12;
        body.usid = static_cast<std::int64_t>(10 + i);
        body.user = "admin";
        body.msg = fmt::format("terminated session (reason: normal), line {:>3}; {}", i,
                               std::string(60, 'x'));
        events.push_back({NOTIF_AUDIT, body});
    }
    return events;
}

Notification commit_event() {
    CommitDiffNotification body;
    body.tctx.th = 17;
    body.uinfo.username = "admin";
    body.uinfo.context = "cli";
    return {NOTIF_COMMIT_DIFF, body};
}

struct Segment {
    double seconds = 0;
    std::vector<std::int64_t> latencies;
};

/// At most `window` batches are on their way to a subscriber.
Segment send_batches(Party& party, std::size_t batches, std::size_t window, bool verify = false) {
    Readers readers(party, {.batches = batches, .verify = verify, .answer = {}});
    const auto wait_for = [&](std::size_t arrived) {
        for (unsigned turn = 1; readers.arrived() < arrived; ++turn) {
            // What the kernel did not take at once is still to be sent.
            if (turn % 64 == 0) party.sender->idle();
            std::this_thread::yield();
        }
    };
    std::thread thread([&] {
        pin(1);
        readers.run();
    });
    const auto start = Clock::now();
    const auto count = party.sockets.size();
    for (std::size_t i = 0; i < batches; ++i) {
        if (i >= window) wait_for((i - window + 1) * count);
        readers.starts(i);
        party.sender->send_batch();
    }
    wait_for(batches * count);
    const std::chrono::duration<double> spent = Clock::now() - start;
    thread.join();
    return {spent.count(), readers.latencies()};
}

/// So many batches that a segment takes about as long as it should.
std::size_t enough_batches(Party& party, std::size_t window, const Options& options) {
    const std::chrono::duration<double> wanted = options.segment;
    for (std::size_t batches = 4;; batches *= 2) {
        const auto seconds = send_batches(party, batches, window).seconds;
        if (seconds > wanted.count() / 4) {
            return std::max<std::size_t>(4, static_cast<std::size_t>(static_cast<double>(batches) *
                                                                     wanted.count() / seconds));
        }
    }
}

struct Outcome {
    double rate = 0;  // events a second, those of all subscribers counted
    double p50 = 0;   // microseconds, with one batch on its way
    double p99 = 0;
};

/// Both in turn, so that what else the machine does meets both.
class Comparison {
  public:
    Comparison(const Options& options, std::size_t events) : options_(options), events_(events) {}

    void run(Party& raw, Party& here) {
        constexpr std::size_t check = 20;
        for (auto* party : {&raw, &here})
            send_batches(*party, check, 4, true);
        const auto batches = enough_batches(raw, window, options_);
        const auto singles = std::max<std::size_t>(batches / 4, 4);
        for (int i = 0; i < options_.repetitions; ++i) {
            const auto a = send_batches(raw, batches, window).seconds;
            const auto b = send_batches(here, batches, window).seconds;
            const auto total = static_cast<double>(batches * events_ * raw.sockets.size());
            rates_[0].push_back(total / a);
            rates_[1].push_back(total / b);
            ratios_.push_back(a / b);
            add_latencies(0, send_batches(raw, singles, 1).latencies);
            add_latencies(1, send_batches(here, singles, 1).latencies);
        }
    }

    Outcome outcome(std::size_t which) const {
        return {median(rates_[which]), median(p50_[which]), median(p99_[which])};
    }
    double ratio() const { return median(ratios_); }

    static constexpr std::size_t window = 8;

  private:
    void add_latencies(std::size_t which, std::vector<std::int64_t> values) {
        p50_[which].push_back(quantile_us(values, 0.5));
        p99_[which].push_back(quantile_us(values, 0.99));
    }

    const Options& options_;
    std::size_t events_;
    std::array<std::vector<double>, 2> rates_;
    std::array<std::vector<double>, 2> p50_;
    std::array<std::vector<double>, 2> p99_;
    std::vector<double> ratios_;
};

json::object to_json(const Outcome& outcome) {
    return {{"events_per_second", outcome.rate}, {"p50_us", outcome.p50}, {"p99_us", outcome.p99}};
}

json::array measure_fanout(const Options& options) {
    json::array rows;
    fmt::print(
        "\nfan-out: events a second, and latency with one batch on its way\n"
        "socket  subscribers  batch      send()/s        here/s  ratio"
        "   send() p50/p99 us      here p50/p99 us\n");
    for (const auto family : {Family::tcp, Family::local}) {
        for (const auto count : {1UZ, 100UZ, 1000UZ}) {
            for (const auto batch : {1UZ, 16UZ}) {
                const auto events = audit_events(batch);
                auto raw = make_raw_party(family, count, events, 0);
                auto here = make_hub_party(family, count, events);
                Comparison comparison(options, batch);
                comparison.run(raw, here);
                const auto a = comparison.outcome(0);
                const auto b = comparison.outcome(1);
                fmt::print(
                    "{:<6}{:>13}{:>7}{:>14.0f}{:>14.0f}{:>7.2f}{:>12.0f} /{:>7.0f}"
                    "{:>12.0f} /{:>7.0f}\n",
                    to_string(family), count, batch, a.rate, b.rate, comparison.ratio(), a.p50,
                    a.p99, b.p50, b.p99);
                std::cout.flush();
                rows.push_back({{"socket", to_string(family)},
                                {"subscribers", count},
                                {"batch", batch},
                                {"raw", to_json(a)},
                                {"here", to_json(b)},
                                {"ratio", comparison.ratio()}});
            }
        }
    }
    return rows;
}

/// Microseconds of each round.
std::vector<std::int64_t> barrier_rounds(Party& party, std::size_t rounds, const Bytes& ack,
                                         bool verify) {
    Readers readers(party, {.batches = rounds, .verify = verify, .answer = ack});
    std::thread thread([&] {
        pin(1);
        readers.run();
    });
    std::vector<std::int64_t> out;
    for (std::size_t i = 0; i < rounds; ++i) {
        const auto start = Clock::now();
        readers.starts(i);
        party.sender->send_and_wait();
        out.push_back((Clock::now() - start).count());
    }
    thread.join();
    return out;
}

json::array measure_barrier(const Options& options) {
    constexpr std::size_t rounds = 20;
    const std::vector events{commit_event()};
    ClientSession session({});
    session.take_output();
    session.send(*ack_owed(events[0], NOTIF_COMMIT_DIFF));
    const auto ack = session.take_output();
    json::array rows;
    fmt::print(
        "\nCOMMIT_DIFF: until the last subscriber has acknowledged, p50 us\n"
        "socket  subscribers        send()          here   times\n");
    for (const auto family : {Family::tcp, Family::local}) {
        for (const auto count : {100UZ, 1000UZ}) {
            auto raw = make_raw_party(family, count, events, ack.size());
            auto here = make_hub_party(family, count, events);
            for (auto* party : {&raw, &here})
                barrier_rounds(*party, 3, ack, true);
            std::vector<double> a;
            std::vector<double> b;
            std::vector<double> times;
            for (int i = 0; i < options.repetitions; ++i) {
                auto plain = barrier_rounds(raw, rounds, ack, false);
                auto ours = barrier_rounds(here, rounds, ack, false);
                a.push_back(quantile_us(plain, 0.5));
                b.push_back(quantile_us(ours, 0.5));
                times.push_back(b.back() / a.back());
            }
            fmt::print("{:<6}{:>13}{:>14.0f}{:>14.0f}{:>8.2f}\n", to_string(family), count,
                       median(a), median(b), median(times));
            std::cout.flush();
            rows.push_back({{"socket", to_string(family)},
                            {"subscribers", count},
                            {"raw_p50_us", median(a)},
                            {"here_p50_us", median(b)},
                            {"times", median(times)}});
        }
    }
    return rows;
}

double rate_of(Party party, std::size_t batch, const Options& options) {
    constexpr std::size_t window = Comparison::window;
    send_batches(party, 4, window, true);
    const auto batches = enough_batches(party, window, options);
    std::vector<double> rates;
    for (int i = 0; i < options.repetitions; ++i) {
        const auto seconds = send_batches(party, batches, window).seconds;
        rates.push_back(static_cast<double>(batches * batch * party.sockets.size()) / seconds);
    }
    return median(rates);
}

/// One party at a time: both ends of 5000 connections are as many descriptors as there may be.
json::array measure_growth(const Options& options) {
    constexpr std::size_t batch = 16;
    const auto events = audit_events(batch);
    json::array rows;
    fmt::print(
        "\ngrowth, TCP, batches of {}: events a second; memory and processor of confd-sim\n"
        "subscribers      send()/s        here/s   KiB each\n",
        batch);
    IdleServer server(options.simulator);
    const auto empty = server.memory();
    std::vector<int> subscribers;
    for (const auto count : {1UZ, 10UZ, 100UZ, 1000UZ, 5000UZ}) {
        for (const auto socket :
             connect_subscribers(server.endpoint(), count - subscribers.size(), NOTIF_AUDIT, {})) {
            subscribers.push_back(socket);
        }
        const auto each = (server.memory() - empty) / static_cast<double>(count);
        for (const auto socket : count == 5000 ? subscribers : std::vector<int>())
            ::close(socket);
        const auto raw = rate_of(make_raw_party(Family::tcp, count, events, 0), batch, options);
        const auto here = rate_of(make_hub_party(Family::tcp, count, events), batch, options);
        fmt::print("{:>11}{:>14.0f}{:>14.0f}{:>11.2f}\n", count, raw, here, each / 1024);
        std::cout.flush();
        rows.push_back({{"subscribers", count},
                        {"raw_events_per_second", raw},
                        {"here_events_per_second", here},
                        {"bytes_each", each}});
    }
    return rows;
}

json::array measure_idle(const Options& options) {
    constexpr std::size_t count = 5000;
    json::array rows;
    fmt::print("\n{} subscribers that only listen, for {} s: KiB each, percent of a core\n", count,
               options.idle.count());
    for (const auto heartbeat : {std::chrono::seconds(0), std::chrono::seconds(10)}) {
        IdleServer server(options.simulator);
        const auto empty = server.memory();
        const auto mask = heartbeat.count() > 0 ? NOTIF_HEARTBEAT : NOTIF_AUDIT;
        const auto sockets = connect_subscribers(server.endpoint(), count, mask, heartbeat);
        // What has to do with connecting is over.
        std::this_thread::sleep_for(std::chrono::seconds(1));
        const auto before = server.cpu_time();
        const auto start = Clock::now();
        std::this_thread::sleep_for(options.idle);
        const std::chrono::duration<double> span = Clock::now() - start;
        const std::chrono::duration<double> spent = server.cpu_time() - before;
        const auto each = (server.memory() - empty) / static_cast<double>(count);
        const auto percent = 100 * spent.count() / span.count();
        fmt::print("heartbeats {:<12}{:>8.2f}{:>8.3f}\n",
                   heartbeat.count() > 0 ? fmt::format("each {} s", heartbeat.count()) : "none",
                   each / 1024, percent);
        rows.push_back({{"heartbeat_s", heartbeat.count()},
                        {"subscribers", count},
                        {"bytes_each", each},
                        {"percent_of_a_core", percent}});
        for (const auto socket : sockets)
            ::close(socket);
    }
    return rows;
}

/// Both ends of every connection are here.
void allow_descriptors() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    constexpr rlim_t needed = 10'100;
    if (limit.rlim_cur < needed) {
        give_up(fmt::format("{} descriptors are allowed, {} are needed (ulimit -Hn)",
                            limit.rlim_cur, needed));
    }
}

const std::vector<std::pair<std::string, json::array (*)(const Options&)>> parts{
    {"growth", measure_growth},
    {"fanout", measure_fanout},
    {"barrier", measure_barrier},
    {"idle", measure_idle},
};

int run(const Options& options) {
    allow_descriptors();
    pin(0);
    json::object results;
    for (const auto& [name, measure] : parts) {
        const bool wanted = std::ranges::find(options.parts, name) != options.parts.end();
        if (options.parts.empty() || wanted) results[name] = measure(options);
    }
    if (!options.out.empty()) std::ofstream(options.out) << json::serialize(results) << '\n';
    return EXIT_SUCCESS;
}

}  // namespace
}  // namespace confd::bench

int main(int argc, char** argv) {
    confd::bench::Options options;
    CLI::App app("Measures how events get to many subscribers.");
    app.add_option("--out", options.out, "File for the results, as JSON");
    app.add_option("--repetitions", options.repetitions, "Medians of so many")
        ->capture_default_str();
    app.add_option("--parts", options.parts, "What to measure, in place of everything")
        ->delimiter(',')
        ->check(CLI::IsMember(&confd::bench::parts));
    CLI11_PARSE(app, argc, argv);
    return confd::bench::run(options);
}
