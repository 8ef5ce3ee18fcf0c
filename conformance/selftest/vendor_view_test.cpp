// SPDX-License-Identifier: Apache-2.0
// The stand-in for the vendor's library, on bytes: it must have the limits that docs/protocol.md
// says that the library has, or passing every MUST with it would mean nothing.
#include <gtest/gtest.h>

#include <string>

#include "conformance/selftest/vendor_view.hpp"
#include "protocol/term/notation.hpp"
#include "protocol/term/tree.hpp"
#include "protocol/value/text.hpp"

namespace confd::kit::test {
namespace {

using Kind = VendorView::Kind;

VendorView view(std::string_view term, WireContext context = {}) {
    return vendor_view(encode_payload(parse_term(term).value()), context);
}

VendorView view_of_hex(std::string_view hex) {
    std::string digits(hex);
    std::erase(digits, ' ');
    return vendor_view(parse_hex(digits).value(), {});
}

std::string msg_of(const VendorView& view) {
    const auto* audit = view.event.get<AuditNotification>();
    return audit == nullptr ? "no audit event" : audit->msg;
}

std::int64_t usid_of(const VendorView& view) {
    const auto* audit = view.event.get<AuditNotification>();
    return audit == nullptr ? -1 : audit->usid;
}

TEST(VendorView, DiesOfWhatIsNoTupleOrTooShort) {
    EXPECT_EQ(view_of_hex("").kind, Kind::dies);
    EXPECT_EQ(view_of_hex("00").kind, Kind::dies);
    EXPECT_EQ(view("[1, 2]").kind, Kind::dies);
    EXPECT_EQ(view("{}").kind, Kind::dies);
    EXPECT_EQ(view("{1, 115, <<\"admin\">>, 17}").kind, Kind::dies);
    EXPECT_EQ(view("{8192}").kind, Kind::event);
}

TEST(VendorView, PassesOverWhatItDoesNotKnow) {
    EXPECT_EQ(view("{3, 115}").kind, Kind::unknown);
    EXPECT_EQ(view("{{{{}}}}").kind, Kind::unknown);
}

TEST(VendorView, IgnoresElementsTooManyAndWrongKinds) {
    EXPECT_EQ(msg_of(view("{1, 115, <<\"admin\">>, 17, <<\"in\">>, 4, 5}")), "in");
    const auto wrong = view("{1, 115, <<\"admin\">>, [], <<\"in\">>}");
    EXPECT_EQ(wrong.kind, Kind::event);
    EXPECT_EQ(msg_of(wrong), "");
}

TEST(VendorView, CutsTexts) {
    EXPECT_EQ(msg_of(view("{1, 115, <<\"admin\">>, 17, <<97, 0, 98>>}")), "a");
    const auto term = [](std::size_t size) {
        return Term::tuple({1, 115, Term::text("admin"), 17, Term::text(std::string(size, 'x'))});
    };
    EXPECT_EQ(msg_of(vendor_view(encode_payload(term(4096)), {})).size(), 4096U);
    EXPECT_EQ(msg_of(vendor_view(encode_payload(term(65536)), {})).size(), 8191U);
}

TEST(VendorView, MisreadsBigIntegersThatAreSmall) {
    const std::string head = "83680561016173 6d0000000161";
    EXPECT_EQ(usid_of(view_of_hex(head + "6111"
                                         "6d0000000162")),
              17);
    EXPECT_EQ(usid_of(view_of_hex(head + "6200000011"
                                         "6d0000000162")),
              17);
    EXPECT_NE(usid_of(view_of_hex(head + "6e010011"
                                         "6d0000000162")),
              17);
    EXPECT_NE(usid_of(view_of_hex(head + "6f000000010011"
                                         "6d0000000162")),
              17);
    EXPECT_EQ(usid_of(view_of_hex(head + "6e050000000080"
                                         "016d0000000162")),
              6442450944);
}

TEST(VendorView, MisreadsLargeTuplesBelowTheEvent) {
    EXPECT_EQ(usid_of(view_of_hex("8369000000056101 6173 6d0000000161 6111 6d0000000162")), 17);
    const auto up = [](const VendorView& view) {
        const auto* info = view.event.get<SubagentNotification>();
        return info != nullptr && info->name == "x";
    };
    EXPECT_TRUE(up(view_of_hex("8368026180 68026101 6d0000000178")));
    EXPECT_FALSE(up(view_of_hex("8368026180 6900000002 6101 6d0000000178")));
}

TEST(VendorView, ReadsTimesOnlyWhereTheyArePlausible) {
    const auto login = [](std::string_view time) {
        const auto seen = view("{8, 2, {17, <<\"a\">>, <<>>, cli, 2, {192, 0, 2, 1}, 1, " +
                               std::string(time) + ", <<>>, 0}, 0, 0}");
        const auto* commit = seen.event.get<CommitNotification>();
        return commit == nullptr ? -1 : commit->uinfo.logintime.seconds;
    };
    EXPECT_EQ(login("0"), 0);
    EXPECT_EQ(login("1763802060"), 1763802060);
    EXPECT_GT(login("<<>>"), 1763802060);
    const auto progress = [](std::string_view time) {
        const auto seen = view("{16777216, {3, " + std::string(time) +
                               ", undefined, 17, 1, 2, undefined, undefined, undefined, undefined, "
                               "<<\"m\">>, undefined}}");
        const auto* body = seen.event.get<ProgressNotification>();
        return body == nullptr ? -1 : body->timestamp;
    };
    EXPECT_EQ(progress("1763802100048125"), 1763802100048125);
    EXPECT_NE(progress("1000"), 1000);
}

TEST(VendorView, DiesOfAConnectedDeviceWithoutItsName) {
    const WireContext nso{Dialect::v7x, Product::nso};
    const std::string rest = ", {192, 0, 2, 61}, 4334, <<\"key\">>, <<\"alg\">>";
    EXPECT_EQ(view("{33554432, 1" + rest + "}", nso).kind, Kind::dies);
    EXPECT_EQ(view("{33554432, 1" + rest + ", <<\"ce0\">>}", nso).kind, Kind::event);
    EXPECT_EQ(view("{33554432, 2" + rest + "}", nso).kind, Kind::event);
}

}  // namespace
}  // namespace confd::kit::test
