// The sync rules against a model: random subscribers, masks, events, acknowledgements right and
// wrong, deadlines and disconnects, in random order, through real sessions.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <rapidcheck/state.h>

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include "simulator/tests/support.hpp"

namespace confd::sim {
namespace {

using test::HubClient;

constexpr Instant start{};

/// What the model knows of one acknowledgement.
struct Debt {
    std::size_t client = 0;
    Ack ack;
    SendId send = 0;
    enum State { open, expired, paid } state = open;
};

/// The rules, written down plainly: one list of debts in the order of sending.
struct Model {
    std::vector<std::uint32_t> masks;  // of each client
    std::vector<bool> there;
    std::vector<Debt> debts;
    SendId last_send = 0;

    bool is_open(SendId send) const {
        return std::ranges::any_of(
            debts, [&](const Debt& d) { return d.send == send && d.state == Debt::open; });
    }
    AckVerdict answer(std::size_t client, const Ack& ack) {
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
};

/// The real thing.
struct Sut {
    Hub hub{HubConfig{}};
    std::vector<std::unique_ptr<HubClient>> clients;
    std::map<SendId, int> endings;  // how often each barrier was said to end

    /// What happened since the last call; counts the ends of barriers.
    std::vector<HubEvent> happened() {
        auto events = hub.poll(start);
        for (const auto& event : events) {
            if (const auto* released = std::get_if<BarrierReleased>(&event))
                ++endings[released->send];
            if (const auto* expired = std::get_if<BarrierExpired>(&event)) ++endings[expired->send];
        }
        return events;
    }
};

using Command = rc::state::Command<Model, Sut>;

/// After every command both agree on which barriers are open, and each ended once if it has.
void agree(const Model& model, Sut& sut) {
    sut.happened();
    for (SendId send = 1; send <= model.last_send; ++send) {
        const bool owed =
            std::ranges::any_of(model.debts, [&](const Debt& d) { return d.send == send; });
        RC_ASSERT(sut.hub.barriers().is_open(send) == model.is_open(send));
        if (owed) RC_ASSERT(sut.endings[send] == (model.is_open(send) ? 0 : 1));
    }
}

std::size_t some_client(const Model& model) {
    return *rc::gen::inRange<std::size_t>(0, model.masks.size());
}

struct Connect : Command {
    std::uint32_t mask;

    explicit Connect(const Model&)
        : mask(*rc::gen::element(NOTIF_AUDIT, NOTIF_AUDIT | NOTIF_AUDIT_SYNC, NOTIF_AUDIT_SYNC,
                                 NOTIF_COMMIT_DIFF, NOTIF_HA_INFO | NOTIF_HA_INFO_SYNC,
                                 NOTIF_HA_INFO,
                                 NCS_NOTIF_AUDIT_NETWORK | NCS_NOTIF_AUDIT_NETWORK_SYNC,
                                 NOTIF_AUDIT | NOTIF_AUDIT_SYNC | NOTIF_COMMIT_DIFF |
                                     NOTIF_HA_INFO | NOTIF_HA_INFO_SYNC)) {}
    void checkPreconditions(const Model& model) const override { RC_PRE(model.masks.size() < 6U); }
    void apply(Model& model) const override {
        model.masks.push_back(mask);
        model.there.push_back(true);
    }
    void run(const Model& model, Sut& sut) const override {
        sut.clients.push_back(
            std::make_unique<HubClient>(sut.hub, start, test::client_config(mask)));
        RC_ASSERT(sut.clients.back()->subscribed());
        agree(nextState(model), sut);
    }
    void show(std::ostream& os) const override { os << "connect " << mask; }
};

struct SendEvent : Command {
    Notification event;

    explicit SendEvent(const Model&) {
        // Few ids, so that events share them.
        const auto id = *rc::gen::inRange<std::int64_t>(1, 4);
        event = *rc::gen::element(test::audit(id), test::commit_diff(id), test::ha_info(),
                                  test::audit_network(id));
    }
    void apply(Model& model) const override {
        ++model.last_send;
        for (std::size_t i = 0; i < model.masks.size(); ++i) {
            const auto ack = model.there[i] ? ack_owed(event, model.masks[i]) : std::nullopt;
            if (ack) model.debts.push_back({i, *ack, model.last_send, Debt::open});
        }
    }
    void run(const Model& model, Sut& sut) const override {
        const auto sent = sut.hub.send(event);
        RC_ASSERT(sent.id == model.last_send + 1);
        for (const auto& client : sut.clients)
            client->exchange(start);
        agree(nextState(model), sut);
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
        RC_PRE(client < model.masks.size());
        RC_PRE(model.there[client]);
    }
    void apply(Model& model) const override { model.answer(client, ack); }
    void run(const Model& model, Sut& sut) const override {
        auto next = model;
        const auto verdict = next.answer(client, ack);
        sut.clients[client]->ack(start, ack);
        std::vector<AckVerdict> verdicts;
        for (const auto& event : sut.happened()) {
            if (const auto* got = std::get_if<AckReceived>(&event))
                verdicts.push_back(got->verdict);
        }
        RC_ASSERT(verdicts == std::vector{verdict});
        agree(next, sut);
    }
    void show(std::ostream& os) const override {
        os << "client " << client << " gives " << to_string(ack);
    }
};

struct Expire : Command {
    SendId send;

    explicit Expire(const Model& model) : send(*rc::gen::inRange<SendId>(1, model.last_send + 2)) {}
    void checkPreconditions(const Model& model) const override { RC_PRE(model.is_open(send)); }
    void apply(Model& model) const override {
        for (auto& debt : model.debts) {
            if (debt.send == send && debt.state == Debt::open) debt.state = Debt::expired;
        }
    }
    void run(const Model& model, Sut& sut) const override {
        sut.hub.barriers().expire_at(send, start);
        agree(nextState(model), sut);
    }
    void show(std::ostream& os) const override { os << "event " << send << " expires"; }
};

struct Disconnect : Command {
    std::size_t client;
    bool politely;

    explicit Disconnect(const Model& model)
        : client(some_client(model)), politely(*rc::gen::arbitrary<bool>()) {}
    void checkPreconditions(const Model& model) const override {
        RC_PRE(client < model.masks.size());
        RC_PRE(model.there[client]);
    }
    void apply(Model& model) const override {
        model.there[client] = false;
        for (auto& debt : model.debts) {
            if (debt.client == client && debt.state == Debt::open) debt.state = Debt::paid;
        }
    }
    void run(const Model& model, Sut& sut) const override {
        const auto id = sut.clients[client]->id();
        if (politely) sut.hub.eof(start, id);
        sut.hub.forget(id);
        agree(nextState(model), sut);
    }
    void show(std::ostream& os) const override { os << "client " << client << " disconnects"; }
};

RC_GTEST_PROP(Barriers, AgreeWithTheModel, ()) {
    Model model;
    Sut sut;
    rc::state::check(model, sut, [](const Model& m) {
        if (m.masks.empty()) return rc::state::gen::execOneOfWithArgs<Connect>()(m);
        return rc::state::gen::execOneOfWithArgs<Connect, SendEvent, SendEvent, Acknowledge,
                                                 Acknowledge, Acknowledge, Expire, Disconnect>()(m);
    });
}

}  // namespace
}  // namespace confd::sim
