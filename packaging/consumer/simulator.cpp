// SPDX-License-Identifier: Apache-2.0
// A program with the simulator inside, and a client that acknowledges what that sends.
#include <cstdio>
#include <future>
#include <string>
#include <thread>

#include "client/events.hpp"
#include "simulator/scenario/scenario.hpp"
#include "simulator/server/server.hpp"

namespace {

constexpr const char* text = R"(format: 1
steps:
  - await: 1
  - send: {event: NOTIF_AUDIT, fields: {usid: 17, user: admin, msg: hello}, id: command}
  - barrier: {of: command, within: 10s}
)";

constexpr std::string_view sign = "listening on ";

}  // namespace

int main() {
    using namespace confd;
    const auto scenario = sim::load_scenario(text, "consumer.yaml");
    if (!scenario) return 1;
    std::promise<transport::Endpoint> listening;
    sim::ServerOptions options;
    options.listen = {transport::TcpEndpoint{"127.0.0.1", 0}};
    options.log = [&](const std::string& line) {
        if (line.starts_with(sign))
            listening.set_value(*transport::parse_endpoint(line.substr(sign.size())));
    };
    auto served = std::async(std::launch::async, [&] { return sim::serve(*scenario, options); });

    events::EventSocket sock({.endpoint = listening.get_future().get()});
    events::notifications_connect(sock, NOTIF_AUDIT | NOTIF_AUDIT_SYNC);
    const auto event = events::read_notification(sock);
    const auto* audit = event.get<AuditNotification>();
    if (audit == nullptr) return 1;
    std::printf("%s: %s\n", audit->user.c_str(), audit->msg.c_str());
    events::sync_audit_notification(sock, audit->usid);
    sock.close();

    const auto result = served.get();
    return result && result->outcome == sim::Outcome::fulfilled ? 0 : 1;
}
