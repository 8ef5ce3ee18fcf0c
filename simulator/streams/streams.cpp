// SPDX-License-Identifier: Apache-2.0
#include "simulator/streams/streams.hpp"

#include <algorithm>
#include <utility>

#include "protocol/value/calendar.hpp"
#include "protocol/value/text.hpp"

namespace confd::sim {
namespace {

std::unexpected<PeerError> refusal(PeerErrorCode code, std::string text) {
    return std::unexpected(PeerError{code, std::move(text)});
}

std::expected<std::optional<WallTime>, PeerError> time_of(const std::optional<Datetime>& given) {
    if (!given) return std::nullopt;
    if (const auto time = to_time_point(*given)) return time;
    return refusal(ERR_PROTOUSAGE, "No such date and time: " + to_text(*given));
}

std::expected<void, PeerError> read_times(const StreamRequest& request, CursorRequest& out) {
    const auto start = time_of(request.start_time);
    if (!start) return std::unexpected(start.error());
    const auto stop = time_of(request.stop_time);
    if (!stop) return std::unexpected(stop.error());
    if (*stop && !*start) return refusal(ERR_PROTOUSAGE, "A stop time needs a start time");
    if (*stop && **stop < **start) {
        return refusal(ERR_PROTOUSAGE, "The stop time is before the start time");
    }
    out.start = *start;
    out.stop = *stop;
    return {};
}

}  // namespace

Streams::Streams(StreamsConfig config)
    : sessions_(std::move(config.sessions)), compiler_(std::move(config.compiler)) {
    for (auto& stream : config.streams) {
        auto name = stream.name;
        logs_.emplace(std::move(name),
                      std::make_shared<StreamLog>(std::move(stream), config.remembered));
    }
    if (!logs_.empty()) return;
    shared_log_ =
        std::make_shared<StreamLog>(StreamDefinition{.replay_live = false}, config.remembered);
}

std::expected<StreamCursor, PeerError> Streams::subscribe(const StreamRequest& request) const {
    const auto log = find(request.name);
    if (!log) return refusal(ERR_NOEXISTS, "No such stream");
    CursorRequest wanted{.stream = request.name};
    if (auto times = read_times(request, wanted); !times) return std::unexpected(times.error());
    if (request.usid != 0) {
        const auto user = session(request.usid);
        if (!user) return refusal(ERR_NOSESSION, "No such user session");
        wanted.access = AccessRules(log->definition().access, *user);
    }
    auto filter = compile(request.xpath_filter);
    if (!filter) return std::unexpected(filter.error());
    wanted.filter = std::move(*filter);
    return StreamCursor(log, std::move(wanted));
}

bool Streams::append(std::string_view stream, StreamEvent event, std::string_view role,
                     WallTime now, SendId send) {
    const auto live = std::make_shared<const LiveEvent>(
        LiveEvent{std::move(event), std::string(stream), std::string(role), now, send});
    if (const auto log = find(stream)) {
        log->append(live);
        return true;
    }
    if (!stream.empty()) return false;
    for (const auto& [name, log] : logs_)
        log->append(live);
    return true;
}

std::shared_ptr<StreamLog> Streams::find(std::string_view name) const {
    const auto found = logs_.find(name);
    return found == logs_.end() ? shared_log_ : found->second;
}

std::optional<UserSession> Streams::session(std::int64_t usid) const {
    if (!sessions_) return UserSession{.usid = usid};
    const auto found = std::ranges::find(*sessions_, usid, &UserSession::usid);
    return found == sessions_->end() ? std::nullopt : std::optional(*found);
}

std::expected<std::shared_ptr<const EventFilter>, PeerError> Streams::compile(
    const std::optional<std::string>& xpath) const {
    if (!xpath) return nullptr;
    if (!compiler_) {
        return refusal(ERR_XPATH, "No YANG modules are loaded: filters cannot be compiled");
    }
    auto filter = compiler_->compile(*xpath);
    if (!filter) return refusal(ERR_XPATH, std::move(filter.error()));
    return std::move(*filter);
}

}  // namespace confd::sim
