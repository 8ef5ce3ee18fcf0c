// SPDX-License-Identifier: Apache-2.0
#include "simulator/maapi/conversation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "protocol/maapi/changes.hpp"
#include "protocol/maapi/schema.hpp"

namespace confd::sim::maapi {
namespace {

CallKind call_of(std::uint32_t op) {
    switch (op) {
        case MAAPI_LOAD_ALL_NS:
        case MAAPI_LOAD_NS_LIST:
            return CallKind::load_schemas;
        case MAAPI_LOAD_MOUNT_POINTS:
            return CallKind::load_mount_points;
        case MAAPI_LOAD_HASH_DB:
            return CallKind::load_hashes;
        case MAAPI_ATTACH:
            return CallKind::attach;
        case MAAPI_DETACH:
            return CallKind::detach;
        case MAAPI_DIFF_ITERATE:
            return CallKind::diff_iterate;
        default:
            return CallKind::other;
    }
}

std::uint32_t op_of(CallKind kind) {
    constexpr std::uint32_t ops[] = {MAAPI_LOAD_ALL_NS,  MAAPI_LOAD_MOUNT_POINTS,
                                     MAAPI_LOAD_HASH_DB, MAAPI_ATTACH,
                                     MAAPI_DETACH,       MAAPI_DIFF_ITERATE};
    return ops[static_cast<std::size_t>(kind)];
}

const DiffEnd gone{DiffEnd::Kind::badstate, "no such transaction"};

/// A step may leave its namespace to an outer one.
bool same(const PathStep& a, const PathStep& b) {
    return a.tag == b.tag && a.keys == b.keys && (!a.ns || !b.ns || a.ns == b.ns);
}

/// Whether a path is below the outermost `depth` steps of another.
bool is_below(const ObjectRef& path, const ObjectRef& above, std::size_t depth) {
    return path.steps.size() > depth &&
           std::equal(path.steps.rbegin(), path.steps.rbegin() + static_cast<std::ptrdiff_t>(depth),
                      above.steps.rbegin(), same);
}

}  // namespace

void Conversation::receive(ByteView payload) {
    if (reading_) return on_answer(payload);
    auto request = decode_maapi_request(payload);
    if (!request) {
        const auto op = confd::op_of(payload).value_or(0);
        const auto text = to_string(request.error());
        encode_maapi_reply(op, std::unexpected(PeerError{ERR_PROTOUSAGE, text}), reply());
        return done({.kind = call_of(op),
                     .result = CallResult::error,
                     .code = ERR_PROTOUSAGE,
                     .text = text});
    }
    std::visit([this](const auto& known) { on(known); }, *request);
}

std::optional<ByteView> Conversation::next() {
    if (reply_) {
        sending_ = std::move(*reply_);
        reply_.reset();
        return sending_;
    }
    if (load_.empty()) return std::nullopt;
    const auto& frame = *load_[load_sent_++];
    if (load_sent_ == load_.size()) {
        load_.clear();
        done(std::exchange(load_call_, std::nullopt).value_or(Call{}));
    }
    return frame;
}

void Conversation::lose() {
    if (reading_) {
        reading_->call.result = CallResult::lost;
        done(std::move(reading_->call));
        reading_.reset();
    }
    attached_.clear();
    load_.clear();
    reply_.reset();
}

std::vector<Call> Conversation::take_calls() {
    return std::exchange(calls_, {});
}

Bytes& Conversation::reply() {
    return reply_.emplace();
}

void Conversation::done(Call call) {
    calls_.push_back(std::move(call));
}

void Conversation::fail(Call call, std::int64_t code, std::string text) {
    encode_maapi_reply(op_of(call.kind), std::unexpected(PeerError{code, text}), reply());
    call.result = CallResult::error;
    call.code = code;
    call.text = std::move(text);
    done(std::move(call));
}

void Conversation::on(const MaapiLoad& request) {
    static const Bytes end = [] {
        Bytes frame;
        encode_load_end(frame);
        return frame;
    }();
    const auto add = [this](const std::vector<Bytes>& frames) {
        for (const auto& frame : frames)
            load_.push_back(&frame);
    };
    load_.clear();
    if (request.op == MAAPI_LOAD_ALL_NS)
        add(request.use_ikp ? schemas_.ikp_namespaces.get() : schemas_.namespaces);
    if (request.op == MAAPI_LOAD_HASH_DB) add(schemas_.hashes);
    if (request.op == MAAPI_LOAD_NS_LIST) add_named(request.namespaces);
    load_.push_back(&end);
    load_sent_ = 0;
    load_call_ = Call{.kind = call_of(static_cast<std::uint32_t>(request.op))};
}

/// In the order of a load of all, each once.
void Conversation::add_named(const std::vector<std::uint32_t>& hashes) {
    for (const auto& part : schemas_.parts) {
        if (std::ranges::find(hashes, part.hash) == hashes.end()) continue;
        for (std::size_t i = 0; i < part.count; ++i)
            load_.push_back(&schemas_.namespaces[part.first + i]);
    }
}

void Conversation::on(const MaapiAttach& request) {
    Call call{.kind = CallKind::attach, .handle = request.thandle};
    call.send = transactions_.find(request.thandle);
    const auto* transaction = transactions_.get(call.send);
    if (transaction == nullptr) return fail(std::move(call), ERR_NOTRANS, "no such transaction");
    // 0 is no session: the client does not say.
    const auto usid = request.usid.value_or(0);
    if (usid != 0 && usid != transaction->usid) {
        return fail(std::move(call), ERR_NOSESSION,
                    fmt::format("the transaction is not of user session {}", usid));
    }
    std::erase_if(attached_,
                  [&](const auto& entry) { return transactions_.get(entry.second) == nullptr; });
    if (attached_.size() >= max_attached && !attached_.contains(request.thandle)) {
        return fail(std::move(call), ERR_PROTOUSAGE, "attached to too many transactions");
    }
    attached_[request.thandle] = call.send;
    encode_maapi_reply(MAAPI_ATTACH, {}, reply());
    done(std::move(call));
}

void Conversation::on(const MaapiDetach& request) {
    Call call{.kind = CallKind::detach, .handle = request.thandle};
    const auto found = attached_.find(request.thandle);
    if (found == attached_.end()) return fail(std::move(call), ERR_NOTRANS, "no such transaction");
    call.send = found->second;
    attached_.erase(found);
    if (transactions_.get(call.send) == nullptr) {
        return fail(std::move(call), ERR_NOTRANS, "no such transaction");
    }
    encode_maapi_reply(MAAPI_DETACH, {}, reply());
    done(std::move(call));
}

void Conversation::on(const MaapiUnknown& request) {
    Call call{.kind = CallKind::other, .result = CallResult::error, .code = ERR_PROTOUSAGE};
    call.text = fmt::format("operation {} is not served here", request.op);
    encode_maapi_reply(request.op, std::unexpected(PeerError{call.code, call.text}), reply());
    done(std::move(call));
}

void Conversation::on(const MaapiDiffIterate& request) {
    Call call{.kind = CallKind::diff_iterate, .handle = request.thandle};
    const auto found = attached_.find(request.thandle);
    call.send = found == attached_.end() ? transactions_.find(request.thandle) : found->second;
    const auto* transaction = transactions_.get(call.send);
    const bool attached = found != attached_.end();
    reading_ = Reading{
        .call = std::move(call), .diff = {}, .by_name = request.use_ikp != 0, .skipped = {}};
    // A failed reply would be no term, and clients read one here.
    if (transaction == nullptr) return end_reading(gone, CallResult::error);
    if (!attached) {
        return end_reading({DiffEnd::Kind::badstate, "not attached to the transaction"},
                           CallResult::error);
    }
    auto asked = asked_for(*transaction->diff, request.flags, room_);
    reading_->diff = std::move(asked.diff);
    reading_->call.left_out = asked.left_out;
    reading_->skipped.resize(reading_->diff->changes.size());
    advance(0);
}

/// Sends the next change that the answers so far have left, or the end.
void Conversation::advance(std::size_t from) {
    auto& reading = *reading_;
    if (transactions_.get(reading.call.send) == nullptr) {
        return end_reading(gone, CallResult::error);
    }
    const auto& failure = reading.diff->failure;
    if (failure && failure->after == reading.call.changes) {
        return end_reading(failure->how, CallResult::error);
    }
    const auto& skipped = reading.skipped;
    const auto next =
        std::find(skipped.begin() + static_cast<std::ptrdiff_t>(from), skipped.end(), false);
    if (next == skipped.end()) return end_reading({}, CallResult::ok);
    reading.current = static_cast<std::size_t>(next - skipped.begin());
    ++reading.call.changes;
    send(reading.diff->changes[reading.current], reading.by_name);
}

void Conversation::send(const DiffMessage& message, bool by_name) {
    if (by_name) return encode_diff(message, schemas_.names, reply());
    encode_diff(message, reply());
}

void Conversation::on_answer(ByteView payload) {
    const auto answer = decode_iter_answer(payload);
    if (!answer) {
        return end_reading({DiffEnd::Kind::error, to_string(answer.error())}, CallResult::error);
    }
    const auto& path = reading_->diff->changes[reading_->current].path;
    const auto depth = path.steps.size();
    switch (*answer) {
        case ITER_STOP:
            return stop_reading();
        case ITER_CONTINUE:
            skip(path, depth);
            break;
        case ITER_UP:
            skip(path, depth == 0 ? 0 : depth - 1);
            break;
        case ITER_RECURSE:
            break;
    }
    advance(reading_->current + 1);
}

/// Passes over everything that is still to come below the outermost `depth` steps of a path.
void Conversation::skip(const ObjectRef& above, std::size_t depth) {
    const auto& changes = reading_->diff->changes;
    for (auto i = reading_->current + 1; i < changes.size(); ++i) {
        if (is_below(changes[i].path, above, depth)) reading_->skipped[i] = true;
    }
}

void Conversation::end_reading(DiffEnd how, CallResult result) {
    auto call = std::move(reading_->call);
    reading_.reset();
    call.result = result;
    call.text = how.text;
    encode_diff(std::move(how), reply());
    done(std::move(call));
}

/// Without a word: the peer would take it for the answer to its next request.
void Conversation::stop_reading() {
    auto call = std::move(reading_->call);
    reading_.reset();
    call.result = CallResult::stopped;
    done(std::move(call));
}

}  // namespace confd::sim::maapi
