// SPDX-License-Identifier: Apache-2.0
#include "protocol/term/reader.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "protocol/term/tree.hpp"
#include "protocol/term/writer.hpp"
#include "protocol/tests/bytes_util.hpp"
#include "protocol/tests/gen_term.hpp"

namespace confd {
namespace {

using test::ExactBuffer;
using test::hex;
using test::integer_of;
using test::unhex;

constexpr auto u64_max = std::numeric_limits<std::uint64_t>::max();

/// Reads one value of `bytes` with a member of the reader, and everything of them.
template <class Value>
Result<Value> read(ByteView bytes, bool (TermReader::*member)(Value&)) {
    TermReader reader(bytes);
    Value value{};
    if ((reader.*member)(value) && reader.finish()) return value;
    return std::unexpected(reader.take_error());
}

Result<Integer> integer(ByteView bytes) {
    return read<Integer>(bytes, &TermReader::integer);
}
Result<double> floating(ByteView bytes) {
    return read<double>(bytes, &TermReader::floating);
}

Result<std::string> atom(ByteView bytes) {
    TermReader reader(bytes);
    AtomView view;
    if (!reader.atom(view) || !reader.finish()) return std::unexpected(reader.take_error());
    std::string utf8;
    view.assign_to(utf8);
    return utf8;
}

Result<std::size_t> skip(ByteView bytes) {
    TermReader reader(bytes);
    if (!reader.skip() || !reader.finish()) return std::unexpected(reader.take_error());
    return reader.offset();
}

Result<Term> tree(ByteView bytes) {
    return read_term(bytes);
}

template <class Value>
Errc code_of(const Result<Value>& result) {
    EXPECT_FALSE(result);
    return result ? Errc{} : result.error().code;
}

template <class Write>
std::string written(Write write) {
    Bytes out;
    TermWriter writer(out);
    write(writer);
    return hex(out);
}

std::string written(const Integer& value) {
    return written([&](TermWriter& writer) { writer.integer(value); });
}

std::string written_atom(std::string_view utf8) {
    return written([&](TermWriter& writer) { writer.atom(utf8); });
}

// -------------------------------------------------------------------------- integers

struct IntegerCase {
    std::string_view bytes;
    Integer value;
    bool canonical = false;
};

TEST(TermReaderInteger, ReadsEveryForm) {
    const IntegerCase cases[] = {
        {"61 00", 0, true},
        {"61 ff", 255, true},
        {"62 00000100", 256, true},
        {"62 ffffffff", -1, true},
        {"62 7fffffff", 2147483647, true},
        {"62 80000000", std::numeric_limits<std::int32_t>::min(), true},
        {"6e 04 00 00000080", 2147483648U, true},
        {"6e 04 01 01000080", -2147483649LL, true},
        {"6e 05 00 0000000001", 4294967296LL, true},
        {"6e 08 00 ffffffffffffff7f", std::numeric_limits<std::int64_t>::max(), true},
        {"6e 08 01 0000000000000080", std::numeric_limits<std::int64_t>::min(), true},
        {"6e 08 00 ffffffffffffffff", u64_max, true},
        {"6e 08 01 ffffffffffffffff", integer_of(u64_max, true), true},
        // Longer than needed.
        {"62 00000005", 5},
        {"6e 01 00 05", 5},
        {"6e 04 00 00000008", 1 << 27},  // how the C library writes mask bit 27
        {"6e 04 01 00000008", -(1 << 27)},
        {"6f 00000001 00 05", 5},
        {"6f 00000001 01 05", -5},
        {"6f 00000008 00 ffffffffffffffff", u64_max},
        {"6e 0a 00 ffffffffffffffff 0000", u64_max},
        {"6e 00 00", 0},
        {"6e 00 01", 0},
        {"6e 01 01 00", 0},  // there is one zero
        {"6f 00000000 00", 0},
        {"6e 01 7f 05", -5},  // any sign but 0
    };
    for (const auto& [digits, value, canonical] : cases) {
        const auto bytes = unhex(digits);
        EXPECT_EQ(integer(ExactBuffer(bytes)), value) << digits;
        EXPECT_EQ(tree(bytes), Term(value)) << digits;
        test::check_truncations(bytes, integer);
        test::check_truncations(bytes, skip);
        EXPECT_EQ(written(value) == hex(bytes), canonical) << digits;
        EXPECT_EQ(integer(unhex(written(value))), value) << digits;
    }
}

TEST(TermReaderInteger, Reads255DigitsWhenTheyAreZero) {
    Bytes bytes = unhex("6e ff 01 2a");
    bytes.resize(3 + 255);
    EXPECT_EQ(integer(bytes), Integer(-42));
    bytes = unhex("6f 00010000 00 2a");
    bytes.resize(6 + 0x10000);
    EXPECT_EQ(integer(bytes), Integer(42));
    bytes.back() = 1;
    EXPECT_EQ(code_of(integer(bytes)), Errc::integer_too_wide);
}

TEST(TermReaderInteger, Refuses65Bits) {
    for (const auto* digits : {"6e 09 00 000000000000000001", "6e 09 01 ffffffffffffffff01",
                               "6f 00000009 00 000000000000000001"}) {
        EXPECT_EQ(code_of(integer(unhex(digits))), Errc::integer_too_wide);
        EXPECT_EQ(code_of(skip(unhex(digits))), Errc::integer_too_wide);
        EXPECT_EQ(code_of(tree(unhex(digits))), Errc::integer_too_wide);
    }
}

TEST(TermReaderInteger, RefusesBigsLongerThanTheInput) {
    EXPECT_EQ(code_of(integer(unhex("6f ffffffff 00 01"))), Errc::truncated);
    EXPECT_EQ(code_of(skip(unhex("6f ffffffff 00 01"))), Errc::truncated);
}

template <class T>
void check_range(T low, T high) {
    const auto narrow = [](const Integer& value) -> Result<T> {
        const auto bytes = unhex(written(value));
        TermReader reader(bytes);
        T out{};
        if (reader.integer(out)) return out;
        return std::unexpected(reader.take_error());
    };
    EXPECT_EQ(narrow(low), low);
    EXPECT_EQ(narrow(high), high);
    const auto above = narrow(integer_of(Integer(high).magnitude + 1, false));
    if (Integer(high).magnitude != u64_max) {
        EXPECT_EQ(code_of(above), Errc::out_of_range);
    }
    const auto below = narrow(integer_of(Integer(low).magnitude + 1, true));
    EXPECT_EQ(code_of(below), Errc::out_of_range);
    EXPECT_NE(below.error().message.find(to_string(Integer(low))), std::string::npos);
}

template <class... T>
void check_ranges() {
    (check_range<T>(std::numeric_limits<T>::min(), std::numeric_limits<T>::max()), ...);
}

TEST(TermReaderInteger, FitsTheTypeAskedFor) {
    check_ranges<std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t,
                 std::uint32_t, std::int64_t, std::uint64_t>();
}

TEST(TermReaderInteger, LeavesTheReaderFailedWhenOutOfRange) {
    const auto bytes = unhex("62 00000100 61 01");
    TermReader reader(bytes, {}, 100);
    std::uint8_t narrow = 9;
    EXPECT_FALSE(reader.integer(narrow));
    EXPECT_EQ(reader.error().offset, 100U);
    EXPECT_FALSE(reader.integer(narrow));
    EXPECT_EQ(narrow, 9);
}

RC_GTEST_PROP(TermReaderInteger, AnyIntegerSurvives, (const Integer& value)) {
    const ExactBuffer bytes(unhex(written(value)));
    RC_ASSERT(integer(bytes).value() == value);
    std::int64_t narrow = 0;
    if (value.fits(narrow)) RC_ASSERT(Integer(narrow) == value);
    std::uint32_t word = 0;
    if (value.fits(word)) RC_ASSERT(Integer(word) == value);
}

// ---------------------------------------------------------------------------- floats

Bytes float_text(std::string_view text) {
    Bytes bytes = {99};
    for (const char c : text)
        bytes.push_back(static_cast<std::uint8_t>(c));
    bytes.resize(32);
    return bytes;
}

TEST(TermReaderFloat, ReadsBothForms) {
    const auto bytes = unhex("46 3ff8000000000000");
    EXPECT_EQ(floating(bytes), 1.5);
    test::check_truncations(bytes, floating);
    test::check_truncations(float_text("1.50000000000000000000e+00"), floating);
    for (const auto& [text, value] : {std::pair{"1.50000000000000000000e+00", 1.5},
                                      {"-1.50000000000000000000e+00", -1.5},
                                      {"+1.5", 1.5},
                                      {"  1.5", 1.5},
                                      {"1.79769313486231570815e+308", 1.7976931348623157e308},
                                      {"4.94065645841246544177e-324", 5e-324},
                                      {"0.00000000000000000000e+00", 0.0},
                                      {"1.00000000000000005551115123126", 1.0}}) {
        EXPECT_EQ(floating(ExactBuffer(float_text(text))), value) << text;
        EXPECT_EQ(skip(float_text(text)), 32U) << text;
    }
    Bytes garbage = float_text("1.5");
    garbage.back() = 'x';  // behind the terminator anything may be left over
    EXPECT_EQ(floating(garbage), 1.5);
    EXPECT_EQ(written([](TermWriter& writer) { writer.floating(-0.0); }), "468000000000000000");
    EXPECT_TRUE(std::signbit(*floating(unhex("46 8000000000000000"))));
}

TEST(TermReaderFloat, RefusesWhatIsNoNumber) {
    for (const auto* digits : {"46 7ff0000000000000", "46 fff0000000000000", "46 7ff8000000000000",
                               "46 7ff0000000000001", "46 ffffffffffffffff"}) {
        EXPECT_EQ(code_of(floating(unhex(digits))), Errc::bad_float) << digits;
        EXPECT_EQ(code_of(skip(unhex(digits))), Errc::bad_float) << digits;
    }
    for (const auto* text : {"", "   ", "x", "1.5x", "1,5", "nan", "-inf", "infinity", "nan(1)",
                             "0x1p3", "1e999", "+-1.5", "-+1.5", "--1.5", "1.5 ", "+", "-"}) {
        EXPECT_EQ(code_of(floating(float_text(text))), Errc::bad_float) << text;
        EXPECT_EQ(code_of(skip(float_text(text))), Errc::bad_float) << text;
    }
}

// ----------------------------------------------------------------------------- atoms

TEST(TermReaderAtom, ReadsAllFourTags) {
    for (const auto* digits : {"64 0002 6f6b", "73 02 6f6b", "76 0002 6f6b", "77 02 6f6b"}) {
        const auto bytes = unhex(digits);
        EXPECT_EQ(atom(ExactBuffer(bytes)), "ok") << digits;
        EXPECT_EQ(tree(bytes), Term::atom("ok"));
        test::check_truncations(bytes, atom);
        test::check_truncations(bytes, skip);
        TermReader reader(bytes);
        AtomView view;
        ASSERT_TRUE(reader.atom(view));
        EXPECT_TRUE(view == "ok");
    }
    for (const auto* digits : {"64 0000", "73 00", "76 0000", "77 00"}) {
        EXPECT_EQ(atom(unhex(digits)), "") << digits;
    }
}

TEST(TermReaderAtom, TellsLatin1FromUtf8) {
    EXPECT_EQ(atom(unhex("64 0001 e9")), "\xc3\xa9");
    EXPECT_EQ(atom(unhex("73 01 e9")), "\xc3\xa9");
    EXPECT_EQ(atom(unhex("76 0002 c3a9")), "\xc3\xa9");
    EXPECT_EQ(atom(unhex("77 02 c3a9")), "\xc3\xa9");
    EXPECT_EQ(atom(unhex("64 0002 c3a9")), "\xc3\x83\xc2\xa9");
    EXPECT_EQ(code_of(atom(unhex("77 01 e9"))), Errc::bad_atom);
    EXPECT_EQ(code_of(atom(unhex("76 0001 e9"))), Errc::bad_atom);
    EXPECT_EQ(code_of(skip(unhex("77 01 e9"))), Errc::bad_atom);
    EXPECT_EQ(code_of(tree(unhex("77 03 eda080"))), Errc::bad_atom);
}

TEST(TermReaderAtom, CountsCharactersNotBytes) {
    const auto of = [](Tag tag, std::size_t count, std::string_view character) {
        Bytes bytes = {static_cast<std::uint8_t>(tag)};
        const auto size = count * character.size();
        if (tag == Tag::atom || tag == Tag::atom_utf8)
            bytes.push_back(static_cast<std::uint8_t>(size >> 8));
        bytes.push_back(static_cast<std::uint8_t>(size));
        for (std::size_t i = 0; i < count; ++i) {
            bytes.insert(bytes.end(), character.begin(), character.end());
        }
        return bytes;
    };
    for (const auto tag : {Tag::atom, Tag::small_atom, Tag::atom_utf8, Tag::small_atom_utf8}) {
        EXPECT_TRUE(atom(of(tag, 255, "a"))) << static_cast<int>(tag);
    }
    EXPECT_TRUE(atom(of(Tag::atom, 255, "\xe9")));
    EXPECT_TRUE(atom(of(Tag::atom_utf8, 255, "\xc3\xa9")));
    EXPECT_TRUE(atom(of(Tag::atom_utf8, 255, "\xf0\x9f\x90\x99")));
    for (const auto& bytes :
         {of(Tag::atom, 256, "a"), of(Tag::atom, 256, "\xe9"), of(Tag::atom_utf8, 256, "a"),
          of(Tag::atom_utf8, 256, "\xf0\x9f\x90\x99"), of(Tag::atom, 65535, "a")}) {
        EXPECT_EQ(code_of(atom(bytes)), Errc::atom_too_long);
        EXPECT_EQ(code_of(skip(bytes)), Errc::atom_too_long);
        EXPECT_EQ(code_of(tree(bytes)), Errc::atom_too_long);
    }
}

TEST(TermReaderAtom, IsWrittenInTheOldestTagThatHoldsIt) {
    EXPECT_EQ(written_atom("ok"), "6400026f6b");
    EXPECT_EQ(written_atom(""), "640000");
    EXPECT_EQ(written_atom("\xc3\xa9"), "640001e9");
    EXPECT_EQ(written_atom("\xe2\x82\xac"), "7703e282ac");
    std::string longest;
    for (int i = 0; i < 255; ++i)
        longest += "\xe2\x82\xac";
    EXPECT_EQ(written_atom(longest).substr(0, 6), "7602fd");
    EXPECT_EQ(atom(unhex(written_atom(longest))), longest);
    EXPECT_TRUE(fits_atom(longest));
    EXPECT_FALSE(fits_atom(longest + "a"));
    EXPECT_FALSE(fits_atom("\xff"));
}

// -------------------------------------------------------------------- binaries, text

TEST(TermReaderBinary, GivesAViewOfTheInput) {
    const auto bytes = unhex("6d 00000003 010200");
    TermReader reader(bytes);
    ByteView view;
    ASSERT_TRUE(reader.binary(view));
    EXPECT_EQ(view.data(), bytes.data() + 5);
    EXPECT_EQ(view.size(), 3U);
    test::check_truncations(bytes, skip);
    EXPECT_EQ(code_of(skip(unhex("6d ffffffff 00"))), Errc::truncated);
    EXPECT_EQ(written([](TermWriter& writer) { writer.text("hi"); }), "6d000000026869");
}

TEST(TermReaderText, IsABinaryOrAnAtom) {
    const auto text = [](std::string_view digits) {
        return read<std::string>(ExactBuffer(unhex(digits)), &TermReader::text);
    };
    EXPECT_EQ(text("6d 00000002 6869"), "hi");
    EXPECT_EQ(text("64 0001 e9"), "\xc3\xa9");
    EXPECT_EQ(text("77 02 6869"), "hi");
    EXPECT_EQ(code_of(text("6b 0002 6869")), Errc::wrong_type);
    EXPECT_EQ(code_of(text("74 00000000")), Errc::unsupported_tag);
    EXPECT_EQ(code_of(text("")), Errc::truncated);
    test::check_truncations(unhex("6d 00000002 6869"), [](ByteView bytes) {
        return read<std::string>(bytes, &TermReader::text);
    });
}

// ---------------------------------------------------------------------------- tuples

TEST(TermReaderTuple, ReadsBothTags) {
    for (const auto* digits : {"68 02 6101 6102", "69 00000002 6101 6102"}) {
        const auto bytes = unhex(digits);
        TermReader reader(bytes);
        std::uint32_t arity = 0;
        int first = 0;
        int second = 0;
        EXPECT_TRUE(reader.tuple(arity) && reader.integer(first) && reader.integer(second));
        reader.leave();
        EXPECT_TRUE(reader.finish());
        EXPECT_EQ(arity, 2U);
        EXPECT_EQ(second, 2);
        test::check_truncations(bytes, skip);
        test::check_truncations(bytes, tree);
    }
}

TEST(TermReaderTuple, ChecksTheArity) {
    const auto bytes = unhex("68 02 6101 6102");
    TermReader good(bytes);
    EXPECT_TRUE(good.tuple_of(2));
    TermReader bad(bytes, {}, 7);
    EXPECT_FALSE(bad.tuple_of(3));
    EXPECT_EQ(bad.error().code, Errc::wrong_arity);
    EXPECT_EQ(bad.error().offset, 7U);
    EXPECT_EQ(bad.error().message, "expected a tuple of 3, found one of 2");
}

TEST(TermReaderCounts, MayNotExceedWhatRemains) {
    for (const auto* digits :
         {"68 02 6a", "69 00000002 6a", "69 ffffffff 6a6a", "6b 0002 01", "6c 00000001 6a",
          "6c ffffffff 6a6a", "6c 00000002 6a6a", "6d 00000002 00", "64 0002 61", "77 02 61"}) {
        const auto bytes = unhex(digits);
        EXPECT_EQ(code_of(skip(ExactBuffer(bytes))), Errc::truncated) << digits;
        EXPECT_EQ(code_of(tree(ExactBuffer(bytes))), Errc::truncated) << digits;
        EXPECT_EQ(skip(bytes).error().offset, bytes.size()) << digits;
    }
}

// ----------------------------------------------------------------------------- lists

Result<std::vector<int>> integers(ByteView bytes) {
    TermReader reader(bytes);
    std::vector<int> out;
    const bool read = reader.each([&](TermReader& element) {
        int value = 0;
        if (!element.integer(value)) return false;
        out.push_back(value);
        return true;
    });
    if (read && reader.finish()) return out;
    return std::unexpected(reader.take_error());
}

TEST(TermReaderList, ReadsEveryForm) {
    using List = std::vector<int>;
    for (const auto& [digits, list] : {std::pair<std::string_view, List>{"6a", {}},
                                       {"6b 0000", {}},
                                       {"6b 0004 01030601", {1, 3, 6, 1}},
                                       {"6c 00000004 6101 6103 6106 6101 6a", {1, 3, 6, 1}},
                                       {"6c 00000000 6a", {}},
                                       {"6c 00000001 62 00000100 6a", {256}}}) {
        const auto bytes = unhex(digits);
        EXPECT_EQ(integers(ExactBuffer(bytes)), list) << digits;
        test::check_truncations(bytes, integers);
        test::check_truncations(bytes, skip);
        test::check_truncations(bytes, tree);
    }
}

TEST(TermReaderList, SaysWhichElementIsWrong) {
    const auto in_list = integers(unhex("6c 00000002 6101 6a 6a")).error();
    EXPECT_EQ(in_list.code, Errc::wrong_type);
    EXPECT_EQ(in_list.path, "[1]");
    EXPECT_EQ(in_list.offset, 7U);

    const auto bytes = unhex("6b 0003 616263");
    TermReader reader(bytes);
    AtomView ignored;
    EXPECT_FALSE(reader.each([&](TermReader& element) { return element.atom(ignored); }));
    EXPECT_EQ(reader.error().code, Errc::wrong_type);
    EXPECT_EQ(reader.error().path, "[0]");
    EXPECT_EQ(reader.error().offset, 3U);
    EXPECT_FALSE(reader.ok());
}

TEST(TermReaderList, RefusesAnImproperTailWhereNoneBelongs) {
    const auto error = integers(unhex("6c 00000001 6101 6102")).error();
    EXPECT_EQ(error.code, Errc::wrong_type);
    EXPECT_EQ(error.offset, 7U);
    EXPECT_EQ(code_of(integers(unhex("6c 00000001 6101 74"))), Errc::unsupported_tag);
    EXPECT_EQ(code_of(integers(unhex("6c 00000001 6101 00"))), Errc::unknown_tag);
    EXPECT_TRUE(skip(unhex("6c 00000001 6101 6102")));
}

TEST(TermReaderList, ReadsAnImproperOneWhenAsked) {
    const auto bytes = unhex("6c 00000001 6105 6107");
    TermReader reader(bytes);
    ListHead head;
    int element = 0;
    int tail = 0;
    EXPECT_TRUE(reader.list(head) && reader.integer(element));
    EXPECT_FALSE(reader.at_proper_end(head));
    EXPECT_TRUE(reader.integer(tail));
    reader.leave();
    EXPECT_TRUE(reader.finish());
    EXPECT_EQ(tail, 7);
}

TEST(TermWriterList, ChoosesTheShortForm) {
    const auto list = [](std::vector<int> values) {
        return written([&](TermWriter& writer) { writer.integers(values.data(), values.size()); });
    };
    EXPECT_EQ(list({}), "6a");
    EXPECT_EQ(list({1, 3, 255}), "6b00030103ff");
    EXPECT_EQ(list({256}), "6c0000000162000001006a");
    EXPECT_EQ(list({-1}), "6c0000000162ffffffff6a");
    EXPECT_EQ(list(std::vector<int>(65535, 1)).substr(0, 6), "6bffff");
    EXPECT_EQ(list(std::vector<int>(65536, 1)).substr(0, 10), "6c00010000");
}

// ------------------------------------------------------------------------------ tags

const std::set<int> readable_tags = {70,  97,  98,  99,  100, 104, 105, 106,
                                     107, 108, 109, 110, 111, 115, 118, 119};
const std::set<int> forbidden_tags = {67,  77,  80,  82,  88,  89,  90,  101,
                                      102, 103, 112, 113, 114, 116, 117, 120};

TEST(TermReaderTags, SortsAll256Bytes) {
    for (int tag = 0; tag < 256; ++tag) {
        Bytes bytes(40);
        bytes[0] = static_cast<std::uint8_t>(tag);
        TermReader reader(bytes);
        EXPECT_EQ(reader.peek() != TermKind::other, readable_tags.contains(tag)) << tag;
        EXPECT_EQ(tag_name(bytes[0]).empty(),
                  !readable_tags.contains(tag) && !forbidden_tags.contains(tag))
            << tag;
        if (readable_tags.contains(tag)) continue;
        const auto expected =
            forbidden_tags.contains(tag) ? Errc::unsupported_tag : Errc::unknown_tag;
        EXPECT_EQ(code_of(skip(bytes)), expected) << tag;
        EXPECT_EQ(code_of(tree(bytes)), expected) << tag;
        EXPECT_EQ(code_of(integer(bytes)), expected) << tag;
        EXPECT_EQ(code_of(floating(bytes)), expected) << tag;
        EXPECT_EQ(code_of(atom(bytes)), expected) << tag;
        EXPECT_EQ(code_of(integers(bytes)), expected) << tag;
        // Inside another term as well.
        bytes.insert(bytes.begin(), {104, 1});
        EXPECT_EQ(code_of(skip(bytes)), expected) << tag;
        EXPECT_EQ(skip(bytes).error().offset, 2U);
    }
}

TEST(TermReaderTags, NamesTheKindThatWasFound) {
    EXPECT_EQ(integer(unhex("6a")).error().message, "expected an integer, found a list");
    EXPECT_EQ(atom(unhex("6101")).error().message, "expected an atom, found an integer");
    EXPECT_EQ(atom(unhex("74")).error().message,
              "expected an atom, found MAP_EXT (tag 116), which this protocol does not use");
    EXPECT_EQ(atom(unhex("01")).error().message, "expected an atom, found byte 1, which is no tag");
}

TEST(TermReader, WantsItsVersion) {
    for (const auto& [digits, code] :
         {std::pair{"", Errc::truncated}, {"82", Errc::bad_version}, {"61", Errc::bad_version}}) {
        const auto bytes = unhex(digits);
        TermReader reader(bytes);
        EXPECT_FALSE(reader.version());
        EXPECT_EQ(reader.error().code, code);
    }
}

TEST(TermReader, KeepsItsFirstError) {
    const auto bytes = unhex("6a 6101");
    TermReader reader(bytes, {}, 10);
    int value = 0;
    AtomView name;
    std::string text;
    ByteView raw;
    ListHead head;
    std::uint32_t arity = 0;
    double number = 0;
    EXPECT_FALSE(reader.integer(value));
    const auto first = reader.error();
    EXPECT_EQ(first.offset, 10U);
    EXPECT_FALSE(reader.list(head) || reader.atom(name) || reader.text(text) ||
                 reader.binary(raw) || reader.tuple(arity) || reader.floating(number) ||
                 reader.skip() || reader.raw(raw) || reader.version() || reader.finish() ||
                 reader.integer(value));
    EXPECT_EQ(reader.error(), first);
    EXPECT_EQ(reader.offset(), 10U);
}

TEST(TermReader, BuildsPathsFromTheInside) {
    const Bytes bytes;
    TermReader reader(bytes);
    int value = 0;
    EXPECT_FALSE(reader.integer(value) || reader.within("oid") || reader.within(std::size_t{3}) ||
                 reader.within("vb") || reader.within("") || reader.within("snmpa"));
    EXPECT_EQ(reader.error().path, "snmpa.vb[3].oid");
}

// --------------------------------------------------------------------------- nesting

/// `depth` containers inside each other, `inside` in the innermost.
Bytes nested(std::size_t depth, std::string_view open, std::string_view inside,
             std::string_view close) {
    Bytes out;
    const auto put = [&](std::string_view digits) {
        const auto bytes = unhex(digits);
        out.insert(out.end(), bytes.begin(), bytes.end());
    };
    for (std::size_t i = 0; i < depth; ++i)
        put(open);
    put(inside);
    for (std::size_t i = 0; i < depth; ++i)
        put(close);
    return out;
}

struct Nest {
    std::string_view open;
    std::string_view inside;
    std::string_view close;
    std::size_t most = 64;
};

TEST(TermReaderNesting, EndsAt64) {
    for (const auto& [open, inside, close, most] : {
             Nest{"6801", "6101", ""}, Nest{"6900000001", "6101", ""},
             Nest{"6c00000001", "6101", "6a"}, Nest{"6c000000016101", "6102", ""},  // in the tail
             Nest{"68026101", "6a", ""},                  // an empty list is no level
             Nest{"6c0000000268016101", "6a", "6a", 63},  // beside a tuple, which is one
             Nest{"68026800", "6101", "", 63},            // beside an empty one
         }) {
        const auto good = nested(most, open, inside, close);
        EXPECT_TRUE(skip(ExactBuffer(good))) << open;
        EXPECT_TRUE(tree(ExactBuffer(good))) << open;
        test::check_truncations(good, skip);
        test::check_truncations(good, tree);
        const auto bad = nested(65, open, inside, close);
        EXPECT_EQ(code_of(skip(bad)), Errc::too_deep) << open;
        EXPECT_EQ(code_of(tree(bad)), Errc::too_deep) << open;
        EXPECT_EQ(skip(bad).error(), tree(bad).error()) << open;
        EXPECT_EQ(code_of(skip(nested(100'000, open, inside, close))), Errc::too_deep) << open;
    }
}

TEST(TermReaderNesting, CountsEmptyTuplesAndStrings) {
    for (const auto* inside : {"6800", "6b000101", "6c000000006a"}) {
        EXPECT_TRUE(skip(nested(63, "6801", inside, ""))) << inside;
        EXPECT_TRUE(tree(nested(63, "6801", inside, ""))) << inside;
        EXPECT_EQ(code_of(skip(nested(64, "6801", inside, ""))), Errc::too_deep) << inside;
        EXPECT_EQ(code_of(tree(nested(64, "6801", inside, ""))), Errc::too_deep) << inside;
    }
}

TEST(TermReaderNesting, ComesBackUp) {
    // Many siblings after a deep one: the depth is left again each time.
    Bytes bytes = unhex("69 00000200");
    for (int i = 0; i < 0x200; ++i) {
        const auto deep = nested(63, "6801", "6a", "");
        bytes.insert(bytes.end(), deep.begin(), deep.end());
    }
    EXPECT_TRUE(skip(bytes));
    EXPECT_TRUE(tree(bytes));
}

TEST(TermReaderNesting, CanBeSetLowerAndNotHigher) {
    Limits limits;
    limits.nesting = 2;
    const auto two = nested(2, "6801", "6a", "");
    const auto three = nested(3, "6801", "6a", "");
    EXPECT_TRUE(TermReader(two, limits).skip());
    EXPECT_FALSE(TermReader(three, limits).skip());
    limits.nesting = 1000;
    EXPECT_EQ(code_of(read_term(nested(65, "6801", "6a", ""), limits)), Errc::too_deep);
    // skip() inside an open container counts what is around it.
    const auto all = nested(65, "6801", "6a", "");
    TermReader reader(all);
    std::uint32_t arity = 0;
    ASSERT_TRUE(reader.tuple(arity));
    EXPECT_FALSE(reader.skip());
    EXPECT_EQ(reader.error().code, Errc::too_deep);
}

TEST(TermReaderRaw, IsTheBytesOfOneTerm) {
    const auto bytes = unhex("68 02 6b 0002 0102 6a 64 0001 61");
    TermReader reader(bytes);
    ByteView raw;
    ASSERT_TRUE(reader.raw(raw));
    EXPECT_EQ(hex(raw), "68026b000201026a");
    ASSERT_TRUE(reader.raw(raw));
    EXPECT_EQ(hex(raw), "64000161");
    EXPECT_TRUE(reader.finish());
}

}  // namespace
}  // namespace confd
