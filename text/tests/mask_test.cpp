// SPDX-License-Identifier: Apache-2.0
#include "text/mask.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocol/constants.hpp"

namespace confd {
namespace {

using testing::HasSubstr;

TEST(ParseMask, TakesNamesAndNumbers) {
    EXPECT_EQ(parse_mask("NOTIF_AUDIT,NOTIF_AUDIT_SYNC"), 131073U);
    EXPECT_EQ(parse_mask("NOTIF_SYSLOG_TAKEOVER|8"), 14U);
    EXPECT_EQ(parse_mask("0x80000000"), 0x80000000U);
    EXPECT_EQ(parse_mask("4294967295"), 0xffffffffU);
    EXPECT_EQ(parse_mask("NOTIF_AUDIT | 2"), 3U);
}

TEST(ParseMask, SuggestsTheNearestName) {
    EXPECT_EQ(parse_mask("NOTIF_AUDITT").error(),
              "'NOTIF_AUDITT' is no event; did you mean 'NOTIF_AUDIT'?");
    EXPECT_THAT(parse_mask("NOTIF_AUDIT,notif_ha_inf").error(), HasSubstr("'NOTIF_HA_INFO'?"));
    EXPECT_THAT(parse_mask("something else").error(), HasSubstr("expected names"));
    EXPECT_THAT(parse_mask("").error(), HasSubstr("empty name"));
    EXPECT_THAT(parse_mask("4294967296").error(), HasSubstr("of 32 bits"));
}

TEST(MaskText, NamesEachBit) {
    EXPECT_EQ(mask_text(NOTIF_AUDIT | NOTIF_AUDIT_SYNC), "NOTIF_AUDIT|NOTIF_AUDIT_SYNC");
    EXPECT_EQ(mask_text(NOTIF_AUDIT | NOTIF_HA_INFO, ','), "NOTIF_AUDIT,NOTIF_HA_INFO");
    EXPECT_EQ(mask_text(0x80000000U), "NOTIF_SYSTEM_GOING_DOWN");
    EXPECT_EQ(mask_text(0), "0");
}

RC_GTEST_PROP(MaskText, IsReadBack, (std::uint32_t mask)) {
    RC_ASSERT(parse_mask(mask_text(mask)).value() == mask);
}

}  // namespace
}  // namespace confd
