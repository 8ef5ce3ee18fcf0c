// SPDX-License-Identifier: Apache-2.0
// The sync rules against a model: random subscribers, masks, events, acknowledgements right and
// wrong, deadlines, half and whole closes, and reconnects, in random order, through real sessions.
#include <gtest/gtest.h>
#include <rapidcheck/detail/Configuration.h>
#include <rapidcheck/gtest.h>
#include <rapidcheck/state.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <sstream>
#include <vector>

#include "simulator/tests/support.hpp"

namespace confd::sim {
namespace {

using namespace std::chrono_literals;
using test::HubClient;

/// What the model knows of one acknowledgement.
struct Debt {
    std::size_t client = 0;
    Ack ack;
    SendId send = 0;
    enum State { open, expired, paid } state = open;
};

struct Client {
    std::uint32_t mask = 0;
    enum State {
        there,
        half,  ///< gets nothing more, may still answer
        gone,
    } state = there;
    std::array<std::uint64_t, ack_verdict_count> verdicts{};
};

/// The rules, written down plainly: one list of debts in the order of sending.
struct Model {
    std::vector<Client> clients;
    std::vector<Debt> debts;
    std::map<SendId, Instant> deadlines;
    std::size_t vacancies = 0;  // subscribers that left and have not been replaced
    SendId last_send = 0;
    Instant now{};

    bool is_open(SendId send) const {
        return std::ranges::any_of(
            debts, [&](const Debt& d) { return d.send == send && d.state == Debt::open; });
    }
    std::size_t connected() const {
        return static_cast<std::size_t>(std::ranges::count_if(
            clients, [](const Client& c) { return c.state != Client::gone; }));
    }
    AckVerdict judge(std::size_t client, const Ack& ack) {
        bool paid_before = false;
        for (auto& debt : debts) {
            if (debt.client != client || debt.ack != ack) continue;
            if (debt.state == Debt::paid) {
                paid_before = true;
                continue;
            }
            const bool late = debt.state == Debt::expired;
            debt.state = Debt::paid;
            return late ? AckVerdict::late : AckVerdict::known;
        }
        return paid_before ? AckVerdict::duplicate : AckVerdict::unknown;
    }
    AckVerdict answer(std::size_t client, const Ack& ack) {
        const auto verdict = judge(client, ack);
        ++clients[client].verdicts[static_cast<std::size_t>(verdict)];
        return verdict;
    }
    void leave(std::size_t client) {
        clients[client].state = Client::gone;
        ++vacancies;
        for (auto& debt : debts) {
            if (debt.client == client && debt.state == Debt::open) debt.state = Debt::paid;
        }
    }
    void advance(Instant time) {
        now = time;
        for (auto& debt : debts) {
            const auto deadline = deadlines.find(debt.send);
            const bool due = deadline != deadlines.end() && deadline->second <= now;
            if (due && debt.state == Debt::open) debt.state = Debt::expired;
        }
    }
};

/// The real thing.
struct Sut {
    Hub hub{HubConfig{}};
    std::vector<std::unique_ptr<HubClient>> clients;
    std::map<SendId, int> endings;  // how often each barrier was said to end

    /// What happened since the last call; counts the ends of barriers.
    std::vector<HubEvent> happened(Instant now) {
        auto events = hub.poll(now);
        for (const auto& event : events) {
            if (const auto* released = std::get_if<BarrierReleased>(&event))
                ++endings[released->send];
            if (const auto* expired = std::get_if<BarrierExpired>(&event)) ++endings[expired->send];
        }
        return events;
    }
};

/// Commands that have been run, in all cases together.
std::size_t steps_run = 0;

/// Both agree on which barriers are open, each has ended once if it has, every subscriber's answers
/// have been counted right, and nobody gets what nobody sent.
void agree(const Model& model, Sut& sut) {
    sut.happened(model.now);
    for (SendId send = 1; send <= model.last_send; ++send) {
        const bool owed =
            std::ranges::any_of(model.debts, [&](const Debt& d) { return d.send == send; });
        RC_ASSERT(sut.hub.barriers().is_open(send) == model.is_open(send));
        if (owed) RC_ASSERT(sut.endings[send] == (model.is_open(send) ? 0 : 1));
    }
    for (std::size_t i = 0; i < model.clients.size(); ++i) {
        const auto counters = sut.hub.counters(sut.clients[i]->id());
        RC_ASSERT(!counters == (model.clients[i].state == Client::gone));
        if (!counters) continue;
        RC_ASSERT(counters->acks == model.clients[i].verdicts);
        RC_ASSERT(sut.clients[i]->exchange(model.now).empty());
        RC_ASSERT(sut.clients[i]->malformed().empty());
    }
}

struct Command : rc::state::Command<Model, Sut> {
    void run(const Model& model, Sut& sut) const final {
        ++steps_run;
        act(model, sut);
        agree(nextState(model), sut);
    }
    virtual void act(const Model& model, Sut& sut) const = 0;
};

std::size_t some_client(const Model& model) {
    return *rc::gen::inRange<std::size_t>(0, model.clients.size());
}

bool is_connected(const Model& model, std::size_t client) {
    return client < model.clients.size() && model.clients[client].state != Client::gone;
}

struct Connect : Command {
    std::uint32_t mask;

    explicit Connect(const Model&)
        : mask(*rc::gen::element(NOTIF_AUDIT, NOTIF_AUDIT | NOTIF_AUDIT_SYNC, NOTIF_AUDIT_SYNC,
                                 NOTIF_COMMIT_DIFF, NOTIF_HA_INFO | NOTIF_HA_INFO_SYNC,
                                 NOTIF_HA_INFO, NOTIF_DAEMON,
                                 NCS_NOTIF_AUDIT_NETWORK | NCS_NOTIF_AUDIT_NETWORK_SYNC,
                                 NOTIF_AUDIT | NOTIF_AUDIT_SYNC | NOTIF_COMMIT_DIFF |
                                     NOTIF_HA_INFO | NOTIF_HA_INFO_SYNC)) {}
    void checkPreconditions(const Model& model) const override { RC_PRE(model.connected() < 6U); }
    void apply(Model& model) const override {
        model.clients.push_back({.mask = mask});
        if (model.vacancies > 0) --model.vacancies;
    }
    void act(const Model& model, Sut& sut) const override {
        sut.clients.push_back(
            std::make_unique<HubClient>(sut.hub, model.now, test::client_config(mask)));
        RC_ASSERT(sut.clients.back()->subscribed());
        int told = 0;
        for (const auto& event : sut.happened(model.now)) {
            if (const auto* subscribed = std::get_if<Subscribed>(&event)) {
                ++told;
                RC_ASSERT(subscribed->mask == mask);
                RC_ASSERT(subscribed->again == (model.vacancies > 0));
            }
        }
        RC_ASSERT(told == 1);
    }
    void show(std::ostream& os) const override { os << "connect " << mask; }
};

struct SendEvent : Command {
    Notification event;

    explicit SendEvent(const Model&) {
        // Few ids, so that events share them.
        const auto id = *rc::gen::inRange<std::int64_t>(1, 4);
        event = *rc::gen::element(test::audit(id), test::commit_diff(id), test::ha_info(),
                                  test::audit_network(id),
                                  Notification{NOTIF_DAEMON, SyslogNotification{}});
    }
    bool reaches(const Client& client) const {
        return client.state == Client::there && (client.mask & event.type) != 0;
    }
    void apply(Model& model) const override {
        ++model.last_send;
        for (std::size_t i = 0; i < model.clients.size(); ++i) {
            if (model.clients[i].state != Client::there) continue;
            if (const auto ack = ack_owed(event, model.clients[i].mask)) {
                model.debts.push_back({i, *ack, model.last_send, Debt::open});
            }
        }
    }
    void act(const Model& model, Sut& sut) const override {
        const auto sent = sut.hub.send(model.now, event);
        RC_ASSERT(sent.id == model.last_send + 1);
        std::size_t recipients = 0;
        for (std::size_t i = 0; i < model.clients.size(); ++i) {
            const bool gets = reaches(model.clients[i]);
            recipients += gets ? 1 : 0;
            const auto events = sut.clients[i]->exchange(model.now);
            RC_ASSERT(events == (gets ? std::vector{event} : std::vector<Notification>()));
        }
        RC_ASSERT(sent.recipients == recipients);
    }
    void show(std::ostream& os) const override { os << "send " << event.type; }
};

struct Acknowledge : Command {
    std::size_t client;
    Ack ack;

    explicit Acknowledge(const Model& model) : client(some_client(model)) {
        ack.kind = *rc::gen::element(AckKind::diff_done, AckKind::audit_synced, AckKind::ha_synced,
                                     AckKind::audit_network_synced);
        if (ack.kind != AckKind::ha_synced) ack.id = *rc::gen::inRange<std::int64_t>(1, 5);
        // Often one that is owed.
        const bool right = *rc::gen::inRange(0, 3) != 0;
        for (const auto& debt : model.debts) {
            if (right && debt.client == client && debt.state != Debt::paid) ack = debt.ack;
        }
    }
    void checkPreconditions(const Model& model) const override {
        RC_PRE(is_connected(model, client));
    }
    void apply(Model& model) const override { model.answer(client, ack); }
    void act(const Model& model, Sut& sut) const override {
        auto next = model;
        const auto verdict = next.answer(client, ack);
        sut.clients[client]->ack(model.now, ack);
        std::vector<AckVerdict> verdicts;
        for (const auto& event : sut.happened(model.now)) {
            if (const auto* got = std::get_if<AckReceived>(&event))
                verdicts.push_back(got->verdict);
        }
        RC_ASSERT(verdicts == std::vector{verdict});
    }
    void show(std::ostream& os) const override {
        os << "client " << client << " gives " << to_string(ack);
    }
};

/// A barrier gets a deadline, perhaps another one, perhaps one that has come already.
struct SetDeadline : Command {
    SendId send;
    std::chrono::milliseconds after;

    explicit SetDeadline(const Model& model)
        : send(*rc::gen::inRange<SendId>(1, model.last_send + 2)),
          after(*rc::gen::inRange(0, 50)) {}
    void checkPreconditions(const Model& model) const override { RC_PRE(model.is_open(send)); }
    void apply(Model& model) const override {
        model.deadlines[send] = model.now + after;
        model.advance(model.now);
    }
    void act(const Model& model, Sut& sut) const override {
        sut.hub.barriers().expire_at(send, model.now + after);
    }
    void show(std::ostream& os) const override {
        os << "event " << send << " expires in " << after.count() << " ms";
    }
};

struct LetTimePass : Command {
    std::chrono::milliseconds span;

    explicit LetTimePass(const Model&) : span(*rc::gen::inRange(1, 40)) {}
    void apply(Model& model) const override { model.advance(model.now + span); }
    void act(const Model&, Sut&) const override {}
    void show(std::ostream& os) const override { os << span.count() << " ms pass"; }
};

/// A connection ends: the client goes, politely or not, or the server closes it.
struct Disconnect : Command {
    std::size_t client;
    enum How { eof, vanish, fin, rst } how;

    explicit Disconnect(const Model& model)
        : client(some_client(model)), how(*rc::gen::element(eof, vanish, fin, rst)) {}
    void checkPreconditions(const Model& model) const override {
        RC_PRE(is_connected(model, client));
    }
    void apply(Model& model) const override { model.leave(client); }
    void act(const Model& model, Sut& sut) const override {
        const auto id = sut.clients[client]->id();
        const bool half = model.clients[client].state == Client::half;
        if (how == eof) sut.hub.eof(model.now, id);
        if (how == fin) sut.hub.close(id, CloseHow::fin);
        if (how == rst) sut.hub.close(id, CloseHow::rst);
        sut.hub.forget(id);
        int told = 0;
        for (const auto& event : sut.happened(model.now)) {
            if (const auto* gone = std::get_if<Disconnected>(&event)) {
                ++told;
                RC_ASSERT(gone->peer == id);
                RC_ASSERT(gone->by_us == (half || how == fin || how == rst));
            }
        }
        RC_ASSERT(told == 1);
    }
    void show(std::ostream& os) const override {
        os << "client " << client << " disconnects, " << static_cast<int>(how);
    }
};

struct HalfClose : Command {
    std::size_t client;

    explicit HalfClose(const Model& model) : client(some_client(model)) {}
    void checkPreconditions(const Model& model) const override {
        RC_PRE(is_connected(model, client));
    }
    void apply(Model& model) const override { model.clients[client].state = Client::half; }
    void act(const Model&, Sut& sut) const override {
        sut.hub.close(sut.clients[client]->id(), CloseHow::half);
    }
    void show(std::ostream& os) const override { os << "client " << client << " is half closed"; }
};

TEST(Barriers, AgreeWithTheModel) {
    // Some 25 commands each.
    auto params = rc::detail::configuration().testParams;
    params.maxSuccess = std::max(params.maxSuccess, 1000);
    steps_run = 0;
    const auto result = rc::detail::checkTestable(
        [] {
            Model model;
            Sut sut;
            rc::state::check(model, sut, [](const Model& m) {
                if (m.connected() == 0) {
                    return rc::state::gen::execOneOfWithArgs<Connect>()(m);
                }
                return rc::state::gen::execOneOfWithArgs<
                    Connect, SendEvent, SendEvent, SendEvent, Acknowledge, Acknowledge, Acknowledge,
                    Acknowledge, SetDeadline, LetTimePass, Disconnect, HalfClose>()(m);
            });
        },
        rc::detail::TestMetadata{"Barriers/AgreeWithTheModel", "Barriers.AgreeWithTheModel"},
        params);
    std::ostringstream message;
    rc::detail::printResultMessage(result, message);
    EXPECT_TRUE(result.is<rc::detail::SuccessResult>()) << message.str();
    EXPECT_GE(steps_run, 10'000U);
}

}  // namespace
}  // namespace confd::sim
