// SPDX-License-Identifier: Apache-2.0
#include "fuzz/maapi_talk.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fuzz/oracle.hpp"
#include "protocol/maapi/client_session.hpp"
#include "protocol/maapi/schema_names.hpp"
#include "protocol/session/server_session.hpp"
#include "protocol/tests/maapi_util.hpp"
#include "simulator/maapi/conversation.hpp"
#include "simulator/maapi/tests/allowed.hpp"

namespace confd::fuzz {
namespace {

using Poll = MaapiClientSession::Poll;
using namespace confd::sim::maapi;

constexpr std::int32_t handle = 1042;
constexpr std::int64_t usid = 17;

std::string text_of(const MaapiReply& reply) {
    return reply ? "ok" : std::to_string(reply.error().code) + ' ' + reply.error().text;
}

/// Makes one call after the other, whatever they are answered with.
class Caller {
  public:
    explicit Caller(const MaapiClientConfig& config, std::uint8_t answers)
        : session_(config), answers_(answers), names_(limits()) {}

    void feed(ByteView bytes) {
        session_.feed(bytes);
        poll();
    }

    std::vector<std::string> end() {
        session_.feed_eof();
        poll();
        FUZZ_REQUIRE(!said_.empty() && failed_ && session_.poll() == Poll::failed);
        said_.push_back(std::string(as_text(session_.take_output())));
        said_.push_back(std::to_string(names_.name_count()) + ' ' +
                        std::to_string(names_.node_count()));
        return std::move(said_);
    }

  private:
    /// Small, so that an input can reach them.
    static SchemaLimits limits() {
        return {.namespaces = 4, .nodes = 16, .names = 16, .keys = 16, .text = 512, .records = 64};
    }

    void poll() {
        while (!failed_) {
            switch (session_.poll()) {
                case Poll::need_input:
                    return;
                case Poll::connected:
                    said_.emplace_back("connected");
                    FUZZ_REQUIRE(session_.idle());
                    next_call();
                    break;
                case Poll::change:
                    said_.push_back(std::to_string(session_.change().path.steps.size()));
                    session_.answer(static_cast<IterAnswer>(1 + answers_++ % 5));
                    break;
                case Poll::reply:
                    said_.push_back(text_of(session_.reply()));
                    FUZZ_REQUIRE(session_.idle());
                    next_call();
                    break;
                case Poll::failed:
                    said_.push_back(to_string(session_.failure()));
                    failed_ = true;
            }
        }
    }

    void next_call() {
        switch (calls_++) {
            case 0:
                return session_.load(MAAPI_LOAD_ALL_NS, names_);
            case 1:
                return session_.load(MAAPI_LOAD_HASH_DB, names_);
            case 2:
                return session_.call(MaapiAttach{.thandle = handle, .usid = usid});
            case 3:
                return session_.call(MaapiDiffIterate{.thandle = handle});
            case 4:
                return session_.call(MaapiDetach{handle});
            default:
                return;
        }
    }

    MaapiClientSession session_;
    std::uint8_t answers_;
    SchemaNames names_;
    int calls_ = 0;
    bool failed_ = false;
    std::vector<std::string> said_;
};

/// Something for every kind of request.
SchemaReplies some_schemas() {
    SchemaReplies out;
    encode_schema(test::interface_schema(), out.namespaces.emplace_back());
    encode_hash_count(1, out.hashes.emplace_back());
    encode_hashes(std::vector{NameHash{"mtu", 5}}, out.hashes.emplace_back());
    return out;
}

sim::maapi::Transactions open_with(Diff diff) {
    sim::maapi::Transactions out;
    out.open(1, {handle, usid, std::make_shared<const Diff>(std::move(diff))});
    return out;
}

/// A path of a small tree, so that many are above and beside one another; outermost first.
std::vector<PathStep> any_path(Input& input) {
    std::vector<PathStep> steps;
    for (auto depth = 1 + input.below(4); depth > 0; --depth) {
        const auto which = 1 + static_cast<std::uint32_t>(input.below(3));
        const bool keys = !steps.empty() && !steps.back().keys && input.flip();
        steps.push_back(keys ? PathStep{{}, 0, ValueList{{Value::buf(std::to_string(which))}}}
                             : PathStep{7, which, {}});
    }
    return steps;
}

/// A client and the simulator's end of a MAAPI socket, and the bytes between them.
class Line {
  public:
    Line(Input& input, const SchemaReplies& schemas, const sim::maapi::Transactions& open)
        : input_(input), talk_(schemas, open), client_({}), server_(config(), {}) {}

    MaapiClientSession& client() { return client_; }

    /// What the client says next.
    Poll wait() {
        while (true) {
            const auto what = client_.poll();
            if (what != Poll::need_input) return what;
            const auto up = client_.take_output();
            for (ByteView rest = up; !rest.empty();) {
                server_.feed(pieces_.next(rest));
                serve();
            }
            const auto down = server_.take_output();
            FUZZ_REQUIRE(!down.empty());  // or both would wait
            for (ByteView rest = down; !rest.empty();)
                client_.feed(pieces_.next(rest));
        }
    }

  private:
    static ServerConfig config() {
        ServerConfig out;
        out.maapi = true;
        return out;
    }

    void serve() {
        while (true) {
            while (const auto payload = talk_.next())
                server_.send_payload(*payload);
            const auto what = server_.poll();
            if (what == ServerSession::Poll::need_input) return;
            FUZZ_REQUIRE(what == ServerSession::Poll::request);
            talk_.receive(server_.frame());
        }
    }

    Input& input_;
    Conversation talk_;
    MaapiClientSession client_;
    ServerSession server_;
    Pieces pieces_{input_.byte()};
};

}  // namespace

void feed_maapi_client(Input& input) {
    MaapiClientConfig config;
    config.limits.payload = 4096;
    const auto selector = input.byte();
    if ((selector & 1U) != 0) config.secret = Bytes{'k', 'e', 'y'};
    const auto seed = input.byte();
    const auto stream = input.rest();
    Caller whole(config, seed);
    whole.feed(stream);
    Caller cut(config, seed);
    Pieces pieces(seed);
    for (auto rest = stream; !rest.empty();)
        cut.feed(pieces.next(rest));
    FUZZ_REQUIRE(whole.end() == cut.end());
}

void read_diff(Input& input) {
    Diff diff;
    std::vector<std::vector<PathStep>> paths;
    for (auto count = input.below(20); count > 0; --count) {
        paths.push_back(any_path(input));
        auto& change = diff.changes.emplace_back();
        change.path.steps.assign(paths.back().rbegin(), paths.back().rend());
        change.op = input.flip() ? MOP_VALUE_SET : MOP_CREATED;
        if (change.op == MOP_VALUE_SET) change.new_value = generate_value(input);
        // Tells changes of one path apart.
        change.old_value = Value{ValueType::int64, static_cast<std::int64_t>(paths.size() - 1)};
    }
    std::vector<IterAnswer> answers;
    for (auto count = 1 + input.below(8); count > 0; --count) {
        answers.push_back(input.of({ITER_RECURSE, ITER_CONTINUE, ITER_UP, ITER_STOP}));
    }
    const auto changes = diff.changes;
    const auto open = open_with(std::move(diff));
    const SchemaReplies schemas;
    Line line(input, schemas, open);
    FUZZ_REQUIRE(line.wait() == Poll::connected);
    line.client().call(MaapiAttach{.thandle = handle, .usid = usid});
    FUZZ_REQUIRE(line.wait() == Poll::reply && line.client().reply().has_value());
    line.client().call(MaapiDiffIterate{.thandle = handle, .flags = ITER_WANT_LEAF_LIST_AS_LEAF});
    std::vector<std::size_t> sent;
    while (line.wait() == Poll::change) {
        const auto& change = line.client().change();
        sent.push_back(static_cast<std::size_t>(std::get<std::int64_t>(change.old_value->payload)));
        FUZZ_REQUIRE(change == changes.at(sent.back()));
        line.client().answer(answers[(sent.size() - 1) % answers.size()]);
    }
    FUZZ_REQUIRE(line.client().idle() && line.client().reply().has_value());
    FUZZ_REQUIRE(sent == sim::test::allowed(paths, answers));
}

void ask_anything(Input& input) {
    const auto schemas = some_schemas();
    auto open = open_with({.changes = {test::mtu_set(1), test::mtu_set(2)}, .failure = {}});
    Conversation talk(schemas, open);
    std::size_t calls = 0;
    while (!input.empty()) {
        Bytes payload;
        switch (input.below(8)) {
            case 0:
                encode_maapi_request(MaapiAttach{.thandle = handle, .usid = usid}, payload);
                break;
            case 1:
                encode_maapi_request(MaapiDiffIterate{.thandle = handle}, payload);
                break;
            case 2:
                encode_iter_answer(static_cast<IterAnswer>(1 + input.below(6)), payload);
                break;
            case 3:
                open.finish(1);
                continue;
            case 4:
                talk.lose();
                continue;
            default: {
                const auto any = input.take(1 + input.below(32));
                payload.assign(any.begin(), any.end());
            }
        }
        if (payload.empty()) continue;
        talk.receive(payload);
        std::size_t frames = 0;
        while (const auto frame = talk.next()) {
            FUZZ_REQUIRE(!frame->empty());
            ++frames;
        }
        // Nothing answers a stop.
        const Bytes stop{0, 0, 0, ITER_STOP};
        FUZZ_REQUIRE(frames > 0 || payload == stop);
        for (const auto& call : talk.take_calls()) {
            FUZZ_REQUIRE(!to_string(call).empty());
            ++calls;
        }
    }
    talk.lose();
    FUZZ_REQUIRE(talk.take_calls().size() <= 1 + calls);
}

}  // namespace confd::fuzz
