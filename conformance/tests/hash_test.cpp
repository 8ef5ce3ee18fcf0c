// SPDX-License-Identifier: Apache-2.0
// Hashes of names, against a header that the vendor's compiler generated.
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "protocol/value/hash.hpp"

namespace confd {
namespace {

TEST(NameHash, AgreesWithTheVendorsCompiler) {
    std::ifstream file(std::string(CONFD_SOURCE_DIR) + "/conformance/vectors/hashes.tsv");
    std::string name;
    std::string hash;
    ASSERT_TRUE(file >> name >> hash) << "no header line";
    int rows = 0;
    for (; file >> name >> hash; ++rows)
        EXPECT_EQ(std::to_string(name_hash(name)), hash) << name;
    EXPECT_GE(rows, 17);
}

TEST(NameHash, TakesNamesOfAnyLength) {
    // Around the block of twelve bytes and beyond; numbers of erlang:phash2(Name, 16#7fffffff).
    EXPECT_EQ(name_hash("a"), 1589197455U);
    EXPECT_EQ(name_hash("elevenchars"), 1576786690U);
    EXPECT_EQ(name_hash("twelve-chars"), 806750793U);
    EXPECT_EQ(name_hash("thirteen-char"), 1841940630U);
    EXPECT_EQ(name_hash("urn:ietf:params:xml:ns:yang:ietf-yang-types"), 1567598639U);
}

}  // namespace
}  // namespace confd
