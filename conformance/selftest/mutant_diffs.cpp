// SPDX-License-Identifier: Apache-2.0
#include "conformance/selftest/mutant_diffs.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/maapi/changes.hpp"

namespace confd::kit::test {
namespace {

bool has_bare_tag(const ObjectRef& path) {
    return std::ranges::any_of(path.steps,
                               [](const PathStep& step) { return !step.keys && !step.ns; });
}

}  // namespace

DiffReader::DiffReader(std::string mutation, const ClientConfig& config, Host& host)
    : mutation_(std::move(mutation)), host_(host) {
    config_.release = config.release;
    config_.secret = config.secret;
    if (mutant("diff-without-secret")) config_.secret.reset();
}

DiffReader::~DiffReader() {
    close();
}

bool DiffReader::open() {
    if (session_) return true;
    if (mutant("never-comes-back") && lost_before_) return false;
    socket_ = host_.connect();
    if (socket_ == Host::no_socket) return lost();
    session_.emplace(config_);
    if (mutant("maapi-version-79")) {
        auto hello = session_->take_output();
        hello[2] = 79;
        host_.send(socket_, hello);
    }
    return next() == Poll::connected || lost();
}

void DiffReader::close() {
    if (socket_ != Host::no_socket) host_.close(std::exchange(socket_, Host::no_socket));
    session_.reset();
    attached_.clear();
}

/// The socket is of no more use.
bool DiffReader::lost() {
    if (mutant("dies-with-maapi")) host_.crash();
    if (like_vendor()) host_.end();
    lost_before_ = true;
    close();
    return false;
}

void DiffReader::flush() {
    if (const auto bytes = session_->take_output(); !bytes.empty()) host_.send(socket_, bytes);
}

void DiffReader::receive() {
    std::array<std::uint8_t, 65536> buffer;
    const auto size = host_.receive(socket_, buffer);
    if (size == 0) return session_->feed_eof();
    if (mutant("one-read-a-change") && !loading_ && size < 4) host_.crash();
    if (mutant("one-read-a-schema") && loading_ && size % 101 == 0 && size < 1000) host_.crash();
    session_->feed(ByteView(buffer).first(size));
}

DiffReader::Poll DiffReader::next() {
    while (true) {
        flush();
        const auto step = session_->poll();
        if (step != Poll::need_input) return step;
        if (!session_->has_output()) receive();
    }
}

void DiffReader::load_schemas() {
    if (mutant("no-maapi") || !open()) return;
    loading_ = true;
    for (const auto op : {MAAPI_LOAD_ALL_NS, MAAPI_LOAD_MOUNT_POINTS, MAAPI_LOAD_HASH_DB}) {
        session_->load(op, names_);
        if (next() == Poll::reply) continue;
        lost();
        break;
    }
    loading_ = false;
    if (mutant("needs-nodes") && names_.node_count() == 0) host_.crash();
    close();
}

bool DiffReader::attach(const CommitDiffNotification& commit) {
    MaapiAttach request;
    request.thandle = static_cast<std::int32_t>(commit.tctx.th);
    request.usid = commit.uinfo.usid;
    if (mutant("attaches-once") && !attached_.insert(request.thandle).second) return true;
    if (mutant("attaches-to-the-session"))
        request.thandle = static_cast<std::int32_t>(commit.uinfo.usid);
    if (mutant("attaches-in-another-session")) ++*request.usid;
    if (mutant("handle-16-bits")) request.thandle &= 0xffff;
    session_->call(request);
    if (next() != Poll::reply) return lost();
    if (mutant("dies-of-a-failed-attach") && !session_->reply()) host_.crash();
    if (like_vendor() && !session_->reply()) host_.end();
    return session_->reply().has_value();
}

/// The sample ends when reading fails: its library refuses a path that fills its array, and
/// overruns the array with as many keys. It also asks the schemas for the node of each value.
void DiffReader::take_as_the_vendor(const DiffChange& change) const {
    if (change.path.steps.size() >= config_.max_depth) host_.end();
    for (const auto& step : change.path.steps)
        if (step.keys && step.keys->items.size() >= config_.max_key_length) host_.crash();
    if (change.op == MOP_VALUE_SET && names_.find(change.path) == nullptr) host_.crash();
}

/// What a client may not be ready for.
void DiffReader::take(const DiffChange& change) const {
    if (like_vendor()) return take_as_the_vendor(change);
    const auto dies = [&](ClientMutation name, bool of_this) {
        if (of_this && mutant(name)) host_.crash();
    };
    dies("dies-of-a-move", change.op == MOP_MOVED_AFTER);
    dies("dies-of-an-attribute", change.op == MOP_ATTR_SET);
    dies("dies-of-a-bare-tag", has_bare_tag(change.path));
    dies("dies-of-a-long-path", change.path.steps.size() > 10);
    const auto* value = std::get_if<Value>(&change.new_value);
    dies("dies-of-a-list", value != nullptr && value->type == ValueType::list);
    const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(&value->payload);
    dies("buffer-of-64-k", text != nullptr && text->size() > 65536);
    const auto& keys = change.path.steps.empty() ? std::nullopt : change.path.steps.front().keys;
    dies("dies-of-a-date", keys && keys->items.front().type == ValueType::datetime);
    const auto outer = change.path.steps.empty() ? std::nullopt : change.path.steps.back().ns;
    dies("dies-of-the-unknown", names_.node_count() > 0 && outer && !names_.prefix_of(*outer));
}

IterAnswer DiffReader::answer_to(std::size_t change) const {
    if (mutant("stops-early") || (mutant("sixty-four-changes") && change == 64)) return ITER_STOP;
    if (mutant("answers-continue")) return ITER_CONTINUE;
    if (mutant("answers-up")) return ITER_UP;
    if (mutant("answers-7")) return static_cast<IterAnswer>(7);
    return ITER_RECURSE;
}

bool DiffReader::iterate(std::int32_t thandle, std::vector<DiffChange>& changes) {
    const auto flags = like_vendor() ? 0U : ITER_WANT_ATTR | ITER_WANT_P_CONTAINER;
    session_->call(MaapiDiffIterate{.thandle = thandle, .flags = flags});
    auto step = Poll::need_input;
    while ((step = next()) == Poll::change) {
        take(session_->change());
        changes.push_back(session_->change());
        session_->answer(answer_to(changes.size()));
    }
    if (step != Poll::reply) return lost();
    if (mutant("dies-of-no-change") && changes.empty() && session_->reply()) host_.crash();
    if (mutant("dies-of-a-failed-diff") && !session_->reply()) host_.crash();
    if (like_vendor() && !session_->reply()) host_.end();
    return session_->reply().has_value();
}

std::vector<DiffChange> DiffReader::read(const CommitDiffNotification& commit) {
    std::vector<DiffChange> changes;
    if (mutant("no-maapi") || mutant("reads-no-diff") ||
        (mutant("first-diff-only") && commits_++ > 0))
        return changes;
    const auto thandle = static_cast<std::int32_t>(commit.tctx.th);
    if (!open()) return changes;
    if (attach(commit) && iterate(thandle, changes) && !mutant("attaches-once")) {
        session_->call(MaapiDetach{thandle});
        if (next() != Poll::reply) lost();
    }
    if (!mutant("attaches-once")) close();
    return changes;
}

}  // namespace confd::kit::test
