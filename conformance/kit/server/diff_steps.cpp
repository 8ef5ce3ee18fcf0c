// SPDX-License-Identifier: Apache-2.0
// The diffs of transactions, read over MAAPI sockets.
#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "conformance/kit/server/lab.hpp"
#include "protocol/render/render.hpp"

namespace confd::kit::server {
namespace {

using sim::Key;
using sim::key;
using sim::Presence;

/// More is no diff that a trigger makes for a test.
constexpr std::size_t most_changes = 100'000;

Checked begin(Lab& lab, Peer& peer, const std::optional<std::string>& of, Pace pace) {
    const auto commit = commit_of(lab, peer, of);
    if (!commit) return std::unexpected(commit.error());
    peer.diff.clear();
    ask(peer, fmt::format("iterate the diff of transaction {}", commit->thandle),
        MaapiDiffIterate{.thandle = handle_of(*commit),
                         .flags = ITER_WANT_ATTR | ITER_WANT_P_CONTAINER},
        pace);
    return {};
}

void answer(Peer& peer, IterAnswer how, Pace pace) {
    Bytes payload;
    encode_iter_answer(how, payload);
    peer.send_frame("maapi", std::string(*name_of(constants<IterAnswer>, how)), payload, pace);
}

/// How a diff ended.
struct End {
    enum class Kind : std::uint8_t { whole, failure, closed };
    Kind kind = Kind::whole;
    std::string text{};
};
using Message = std::variant<DiffChange, End>;

/// The next change or the end. A Finding when it is neither.
std::expected<Message, Finding> next_change(Lab& lab, Peer& peer) {
    const std::string expected = "a change {Path, MOP, OldValue, NewValue}, or the diff's end";
    const auto incoming = next_answer(lab, peer);
    if (incoming.kind == Incoming::Kind::closed) return End{End::Kind::closed, describe(incoming)};
    if (incoming.kind != Incoming::Kind::payload) return failed(expected, describe(incoming));
    if (is_maapi_failure(incoming.payload)) {
        return failed(expected, "a failed reply, which is no term");
    }
    auto message = decode_diff(incoming.payload);
    if (!message) return failed(expected, to_string(message.error()));
    if (auto* change = std::get_if<DiffChange>(&*message)) return std::move(*change);
    const auto& end = std::get<DiffEnd>(*message);
    if (end.kind == DiffEnd::Kind::done) return End{};
    return End{End::Kind::failure, end.text};
}

/// Reads to the end, with one answer for the change at `at` and recurse for the others.
std::expected<End, Finding> read_on(Lab& lab, Peer& peer, std::size_t at, IterAnswer there,
                                    Pace pace) {
    while (peer.diff.size() < most_changes) {
        auto next = next_change(lab, peer);
        if (!next) return std::unexpected(next.error());
        if (auto* end = std::get_if<End>(&*next)) return std::move(*end);
        peer.diff.push_back(std::move(std::get<DiffChange>(*next)));
        const auto how = peer.diff.size() - 1 == at ? there : ITER_RECURSE;
        answer(peer, how, pace);
        // Nothing more comes, which the answer to the next request shows.
        if (how == ITER_STOP) return End{};
    }
    return failed("the diff ends", fmt::format("{} changes came", most_changes));
}

/// A step may leave its namespace to an outer one.
bool same_step(const PathStep& a, const PathStep& b) {
    return a.tag == b.tag && a.keys == b.keys && (!a.ns || !b.ns || a.ns == b.ns);
}

/// Whether a path leads below the outermost `depth` steps of another.
bool leads_below(const ObjectRef& path, const ObjectRef& other, std::size_t depth) {
    const auto outer = path.steps.size() - std::min(path.steps.size(), depth);
    const auto from = other.steps.size() - std::min(other.steps.size(), depth);
    return path.steps.size() > depth &&
           std::equal(path.steps.begin() + static_cast<std::ptrdiff_t>(outer), path.steps.end(),
                      other.steps.begin() + static_cast<std::ptrdiff_t>(from), other.steps.end(),
                      same_step);
}

/// What is left of a diff when the change at `at` is answered so.
std::vector<DiffChange> left_after(const std::vector<DiffChange>& all, std::size_t at,
                                   IterAnswer how) {
    std::vector<DiffChange> out(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    if (how == ITER_STOP) return out;
    const auto& path = all[at].path;
    const auto steps = path.steps.size();
    const auto depth = how == ITER_UP && steps > 0 ? steps - 1 : steps;
    for (auto i = at + 1; i < all.size(); ++i) {
        if (how == ITER_RECURSE || !leads_below(all[i].path, path, depth)) out.push_back(all[i]);
    }
    return out;
}

/// Where this answer makes a difference to recurse, and `up` to continue.
std::optional<std::size_t> place_for(const std::vector<DiffChange>& all, IterAnswer how) {
    const auto less = how == ITER_UP ? ITER_CONTINUE : ITER_RECURSE;
    for (std::size_t at = 0; at < all.size(); ++at) {
        if (left_after(all, at, how) != left_after(all, at, less)) return at;
    }
    return std::nullopt;
}

Checked expect_same(const std::vector<DiffChange>& expected, const std::vector<DiffChange>& found) {
    const auto [at, other] = std::ranges::mismatch(expected, found);
    if (at == expected.end() && other == found.end()) return {};
    const auto told = [](auto change, const auto& list) {
        return change == list.end() ? std::string("the end of the diff") : to_text(*change);
    };
    return failed(fmt::format("{} changes, as number {}: {}", expected.size(),
                              at - expected.begin() + 1, told(at, expected)),
                  fmt::format("{} changes, there {}", found.size(), told(other, found)));
}

/// How a diff should end.
enum class Ends : std::uint8_t {
    whole,
    failure,  ///< in place of a change
    broken,   ///< that, or the connection is closed
    any,
};
constexpr std::string_view ends[] = {"whole", "failure", "broken", "any"};

Checked expect_end(const End& end, Ends wanted) {
    if (wanted == Ends::failure && end.kind == End::Kind::failure) return {};
    if (wanted == Ends::broken && end.kind != End::Kind::whole) return {};
    if (wanted == Ends::any) return {};
    if (wanted == Ends::whole && end.kind == End::Kind::whole) return {};
    const auto* expected =
        wanted == Ends::whole ? "the diff's end, {return}" : "a failure in place of a change";
    return failed(expected, end.kind == End::Kind::whole ? "{return}" : end.text);
}

// ---- Steps. ----

enum class Answer : std::uint8_t { stop, recurse, go_on, up };
constexpr std::string_view answers[] = {"stop", "recurse", "continue", "up"};

IterAnswer answer_of(Answer answer) {
    switch (answer) {
        case Answer::stop:
            return ITER_STOP;
        case Answer::recurse:
            return ITER_RECURSE;
        case Answer::go_on:
            return ITER_CONTINUE;
        case Answer::up:
            break;
    }
    return ITER_UP;
}

/// The whole diff; with an answer, again, with that answer where it makes a difference.
struct Iterate : PeerStep {
    std::optional<Answer> answer;
    Ends end = Ends::whole;
    std::optional<std::string> of;
    std::optional<std::string> like;
    std::int64_t least = 0;
    Pace pace;

    Checked run_on(Lab& lab, Peer& peer) const override {
        if (answer) return again(lab, peer, answer_of(*answer));
        if (auto checked = read(lab, peer, most_changes, ITER_RECURSE); !checked) return checked;
        if (std::ssize(peer.diff) < least) {
            return skipped(
                fmt::format("the trigger's commit changes too little: {} changes, needs {}",
                            peer.diff.size(), least));
        }
        return like ? expect_same(lab.group(*like).front().diff, peer.diff) : Checked();
    }

  private:
    Checked again(Lab& lab, Peer& peer, IterAnswer special) const {
        const auto known = peer.diff;
        const auto at = place_for(known, special);
        if (!at) return skipped("the trigger's commit changes too little for this answer");
        if (auto checked = read(lab, peer, *at, special); !checked) return checked;
        return expect_same(left_after(known, *at, special), peer.diff);
    }

    Checked read(Lab& lab, Peer& peer, std::size_t at, IterAnswer there) const {
        if (auto checked = begin(lab, peer, of, pace); !checked) return checked;
        const auto found = read_on(lab, peer, at, there, pace);
        return found ? expect_end(*found, end) : std::unexpected(found.error());
    }
};
constexpr Key iterate_keys[] = {
    key<&Iterate::answer>("answer", "reads it again, with this answer where it makes a difference",
                          {.choices = answers}),
    key<&Iterate::end>("end", "whole; failure in place of a change; broken: that or a close; any",
                       {.choices = ends}),
    key<&Iterate::of>("of", sim::forms::name, "the transaction of this subscriber's last event"),
    key<&Iterate::like>("like", sim::forms::name, "the same changes as on this connection"),
    key<&Iterate::least>("least", "at least so many changes, else the case is skipped",
                         {.low = 0, .high = 1000}),
};

Checked take_change(Lab& lab, Peer& peer) {
    auto next = next_change(lab, peer);
    if (!next) return std::unexpected(next.error());
    if (auto* change = std::get_if<DiffChange>(&*next)) {
        peer.diff.push_back(std::move(*change));
        return {};
    }
    const auto& end = std::get<End>(*next);
    if (end.kind == End::Kind::whole) {
        return skipped("the trigger's commit changes too little for this case");
    }
    return failed("a change {Path, MOP, OldValue, NewValue}", end.text);
}

/// As far as the first change, which waits for its answer.
struct Begin : PeerStep {
    std::optional<std::string> of;

    Checked run_on(Lab& lab, Peer& peer) const override {
        if (auto checked = begin(lab, peer, of, {}); !checked) return checked;
        return take_change(lab, peer);
    }
};
constexpr Key begin_keys[] = {
    key<&Begin::of>("of", sim::forms::name, "the transaction of this subscriber's last event"),
};

struct Go : PeerStep {
    Answer how = Answer::recurse;

    Checked run_on(Lab&, Peer& peer) const override {
        answer(peer, answer_of(how), {});
        return {};
    }
};
constexpr Key go_keys[] = {
    key<&Go::how>("how", "the answer to the last change",
                  {.presence = Presence::required, .alone = true, .choices = answers}),
};

/// The rest of a diff.
struct Finish : PeerStep {
    Ends end = Ends::whole;

    Checked run_on(Lab& lab, Peer& peer) const override {
        const auto found = read_on(lab, peer, most_changes, ITER_RECURSE, {});
        return found ? expect_end(*found, end) : std::unexpected(found.error());
    }
};
constexpr Key finish_keys[] = {
    key<&Finish::end>("end", "whole; failure in place of a change; broken: that or a close; any",
                      {.choices = ends}),
};

}  // namespace

std::span<const StepKind> diff_steps() {
    static constexpr StepKind kinds[] = {
        step_kind<Iterate>("iterate", iterate_keys),
        step_kind<Begin>("begin", begin_keys),
        step_kind<Go>("go", go_keys),
        step_kind<Finish>("finish", finish_keys),
    };
    return kinds;
}

}  // namespace confd::kit::server
