// SPDX-License-Identifier: Apache-2.0
#include "protocol/value/value.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "protocol/tests/bytes_util.hpp"

namespace confd {
namespace {

template <class Write>
Bytes written(Write write) {
    Bytes out;
    TermWriter writer(out);
    write(writer);
    return out;
}

/// Numbers on both sides of where the form on the wire changes.
constexpr std::uint32_t edges[] = {0, 255, 256, 0x7fffffff, 0x80000000, 0xffffffff};

TEST(Tag, TakesNumbersOfEveryForm) {
    for (const auto ns : edges) {
        for (const auto tag : edges) {
            const auto bytes = written([&](TermWriter& w) { write_tag(w, {ns, tag}); });
            EXPECT_EQ(bytes, written([&](TermWriter& w) {
                          w.list(1);
                          w.integer(ns);
                          w.integer(tag);
                      }));
            const test::ExactBuffer exact(bytes);
            TermReader reader(exact.view());
            XmlTag found;
            EXPECT_TRUE(read_tag(reader, found) && reader.finish()) << ns << ' ' << tag;
            EXPECT_EQ(found, (XmlTag{ns, tag}));
            // Among values, the list begins like one of numbers, which are 32-bit integers.
            if (ns > 0x7fffffff) continue;
            TermReader again(exact.view());
            Value value;
            EXPECT_TRUE(read_value(again, value) && again.finish()) << ns << ' ' << tag;
            EXPECT_EQ(value, (Value{ValueType::xmltag, XmlTag{ns, tag}}));
        }
    }
}

TEST(Tag, RefusesNegativeNumbers) {
    for (const auto& [ns, tag] : {std::pair{-1, 300}, {300, -1}}) {
        const auto bytes = written([&](TermWriter& w) {
            w.list(1);
            w.integer(ns);
            w.integer(tag);
        });
        TermReader reader(bytes);
        XmlTag found;
        EXPECT_FALSE(read_tag(reader, found));
        EXPECT_EQ(reader.error().code, Errc::out_of_range);
    }
}

TEST(FixedForms, CountAsALevel) {
    const auto tag = written([](TermWriter& w) { write_tag(w, {1000, 1000}); });
    const auto ip = written([](TermWriter& w) { write_ip(w, Ip4{192, 0, 2, 1}); });
    const Limits flat{.nesting = 0};
    for (const auto& bytes : {tag, ip}) {
        TermReader reader(bytes, flat);
        Value value;
        EXPECT_FALSE(read_value(reader, value));
        EXPECT_EQ(reader.error().code, Errc::too_deep);
    }
}

TEST(Address, IsReadInAnyFormOfItsNumbers) {
    // The second number in INTEGER_EXT, which a small number need not avoid.
    const auto bytes = test::unhex("68 04 61 c0 62 00000000 61 02 61 01");
    TermReader reader(bytes);
    Ip4 ip{};
    EXPECT_TRUE(read_ip(reader, ip) && reader.finish());
    EXPECT_EQ(ip, (Ip4{192, 0, 2, 1}));
}

TEST(Text, IsTheSameThroughScratchOfAnySize) {
    for (std::size_t size = 0; size <= 40; ++size) {
        std::string text;
        for (std::size_t i = 0; i < size; ++i)
            text.push_back(static_cast<char>('a' + i));
        const auto write = [&](TermWriter& w) {
            w.integer(-1);
            w.text(text);
            w.undefined();
        };
        for (std::size_t room = 0; room <= 70; ++room) {
            std::vector<std::uint8_t> scratch(room);
            Bytes out;
            TermWriter writer(out, scratch);
            write(writer);
            writer.flush();
            EXPECT_EQ(out, written(write)) << size << " bytes, room for " << room;
        }
    }
}

}  // namespace
}  // namespace confd
