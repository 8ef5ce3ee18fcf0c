// SPDX-License-Identifier: Apache-2.0
#include "simulator/workload/spans.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "simulator/workload/names.hpp"

namespace confd::sim::workload {
namespace {

constexpr std::size_t most_open = 8;

struct Work {
    std::string_view subsystem;
    std::string_view phase;
    std::string_view msg;
    bool of_device = false;
    bool of_service = false;
};
constexpr Work works[] = {
    {"cdb", "validate", "run validation over the changeset"},
    {"cdb", "write-start", "write-start"},
    {"cdb", "prepare", "prepare"},
    {"cdb", "commit", "commit"},
    {"xpath", "validate", "check the when-expressions"},
    {"rollback", "write-start", "write the rollback file"},
    {"cdb", "commit", "switch to new running"},
    // What only NSO does:
    {"service-manager", "write-start", "create", false, true},
    {"device-manager", "prepare", "push configuration", true, false},
    {"device-manager", "prepare", "compare with the device's configuration", true, false},
};
constexpr std::size_t works_of_confd = 7;

OptionalText present(const std::string& text) {
    return text.empty() ? std::nullopt : OptionalText(text);
}

/// Releases before 7 have no spans.
CommitProgressNotification line_of(const Work& work, const Session& session) {
    return {.database = session.transaction->database,
            .usid = session.uinfo.usid,
            .thandle = session.transaction->handle,
            .msg = fmt::format("entering {} phase", work.phase)};
}

}  // namespace

Spans::Span Spans::begin(Choices& choices, const Session& session, TimePoint now) const {
    Span out;
    out.id = span_id(choices);
    out.trace = session.transaction->trace_id;
    for (const auto& other : open_) {
        if (other.trace == out.trace) out.parent = other.id;
        if (other.trace == out.trace && choices.below(4) == 3) out.link = other.id;
    }
    out.usid = session.uinfo.usid;
    out.tid = session.transaction->handle;
    out.datastore = session.transaction->database;
    out.context = session.uinfo.context;
    const bool nso = wire_.product == Product::nso;
    out.work = choices.below(nso ? std::size(works) : works_of_confd);
    if (works[out.work].of_device) out.device = device(choices);
    if (works[out.work].of_service) out.service = service(choices);
    out.started = microseconds_of(now);
    return out;
}

Notification Spans::next(Choices& choices, std::uint32_t type, const Session& session,
                         TimePoint now) {
    if (wire_.dialect == Dialect::v6x) {
        return {type, line_of(works[choices.below(works_of_confd)], session)};
    }
    const auto way = choices.below(5);
    if (open_.size() == most_open || (!open_.empty() && way < 2)) {
        const auto at = open_.begin() + static_cast<std::ptrdiff_t>(choices.below(open_.size()));
        const auto span = *at;
        open_.erase(at);
        return told(span, PROGRESS_STOP, type, now);
    }
    auto span = begin(choices, session, now);
    auto out = told(span, way == 4 ? PROGRESS_INFO : PROGRESS_START, type, now);
    if (way != 4) open_.push_back(std::move(span));
    return out;
}

void Spans::drop_unless(const std::function<bool(std::int64_t usid)>& at_work) {
    std::erase_if(open_, [&](const Span& span) { return !at_work(span.usid); });
}

Notification Spans::told(const Span& span, ProgressType type, std::uint32_t event,
                         TimePoint now) const {
    const auto& work = works[span.work];
    const auto fill = [&](auto& out) {
        out.type = type;
        out.timestamp = microseconds_of(now);
        if (type == PROGRESS_STOP) {
            out.duration = std::max<std::int64_t>(out.timestamp - span.started, 1);
        }
        out.usid = span.usid;
        out.tid = span.tid;
        out.datastore = span.datastore;
        out.context = present(span.context);
        out.trace_id = span.trace;
        out.subsystem = std::string(work.subsystem);
        out.msg = std::string(work.msg);
    };
    if (wire_.dialect == Dialect::v7x) {
        ProgressNotification out;
        fill(out);
        out.phase = std::string(work.phase);
        if (wire_.product == Product::confd) return {event, std::move(out)};
        out.device = present(span.device);
        out.service = present(span.service);
        if (work.of_device) out.device_phase = std::string(work.phase);
        if (work.of_service) {
            out.service_phase = "create";
            out.package = span.service.substr(1, span.service.find('[') - 1);
        }
        return {event, std::move(out)};
    }
    ProgressSpanNotification out;
    fill(out);
    out.span_id = span.id;
    out.parent_span_id = present(span.parent);
    const auto add = [&](std::string name, std::string value) {
        if (!value.empty()) out.attributes.push_back({std::move(name), std::move(value)});
    };
    add("phase", std::string(work.phase));
    add("device", span.device);
    add("service", span.service);
    if (!span.link.empty()) out.links.push_back({span.trace, span.link});
    return {event, std::move(out)};
}

}  // namespace confd::sim::workload
