// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/server/reach.hpp"

#include <thread>

#include "conformance/kit/run/command.hpp"
#include "conformance/kit/run/fill_in.hpp"
#include "conformance/kit/server/socket.hpp"

namespace confd::kit::server {
namespace {

class Process : public Trigger {
  public:
    explicit Process(Command command) : command_(std::move(command)) {}

    bool wait_until(Clock::time_point deadline) override { return command_.wait_until(deadline); }
    std::optional<int> exit_code() const override { return command_.exit_code(); }
    std::string output() const override { return command_.output() + command_.errors(); }

  private:
    Command command_;
};

class RealReach : public Reach {
  public:
    Clock::time_point now() const override { return Clock::now(); }
    void sleep(std::chrono::milliseconds span) override { std::this_thread::sleep_for(span); }

    std::expected<std::unique_ptr<Connection>, std::string> connect(const Target& target,
                                                                    Clock::time_point deadline,
                                                                    int receive_buffer) override {
        auto socket = std::make_unique<Socket>();
        auto done = socket->connect(target, deadline, receive_buffer);
        if (!done) return std::unexpected(std::move(done.error()));
        return socket;
    }

    std::expected<std::unique_ptr<Trigger>, std::string> trigger(const Target& target,
                                                                 std::string_view event,
                                                                 std::string_view count) override {
        auto command = start(trigger_line(target, event, count));
        if (!command) return std::unexpected(std::move(command.error()));
        return std::make_unique<Process>(std::move(*command));
    }

    bool needs_fence() const override { return true; }

    /// A program that does nothing takes as long as the machine takes to start one.
    void let_programs_run() override {
        auto command = start("exit 0");
        if (command) command->wait_until(now() + std::chrono::seconds(10));
    }

  private:
    static std::expected<Command, std::string> start(const std::string& line) {
        return Command::start({.arguments = shell(line), .input = {}, .variables = {}});
    }
};

}  // namespace

std::string trigger_line(const Target& target, std::string_view event, std::string_view count) {
    return filled_in(filled_in(target.trigger, "event", event), "count", count);
}

Reach& real_reach() {
    static RealReach reach;
    return reach;
}

}  // namespace confd::kit::server
