// SPDX-License-Identifier: Apache-2.0
#include "conformance/selftest/mutant_maapi.hpp"

#include <algorithm>
#include <utility>

#include "protocol/maapi/messages.hpp"
#include "protocol/maapi/schema.hpp"
#include "protocol/value/hash.hpp"

namespace confd::kit::test {
namespace {

constexpr auto uri = "http://example.com/if";

// ---- The module: /hostname, /interfaces/interface{name}/mtu. ----

SchemaNode node(std::uint32_t number, const char* name, std::uint32_t child, std::uint32_t next) {
    SchemaNode out;
    out.number = number;
    out.tag = name_hash(name);
    out.ns = name_hash(uri);
    out.child = child;
    out.next = next;
    out.flags = NODE_WRITABLE | NODE_CDB;
    return out;
}

SchemaNode leaf(std::uint32_t number, const char* name, std::uint32_t next, ValueType type,
                const char* type_name) {
    auto out = node(number, name, 0, next);
    out.shape = static_cast<std::uint32_t>(type);
    out.type_name = type_name;
    return out;
}

std::vector<SchemaRecord> module_records(const std::string& mutation) {
    const auto mutant = [&](ServerMutation name) { return mutation == name.text; };
    const auto is = [&](ServerMutation name, std::uint32_t wrong, std::uint32_t right) {
        return mutant(name) ? wrong : right;
    };
    std::vector<SchemaRecord> out;
    const auto hash = name_hash(uri) + is("wrong-namespace-hash", 1, 0);
    out.emplace_back(SchemaNamespace{uri, "if", hash, "2026-11-22", "example-if"});
    if (mutant("type-from-nowhere")) {
        SchemaType type;
        type.name = "speed";
        type.parent_ns = name_hash("http://example.com/nowhere");
        type.parent_name = "bits";
        out.emplace_back(std::move(type));
    }
    const auto* key = mutant("key-of-no-child") ? "number" : "name";
    if (!mutant("list-without-keys")) out.emplace_back(SchemaKeys{1, {name_hash(key)}});
    const auto mtu = mutant("mtu-is-a-text") ? ValueType::buf : ValueType::uint16;
    if (!mutant("leaf-without-node")) out.emplace_back(leaf(1, "mtu", 0, mtu, "uint16"));
    out.emplace_back(leaf(2, "name", is("leaf-without-node", 0, 1), ValueType::buf, "string"));
    auto list = node(3, "interface", 2, 0);
    list.keys = 1;
    list.max_occurs = unbounded;
    list.flags |= NODE_LIST;
    out.emplace_back(std::move(list));
    auto container = node(4, "interfaces", 3, 0);
    container.flags |= NODE_CONTAINER;
    out.emplace_back(std::move(container));
    const auto* type = mutant("leaf-without-type") ? "" : "string";
    out.emplace_back(leaf(5, "hostname", 4, ValueType::buf, type));
    if (mutant("parents-before-children")) std::swap(out.end()[-1], out.end()[-2]);
    out.emplace_back(SchemaRoot{is("root-without-node", 9, 5)});
    SchemaParents parents{{{5, std::nullopt}, {4, std::nullopt}, {3, 4U}, {2, 3U}}};
    if (!mutant("leaf-without-node")) parents.links.push_back({1, 3U});
    if (mutant("parents-elsewhere")) parents.links.back().parent = 4;
    if (!mutant("namespace-without-end")) out.emplace_back(std::move(parents));
    return out;
}

sim::maapi::SchemaReplies replies(const std::string& mutation) {
    sim::maapi::SchemaReplies out;
    const auto mutant = [&](ServerMutation name) { return mutation == name.text; };
    // One record alone and the rest in a list: both are allowed.
    const auto records = module_records(mutation);
    encode_schema(records.front(), out.namespaces.emplace_back());
    encode_schema(std::span(records).subspan(1), out.namespaces.emplace_back());
    std::vector<NameHash> names;
    for (const auto* name : {uri, "hostname", "interfaces", "interface", "name", "mtu"})
        names.push_back({name, name_hash(name)});
    if (mutant("hash-of-another-name")) ++names.back().hash;
    if (mutant("nameless-tag")) names.pop_back();
    encode_hash_count(names.size() + (mutant("one-name-too-few") ? 1 : 0),
                      out.hashes.emplace_back());
    encode_hashes(names, out.hashes.emplace_back());
    return out;
}

// ---- What a transaction changes. ----

ObjectRef path_to(std::vector<std::string> names) {
    ObjectRef out;
    for (const auto& name : names) {
        PathStep step;
        if (name.starts_with('{')) {
            step.keys = ValueList{{Value::buf(name.substr(1, name.size() - 2))}};
        } else {
            step.ns = name_hash(uri);
            step.tag = name_hash(name);
        }
        out.steps.insert(out.steps.begin(), std::move(step));
    }
    return out;
}

DiffChange created(std::vector<std::string> path) {
    DiffChange out;
    out.path = path_to(std::move(path));
    return out;
}

DiffChange set(std::vector<std::string> path, Value value) {
    auto out = created(std::move(path));
    out.op = MOP_VALUE_SET;
    out.new_value = std::move(value);
    return out;
}

sim::maapi::DiffPtr changes() {
    auto out = std::make_shared<sim::maapi::Diff>();
    for (const auto* key : {"{eth0}", "{eth1}"}) {
        out->changes.push_back(created({"interfaces", "interface", key}));
        out->changes.push_back(set({"interfaces", "interface", key, "mtu"},
                                   Value{ValueType::uint16, std::uint64_t{1500}}));
    }
    out->changes.push_back(set({"hostname"}, Value::buf("r1")));
    return out;
}

bool is_reply(ByteView payload) {
    return !payload.empty() && payload.front() != 0x83;
}

}  // namespace

MutantMaapi::MutantMaapi(std::string mutation)
    : mutation_(std::move(mutation)), schemas_(replies(mutation_)) {}

void MutantMaapi::open(std::int64_t transaction) {
    transactions_.open(static_cast<sim::SendId>(transaction),
                       {transaction, session_of(transaction), changes()});
}

void MutantMaapi::finish(std::int64_t transaction) {
    if (mutant("keeps-transactions")) return;
    transactions_.finish(static_cast<sim::SendId>(transaction));
}

/// What the conversation is told in place of what came.
Bytes MutantMaapi::Reader::wrong_request(ByteView request) {
    Bytes out(request.begin(), request.end());
    if (reading_) {
        auto answer = decode_iter_answer(request);
        const auto with = [&](IterAnswer how) {
            out.clear();
            encode_iter_answer(how, out);
        };
        if (!answer && mutant("takes-any-answer")) with(ITER_RECURSE);
        if (!answer) return out;
        if (mutant("goes-on-after-stop") && *answer == ITER_STOP) with(ITER_RECURSE);
        if (mutant("continue-recurses") && *answer == ITER_CONTINUE) with(ITER_RECURSE);
        if (mutant("up-continues") && *answer == ITER_UP) with(ITER_CONTINUE);
        if (mutant("continue-goes-up") && *answer == ITER_CONTINUE) with(ITER_UP);
        if (mutant("up-stops") && *answer == ITER_UP) with(ITER_STOP);
        return out;
    }
    auto decoded = decode_maapi_request(request);
    auto* attach = decoded ? std::get_if<MaapiAttach>(&*decoded) : nullptr;
    if (attach == nullptr) return out;
    if (mutant("attaches-in-any-session")) attach->usid.reset();
    if (mutant("needs-a-session") && !attach->usid) attach->usid = 1;
    if (mutant("one-reader-at-a-time") && server_.attached_.contains(attach->thandle))
        attach->thandle = -1;
    out.clear();
    encode_maapi_request(*decoded, out);
    return out;
}

void MutantMaapi::Reader::wrong_reply(Bytes& payload) const {
    if (is_reply(payload) && payload.size() >= 8) {
        if (mutant("another-code")) payload[7] = 1;
        if (mutant("failure-without-its-bit")) payload[0] = 0;
        if (mutant("failure-text-without-nul") && payload.back() == 0) {
            payload.pop_back();
            --payload[13];
        }
    }
    if (const auto end = decode_diff(payload); end && std::holds_alternative<DiffEnd>(*end)) {
        if (mutant("ends-a-diff-with-ok")) payload = {0x83, 0x77, 0x02, 'o', 'k'};
        const bool bad = std::get<DiffEnd>(*end).kind == DiffEnd::Kind::badstate;
        if (mutant("fails-a-diff-by-reply") && bad)
            payload = {0x80, 0, 0, MAAPI_DIFF_ITERATE, 0, 0, 0, ERR_NOTRANS};
    }
}

/// What it is doing from now on.
void MutantMaapi::Reader::note(ByteView request) {
    const auto decoded = decode_maapi_request(request);
    if (!decoded || reading_) return;
    if (const auto* attach = std::get_if<MaapiAttach>(&*decoded)) {
        handle_ = attach->thandle;
        server_.attached_.insert(handle_);
    }
    if (std::holds_alternative<MaapiDetach>(*decoded)) server_.attached_.erase(handle_);
    if (std::holds_alternative<MaapiDiffIterate>(*decoded)) ++iterations_;
}

MutantMaapi::Answers MutantMaapi::Reader::answer(ByteView request) {
    Answers out;
    const auto decoded = reading_ ? std::unexpected(Error{}) : decode_maapi_request(request);
    const bool unknown = decoded && std::holds_alternative<MaapiUnknown>(*decoded);
    const bool loads = decoded && std::holds_alternative<MaapiLoad>(*decoded);
    const auto* detach = decoded ? std::get_if<MaapiDetach>(&*decoded) : nullptr;
    out.dies = (mutant("dies-of-a-bad-request") && !reading_ && !decoded) ||
               (mutant("dies-of-a-bad-answer") && reading_ && !decode_iter_answer(request));
    if (out.dies) return out;
    if (mutant("ignores-bad-requests") && !reading_ && !decoded) return out;
    if (mutant("closes-on-the-unknown") && unknown) return {.closes = true};
    if (mutant("lets-go-on-detach") && detach != nullptr) out.lets_go = detach->thandle;
    if (mutant("no-mount-points") && loads && std::get<MaapiLoad>(*decoded).op == 264) return out;

    const auto changed = wrong_request(request);
    note(changed);
    if (mutant("iterates-the-unattached") && decoded && handle_ == 0) {
        if (const auto* iterate = std::get_if<MaapiDiffIterate>(&*decoded)) {
            Bytes attach;
            encode_maapi_request(MaapiAttach{.thandle = iterate->thandle, .usid = {}}, attach);
            conversation_.receive(attach);
            conversation_.next();
        }
    }
    conversation_.receive(changed);
    if (reading_ && mutant("returns-after-stop") && decode_iter_answer(changed) == ITER_STOP)
        encode_diff(DiffEnd{}, out.frames.emplace_back());
    if (reading_ && decode_iter_answer(changed) == ITER_STOP) reading_ = false;
    while (const auto payload = conversation_.next()) {
        out.frames.emplace_back(payload->begin(), payload->end());
        const auto message = decode_diff(*payload);
        reading_ = message && std::holds_alternative<DiffChange>(*message);
        if (reading_ && mutant("does-not-wait")) {
            Bytes recurse;
            encode_iter_answer(ITER_RECURSE, recurse);
            conversation_.receive(recurse);
        }
        wrong_reply(out.frames.back());
    }
    if (unknown && mutant("does-the-unknown") && !out.frames.empty())
        out.frames.front().assign(request.begin(), request.begin() + 4);
    return out;
}

std::int64_t MutantMaapi::Reader::lose() {
    conversation_.lose();
    server_.attached_.erase(handle_);
    if (mutant("hangs-with-its-reader") && reading_) server_.hung_.insert(handle_);
    return mutant("goes-with-its-reader") && reading_ ? handle_ : 0;
}

}  // namespace confd::kit::test
