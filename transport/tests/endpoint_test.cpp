// SPDX-License-Identifier: Apache-2.0
#include "transport/endpoint.hpp"

#include <gmock/gmock.h>

namespace confd::transport {
namespace {

using testing::HasSubstr;

TEST(Endpoint, IsHostAndPort) {
    EXPECT_EQ(parse_endpoint("127.0.0.1:4565"), Endpoint(TcpEndpoint{"127.0.0.1", 4565}));
    EXPECT_EQ(parse_endpoint("localhost:0"), Endpoint(TcpEndpoint{"localhost", 0}));
    EXPECT_EQ(parse_endpoint("[::1]:65535"), Endpoint(TcpEndpoint{"::1", 65535}));
}

TEST(Endpoint, IsAPathWhenItHasASlash) {
    EXPECT_EQ(parse_endpoint("/run/confd.sock"), Endpoint(UnixEndpoint{"/run/confd.sock"}));
    EXPECT_EQ(parse_endpoint("./a:1"), Endpoint(UnixEndpoint{"./a:1"}));
}

TEST(Endpoint, IsAPathBehindUnix) {
    EXPECT_EQ(parse_endpoint("unix:/run/confd.sock"), Endpoint(UnixEndpoint{"/run/confd.sock"}));
    EXPECT_EQ(parse_endpoint("unix:confd.sock"), Endpoint(UnixEndpoint{"confd.sock"}));
    EXPECT_EQ(parse_endpoint("unix:./@:1"), Endpoint(UnixEndpoint{"./@:1"}));
    EXPECT_EQ(parse_endpoint("unix/:1"), Endpoint(UnixEndpoint{"unix/:1"}));
}

TEST(Endpoint, PrintsWhatItParses) {
    for (const auto* text :
         {"127.0.0.1:4565", "[::1]:4565", "localhost:0", "/run/confd.sock", "unix:confd.sock"}) {
        const auto endpoint = parse_endpoint(text);
        ASSERT_TRUE(endpoint) << text;
        EXPECT_EQ(to_string(*endpoint), text);
    }
}

TEST(Endpoint, SaysWhatIsWrong) {
    const auto why = [](std::string_view text) { return parse_endpoint(text).error(); };
    EXPECT_THAT(why("localhost"), HasSubstr("the port is missing"));
    EXPECT_THAT(why(""), HasSubstr("the port is missing"));
    EXPECT_THAT(why(":80"), HasSubstr("the host is missing"));
    EXPECT_THAT(why("::1:80"), HasSubstr("brackets"));
    EXPECT_THAT(why("a:65536"), HasSubstr("no number up to 65535"));
    EXPECT_THAT(why("a:"), HasSubstr("no number up to 65535"));
    EXPECT_THAT(why("a:-1"), HasSubstr("no number up to 65535"));
    EXPECT_THAT(why("/" + std::string(max_unix_path, 'x')),
                HasSubstr("at most 107 bytes, this one has 108"));
    EXPECT_THAT(why("unix:"), HasSubstr("the path is empty"));
    EXPECT_THAT(why("unix:@confd"), HasSubstr("no abstract ones"));
}

}  // namespace
}  // namespace confd::transport
