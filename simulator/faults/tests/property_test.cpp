// SPDX-License-Identifier: Apache-2.0
// What holds for any faults, any bytes and any times of calling.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "simulator/faults/tests/rig.hpp"

namespace confd::sim::test {
namespace {

Bytes any_frames(std::size_t most = 12) {
    Bytes out;
    const auto count = *rc::gen::inRange<std::size_t>(1, most);
    for (std::size_t i = 0; i < count; ++i) {
        // Each is different from all others.
        Bytes payload = {131, static_cast<std::uint8_t>(i)};
        payload.resize(2 + *rc::gen::inRange<std::size_t>(0, 40));
        append_frame(out, payload);
    }
    return out;
}

std::vector<Bytes> frames_of(ByteView bytes) {
    FrameReader reader;
    reader.append(bytes);
    std::vector<Bytes> out;
    while (true) {
        const auto frame = reader.next();
        RC_ASSERT(frame.has_value());
        if (!*frame) break;
        out.emplace_back((*frame)->begin(), (*frame)->end());
    }
    RC_ASSERT(reader.buffered() == 0U);
    return out;
}

struct Result {
    Bytes bytes;
    std::vector<CloseHow> closed;
};

class Driver {
  public:
    Driver(ActiveFaults& faults, Direction direction, Stage from)
        : line_(faults, 1, direction, from) {}

    /// Pushes the bytes in pieces, at times and with polls of its choosing, then waits for the
    /// rest.
    Result run(ByteView bytes) {
        while (!bytes.empty()) {
            const auto size = *rc::gen::inRange<std::size_t>(1, bytes.size() + 1);
            line_.push(now_, bytes.first(size));
            bytes = bytes.subspan(size);
            now_ += milliseconds(*rc::gen::inRange(0, 300));
            if (*rc::gen::arbitrary<bool>()) poll();
        }
        line_.finish(now_);
        poll();
        while (const auto next = line_.deadline()) {
            RC_ASSERT(*next > now_);
            now_ = *next;
            poll();
        }
        RC_ASSERT(line_.idle());
        RC_ASSERT(line_.held() == 0U);
        return std::move(result_);
    }

  private:
    void poll() {
        for (const auto& action : line_.poll(now_)) {
            if (const auto* write = std::get_if<Write>(&action)) {
                RC_ASSERT(result_.closed.empty());
                RC_ASSERT(!write->bytes.empty());
                result_.bytes.insert(result_.bytes.end(), write->bytes.begin(), write->bytes.end());
            } else {
                RC_ASSERT(result_.closed.empty());
                result_.closed.push_back(std::get<Close>(action).how);
            }
        }
    }

    FaultChannel line_;
    Instant now_;
    Result result_;
};

FaultSpec any_fault(FaultKind kind) {
    auto spec = make_fault(kind);
    spec.probability = *rc::gen::element(0.3, 0.7, 1.0);
    spec.seed = *rc::gen::inRange(0, 1000);
    spec.skip = *rc::gen::inRange(0, 3);
    spec.times = *rc::gen::inRange(0, 3);
    if (spec.count > 0) spec.count = *rc::gen::inRange(2, 6);
    if (spec.duration.count() > 0) spec.duration = milliseconds(*rc::gen::inRange(1, 900));
    if (kind == FaultKind::split || kind == FaultKind::stall) {
        spec.bytes = *rc::gen::inRange(1, 20);
    }
    return spec;
}

void add_some(ActiveFaults& faults, std::initializer_list<FaultKind> kinds, Direction direction) {
    for (const auto kind : kinds) {
        if (!*rc::gen::arbitrary<bool>()) continue;
        auto spec = any_fault(kind);
        spec.direction = direction;
        RC_ASSERT(faults.add(spec).has_value());
    }
}

Direction any_direction() {
    return *rc::gen::element(Direction::out, Direction::in);
}

RC_GTEST_PROP(FaultChannelProperty, WithoutMatchingFaultsNothingChanges, ()) {
    ActiveFaults faults;
    auto other = make_fault(FaultKind::drop);
    other.role = "another role";
    RC_ASSERT(faults.add(other).has_value());
    const auto bytes = *rc::gen::arbitrary<Bytes>();
    const auto from = *rc::gen::element(Stage::handshake, Stage::subscription, Stage::events);
    const auto result = Driver(faults, any_direction(), from).run(bytes);
    RC_ASSERT(result.bytes == bytes);
    RC_ASSERT(result.closed.empty());
}

RC_GTEST_PROP(FaultChannelProperty, TimingNeverChangesTheBytes, ()) {
    ActiveFaults faults;
    const auto direction = any_direction();
    add_some(faults, {FaultKind::split, FaultKind::coalesce, FaultKind::delay, FaultKind::stall},
             direction);
    const auto bytes = any_frames();
    RC_ASSERT(Driver(faults, direction, Stage::events).run(bytes).bytes == bytes);
}

RC_GTEST_PROP(FaultChannelProperty, FramesStayWhole, ()) {
    ActiveFaults faults;
    const auto direction = any_direction();
    add_some(faults,
             {FaultKind::drop, FaultKind::duplicate, FaultKind::reorder, FaultKind::split,
              FaultKind::coalesce, FaultKind::delay, FaultKind::stall},
             direction);
    const auto bytes = any_frames();
    const auto sent = frames_of(bytes);
    for (const auto& frame : frames_of(Driver(faults, direction, Stage::events).run(bytes).bytes)) {
        RC_ASSERT(std::ranges::find(sent, frame) != sent.end());
    }
}

RC_GTEST_PROP(FaultChannelProperty, ReorderLosesNothing, ()) {
    ActiveFaults faults;
    add_some(faults, {FaultKind::reorder, FaultKind::reorder, FaultKind::delay}, Direction::out);
    const auto bytes = any_frames();
    auto sent = frames_of(bytes);
    auto received = frames_of(Driver(faults, Direction::out, Stage::events).run(bytes).bytes);
    std::ranges::sort(sent);
    std::ranges::sort(received);
    RC_ASSERT(sent == received);
}

RC_GTEST_PROP(FaultChannelProperty, NothingComesAfterTheEnd, ()) {
    ActiveFaults faults;
    add_some(faults,
             {FaultKind::truncate, FaultKind::reset, FaultKind::half_close, FaultKind::split,
              FaultKind::reorder, FaultKind::coalesce, FaultKind::stall, FaultKind::garbage},
             Direction::out);
    Driver(faults, Direction::out, Stage::events).run(any_frames());
}

/// Which of the candidates are hit does not depend on when, nor on other faults.
RC_GTEST_PROP(FaultChannelProperty, ChoicesAreDeterministic, ()) {
    const auto spec = any_fault(FaultKind::drop);
    const auto bytes = any_frames(40);
    const auto survivors = [&](bool another) {
        ActiveFaults faults;
        RC_ASSERT(faults.add(spec).has_value());
        if (another) RC_ASSERT(faults.add(any_fault(FaultKind::delay)).has_value());
        return Driver(faults, Direction::out, Stage::events).run(bytes).bytes;
    };
    RC_ASSERT(survivors(false) == survivors(true));
}

TEST(Choice, IsTheSameEverywhere) {
    Choice choice(42, 1, 1);
    const auto first = choice.next();
    EXPECT_EQ(Choice(42, 1, 1).next(), first);
    EXPECT_NE(Choice(42, 1, 2).next(), first);
    EXPECT_NE(Choice(42, 2, 1).next(), first);
    EXPECT_NE(Choice(43, 1, 1).next(), first);
}

TEST(Choice, HitsAsOftenAsAsked) {
    int hits = 0;
    for (std::int64_t n = 1; n <= 10000; ++n)
        hits += Choice(7, 3, n).fraction() < 0.3 ? 1 : 0;
    EXPECT_NEAR(hits, 3000, 150);
}

}  // namespace
}  // namespace confd::sim::test
