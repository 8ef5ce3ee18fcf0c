// The diffs of transactions, read over MAAPI sockets.
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <variant>

#include "conformance/kit/server/lab.hpp"
#include "protocol/render/render.hpp"

namespace confd::kit::server {
namespace {

/// More is no diff that a trigger makes for a test.
constexpr std::size_t most_changes = 100'000;

Checked each(Lab& lab, const Step& step, auto&& run) {
    for (auto& peer : lab.group(step.connection)) {
        if (auto checked = run(peer); !checked) return checked;
    }
    return {};
}

void begin(Lab& lab, Peer& peer, const Step& step) {
    const auto commit = commit_of(lab, peer, step);
    peer.diff.clear();
    ask(peer, fmt::format("iterate the diff of transaction {}", commit.thandle),
        MaapiDiffIterate{.thandle = handle_of(commit),
                         .flags = ITER_WANT_ATTR | ITER_WANT_P_CONTAINER},
        pace_of(step));
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

std::optional<IterAnswer> answer_in(std::string_view word) {
    if (word == "stop") return ITER_STOP;
    if (word == "recurse") return ITER_RECURSE;
    if (word == "continue") return ITER_CONTINUE;
    if (word == "up") return ITER_UP;
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

Checked expect_end(const End& end, std::string_view what) {
    if (what == "refused" && end.kind == End::Kind::failure) return {};
    if (what == "broken" && end.kind != End::Kind::whole) return {};
    if (what == "over") return {};
    const bool wants_failure = what == "refused" || what == "broken";
    if (!wants_failure && end.kind == End::Kind::whole) return {};
    const auto* expected =
        wants_failure ? "a failure in place of a change" : "the diff's end, {return}";
    return failed(expected, end.kind == End::Kind::whole ? "{return}" : end.text);
}

/// The whole diff, at first; then again, with another answer where that makes a difference.
Checked iterate(Lab& lab, Peer& peer, const Step& step) {
    const auto special = answer_in(step.what);
    const auto known = peer.diff;
    auto at = most_changes;
    if (special) {
        const auto place = place_for(known, *special);
        if (!place) return skipped("the trigger's commit changes too little for this answer");
        at = *place;
    }
    begin(lab, peer, step);
    const auto end = read_on(lab, peer, at, special.value_or(ITER_RECURSE), pace_of(step));
    if (!end) return std::unexpected(end.error());
    if (auto checked = expect_end(*end, step.what); !checked) return checked;
    if (special) return expect_same(left_after(known, at, *special), peer.diff);
    if (std::ssize(peer.diff) < number_of(step, "least", 0)) {
        return skipped(fmt::format("the trigger's commit changes too little: {} changes, needs {}",
                                   peer.diff.size(), number_of(step, "least", 0)));
    }
    if (!has(step, "like")) return {};
    return expect_same(lab.group(text_of(step, "like")).front().diff, peer.diff);
}

Checked probe_iterate(Lab& lab, const Step& step) {
    return each(lab, step, [&](Peer& peer) { return iterate(lab, peer, step); });
}

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
Checked probe_begin(Lab& lab, const Step& step) {
    return each(lab, step, [&](Peer& peer) {
        begin(lab, peer, step);
        return take_change(lab, peer);
    });
}

Checked probe_answer_change(Lab& lab, const Step& step) {
    const auto how = answer_in(step.what);
    if (!how) throw std::invalid_argument(fmt::format("'{}': no answer", step.text));
    return each(lab, step, [&](Peer& peer) -> Checked {
        answer(peer, *how, pace_of(step));
        return {};
    });
}

Checked probe_change(Lab& lab, const Step& step) {
    return each(lab, step, [&](Peer& peer) { return take_change(lab, peer); });
}

/// The rest of a diff: its end; `refused`, a failure; `broken`, that or a close; `over`, any end.
Checked probe_finish(Lab& lab, const Step& step) {
    return each(lab, step, [&](Peer& peer) -> Checked {
        const auto end = read_on(lab, peer, most_changes, ITER_RECURSE, {});
        if (!end) return std::unexpected(end.error());
        return expect_end(*end, step.what);
    });
}

}  // namespace

std::span<const Probe> diff_probes() {
    static constexpr Probe probes[] = {
        {"iterate", probe_iterate, "of handle least like piece pause"},
        {"begin", probe_begin, "of"},
        {"go", probe_answer_change, ""},
        {"change", probe_change, ""},
        {"finish", probe_finish, ""},
    };
    return probes;
}

}  // namespace confd::kit::server
