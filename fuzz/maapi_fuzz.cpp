// SPDX-License-Identifier: Apache-2.0
// The MAAPI corner: messages from bytes, keypaths from text, and sessions.
#include <boost/json/object.hpp>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "fuzz/input.hpp"
#include "fuzz/libei.hpp"
#include "fuzz/maapi_talk.hpp"
#include "fuzz/oracle.hpp"
#include "protocol/maapi/changes.hpp"
#include "protocol/maapi/messages.hpp"
#include "protocol/maapi/schema.hpp"
#include "protocol/maapi/schema_names.hpp"
#include "protocol/render/render.hpp"
#include "protocol/term/tree.hpp"
#include "protocol/tests/maapi_util.hpp"

using namespace confd;

namespace {

template <class Decode>
void check_cuts(ByteView payload, std::size_t from, Decode&& decode) {
    fuzz::each_cut(payload.size(), [&](std::size_t cut) {
        if (cut < from) return;
        const auto prefix = decode(payload.first(cut));
        FUZZ_REQUIRE(!prefix.has_value() && prefix.error().code == Errc::truncated);
    });
}

void check_error(const Error& error, ByteView payload) {
    FUZZ_REQUIRE(error.offset <= payload.size() && !error.message.empty());
}

void check_request(ByteView payload) {
    const auto request = decode_maapi_request(payload);
    if (!request) return check_error(request.error(), payload);
    Bytes encoded;
    encode_maapi_request(*request, encoded);
    FUZZ_REQUIRE(decode_maapi_request(encoded) == request);
    FUZZ_REQUIRE(op_of(*request) == op_of(payload));
    if (std::holds_alternative<MaapiUnknown>(*request)) return;
    // The term of a load of all namespaces may be missing.
    const std::size_t from = op_of(payload) == MAAPI_LOAD_ALL_NS ? 5 : 0;
    check_cuts(payload, from, [](ByteView bytes) { return decode_maapi_request(bytes); });
}

void check_reply(ByteView payload) {
    const auto op = op_of(payload).value_or(0) & 0x7fffffffU;
    const auto reply = decode_maapi_reply(payload, op);
    if (!reply) return check_error(reply.error(), payload);
    Bytes encoded;
    encode_maapi_reply(op, *reply, encoded);
    FUZZ_REQUIRE(decode_maapi_reply(encoded, op) == reply);
    if (*reply) return;
    FUZZ_REQUIRE(op_of(payload) == (op | 0x80000000U));
    // The text may be missing.
    check_cuts(payload, 9, [&](ByteView bytes) { return decode_maapi_reply(bytes, op); });
}

void check_change(const DiffChange& change) {
    FUZZ_REQUIRE(to_json(change).contains("path"));
    const auto names = test::interface_names();
    for (const auto character : to_text(change, {.context = {}, .names = &names}))
        FUZZ_REQUIRE(static_cast<unsigned char>(character) >= ' ');
    FUZZ_REQUIRE(parse_keypath(to_text(change.path)).has_value());
}

void check_diff(ByteView payload) {
    const auto message = decode_diff(payload);
    if (!message) return check_error(message.error(), payload);
    fuzz::require_libei_agrees(payload);
    Bytes encoded;
    encode_diff(*message, encoded);
    FUZZ_REQUIRE(decode_diff(encoded) == message);
    check_cuts(payload, 0, [](ByteView bytes) { return decode_diff(bytes); });
    if (const auto* const change = std::get_if<DiffChange>(&*message)) check_change(*change);
}

void check_answer(ByteView payload) {
    const auto answer = decode_iter_answer(payload);
    if (!answer) return check_error(answer.error(), payload);
    Bytes encoded;
    encode_iter_answer(*answer, encoded);
    FUZZ_REQUIRE(std::ranges::equal(encoded, payload));
}

void use(const SchemaNames& names) {
    const auto path = test::mtu_path();
    names.find(path);
    names.type_of(path);
    FUZZ_REQUIRE(parse_keypath(to_text(path, names), names).has_value());
    const ObjectRef list{{path.steps.begin() + 2, path.steps.end()}};
    names.key_type(list, 0);
    names.top_namespace("interfaces");
}

void check_schema(ByteView payload) {
    std::vector<SchemaRecord> records;
    const auto frame = decode_schema(payload, [&](SchemaRecord&& record) {
        records.push_back(std::move(record));
        return true;
    });
    FUZZ_REQUIRE(records.size() <= payload.size());
    SchemaNames names;
    for (const auto& record : records) {
        Bytes encoded;
        encode_schema(record, encoded);
        std::vector<SchemaRecord> again;
        const auto read = decode_schema(encoded, [&](SchemaRecord&& one) {
            again.push_back(std::move(one));
            return true;
        });
        FUZZ_REQUIRE(read == LoadFrame::more && again == std::vector{record});
        names.add(SchemaRecord(record));
    }
    use(names);
    if (!frame) return check_error(frame.error(), payload);
    fuzz::require_libei_agrees(payload);
    check_cuts(payload, 0, [](ByteView bytes) {
        return decode_schema(bytes, [](SchemaRecord&&) { return true; });
    });
}

void check_hashes(ByteView payload) {
    std::vector<NameHash> rows;
    const auto frame = decode_hashes(payload, [&](NameHash&& row) {
        rows.push_back(std::move(row));
        return true;
    });
    if (!frame) return check_error(frame.error(), payload);
    fuzz::require_libei_agrees(payload);
    check_cuts(payload, 0, [](ByteView bytes) {
        return decode_hashes(bytes, [](NameHash&&) { return true; });
    });
    SchemaNames names;
    for (auto& row : rows)
        names.add(std::move(row));
    use(names);
}

void check_payload(ByteView payload) {
    check_request(payload);
    check_reply(payload);
    check_diff(payload);
    check_answer(payload);
    check_schema(payload);
    check_hashes(payload);
    // No term is taken for a failure.
    if (read_payload(payload)) FUZZ_REQUIRE(!is_maapi_failure(payload) || payload[0] == 0x80);
}

void check_keypath(std::string_view text) {
    static const auto names = test::interface_names();
    for (const Names* const known : {&no_names(), static_cast<const Names*>(&names)}) {
        const auto path = parse_keypath(text, *known);
        if (!path) {
            FUZZ_REQUIRE(!path.error().empty());
            continue;
        }
        FUZZ_REQUIRE(qualified(*path) == *path);
        FUZZ_REQUIRE(parse_keypath(to_text(*path, *known), *known) == *path);
    }
}

DiffChange any_change(fuzz::Input& input) {
    DiffChange out;
    for (auto steps = input.below(6); steps > 0; --steps)
        out.path.steps.push_back(test::any_step(input));
    out.op = static_cast<Mop>(1 + input.below(6));
    if (input.flip()) out.old_value = generate_value(input);
    if (out.op == MOP_VALUE_SET) out.new_value = generate_value(input);
    if (out.op == MOP_ATTR_SET) {
        out.new_value =
            AttrSet{static_cast<std::uint32_t>(0x80000000 * input.below(2) + input.below(3)),
                    generate_value(input)};
    }
    if (out.op == MOP_MOVED_AFTER) {
        MovedAfter moved;
        if (input.flip()) moved.keys = ValueList{{generate_value(input)}};
        out.new_value = std::move(moved);
    }
    return out;
}

void check_made(fuzz::Input& input) {
    const auto change = any_change(input);
    Bytes encoded;
    encode_diff(change, encoded);
    FUZZ_REQUIRE(decode_diff(encoded) == DiffMessage(change));
    check_diff(encoded);
}

}  // namespace

/// The first byte chooses what the rest is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    fuzz::Input input(data + 1, size - 1);
    switch (data[0] % 6) {
        case 0:
            check_payload(input.rest());
            break;
        case 1:
            check_keypath(as_text(input.rest()));
            break;
        case 2:
            check_made(input);
            break;
        case 3:
            fuzz::read_diff(input);
            break;
        case 4:
            fuzz::ask_anything(input);
            break;
        default:
            fuzz::feed_maapi_client(input);
    }
    return 0;
}
