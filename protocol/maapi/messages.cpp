// SPDX-License-Identifier: Apache-2.0
#include "protocol/maapi/messages.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <type_traits>

#include "protocol/maapi/words.hpp"
#include "protocol/term/reader.hpp"
#include "protocol/term/writer.hpp"
#include "protocol/value/hash.hpp"

namespace confd {
namespace {

constexpr std::uint32_t failure_bit = 0x80000000;

// The Erlang client says with these that it wants names in place of hashes.
constexpr std::string_view use_ikp_atom = "useikp";
constexpr std::string_view ikp_atom = "ikp";

std::unexpected<Error> wrong(Errc code, std::size_t offset, std::string message) {
    return std::unexpected(Error{code, offset, {}, std::move(message)});
}

/// A request of words alone has exactly this many bytes.
Result<void> check_size(ByteView payload, std::size_t words) {
    const auto size = words * word_size;
    if (payload.size() < size) {
        return wrong(Errc::truncated, payload.size(),
                     fmt::format("a request of {} bytes, expected {}", payload.size(), size));
    }
    if (payload.size() > size) {
        return wrong(Errc::trailing_bytes, size,
                     fmt::format("{} bytes after the request", payload.size() - size));
    }
    return {};
}

bool read_namespace(TermReader& r, std::int64_t& out) {
    if (r.peek() != TermKind::atom) return r.integer(out);
    std::string uri;
    if (!r.text(uri)) return false;
    out = name_hash(uri);
    return true;
}

bool read_exactly(TermReader& r, std::string_view name) {
    const auto at = r.offset();
    AtomView atom;
    if (!r.atom(atom)) return false;
    return atom == name || r.fail(Errc::bad_value, at, fmt::format("expected the atom {}", name));
}

bool read_attach(TermReader& r, MaapiAttach& out) {
    if (!r.version()) return false;
    const auto at = r.offset();
    std::uint32_t arity = 0;
    if (!r.tuple(arity)) return false;
    if (arity < 1 || arity > 3) return r.fail_arity(at, "1, 2 or 3", arity);
    if (!read_namespace(r, out.ns)) return r.within("namespace");
    if (arity >= 2 && !r.integer(out.usid.emplace())) return r.within("usid");
    out.use_ikp = arity == 3;
    if (out.use_ikp && !read_exactly(r, use_ikp_atom)) return r.within("useikp");
    r.leave();
    return r.finish();
}

Result<MaapiRequest> decode_attach(ByteView payload, const Limits& limits) {
    constexpr auto head = 2 * word_size;
    if (payload.size() < head) {
        return wrong(Errc::truncated, payload.size(), "the bytes end where a handle should be");
    }
    MaapiAttach out;
    out.thandle = static_cast<std::int32_t>(word_at(payload, 1));
    TermReader reader(payload.subspan(head), limits, head);
    if (!read_attach(reader, out)) return std::unexpected(reader.take_error());
    return out;
}

void write_attach(const MaapiAttach& attach, Bytes& out) {
    append_word(out, static_cast<std::uint32_t>(attach.thandle));
    TermWriter w(out);
    w.version();
    w.tuple(attach.use_ikp ? 3 : attach.usid ? 2 : 1);
    w.integer(attach.ns);
    if (attach.usid || attach.use_ikp) w.integer(attach.usid.value_or(0));
    if (attach.use_ikp) w.atom(use_ikp_atom);
}

/// Whatever names a namespace in a term of any form: its hash, or its URI.
bool read_namespaces(TermReader& r, std::vector<std::uint32_t>& out) {
    const auto at = r.offset();
    const auto add = [&](std::uint32_t hash) {
        if (out.size() >= max_named_namespaces) {
            return r.fail(Errc::too_many_elements, at, "more namespaces than are read");
        }
        out.push_back(hash);
        return true;
    };
    switch (r.peek()) {
        case TermKind::integer: {
            Integer number;
            std::uint32_t hash = 0;
            return r.integer(number) && (!number.fits(hash) || add(hash));
        }
        case TermKind::atom:
        case TermKind::binary: {
            std::string uri;
            return r.text(uri) && add(name_hash(uri));
        }
        case TermKind::list:
            return r.each([&](TermReader& item) { return read_namespaces(item, out); });
        case TermKind::tuple: {
            std::uint32_t arity = 0;
            if (!r.tuple(arity)) return false;
            for (std::uint32_t i = 0; i < arity; ++i) {
                if (!read_namespaces(r, out)) return r.within(i);
            }
            r.leave();
            return true;
        }
        default:
            return r.skip();
    }
}

/// The argument of a load, when it has one.
Result<MaapiRequest> decode_load(ByteView payload, MaapiOp op, const Limits& limits) {
    MaapiLoad out{.op = op, .use_ikp = false, .namespaces = {}};
    if (payload.size() == word_size && op == MAAPI_LOAD_ALL_NS) return out;
    TermReader r(payload.subspan(word_size), limits, word_size);
    out.use_ikp = op == MAAPI_LOAD_ALL_NS;
    const bool read =
        r.version() &&
        (out.use_ikp ? read_exactly(r, ikp_atom) : read_namespaces(r, out.namespaces)) &&
        r.finish();
    if (!read) return std::unexpected(r.take_error());
    return out;
}

void write_load(const MaapiLoad& load, Bytes& out) {
    if (load.op != MAAPI_LOAD_NS_LIST && !load.use_ikp) return;
    TermWriter w(out);
    w.version();
    if (load.use_ikp) return w.atom(ikp_atom);
    w.integers(load.namespaces.data(), load.namespaces.size());
}

/// Without the NUL byte at its end, which the Erlang and Java clients take away unread.
bool read_failure_text(TermReader& r, std::string& out) {
    if (!r.version() || !r.text(out) || !r.finish()) return false;
    if (out.ends_with('\0')) out.pop_back();
    return true;
}

Result<MaapiReply> decode_failure(ByteView payload, const Limits& limits) {
    constexpr auto head = 2 * word_size;
    if (payload.size() < head) {
        return wrong(Errc::truncated, payload.size(),
                     "the bytes end where an error code should be");
    }
    PeerError error{.code = word_at(payload, 1), .text = {}};
    TermReader reader(payload.subspan(head), limits, head);
    if (payload.size() > head && !read_failure_text(reader, error.text)) {
        return std::unexpected(reader.take_error());
    }
    return MaapiReply(std::unexpected(std::move(error)));
}

}  // namespace

std::uint32_t op_of(const MaapiRequest& request) {
    return std::visit(
        []<class T>(const T& body) -> std::uint32_t {
            if constexpr (std::is_same_v<T, MaapiAttach>) return MAAPI_ATTACH;
            if constexpr (std::is_same_v<T, MaapiDetach>) return MAAPI_DETACH;
            if constexpr (std::is_same_v<T, MaapiDiffIterate>) return MAAPI_DIFF_ITERATE;
            if constexpr (requires { body.op; }) return static_cast<std::uint32_t>(body.op);
        },
        request);
}

std::optional<std::uint32_t> op_of(ByteView payload) {
    if (payload.size() < word_size) return std::nullopt;
    return word_at(payload, 0);
}

void encode_maapi_request(const MaapiRequest& request, Bytes& out) {
    append_word(out, op_of(request));
    std::visit(
        [&]<class T>(const T& body) {
            if constexpr (std::is_same_v<T, MaapiAttach>) {
                write_attach(body, out);
            } else if constexpr (std::is_same_v<T, MaapiDetach>) {
                append_word(out, static_cast<std::uint32_t>(body.thandle));
            } else if constexpr (std::is_same_v<T, MaapiDiffIterate>) {
                append_word(out, static_cast<std::uint32_t>(body.thandle));
                append_word(out, body.use_ikp);
                append_word(out, body.flags);
            } else if constexpr (std::is_same_v<T, MaapiLoad>) {
                write_load(body, out);
            } else if constexpr (std::is_same_v<T, MaapiUnknown>) {
                out.insert(out.end(), body.rest.begin(), body.rest.end());
            }
        },
        request);
}

Result<MaapiRequest> decode_maapi_request(ByteView payload, const Limits& limits) {
    const auto op = op_of(payload);
    if (!op) return wrong(Errc::truncated, payload.size(), "the bytes end where an op should be");
    const auto sized = [&](std::size_t words, auto&& body) -> Result<MaapiRequest> {
        if (auto checked = check_size(payload, words); !checked) {
            return std::unexpected(std::move(checked.error()));
        }
        return body();
    };
    const auto signed_word = [&](std::size_t index) {
        return static_cast<std::int32_t>(word_at(payload, index));
    };
    switch (*op) {
        case MAAPI_ATTACH:
            return decode_attach(payload, limits);
        case MAAPI_DETACH:
            return sized(2, [&] { return MaapiDetach{signed_word(1)}; });
        case MAAPI_DIFF_ITERATE:
            return sized(4, [&] {
                return MaapiDiffIterate{signed_word(1), word_at(payload, 2), word_at(payload, 3)};
            });
        case MAAPI_LOAD_ALL_NS:
        case MAAPI_LOAD_NS_LIST:
            return decode_load(payload, static_cast<MaapiOp>(*op), limits);
        case MAAPI_LOAD_HASH_DB:
        case MAAPI_LOAD_MOUNT_POINTS:
            return sized(1, [&] { return MaapiLoad{.op = static_cast<MaapiOp>(*op)}; });
        default:
            return MaapiUnknown{*op, {payload.begin() + word_size, payload.end()}};
    }
}

void encode_maapi_reply(std::uint32_t op, const MaapiReply& reply, Bytes& out) {
    if (reply) return append_word(out, op);
    append_word(out, op | failure_bit);
    append_word(out, static_cast<std::uint32_t>(reply.error().code));
    TermWriter w(out);
    w.version();
    w.text(reply.error().text + '\0');
}

Result<MaapiReply> decode_maapi_reply(ByteView payload, std::uint32_t op, const Limits& limits) {
    const auto found = op_of(payload);
    if (!found)
        return wrong(Errc::truncated, payload.size(), "the bytes end where an op should be");
    if ((*found & ~failure_bit) != op) {
        return wrong(Errc::unexpected_frame, 0,
                     fmt::format("expected the reply to operation {}, found 0x{:08x}", op, *found));
    }
    if ((*found & failure_bit) != 0) return decode_failure(payload, limits);
    if (auto checked = check_size(payload, 1); !checked) {
        return std::unexpected(std::move(checked.error()));
    }
    return MaapiReply();
}

bool is_maapi_failure(ByteView payload) {
    // A term starts with 131: no operation's failure has that byte, with its number below 2^24.
    return !payload.empty() && payload.front() == failure_bit >> 24;
}

}  // namespace confd
