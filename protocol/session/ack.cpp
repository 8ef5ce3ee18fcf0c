// SPDX-License-Identifier: Apache-2.0
#include "protocol/session/ack.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "protocol/term/reader.hpp"
#include "protocol/term/writer.hpp"

namespace confd {
namespace {

struct AckForm {
    AckKind kind;
    std::string_view atom;
    std::string_view call;
    bool has_id;
};

constexpr std::array forms{
    AckForm{AckKind::diff_done, "done", "diff_notification_done", true},
    AckForm{AckKind::audit_synced, "synced", "sync_audit_notification", true},
    AckForm{AckKind::ha_synced, "ha_synced", "sync_ha_notification", false},
    AckForm{AckKind::audit_network_synced, "audit_network_sync", "sync_audit_network_notification",
            true},
};

const AckForm& form_of(AckKind kind) {
    return forms[static_cast<std::size_t>(kind)];
}

bool read_kind(TermReader& r, bool has_id, AckKind& out) {
    const auto at = r.offset();
    AtomView atom;
    if (!r.atom(atom)) return false;
    for (const auto& form : forms) {
        if (form.has_id == has_id && atom == form.atom) {
            out = form.kind;
            return true;
        }
    }
    return r.fail(Errc::bad_value, at,
                  has_id ? "expected done, synced or audit_network_sync" : "expected ha_synced");
}

bool read_ack(TermReader& r, Ack& out) {
    if (!r.version()) return false;
    if (r.peek() == TermKind::atom) return read_kind(r, false, out.kind) && r.finish();
    if (r.peek() != TermKind::tuple) return r.fail_type("an acknowledgement");
    if (!r.tuple_of(2)) return false;
    if (!r.integer(out.id)) return r.within("id");
    if (!read_kind(r, true, out.kind)) return false;
    r.leave();
    return r.finish();
}

}  // namespace

std::string to_string(const Ack& ack) {
    const auto& form = form_of(ack.kind);
    return form.has_id ? fmt::format("{}({})", form.call, ack.id) : fmt::format("{}()", form.call);
}

void encode_ack(const Ack& ack, Bytes& out) {
    const auto& form = form_of(ack.kind);
    TermWriter w(out);
    w.version();
    if (form.has_id) {
        w.tuple(2);
        w.integer(ack.id);
    }
    w.atom(form.atom);
}

Result<Ack> decode_ack(ByteView payload, const Limits& limits) {
    TermReader reader(payload, limits);
    Ack out;
    if (!read_ack(reader, out)) return std::unexpected(reader.take_error());
    return out;
}

std::optional<Ack> ack_owed(const Notification& notification, std::uint32_t mask) {
    // A sync flag without its event bit has no effect: the event is not even sent.
    const auto asked = [&](std::uint32_t bits) { return (mask & bits) == bits; };
    if (const auto* diff = notification.get<CommitDiffNotification>()) {
        if (asked(NOTIF_COMMIT_DIFF)) return Ack{AckKind::diff_done, diff->tctx.th};
    } else if (const auto* audit = notification.get<AuditNotification>()) {
        if (asked(NOTIF_AUDIT | NOTIF_AUDIT_SYNC)) return Ack{AckKind::audit_synced, audit->usid};
    } else if (notification.get<HaNotification>() != nullptr) {
        if (asked(NOTIF_HA_INFO | NOTIF_HA_INFO_SYNC)) return Ack{AckKind::ha_synced, 0};
    } else if (const auto* network = notification.get<AuditNetworkNotification>()) {
        if (asked(NCS_NOTIF_AUDIT_NETWORK | NCS_NOTIF_AUDIT_NETWORK_SYNC)) {
            return Ack{AckKind::audit_network_synced, network->usid};
        }
    }
    return std::nullopt;
}

}  // namespace confd
