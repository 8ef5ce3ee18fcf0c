// SPDX-License-Identifier: Apache-2.0
// Requests and replies of a MAAPI socket, as far as event subscribers use it (docs/protocol.md,
// "The MAAPI corner"). Changes of a transaction are in changes.hpp, schemas in schema.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <variant>
#include <vector>

#include "protocol/bytes.hpp"
#include "protocol/constants.hpp"
#include "protocol/error.hpp"
#include "protocol/limits.hpp"
#include "protocol/session/subscription.hpp"

namespace confd {

/// Namespaces that one request may name; the largest data models in use have some thousands.
inline constexpr std::size_t max_named_namespaces = 20'000;

/// Stands for "no namespace" in an attach.
inline constexpr std::int64_t no_namespace = -1;

struct MaapiAttach {
    std::int32_t thandle = 0;
    std::int64_t ns = no_namespace;  ///< hash of a namespace; its URI, an atom, is read too
    /// User session to act for; `{Namespace}` without one.
    std::optional<std::int64_t> usid;
    /// `{Namespace, Usid, useikp}` of the Erlang client: paths by name.
    bool use_ikp = false;
    bool operator==(const MaapiAttach&) const = default;
};

struct MaapiDetach {
    std::int32_t thandle = 0;
    bool operator==(const MaapiDetach&) const = default;
};

struct MaapiDiffIterate {
    std::int32_t thandle = 0;
    std::uint32_t use_ikp = 0;  ///< 0: tags as hashes; 1: as names, for the Erlang client
    std::uint32_t flags = 0;    ///< IterFlag bits
    bool operator==(const MaapiDiffIterate&) const = default;
};

/// One of the loads.
struct MaapiLoad {
    MaapiOp op = MAAPI_LOAD_ALL_NS;
    /// The term `ikp` follows the op: the Erlang client, which reads records of its own.
    bool use_ikp = false;
    /// The hashes of the namespaces that MAAPI_LOAD_NS_LIST asks for.
    std::vector<std::uint32_t> namespaces;
    bool operator==(const MaapiLoad&) const = default;
};

/// An operation that this library does not know.
struct MaapiUnknown {
    std::uint32_t op = 0;
    Bytes rest;  ///< what follows the op
    bool operator==(const MaapiUnknown&) const = default;
};

using MaapiRequest =
    std::variant<MaapiAttach, MaapiDetach, MaapiDiffIterate, MaapiLoad, MaapiUnknown>;

/// The number that the request starts with; replies repeat it.
std::uint32_t op_of(const MaapiRequest& request);
/// The same of a payload whose rest may be malformed; nothing when it has no four bytes.
std::optional<std::uint32_t> op_of(ByteView payload);

/// Appends the payload.
void encode_maapi_request(const MaapiRequest& request, Bytes& out);
Result<MaapiRequest> decode_maapi_request(ByteView payload, const Limits& limits = {});

/// The answer to attach and detach, and how any other operation but diff iterate fails. On the wire
/// the text ends with a NUL byte, which is none of it.
using MaapiReply = std::expected<void, PeerError>;

void encode_maapi_reply(std::uint32_t op, const MaapiReply& reply, Bytes& out);
/// unexpected_frame when the frame is the reply to another operation than `op`.
Result<MaapiReply> decode_maapi_reply(ByteView payload, std::uint32_t op,
                                      const Limits& limits = {});
/// Whether the frame is a failure rather than the term that an operation is answered with.
bool is_maapi_failure(ByteView payload);

}  // namespace confd
