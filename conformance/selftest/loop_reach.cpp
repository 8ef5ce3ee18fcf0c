// SPDX-License-Identifier: Apache-2.0
#include "conformance/selftest/loop_reach.hpp"

#include <string>
#include <utility>

namespace confd::kit::test {
namespace {

using server::Clock;
using testing::Loopback;

class LoopConnection : public server::Connection {
  public:
    LoopConnection(Loopback& net, Loopback::Id id) : net_(net), id_(id) {}
    LoopConnection(const LoopConnection&) = delete;
    LoopConnection& operator=(const LoopConnection&) = delete;
    ~LoopConnection() override { close(); }

    bool send(ByteView bytes, Clock::time_point) override { return net_.send(id_, bytes); }

    Read receive(std::span<std::uint8_t> into, std::size_t& size,
                 Clock::time_point deadline) override {
        if (!net_.wait(deadline, [this] { return net_.readable(id_); })) return Read::timeout;
        size = net_.receive(id_, into);
        return size > 0 ? Read::bytes : Read::closed;
    }

    void half_close() override { net_.half_close(id_); }
    void abort() override { net_.reset(id_); }
    void close() final { net_.close(id_); }

  private:
    Loopback& net_;
    Loopback::Id id_;
};

class LoopTrigger : public server::Trigger {
  public:
    LoopTrigger(Loopback& net, std::function<bool()> over) : net_(net), over_(std::move(over)) {}

    bool wait_until(Clock::time_point deadline) override { return net_.wait(deadline, over_); }
    std::optional<int> exit_code() const override {
        return over_() ? std::optional(0) : std::nullopt;
    }
    std::string output() const override { return {}; }

  private:
    Loopback& net_;
    std::function<bool()> over_;
};

}  // namespace

std::expected<std::unique_ptr<server::Connection>, std::string> LoopReach::connect(
    const server::Target&, Clock::time_point, int receive_buffer) {
    const auto id = receive_buffer > 0 ? net_.connect(static_cast<std::size_t>(receive_buffer))
                                       : net_.connect();
    if (!id) return std::unexpected("connect: Connection refused");
    return std::make_unique<LoopConnection>(net_, *id);
}

std::expected<std::unique_ptr<server::Trigger>, std::string> LoopReach::trigger(
    const server::Target&, std::string_view event, std::string_view count) {
    return std::make_unique<LoopTrigger>(net_, start_(event, std::stoi(std::string(count))));
}

}  // namespace confd::kit::test
