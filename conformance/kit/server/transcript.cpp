// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/server/transcript.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <utility>

#include "protocol/render/render.hpp"
#include "protocol/term/notation.hpp"
#include "protocol/term/tree.hpp"
#include "protocol/value/text.hpp"

namespace confd::kit::server {
namespace {

std::string shown(ByteView bytes) {
    if (bytes.size() <= max_shown_bytes) return to_hex(bytes);
    return to_hex(bytes.first(max_shown_bytes)) + "..";
}

}  // namespace

Exchange* Transcript::add(bool from_peer, std::string_view kind, std::string summary) {
    if (exchanges_.size() == max_exchanges) return nullptr;
    const std::chrono::duration<double> at = std::chrono::steady_clock::now() - start_;
    exchanges_.push_back({.at = at.count(),
                          .from_peer = from_peer,
                          .kind = std::string(kind),
                          .summary = std::move(summary),
                          .bytes = {},
                          .term = {},
                          .fields = {}});
    return &exchanges_.back();
}

void Transcript::note(bool from_peer, std::string_view kind, std::string summary) {
    add(from_peer, kind, std::move(summary));
}

void Transcript::raw(bool from_peer, std::string_view kind, std::string summary, ByteView bytes) {
    if (auto* exchange = add(from_peer, kind, std::move(summary))) exchange->bytes = shown(bytes);
}

void Transcript::frame(bool from_peer, std::string_view kind, std::string summary,
                       ByteView payload) {
    auto* exchange = add(from_peer, kind, std::move(summary));
    if (exchange == nullptr) return;
    exchange->bytes = shown(payload);
    if (payload.size() > max_shown_bytes) return;
    if (const auto term = read_payload(payload)) exchange->term = to_string(*term);
}

void Transcript::event(const std::string& who, const Notification& event, ByteView payload,
                       const WireContext& context) {
    if (exchanges_.size() == max_exchanges) return;
    const auto json = to_json(event, {.context = context});
    const auto name = notif_name(event.type);
    frame(true, "event", fmt::format("{}: {}", who, name ? *name : "an unknown event"), payload);
    exchanges_.back().fields = boost::json::serialize(json);
}

}  // namespace confd::kit::server
