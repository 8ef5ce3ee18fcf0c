// SPDX-License-Identifier: Apache-2.0
#include "client/maapi.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <stdexcept>

#include "client/tests/test_server.hpp"
#include "protocol/tests/bytes_util.hpp"
#include "protocol/tests/maapi_util.hpp"
#include "testing/patience.hpp"

namespace confd::maapi {
namespace {

using namespace std::chrono_literals;
using test::Maapi;
using test::mtu_set;
using test::TestServer;
using testing::ElementsAre;
using testing::HasSubstr;
using Kind = Error::Kind;

using test::patience;

template <class F>
Error error_of_call(F f) {
    try {
        f();
    } catch (const Error& error) {
        return error;
    }
    ADD_FAILURE() << "no error";
    return {Kind::usage, "no error"};
}

Maapi daemon_with(std::vector<DiffChange> changes) {
    Maapi daemon;
    daemon.schema = test::interface_schema();
    for (const auto* const name : {"interfaces", "interface", "name", "mtu"})
        daemon.hashes.push_back({name, name_hash(name)});
    daemon.changes = std::move(changes);
    return daemon;
}

TestServer::Script script_of(const Maapi& daemon) {
    return {.on_request = daemon.handler()};
}

MaapiSocket connected(const TestServer& server) {
    MaapiSocket sock(server.options());
    maapi_connect(sock, patience);
    return sock;
}

IterAnswer recurse(const DiffChange&) {
    return ITER_RECURSE;
}

/// Attaches and iterates, and says how that failed.
Error error_of_iteration(MaapiSocket& sock, Deadline deadline = patience) {
    attach(sock, 17, no_namespace, no_user_session, patience);
    return error_of_call([&] { diff_iterate(sock, 17, recurse, deadline); });
}

TEST(MaapiSocketTest, LoadsAttachesIteratesAndDetaches) {
    std::vector<IterAnswer> answers;
    const auto daemon = daemon_with({mtu_set(1500), mtu_set(9000)});
    TestServer server({.on_request = daemon.handler(&answers)});
    auto sock = connected(server);
    const auto names = load_schemas(sock, patience);
    attach(sock, 17, no_namespace, no_user_session, patience);
    std::vector<std::string> seen;
    diff_iterate(
        sock, 17,
        [&](const DiffChange& change) {
            seen.push_back(to_text(change.path, names) + ' ' +
                           to_text(std::get<Value>(change.new_value)));
            return ITER_CONTINUE;
        },
        patience);
    detach(sock, 17, patience);
    EXPECT_THAT(seen, ElementsAre("/interfaces/interface{eth0}/mtu 1500",
                                  "/interfaces/interface{eth0}/mtu 9000"));
    EXPECT_TRUE(sock.is_open());
    sock.close();
    server.wait_until_all_left();
    EXPECT_THAT(answers, ElementsAre(ITER_CONTINUE, ITER_CONTINUE));
}

TEST(MaapiSocketTest, ByteByByteIsTheSame) {
    auto script = script_of(daemon_with({mtu_set(1500)}));
    script.byte_by_byte = true;
    TestServer server(script);
    auto sock = connected(server);
    EXPECT_EQ(load_schemas(sock, patience).node_count(), 4U);
    attach(sock, 17);
    int changes = 0;
    diff_iterate(sock, 17, [&](const DiffChange&) { return ++changes, ITER_STOP; }, patience);
    EXPECT_EQ(changes, 1);
}

TEST(MaapiSocketTest, AFailedAttachLeavesTheSocketUsable) {
    TestServer server(script_of(daemon_with({})));
    auto sock = connected(server);
    const auto error = error_of_call([&] { attach(sock, 18); });
    EXPECT_EQ(error.kind(), Kind::refused);
    EXPECT_TRUE(error.recoverable());
    EXPECT_EQ(error.peer(), (PeerError{ERR_NOTRANS, "No such transaction"}));
    EXPECT_THAT(error.what(), HasSubstr("ERR_NOTRANS 61"));
    EXPECT_TRUE(sock.is_open());
    attach(sock, 17);
}

TEST(MaapiSocketTest, AnIterationThatFailsHasItsText) {
    auto daemon = daemon_with({mtu_set(1)});
    for (const auto& [kind, code] :
         {std::pair{DiffEnd::Kind::error, ERR_EXTERNAL}, {DiffEnd::Kind::badstate, ERR_BADSTATE}}) {
        daemon.end = {kind, "no more"};
        TestServer server(script_of(daemon));
        auto sock = connected(server);
        const auto error = error_of_iteration(sock);
        EXPECT_EQ(error.kind(), Kind::refused);
        EXPECT_EQ(error.peer(), (PeerError{code, "no more"}));
        EXPECT_TRUE(sock.is_open());
    }
}

TEST(MaapiSocketTest, ServerThatClosesMidwayIsClosed) {
    auto daemon = daemon_with({mtu_set(1)});
    daemon.breaks_at.emplace(1, Bytes{});
    TestServer server(script_of(daemon));
    auto sock = connected(server);
    EXPECT_EQ(error_of_iteration(sock).kind(), Kind::closed);
    EXPECT_FALSE(sock.is_open());
    EXPECT_EQ(error_of_call([&] { attach(sock, 17); }).kind(), Kind::closed);
    maapi_connect(sock, patience);
    EXPECT_TRUE(sock.is_open());
}

TEST(MaapiSocketTest, GarbageIsAProtocolError) {
    for (const auto* bytes : {
             "00000001 00",                 // no term
             "00000004 00000000",           // the same
             "00000005 8368016101",         // a tuple of something else
             "00000000",                    // an empty frame
             "ffffffff 83",                 // a length that nobody has
             "00000004 000000dc",           // the reply to another operation
             "00000008 000000b7 00000000",  // a reply where a change should be
             "00000007 83 68046a 6104 6a",  // cut off inside
         }) {
        auto daemon = daemon_with({mtu_set(1)});
        daemon.breaks_at.emplace(1, test::unhex(bytes));
        TestServer server(script_of(daemon));
        auto sock = connected(server);
        const auto error = error_of_iteration(sock);
        EXPECT_EQ(error.kind(), Kind::protocol) << bytes << error.what();
        EXPECT_FALSE(error.recoverable());
        EXPECT_FALSE(sock.is_open());
    }
}

TEST(MaapiSocketTest, DeadlinesClose) {
    auto daemon = daemon_with({mtu_set(1)});
    daemon.breaks_at.emplace(1, test::unhex("00000010 83"));  // and never the rest
    TestServer server(script_of(daemon));
    auto sock = connected(server);
    const auto error = error_of_iteration(sock, 50ms);
    EXPECT_EQ(error.kind(), Kind::timeout);
    EXPECT_FALSE(sock.is_open());
    TestServer silent({.silent = true});
    MaapiSocket unanswered(silent.options());
    EXPECT_EQ(error_of_call([&] { maapi_connect(unanswered, 20ms); }).kind(), Kind::timeout);
}

TEST(MaapiSocketTest, ADeadlineEndsALoadThatNeverDoes) {
    TestServer server({.on_request = [](ServerSession& session) {
        Bytes many;
        for (int i = 0; i < 100'000; ++i)
            append_frame(many, test::unhex("836a"));
        session.send_raw(many);
        return true;
    }});
    auto sock = connected(server);
    EXPECT_EQ(error_of_call([&] { load_schemas(sock, 100ms); }).kind(), Kind::timeout);
}

TEST(MaapiSocketTest, ServerWithoutMaapiCloses) {
    TestServer server;
    MaapiSocket sock(server.options());
    EXPECT_EQ(error_of_call([&] { maapi_connect(sock, patience); }).kind(), Kind::closed);
    EXPECT_FALSE(sock.is_open());
}

TEST(MaapiSocketTest, AccessIsChecked) {
    auto script = script_of(daemon_with({}));
    script.config.secret = Bytes{1, 2, 3};
    TestServer server(script);
    auto options = server.options();
    options.access_secret = script.config.secret;
    MaapiSocket knows(options);
    maapi_connect(knows, patience);
    options.access_secret = Bytes{9};
    MaapiSocket guesses(options);
    EXPECT_EQ(error_of_call([&] { maapi_connect(guesses, patience); }).kind(), Kind::refused);
}

TEST(MaapiSocketTest, WhatAVisitorThrowsClosesTheSocket) {
    TestServer server(script_of(daemon_with({mtu_set(1)})));
    auto sock = connected(server);
    attach(sock, 17);
    const auto refuse = [](const DiffChange&) -> IterAnswer { throw std::runtime_error("no"); };
    EXPECT_THROW(diff_iterate(sock, 17, refuse, patience), std::runtime_error);
    EXPECT_FALSE(sock.is_open());
    server.wait_until_all_left();
}

TEST(MaapiSocketTest, WrongUseIsToldBeforeAnythingIsSent) {
    MaapiSocket unconnected;
    EXPECT_EQ(error_of_call([&] { attach(unconnected, 1); }).kind(), Kind::usage);
    TestServer server(script_of(daemon_with({})));
    auto sock = connected(server);
    EXPECT_EQ(error_of_call([&] { maapi_connect(sock, patience); }).kind(), Kind::usage);
    EXPECT_EQ(error_of_call([&] { attach(sock, std::int64_t{1} << 40); }).kind(), Kind::usage);
    EXPECT_TRUE(sock.is_open());
}

}  // namespace
}  // namespace confd::maapi
