// SPDX-License-Identifier: Apache-2.0
// The C library of Erlang, with which most peers encode, reads what is written here as the same
// terms, and the other way round. It checks no bounds: it only gets bytes that have been accepted.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocol/tests/bytes_util.hpp"
#include "protocol/tests/differential/ei_terms.hpp"
#include "protocol/tests/gen_term.hpp"

namespace confd {
namespace {

RC_GTEST_PROP(Libei, ReadsWhatIsWritten, (const Term& term)) {
    const test::ExactBuffer payload(encode_payload(term));
    RC_ASSERT(read_payload(payload).value() == term);
    test::EiReader reader(payload);
    RC_ASSERT(reader.term() == term);
    RC_ASSERT(reader.offset() == static_cast<int>(payload.view().size()));
    RC_ASSERT(test::end_by_skipping(payload) == reader.offset());
}

RC_GTEST_PROP(Libei, WritesWhatIsRead, (const Term& term)) {
    const test::ExactBuffer payload(test::written_by_ei(term));
    RC_ASSERT(read_payload(payload).value() == term);
    TermReader reader(payload);
    RC_ASSERT(reader.version());
    RC_ASSERT(reader.skip());
    RC_ASSERT(reader.finish());
    RC_ASSERT(test::end_by_skipping(payload) == static_cast<int>(payload.view().size()));
}

TEST(Libei, WritesAMaskWithBit27AsABig) {
    EXPECT_EQ(test::hex(test::written_by_ei(1 << 27)), "836e040000000008");
    EXPECT_EQ(test::hex(test::written_by_ei((1 << 27) - 1)),
              "8362"
              "07ffffff");
    EXPECT_EQ(test::hex(encode_payload(1 << 27)),
              "8362"
              "08000000");
}

TEST(Libei, WritesLongStringsAsLists) {
    const auto most = Term::list(Term::Elements(65535, Term(7)));
    EXPECT_EQ(read_payload(test::written_by_ei(most)), most);
    const auto more = Term::list(Term::Elements(65536, Term(7)));
    EXPECT_EQ(read_payload(test::written_by_ei(more)), more);
    const auto payload = encode_payload(more);
    EXPECT_EQ(test::EiReader(payload).term(), more);
}

}  // namespace
}  // namespace confd
