// SPDX-License-Identifier: Apache-2.0
// The codec part: confd-decode passes every case, decoders that are wrong in one way fail the cases
// that are about it and no others.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "conformance/kit/codec/compare.hpp"
#include "conformance/kit/codec/decoder.hpp"
#include "conformance/kit/model/registry.hpp"
#include "conformance/kit/run/parts.hpp"
#include "conformance/selftest/mutant_decoder.hpp"
#include "conformance/selftest/mutants.hpp"
#include "conformance/selftest/mutations.hpp"

namespace confd::kit::codec {
namespace {

std::string told(const Result& result) {
    return fmt::format("{}: expected {}; {}\n{}\n", result.test->id, result.expected, result.reason,
                       fmt::join(result.details, "\n"));
}

test::Judged judged_of(const std::vector<std::string>& command,
                       const Decoder& decoder = run_program) {
    Options options;
    options.command = command;
    const auto judge = judge_of(options, {}, decoder);
    test::Judged out;
    for (const auto* test : select(Part::codec, {}, {}))
        test::note(out, *test, judge(*test).result);
    return out;
}

TEST(CodecCases, ConfdDecodePassesAll) {
    const auto judged = judged_of(
        {CONFD_DECODE, "--payload-hex", "--release", "{release}", "--product", "{product}"});
    EXPECT_EQ(judged.size(), select(Part::codec, {}, {}).size());
    EXPECT_EQ(test::failures_among(judged), "");
}

TEST(CodecCases, ADecoderThatCrashesIsSaidToHaveCrashed) {
    Options options;
    options.command = {"/bin/sh", "-c", "kill -SEGV $$"};
    const auto judge = codec_judge(options, {});
    const auto result = (*judge)(*select(Part::codec, {}, {}).front()).result;
    EXPECT_THAT(told(result), ::testing::HasSubstr("was killed by signal 11"));
}

/// A decoder of one dialect is judged in that one.
TEST(CodecCases, WithoutPlaceholdersOneDialectIsJudged) {
    const auto judged = judged_of({CONFD_DECODE, "--payload-hex"});
    EXPECT_EQ(test::failures_among(judged), "");
    std::set<std::string> skipped;
    for (const auto* test : select(Part::codec, {}, {}))
        if (!judged.contains(test)) skipped.insert(test->id);
    // What ConfD 7.8 does not have.
    EXPECT_THAT(skipped, testing::Contains("codec/generated/compaction"));
    EXPECT_THAT(skipped, testing::Each(testing::AnyOf(
                             testing::HasSubstr("compaction"), testing::HasSubstr("package"),
                             testing::HasSubstr("cq-"), testing::HasSubstr("call-home"),
                             testing::HasSubstr("audit-network"))));
}

TEST(CodecCases, ADecoderThatDoesNotStartIsNotReached) {
    Options options;
    options.command = {"/nonexistent"};
    const auto judge = codec_judge(options, {});
    EXPECT_FALSE((*judge)(*select(Part::codec, {}, {}).front()).reached);
}

TEST(Difference, NamesThePlace) {
    const Payload payload{.name = {},
                          .bytes = {},
                          .context = {},
                          .expected = {{"a", {{"list", {1, 2, {{"b", "x"}}}}, {"none", nullptr}}}}};
    const auto found = [](boost::json::value b) {
        return boost::json::object{{"a", {{"list", {1, 2, {{"b", std::move(b)}}}}}}};
    };
    EXPECT_EQ(difference(payload, found("x")), "");
    EXPECT_EQ(difference(payload, found("y")), "a.list[2].b: expected \"x\", found \"y\"");
    EXPECT_EQ(difference(payload, {}),
              R"(a: expected {"list":[1,2,{"b":"x"}],"none":null}, found nothing)");
}

TEST(DecoderMutants, AreNamedByTheCasesThatCatchThem) {
    EXPECT_EQ(test::wrong_names(Part::codec, test::decoder_mutations), "");
}

class MutantDecoders : public testing::TestWithParam<std::string_view> {};

TEST_P(MutantDecoders, FailTheCasesMeantForThem) {
    const std::string name(GetParam());
    const Decoder decoder = [&](const auto& words, const auto& input, auto) {
        const WireContext context{parse_release(words[0])->dialect(), *parse_product(words[1])};
        return test::decode_lines(name, context, input);
    };
    const auto judged = judged_of({"{release}", "{product}"}, decoder);
    EXPECT_EQ(test::wrong_failures(Part::codec, name, judged), "");
    EXPECT_EQ(test::idle_permissions(Part::codec, name, judged), "");
}

INSTANTIATE_TEST_SUITE_P(All, MutantDecoders, testing::ValuesIn(test::decoder_mutations),
                         [](const auto& mutant) {
                             return test::test_name(std::string(mutant.param));
                         });

}  // namespace
}  // namespace confd::kit::codec
