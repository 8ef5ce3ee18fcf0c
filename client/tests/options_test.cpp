// SPDX-License-Identifier: Apache-2.0
#include "client/options.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "client/confd_listen/options.hpp"
#include "client/error.hpp"

namespace confd::events {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// The text of the usage error that f throws.
template <class F>
std::string usage_error(F f) {
    try {
        f();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), Error::Kind::usage);
        return error.what();
    }
    ADD_FAILURE() << "no error";
    return {};
}

TEST(MakeSubscription, NeedsDataForHeartbeatsHealthChecksAndStreams) {
    const NotificationsData empty;
    for (const auto* data : {static_cast<const NotificationsData*>(nullptr), &empty}) {
        EXPECT_THAT(usage_error([&] { make_subscription(NOTIF_HEARTBEAT, data); }),
                    AllOf(HasSubstr("NOTIF_HEARTBEAT"), HasSubstr("heartbeat_interval")));
        EXPECT_THAT(usage_error([&] { make_subscription(NOTIF_HEALTH_CHECK, data); }),
                    AllOf(HasSubstr("NOTIF_HEALTH_CHECK"), HasSubstr("health_check_interval")));
        EXPECT_THAT(usage_error([&] { make_subscription(NOTIF_STREAM_EVENT, data); }),
                    AllOf(HasSubstr("NOTIF_STREAM_EVENT"), HasSubstr("stream_name")));
    }
}

TEST(MakeSubscription, DropsAStopTimeWithoutAStartTime) {
    const NotificationsData data{.stream_name = "s", .stop_time = Datetime{}};
    EXPECT_FALSE(make_subscription(NOTIF_STREAM_EVENT, &data).stream->stop_time);
    EXPECT_FALSE(make_subscription(NOTIF_AUDIT, &data).stream);
}

TEST(MakeSubscription, LeavesOutWhatTheMaskDoesNotAskFor) {
    const NotificationsData data{.heartbeat_interval = 1,
                                 .health_check_interval = 2,
                                 .stream_name = "s",
                                 .verbosity = VERBOSITY_DEBUG};
    EXPECT_EQ(make_subscription(NOTIF_AUDIT, &data), Subscription{.mask = NOTIF_AUDIT});
}

TEST(MakeSubscription, TakesWhatTheMaskAsksFor) {
    const NotificationsData data{.heartbeat_interval = 1,
                                 .health_check_interval = 2,
                                 .stream_name = "s",
                                 .start_time = Datetime{},
                                 .stop_time = Datetime{},
                                 .xpath_filter = "a",
                                 .usid = 7,
                                 .verbosity = VERBOSITY_DEBUG,
                                 .use_ikp = true};
    constexpr auto mask =
        NOTIF_HEARTBEAT | NOTIF_HEALTH_CHECK | NOTIF_STREAM_EVENT | NOTIF_PROGRESS;
    const auto subscription = make_subscription(mask, &data);
    EXPECT_EQ(subscription.heartbeat_interval, 1);
    EXPECT_EQ(subscription.health_check_interval, 2);
    EXPECT_EQ(subscription.verbosity, VERBOSITY_DEBUG);
    EXPECT_EQ(subscription.stream, (StreamRequest{"s", Datetime{}, Datetime{}, "a", 7, 1}));
}

class Environment : public testing::Test {
  protected:
    void SetUp() override { clear(); }
    void TearDown() override { clear(); }

    static void clear() {
        for (const char* name :
             {"CONFD_IPC_ADDR", "CONFD_IPC_PORT", "CONFD_IPC_PATH", "CONFD_IPC_ACCESS_FILE",
              "NCS_IPC_ADDR", "NCS_IPC_PORT", "NCS_IPC_PATH", "NCS_IPC_ACCESS_FILE"}) {
            ::unsetenv(name);
        }
    }
    static void set(const char* name, const std::string& value) {
        ::setenv(name, value.c_str(), 1);
    }
    std::string file_with(const std::string& contents) const {
        std::ofstream(path, std::ios::binary) << contents;
        return path;
    }

    std::string path = std::filesystem::temp_directory_path() /
                       ("confd-options-test-" + std::to_string(::getpid()));
};

TEST_F(Environment, IsTheProductsDefaultWhenNothingIsSet) {
    using transport::TcpEndpoint;
    EXPECT_EQ(ConnectOptions::from_environment().endpoint,
              transport::Endpoint(TcpEndpoint{"127.0.0.1", 4565}));
    EXPECT_EQ(ConnectOptions::from_environment(Product::nso).endpoint,
              transport::Endpoint(TcpEndpoint{"127.0.0.1", 4569}));
    set("CONFD_IPC_ADDR", "");
    EXPECT_EQ(ConnectOptions::from_environment().endpoint,
              transport::Endpoint(TcpEndpoint{"127.0.0.1", 4565}));
}

TEST_F(Environment, NamesTheAddressPerProduct) {
    using transport::TcpEndpoint;
    set("CONFD_IPC_ADDR", "::1");
    set("CONFD_IPC_PORT", "1234");
    set("NCS_IPC_PORT", "99");
    EXPECT_EQ(ConnectOptions::from_environment().endpoint,
              transport::Endpoint(TcpEndpoint{"::1", 1234}));
    EXPECT_EQ(ConnectOptions::from_environment(Product::nso).endpoint,
              transport::Endpoint(TcpEndpoint{"127.0.0.1", 99}));
    set("NCS_IPC_PATH", "/run/nso.sock");
    EXPECT_EQ(ConnectOptions::from_environment(Product::nso).endpoint,
              transport::Endpoint(transport::UnixEndpoint{"/run/nso.sock"}));
    set("CONFD_IPC_PATH", "confd.sock");
    EXPECT_EQ(ConnectOptions::from_environment().endpoint,
              transport::Endpoint(transport::UnixEndpoint{"confd.sock"}));
    set("CONFD_IPC_PORT", "70000");
    EXPECT_NO_THROW(ConnectOptions::from_environment()) << "the path wins";
}

TEST_F(Environment, RejectsAPathThatNoSocketHas) {
    set("NCS_IPC_PATH", "/" + std::string(transport::max_unix_path, 'x'));
    EXPECT_EQ(usage_error([] { ConnectOptions::from_environment(Product::nso); }),
              "NCS_IPC_PATH: the path of a UNIX socket holds at most 107 bytes, this one has 108");
}

TEST_F(Environment, RejectsABadPort) {
    set("CONFD_IPC_PORT", "70000");
    EXPECT_EQ(usage_error([] { ConnectOptions::from_environment(); }),
              "CONFD_IPC_PORT: '70000' is no port; expected a number up to 65535");
}

TEST_F(Environment, TakesTheWholeAccessFile) {
    set("CONFD_IPC_ACCESS_FILE", file_with("secret\n\n"));
    const std::string expected = "secret\n\n";
    EXPECT_EQ(ConnectOptions::from_environment().access_secret,
              Bytes(expected.begin(), expected.end()));
    EXPECT_EQ(read_access_file(file_with(std::string(max_access_secret, 'x'))).size(),
              max_access_secret);
    EXPECT_THAT(
        usage_error([&] { read_access_file(file_with(std::string(max_access_secret + 1, 'x'))); }),
        HasSubstr("more than 1007 bytes"));
    std::filesystem::remove(path);
    EXPECT_THAT(usage_error([] { ConnectOptions::from_environment(); }),
                AllOf(HasSubstr(path), HasSubstr("No such file")));
    EXPECT_THAT(usage_error([] { read_access_file("/"); }), HasSubstr("cannot read"));
}

}  // namespace
}  // namespace confd::events

namespace confd::listen {
namespace {

using testing::HasSubstr;

std::expected<Options, Stop> parse(std::vector<const char*> args) {
    args.insert(args.begin(), "confd-listen");
    return parse_options(static_cast<int>(args.size()), args.data());
}

std::uint32_t mask_of(std::vector<const char*> args) {
    const auto options = parse(std::move(args));
    EXPECT_TRUE(options) << options.error().text;
    return options ? options->mask : 0;
}

TEST(ListenOptions, HasTheLettersOfTheVendorsSample) {
    const std::vector<std::pair<const char*, std::uint32_t>> letters{
        {"-a", NOTIF_AUDIT},           {"-d", NOTIF_DAEMON},
        {"-t", NOTIF_TAKEOVER_SYSLOG}, {"-c", NOTIF_COMMIT_SIMPLE},
        {"-i", NOTIF_COMMIT_DIFF},     {"-u", NOTIF_USER_SESSION},
        {"-h", NOTIF_HA_INFO},         {"-s", NOTIF_SUBAGENT_INFO},
        {"-f", NOTIF_COMMIT_FAILED},   {"-S", NOTIF_SNMPA},
        {"-F", NOTIF_FORWARD_INFO},    {"-N", NOTIF_NETCONF},
        {"-D", NOTIF_DEVEL},           {"-H", NOTIF_HEARTBEAT},
        {"-e", NOTIF_HEALTH_CHECK},    {"-C", NOTIF_CONFIRMED_COMMIT},
        {"-U", NOTIF_UPGRADE_EVENT},   {"-P", NOTIF_COMMIT_PROGRESS},
        {"-y", NOTIF_AUDIT_SYNC},      {"-Y", NOTIF_HA_INFO_SYNC}};
    std::uint32_t events = 0;
    for (const auto& [letter, bits] : letters) {
        EXPECT_EQ(mask_of({letter}), bits) << letter;
        events |= bits;
    }
    EXPECT_EQ(mask_of({"-A"}),
              events & ~(NOTIF_COMMIT_SIMPLE | NOTIF_HEARTBEAT | NOTIF_HEALTH_CHECK |
                         NOTIF_AUDIT_SYNC | NOTIF_HA_INFO_SYNC));
    EXPECT_EQ(mask_of({"-n", "NETCONF"}), NOTIF_STREAM_EVENT);
    EXPECT_EQ(mask_of({"-adc", "--mask", "0x40000000"}), 0x4000000bU);
}

TEST(ListenOptions, AllEventsAreThoseOfTheProductAndRelease) {
    EXPECT_EQ(mask_of({"--all-events"}) & (nso_bits | NOTIF_COMPACTION | NOTIF_STREAM_EVENT), 0U);
    EXPECT_EQ(mask_of({"--all-events", "--product", "nso"}) & nso_bits,
              nso_bits & ~NOTIF_SYSTEM_GOING_DOWN);
    EXPECT_EQ(mask_of({"--all-events", "--release", "6.6"}) & NOTIF_PROGRESS, 0U);
    EXPECT_NE(mask_of({"--all-events", "--release", "8.2"}) & NOTIF_COMPACTION, 0U);
}

TEST(ListenOptions, FillTheData) {
    const auto options = parse({"-H",
                                "-n",
                                "S",
                                "-B",
                                "2026-11-22T10:00:00Z",
                                "-E",
                                "2026-11-22T11:00:00Z",
                                "-x",
                                "a/b",
                                "-z",
                                "5",
                                "-T",
                                "1.5",
                                "--timeout",
                                "0.25",
                                "--count",
                                "3",
                                "--release",
                                "8.2",
                                "--product",
                                "nso",
                                "-r",
                                "--format",
                                "json",
                                "-p",
                                "99"});
    ASSERT_TRUE(options) << options.error().text;
    EXPECT_EQ(options->data.heartbeat_interval, 1500);
    EXPECT_EQ(options->data.stream_name, "S");
    EXPECT_FALSE(options->data.use_ikp);
    EXPECT_TRUE(parse({"-n", "S", "--use-ikp"})->data.use_ikp);
    EXPECT_EQ(options->data.start_time->hour, 10);
    EXPECT_EQ(options->data.stop_time->hour, 11);
    EXPECT_EQ(options->data.xpath_filter, "a/b");
    EXPECT_EQ(options->data.usid, 5);
    EXPECT_EQ(options->timeout, std::chrono::milliseconds(250));
    EXPECT_EQ(options->count, 3U);
    EXPECT_TRUE(options->confirm);
    EXPECT_EQ(options->format, Format::json);
    EXPECT_EQ(options->connect.product, Product::nso);
    EXPECT_EQ(options->connect.release.protocol_version(), 82);
    EXPECT_EQ(std::get<transport::TcpEndpoint>(options->connect.endpoint).port, 99);
}

TEST(ListenOptions, SayWhatIsWrong) {
    const auto why = [](std::vector<const char*> args) {
        const auto options = parse(std::move(args));
        if (options) return std::string("accepted");
        EXPECT_EQ(options.error().code, exit_usage);
        return options.error().text;
    };
    EXPECT_THAT(why({}), HasSubstr("no event is asked for"));
    EXPECT_THAT(why({"-a", "--formt", "json"}), HasSubstr("did you mean --format?"));
    EXPECT_THAT(why({"-a", "--format", "xml"}), HasSubstr("expected text or json"));
    EXPECT_THAT(why({"--mask", "NOTIF_AUDITT"}), HasSubstr("did you mean 'NOTIF_AUDIT'?"));
    EXPECT_THAT(why({"-a", "--release", "9.1"}), HasSubstr("expected 6.0 to 8.9"));
    EXPECT_THAT(why({"-a", "--product", "x"}), HasSubstr("expected confd or nso"));
    EXPECT_THAT(why({"-a", "--path", "/x", "-p", "1"}), HasSubstr("one kind"));
    EXPECT_THAT(why({"-a", "-p", "x"}), HasSubstr("no port"));
    EXPECT_THAT(why({"-a", "-x", "f"}), HasSubstr("give --stream too"));
    EXPECT_THAT(why({"-a", "--use-ikp"}), HasSubstr("give --stream too"));
    EXPECT_THAT(why({"-a", "--path", std::string(108, 'x').c_str()}),
                HasSubstr("--path: the path of a UNIX socket holds at most 107 bytes"));
    EXPECT_THAT(why({"-n", "s", "-B", "noon"}), HasSubstr("no date and time"));
    EXPECT_THAT(why({"-n", "s", "-E", "2026-11-22T10:00:00Z"}), HasSubstr("--stop needs --start"));
    EXPECT_THAT(why({"--mask", "NOTIF_STREAM_EVENT"}), HasSubstr("needs a stream_name"));
    EXPECT_THAT(why({"-a", "--count", "0"}),
                HasSubstr("--count: expected a whole number from 1 to "));
    EXPECT_THAT(why({"-a", "--timeout", "-1"}), HasSubstr("above 0"));
    for (const auto* number : {"nan", "inf", "-inf", "1e300", "0", "5s", ""})
        for (const auto* option : {"--timeout", "--interval"})
            EXPECT_THAT(why({"-a", option, number}), HasSubstr("expected seconds above 0"));
    for (const auto* number : {"-1", "1.5", "99999999999999999999", "nan", "0x", ""})
        EXPECT_THAT(why({"-a", "--count", number}), HasSubstr("expected a whole number"));
    EXPECT_THAT(why({"-a", "--verbosity", "4"}), HasSubstr("from 0 to 3, found 4"));
    EXPECT_THAT(why({"-n", "s", "-z", "99999999999999999999"}), HasSubstr("a whole number"));
    EXPECT_THAT(why({"-a", "--access-file", "/nonexistent"}), HasSubstr("cannot read"));
}

TEST(ListenOptions, PrintHelp) {
    const auto options = parse({"--help"});
    ASSERT_FALSE(options);
    EXPECT_EQ(options.error().code, exit_ok);
    EXPECT_THAT(options.error().text, HasSubstr("-h,--ha-info"));
    EXPECT_THAT(options.error().text, HasSubstr("Exit codes"));
}

}  // namespace
}  // namespace confd::listen
