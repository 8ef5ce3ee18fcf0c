// The codec part: confd-decode passes every case, decoders that are wrong in one way fail the cases
// that are about it and no others.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "conformance/kit/codec/compare.hpp"
#include "conformance/kit/codec/decoder.hpp"
#include "conformance/kit/parts.hpp"
#include "conformance/kit/registry.hpp"
#include "conformance/selftest/mutant_decoder.hpp"

namespace confd::kit::codec {
namespace {

using testing::ElementsAreArray;

std::string told(const Result& result) {
    return fmt::format("{}: expected {}; {}\n{}\n", result.test->id, result.expected, result.reason,
                       fmt::join(result.details, "\n"));
}

/// The cases that a decoder does not pass, without "codec/".
std::set<std::string> failures(const std::vector<std::string>& command, std::string& why,
                               const Decoder& decoder = run_program) {
    Options options;
    options.command = command;
    const auto judge = judge_of(options, {}, decoder);
    std::set<std::string> failed;
    for (const auto* test : select(Part::codec, {}, {})) {
        const auto result = judge(*test).result;
        if (result.status == Status::passed) continue;
        failed.insert(test->id.substr(std::string("codec/").size()));
        why += told(result);
    }
    return failed;
}

TEST(CodecCases, ConfdDecodePassesAll) {
    EXPECT_GE(select(Part::codec, {}, {}).size(), 20U);
    std::string why;
    EXPECT_THAT(failures({CONFD_DECODE, "--payload-hex", "--release", "{release}", "--product",
                          "{product}"},
                         why),
                testing::IsEmpty())
        << why;
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
    std::string why;
    const auto failed = failures({CONFD_DECODE, "--payload-hex"}, why);
    // What ConfD 7.8 does not have is skipped.
    EXPECT_THAT(failed, testing::Each(testing::AnyOf(
                            testing::HasSubstr("compaction"), testing::HasSubstr("package"),
                            testing::HasSubstr("cq-"), testing::HasSubstr("call-home"),
                            testing::HasSubstr("audit-network"))))
        << why;
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

struct Mutant {
    const char* name;
    std::set<std::string> fails;
};

void PrintTo(const Mutant& mutant, std::ostream* out) {
    *out << mutant.name;
}

class MutantDecoder : public testing::TestWithParam<Mutant> {};

TEST_P(MutantDecoder, FailsTheCasesThatAreAboutIt) {
    std::string why;
    const Decoder decoder = [](const auto& words, const auto& input, auto) {
        const WireContext context{parse_release(words[0])->dialect(), *parse_product(words[1])};
        return test::decode_lines(GetParam().name, context, input);
    };
    EXPECT_THAT(failures({"{release}", "{product}"}, why, decoder),
                ElementsAreArray(GetParam().fails))
        << why;
}

const Mutant mutants[] = {
    {"none", {}},
    {"forgets-a-field", {"generated/compaction"}},
    {"adds-a-field", {"generated/forward-info", "golden/forward-info"}},
    {"shows-numbers-as-text", {"generated/upgrade-event", "golden/upgrade-event"}},
    {"dies-of-deep-terms", {"bad/deep", "code/deep"}},
    {"takes-trailing-bytes", {"bad/trailing-bytes", "code/trailing-bytes"}},
    {"has-one-code",
     {"code/deep", "code/huge-counts", "code/long-atoms", "code/trailing-bytes", "code/truncated",
      "code/unknown-tags", "code/unsupported-tags", "code/version", "code/wide-integers",
      "code/wrong-arity", "code/wrong-types"}},
    {"knows-one-dialect",
     {"generated/commit-progress", "generated/cq-progress", "generated/progress"}},
    {"knows-one-product",
     {"generated/commit-progress", "generated/progress", "golden/commit-progress",
      "golden/progress"}},
    {"says-nothing-of-errors",
     {"bad/deep",          "bad/huge-counts",       "bad/long-atoms",       "bad/trailing-bytes",
      "bad/truncated",     "bad/unknown-tags",      "bad/unsupported-tags", "bad/version",
      "bad/wide-integers", "bad/wrong-arity",       "bad/wrong-types",      "code/deep",
      "code/huge-counts",  "code/long-atoms",       "code/trailing-bytes",  "code/truncated",
      "code/unknown-tags", "code/unsupported-tags", "code/version",         "code/wide-integers",
      "code/wrong-arity",  "code/wrong-types"}},
};

INSTANTIATE_TEST_SUITE_P(Each, MutantDecoder, testing::ValuesIn(mutants), [](const auto& test) {
    std::string name = test.param.name;
    std::ranges::replace(name, '-', '_');
    return name;
});

}  // namespace
}  // namespace confd::kit::codec
