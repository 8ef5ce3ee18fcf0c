// Requests and replies of a MAAPI socket, as far as event subscribers use it (docs/protocol.md,
// "The MAAPI corner"). Changes of a transaction are in changes.hpp, schemas in schema.hpp.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <variant>

#include "protocol/bytes.hpp"
#include "protocol/constants.hpp"
#include "protocol/error.hpp"
#include "protocol/limits.hpp"
#include "protocol/session/subscription.hpp"

namespace confd {

/// Stands for "no namespace" in an attach.
inline constexpr std::int64_t no_namespace = -1;

struct MaapiAttach {
    std::int32_t thandle = 0;
    std::int64_t ns = no_namespace;  ///< hash of a namespace
    /// User session to act for; `{Namespace}` without one.
    std::optional<std::int64_t> usid;
    bool operator==(const MaapiAttach&) const = default;
};

struct MaapiDetach {
    std::int32_t thandle = 0;
    bool operator==(const MaapiDetach&) const = default;
};

struct MaapiDiffIterate {
    std::int32_t thandle = 0;
    std::uint32_t use_ikp = 0;  ///< 0: tags as hashes
    std::uint32_t flags = 0;
    bool operator==(const MaapiDiffIterate&) const = default;
};

/// An operation without arguments: one of the three loads.
struct MaapiLoad {
    MaapiOp op = MAAPI_LOAD_ALL_NS;
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

/// The answer to attach and detach, and how any other operation fails. An empty text is left out.
using MaapiReply = std::expected<void, PeerError>;

void encode_maapi_reply(std::uint32_t op, const MaapiReply& reply, Bytes& out);
/// unexpected_frame when the frame is the reply to another operation than `op`.
Result<MaapiReply> decode_maapi_reply(ByteView payload, std::uint32_t op,
                                      const Limits& limits = {});
/// Whether the frame is a failure rather than the term that an operation is answered with.
bool is_maapi_failure(ByteView payload);

}  // namespace confd
