// SPDX-License-Identifier: Apache-2.0
// Every error code has an input that leads to it: a code that nothing can cause has no place in the
// list, and a new one needs a row here.
#include "protocol/error.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "protocol/maapi/messages.hpp"
#include "protocol/notification/notification.hpp"
#include "protocol/session/client_session.hpp"
#include "protocol/term/tree.hpp"
#include "protocol/tests/bytes_util.hpp"

namespace confd {
namespace {

using test::unhex;

template <class T>
Error error_of(const Result<T>& result) {
    if (result) ADD_FAILURE() << "accepted";
    return result ? Error{} : result.error();
}

Error of_event(std::string_view digits, const DecodeOptions& options = {}) {
    return error_of(decode_notification(unhex(digits), options));
}

Error of_frame(std::string_view digits) {
    FrameReader reader;
    reader.append(unhex(digits));
    return error_of(reader.next());
}

/// What a client that wants the access check makes of a server's first bytes.
Error of_handshake(std::string_view digits) {
    ClientConfig config;
    config.secret = Bytes{1};
    ClientSession session(config);
    session.feed(unhex(digits));
    EXPECT_EQ(session.poll(), ClientSession::Poll::failed);
    return session.failure().error;
}

/// A stream event with one more tag than may be kept.
Error of_long_event() {
    Bytes payload = unhex("83 68 02 62 00080000 68 02 68 02 61 13 68 09");
    const auto add = [&](std::string_view digits) {
        const auto bytes = unhex(digits);
        payload.insert(payload.end(), bytes.begin(), bytes.end());
    };
    add("62 000007ea 61 0b 61 16 61 0a 61 00 61 00 61 00 6a 61 00");
    add("6c 00040001");
    for (std::size_t i = 0; i <= Limits{}.elements; ++i)
        add("68 02 6c 00000001 61 07 61 05 73 04 6c656166");
    add("6a");
    return error_of(decode_notification(payload));
}

std::string nested(std::size_t levels) {
    std::string digits = "83";
    for (std::size_t i = 0; i < levels; ++i)
        digits += "6801";
    return digits + "6a";
}

struct Case {
    Errc code;
    std::function<Error()> cause;
};

const DecodeOptions strict{.context = {}, .strict = true, .limits = {}};

const Case cases[] = {
    {Errc::truncated, [] { return of_event("83 68"); }},
    {Errc::trailing_bytes, [] { return of_event("83 68 01 62 00002000 00"); }},
    {Errc::bad_version, [] { return of_event("82"); }},
    {Errc::unknown_tag, [] { return of_event("83 68 02 61 03 01"); }},
    {Errc::unsupported_tag, [] { return of_event("83 68 02 61 03 74 00000000"); }},
    {Errc::too_deep, [] { return error_of(read_payload(unhex(nested(65)))); }},
    {Errc::too_many_elements, of_long_event},
    {Errc::atom_too_long,
     [] { return of_event("83 68 02 61 03 64 0100" + std::string(512, '6')); }},
    {Errc::bad_atom, [] { return of_event("83 68 02 61 03 77 02 c328"); }},
    {Errc::integer_too_wide, [] { return of_event("83 68 01 6e 09 00 000000000000000001"); }},
    {Errc::bad_float, [] { return of_event("83 68 02 61 03 46 7ff8000000000000"); }},
    {Errc::wrong_type, [] { return of_event("83 68 02 62 00008000 6a"); }},
    {Errc::wrong_arity, [] { return of_event("83 68 02 61 01 61 01"); }},
    {Errc::out_of_range, [] { return of_event("83 68 02 62 00008000 6e 08 00 ffffffffffffffff"); }},
    {Errc::bad_value, [] { return of_event("83 68 02 62 00080000 73 01 78"); }},
    {Errc::unknown_event, [] { return of_event("83 68 01 61 03", strict); }},
    {Errc::empty_frame, [] { return of_frame("00000000"); }},
    {Errc::frame_too_long, [] { return of_frame("01000001"); }},
    {Errc::bad_handshake, [] { return of_handshake("00" + std::string(32, '0')); }},
    {Errc::unexpected_frame,
     [] { return error_of(decode_maapi_reply(unhex("000000dd"), MAAPI_ATTACH)); }},
};

TEST(ErrorCodes, EachHasACause) {
    for (const auto& [code, cause] : cases) {
        const auto error = cause();
        EXPECT_EQ(error.code, code) << name_of(code) << ": " << to_string(error);
        EXPECT_FALSE(error.message.empty()) << name_of(code);
        EXPECT_TRUE(to_string(error).starts_with(name_of(code)));
    }
}

TEST(ErrorCodes, EachIsListedHere) {
    std::set<Errc> listed;
    for (const auto& one : cases)
        EXPECT_TRUE(listed.insert(one.code).second) << name_of(one.code);
    EXPECT_EQ(listed.size(), errc_count);
}

TEST(ErrorCodes, HaveNamesOfTheirOwn) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < errc_count; ++i)
        EXPECT_TRUE(names.insert(name_of(static_cast<Errc>(i))).second);
    EXPECT_FALSE(names.contains("unknown"));
    EXPECT_EQ(name_of(static_cast<Errc>(errc_count)), "unknown");
}

}  // namespace
}  // namespace confd
