// SPDX-License-Identifier: Apache-2.0
// Schemas over MAAPI sockets.
#include <fmt/format.h>

#include <set>

#include "conformance/kit/server/lab.hpp"
#include "conformance/kit/server/schema_check.hpp"
#include "protocol/term/tree.hpp"

namespace confd::kit::server {
namespace {

using sim::Key;
using sim::key;
using sim::Presence;

/// Frames of one load: it must end.
constexpr std::size_t most_frames = 1'000'000;

/// What can be loaded.
enum class Load : std::uint8_t { namespaces, mount_points, hashes };
constexpr std::string_view loads[] = {"namespaces", "mount-points", "hashes"};

MaapiOp op_of(Load what) {
    switch (what) {
        case Load::namespaces:
            return MAAPI_LOAD_ALL_NS;
        case Load::mount_points:
            return MAAPI_LOAD_MOUNT_POINTS;
        case Load::hashes:
            break;
    }
    return MAAPI_LOAD_HASH_DB;
}

/// The frames of a load, each handed to `on_frame`, up to `eof`.
template <class OnFrame>
Checked read_load(Lab& lab, Peer& peer, OnFrame on_frame) {
    const std::string expected = "the terms of the load, and the atom eof";
    for (std::size_t i = 0; i < most_frames; ++i) {
        const auto incoming = next_answer(lab, peer);
        if (incoming.kind != Incoming::Kind::payload) return failed(expected, describe(incoming));
        const confd::Result<LoadFrame> frame = on_frame(incoming.payload);
        if (!frame) return failed(expected, to_string(frame.error()));
        if (*frame == LoadFrame::end) return {};
    }
    return failed(expected, "the load does not end");
}

Checked without_fault(std::string_view expected, std::string fault) {
    return fault.empty() ? Checked() : failed(std::string(expected), std::move(fault));
}

Checked load_namespaces(Lab& lab, Peer& peer) {
    peer.schemas.clear();
    const auto keep = [&](SchemaRecord&& record) {
        peer.schemas.push_back(std::move(record));
        return true;
    };
    auto loaded = read_load(lab, peer, [&](ByteView frame) { return decode_schema(frame, keep); });
    if (!loaded) return loaded;
    return without_fault("schemas that hold together", schema_fault(peer.schemas));
}

Checked load_mount_points(Lab& lab, Peer& peer) {
    return read_load(lab, peer, [&](ByteView frame) {
        return decode_schema(frame, [](SchemaRecord&&) { return true; });
    });
}

Checked load_hashes(Lab& lab, Peer& peer) {
    peer.names.clear();
    std::optional<std::uint64_t> announced;
    const auto keep = [&](NameHash&& row) {
        peer.names.push_back(std::move(row));
        return true;
    };
    auto loaded = read_load(lab, peer, [&](ByteView frame) {
        const auto term = announced ? std::unexpected(Error{}) : read_payload(frame);
        const auto number = term ? term->as_integer() : std::nullopt;
        std::uint64_t count = 0;
        if (number && number->fits(count)) announced = count;
        return decode_hashes(frame, keep);
    });
    if (!loaded) return loaded;
    if (!announced) return failed("the number of names first", "it did not come");
    return without_fault("each name with its hash", hash_fault(peer.names, *announced));
}

struct LoadStep : PeerStep {
    Load what = Load::namespaces;
    bool ask = true;
    Pace pace;

    Checked run_on(Lab& lab, Peer& peer) const override {
        if (ask) {
            server::ask(peer, fmt::format("load the {}", loads[static_cast<int>(what)]),
                        MaapiLoad{op_of(what)}, pace);
        }
        switch (what) {
            case Load::namespaces:
                return load_namespaces(lab, peer);
            case Load::mount_points:
                return load_mount_points(lab, peer);
            case Load::hashes:
                break;
        }
        return load_hashes(lab, peer);
    }
};
constexpr Key load_keys[] = {
    key<&LoadStep::what>("what", "what is asked for, up to eof, and holds together",
                         {.presence = Presence::required, .alone = true, .choices = loads}),
    key<&LoadStep::ask>("ask", "false: the request has been sent before"),
};

/// What was loaded names what the diff has.
struct Covered : PeerStep {
    Checked run_on(Lab&, Peer& peer) const override {
        return without_fault("a node for every leaf that a diff sets, of its value's type",
                             diff_fault(peer.schemas, peer.diff));
    }
};

/// Tags of nodes are hashes of names in the table.
struct Named : PeerStep {
    Checked run_on(Lab&, Peer& peer) const override {
        std::set<std::uint32_t> known;
        for (const auto& row : peer.names)
            known.insert(row.hash);
        for (const auto& record : peer.schemas) {
            const auto* node = std::get_if<SchemaNode>(&record);
            if (node == nullptr || known.contains(node->tag)) continue;
            return failed(
                "every tag of a node in the table of hashes",
                fmt::format("the tag {} of node {} is not there", node->tag, node->number));
        }
        return {};
    }
};

}  // namespace

std::span<const StepKind> schema_steps() {
    static constexpr StepKind kinds[] = {
        step_kind<LoadStep>("load", load_keys),
        step_kind<Covered>("covered"),
        step_kind<Named>("named"),
    };
    return kinds;
}

}  // namespace confd::kit::server
