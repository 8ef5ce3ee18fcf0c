// SPDX-License-Identifier: Apache-2.0
// Serves a fake simulator, whose every text is markup, to a browser until it is killed.
#include <unistd.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>

#include "simulator/control/control_server.hpp"
#include "simulator/control/tests/fake_target.hpp"

int main() {
    using namespace confd;
    using namespace confd::sim;
    const std::string hostile = "<img src=x onerror='window.hacked=1'>";
    boost::asio::io_context io{1};
    test::FakeTarget target;
    target.now = test::busy_state(hostile);
    ControlServer server(io.get_executor(), target, 1);
    const auto where = server.listen(transport::TcpEndpoint{"127.0.0.1", 0});
    if (!where) return 1;

    const Notification event(
        NOTIF_AUDIT,
        AuditNotification{
            .logno = 115, .user = hostile, .usid = 9007199254740993, .msg = "logged in"});
    const std::vector<Owed> owed{{1, {AckKind::audit_synced, 17}}};
    server.record({.kind = RecordKind::connect, .peer = 1, .text = "from 127.0.0.1:51234"});
    server.record({.direction = LogDirection::out,
                   .kind = RecordKind::event,
                   .peer = 1,
                   .role = "auditor",
                   .send = 12,
                   .event = &event});
    server.record({.kind = RecordKind::barrier,
                   .send = 12,
                   .barrier = BarrierChange::opened,
                   .missing = owed});
    server.record({.direction = LogDirection::in,
                   .kind = RecordKind::ack,
                   .peer = 1,
                   .role = "auditor",
                   .ack = Ack{AckKind::audit_synced, 16},
                   .verdict = AckVerdict::late});
    server.record({.kind = RecordKind::log, .role = hostile, .text = hostile});

    std::puts(transport::to_string(*where).c_str());
    std::fflush(stdout);
    io.run();
}
