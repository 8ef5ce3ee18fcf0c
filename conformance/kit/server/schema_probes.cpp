// Schemas over MAAPI sockets.
#include <fmt/format.h>

#include <set>
#include <stdexcept>

#include "conformance/kit/server/lab.hpp"
#include "conformance/kit/server/schema_check.hpp"
#include "protocol/term/tree.hpp"

namespace confd::kit::server {
namespace {

/// Frames of one load: it must end.
constexpr std::size_t most_frames = 1'000'000;

MaapiOp op_in(const Step& step) {
    if (step.what == "namespaces") return MAAPI_LOAD_ALL_NS;
    if (step.what == "mount-points") return MAAPI_LOAD_MOUNT_POINTS;
    if (step.what == "hashes") return MAAPI_LOAD_HASH_DB;
    throw std::invalid_argument(fmt::format("'{}': nothing to load", step.text));
}

/// The frames of a load, each handed to `on_frame`, up to `eof`.
template <class OnFrame>
Checked load(Lab& lab, Peer& peer, const Step& step, OnFrame on_frame) {
    const std::string expected = "the terms of the load, and the atom eof";
    if (number_of(step, "ask", 1) != 0) {
        ask(peer, "load the " + step.what, MaapiLoad{op_in(step)}, pace_of(step));
    }
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

Checked load_namespaces(Lab& lab, Peer& peer, const Step& step) {
    peer.schemas.clear();
    const auto keep = [&](SchemaRecord&& record) {
        peer.schemas.push_back(std::move(record));
        return true;
    };
    auto loaded = load(lab, peer, step, [&](ByteView frame) { return decode_schema(frame, keep); });
    if (!loaded) return loaded;
    return without_fault("schemas that hold together", schema_fault(peer.schemas));
}

Checked load_mount_points(Lab& lab, Peer& peer, const Step& step) {
    return load(lab, peer, step, [&](ByteView frame) {
        return decode_schema(frame, [](SchemaRecord&&) { return true; });
    });
}

Checked load_hashes(Lab& lab, Peer& peer, const Step& step) {
    peer.names.clear();
    std::optional<std::uint64_t> announced;
    const auto keep = [&](NameHash&& row) {
        peer.names.push_back(std::move(row));
        return true;
    };
    auto loaded = load(lab, peer, step, [&](ByteView frame) {
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

Checked probe_load(Lab& lab, const Step& step) {
    const auto op = op_in(step);
    for (auto& peer : lab.group(step.connection)) {
        auto checked = op == MAAPI_LOAD_ALL_NS    ? load_namespaces(lab, peer, step)
                       : op == MAAPI_LOAD_HASH_DB ? load_hashes(lab, peer, step)
                                                  : load_mount_points(lab, peer, step);
        if (!checked) return checked;
    }
    return {};
}

/// What was loaded names what the diff has.
Checked probe_covered(Lab& lab, const Step& step) {
    for (auto& peer : lab.group(step.connection)) {
        auto checked = without_fault("a node for every leaf that a diff sets, of its value's type",
                                     diff_fault(peer.schemas, peer.diff));
        if (!checked) return checked;
    }
    return {};
}

/// Tags of nodes are hashes of names in the table.
Checked probe_named(Lab& lab, const Step& step) {
    for (auto& peer : lab.group(step.connection)) {
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
    }
    return {};
}

}  // namespace

std::span<const Probe> schema_probes() {
    static constexpr Probe probes[] = {
        {"load", probe_load, "ask piece pause"},
        {"covered", probe_covered, ""},
        {"named", probe_named, ""},
    };
    return probes;
}

}  // namespace confd::kit::server
