// SPDX-License-Identifier: Apache-2.0
#include "client/confd_listen/diffs.hpp"

#include <fmt/format.h>

#include <chrono>

namespace confd::listen {
namespace {

/// All schemas of a device, or all changes of a commit, come one by one.
constexpr auto transfer_patience = std::chrono::seconds(60);

}  // namespace

bool Diffs::open() {
    if (sock_.is_open()) return true;
    if (unavailable_) return false;
    try {
        maapi_connect(sock_, patience_);
        return true;
    } catch (const events::Error& error) {
        unavailable_ = true;
        // Where no server listens, subscribing fails too and says so.
        if (error.kind() != events::Error::Kind::connect) {
            note_(fmt::format("no diffs and names over MAAPI: {}", error.what()));
        }
        return false;
    }
}

void Diffs::load_names() {
    if (!open()) return;
    try {
        names_ = load_schemas(sock_, transfer_patience);
    } catch (const events::Error& error) {
        note_(fmt::format("no names: {}", error.what()));
    }
}

std::optional<std::string> Diffs::read(std::int64_t thandle, const maapi::DiffVisitor& visitor) {
    if (!open()) return std::nullopt;
    try {
        attach(sock_, thandle, no_namespace, maapi::no_user_session, patience_);
        diff_iterate(sock_, thandle, visitor, transfer_patience);
        detach(sock_, thandle, patience_);
        return std::nullopt;
    } catch (const events::Error& error) {
        // The next commit starts afresh: closing detaches.
        sock_.close();
        return error.what();
    }
}

}  // namespace confd::listen
