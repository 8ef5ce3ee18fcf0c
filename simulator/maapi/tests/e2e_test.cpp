// SPDX-License-Identifier: Apache-2.0
// The vendor's sequence of calls over real sockets: schemas over a MAAPI socket that is closed
// again, the subscription, and between the event and its acknowledgement another MAAPI socket.
#include <gtest/gtest.h>

#include "client/events.hpp"
#include "client/maapi.hpp"
#include "simulator/tests/process.hpp"

namespace confd::sim::test {
namespace {

TEST(MaapiEndToEnd, SchemasThenEventThenDiff) {
    Simulator sim({"run", CONFD_SOURCE_DIR "/scenarios/commit-diff-every-operation.yaml",
                   "--listen", "127.0.0.1:0"});
    const transport::Endpoint where = transport::TcpEndpoint{"127.0.0.1", sim.port()};
    const events::Deadline deadline(patience);

    confd::maapi::MaapiSocket first;
    confd::maapi::maapi_connect(first, where, deadline);
    const auto names = confd::maapi::load_schemas(first, deadline);
    first.close();

    events::EventSocket sock;
    events::notifications_connect(sock, NOTIF_COMMIT_DIFF, where, deadline);
    const auto event = events::read_notification(sock, deadline);
    const auto* commit = event.get<CommitDiffNotification>();
    ASSERT_NE(commit, nullptr);

    confd::maapi::MaapiSocket second;
    confd::maapi::maapi_connect(second, where, deadline);
    confd::maapi::attach(second, commit->tctx.th, no_namespace, commit->uinfo.usid, deadline);
    std::vector<std::string> paths;
    confd::maapi::diff_iterate(
        second, commit->tctx.th,
        [&](const DiffChange& change) {
            paths.push_back(to_text(change.path, names));
            return ITER_RECURSE;
        },
        deadline);
    second.close();
    events::diff_notification_done(sock, commit->tctx, deadline);
    // The scenario is over, and the server leaves.
    EXPECT_THROW(events::read_notification(sock, deadline), events::Error);
    sock.close();

    ASSERT_EQ(paths.size(), 14U);
    EXPECT_EQ(paths[1], "/interfaces/interface{eth0}/mtu");
    EXPECT_EQ(paths[4], "/interfaces/interface{eth0}/ipv4/address{192.0.2.7}");
    EXPECT_EQ(sim.exit_code(), 0) << sim.text();
}

/// The fault is for the first subscriber, however many sockets load schemas before.
TEST(MaapiEndToEnd, AFaultOfEventsLeavesSchemasAlone) {
    Simulator sim(
        {"run", CONFD_SOURCE_DIR "/scenarios/fault-early-event.yaml", "--listen", "127.0.0.1:0"});
    const transport::Endpoint where = transport::TcpEndpoint{"127.0.0.1", sim.port()};
    const events::Deadline deadline(patience);
    for (const bool struck : {true, false}) {
        confd::maapi::MaapiSocket schemas;
        confd::maapi::maapi_connect(schemas, where, deadline);
        confd::maapi::load_schemas(schemas, deadline);
        schemas.close();
        events::EventSocket sock;
        if (struck) {
            EXPECT_THROW(events::notifications_connect(sock, NOTIF_AUDIT, where, deadline),
                         events::Error);
        } else {
            events::notifications_connect(sock, NOTIF_AUDIT, where, deadline);
            EXPECT_EQ(events::read_notification(sock, deadline).type, NOTIF_AUDIT);
        }
        sock.close();
    }
    EXPECT_EQ(sim.exit_code(), 0) << sim.text();
}

}  // namespace
}  // namespace confd::sim::test
