// SPDX-License-Identifier: Apache-2.0
#include "simulator/maapi/diff_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "protocol/maapi/keypath.hpp"
#include "simulator/maapi/schema_path.hpp"
#include "simulator/text/field_map.hpp"
#include "simulator/text/forms.hpp"
#include "simulator/text/key_schema.hpp"
#include "simulator/text/scalars.hpp"
#include "simulator/text/value_fields.hpp"

namespace confd::sim::maapi {
namespace {

enum class Op : std::uint8_t { created, deleted, modified, value_set, moved_after, attr_set };
/// In that order, which is that of Mop from 1.
constexpr std::string_view op_names[] = {"created",   "deleted",     "modified",
                                         "value_set", "moved_after", "attr_set"};

enum class Attr : std::uint8_t { tags, annotation, inactive };
constexpr std::string_view attr_names[] = {"tags", "annotation", "inactive"};
constexpr std::uint32_t attr_numbers[] = {ATTR_TAGS, ATTR_ANNOTATION, ATTR_INACTIVE};

/// A change as it is written.
struct ChangeKeys {
    YamlPtr path;
    std::optional<Op> op;
    YamlPtr value;
    YamlPtr old;
    YamlPtr after;
    std::optional<Attr> attr;
    bool removed = false;
};

boost::json::object path_schema(const Key&) {
    return schema::either({schema::scalar(), schema::list_of(schema::typed("object"))});
}
constexpr auto path_form = forms::node(path_schema);
constexpr auto value_form = forms::node();

constexpr Key change_keys[] = {
    key<&ChangeKeys::path>(
        "path", path_form,
        "/interfaces/interface{eth0}/mtu by the names of the modules; without modules by hashes, "
        "/1265344724:321503962, or a list of steps, innermost first",
        {.presence = Presence::required}),
    key<&ChangeKeys::op>("op", "what happened to the node",
                         {.presence = Presence::required, .choices = op_names}),
    key<&ChangeKeys::value>(
        "value", value_form,
        "of value_set and attr_set; without modules typed, {type: uint16, value: 1500}"),
    key<&ChangeKeys::old>("old", value_form, "the value before"),
    key<&ChangeKeys::after>("after", value_form,
                            "of moved_after: the keys of the entry before it, or first"),
    key<&ChangeKeys::attr>("attr", "of attr_set", {.choices = attr_names}),
    key<&ChangeKeys::removed>("removed", "of attr_set, in place of value"),
};

/// What each operation needs, and what only others have.
void refine_change(boost::json::object& map) {
    using boost::json::array;
    using boost::json::object;
    const auto one = [](std::initializer_list<std::string_view> ops, array needed, array others) {
        array not_there;
        for (auto& other : others)
            not_there.push_back(object{{"required", array{std::move(other)}}});
        return object{{"properties", {{"op", schema::one_of_names(ops)}}},
                      {"required", std::move(needed)},
                      {"not", schema::either(std::move(not_there))}};
    };
    auto attr_set = one({"attr_set"}, {"attr"}, {"after"});
    attr_set["oneOf"] = array{object{{"required", {"value"}}}, object{{"required", {"removed"}}}};
    map["anyOf"] =
        array{one({"created", "deleted", "modified"}, {}, {"value", "after", "attr", "removed"}),
              one({"value_set"}, {"value"}, {"after", "attr", "removed"}),
              one({"moved_after"}, {"after"}, {"value", "attr", "removed"}), std::move(attr_set),
              object{{"properties", {{"op", schema::ref("variable")}}}}};
}

constexpr std::string_view kind_names[] = {"error", "badstate"};
enum class FailureKind : std::uint8_t { error, badstate };

struct FailureKeys {
    std::optional<std::size_t> count;
    std::optional<std::string> text;
    FailureKind kind = FailureKind::error;
};

constexpr Key error_keys[] = {
    key<&FailureKeys::count>("count", "after so many changes",
                             {.presence = Presence::required,
                              .low = 0,
                              .high = max_changes,
                              .what = "a number of changes"}),
    key<&FailureKeys::text>("text", forms::text, "what the reader is told",
                            {.presence = Presence::required}),
    key<&FailureKeys::kind>("kind", "what it is", {.choices = kind_names}),
};

class ChangeParser {
  public:
    ChangeParser(const YamlPtr& node, const Schema* schema, Diagnostics& diagnostics)
        : schema_(schema), diagnostics_(diagnostics), node_(*node) {
        Reading reading(diagnostics);
        given_.emplace(read_keys(node, change_shape, &keys_, reading));
    }

    DiffChange parse() {
        if (keys_.path != nullptr) resolve(*keys_.path);
        if (!keys_.op) return {};
        out_.op = static_cast<Mop>(static_cast<int>(*keys_.op) + 1);
        if (!target_) return {};
        take_values();
        return std::move(out_);
    }

    bool is_of_leaf_list() const { return target_ && target_->is_leaf_list; }
    bool is_of_presence_container() const { return target_ && target_->is_presence_container; }

  private:
    void report(std::string message) { diagnostics_.report(node_.place, std::move(message)); }

    template <auto M>
    void only_with(std::string_view name, std::initializer_list<Op> ops) {
        if (!given_->has<M>() || std::ranges::find(ops, *keys_.op) != ops.end()) return;
        std::string names;
        for (const auto op : ops)
            names += (names.empty() ? "" : " and ") + std::string(op_names[static_cast<int>(op)]);
        diagnostics_.report(given_->place<M>(), fmt::format("'{}' goes with {} only", name, names));
    }

    void take_values() {
        only_with<&ChangeKeys::value>("value", {Op::value_set, Op::attr_set});
        only_with<&ChangeKeys::after>("after", {Op::moved_after});
        only_with<&ChangeKeys::attr>("attr", {Op::attr_set});
        only_with<&ChangeKeys::removed>("removed", {Op::attr_set});
        if (keys_.op == Op::value_set) value_set(keys_.value.get());
        if (keys_.op == Op::moved_after) moved_after(keys_.after.get());
        if (keys_.op == Op::attr_set) attr_set();
        if (keys_.old == nullptr) return;
        out_.old_value = keys_.op == Op::attr_set ? attr_value(*keys_.old) : leaf_value(*keys_.old);
    }

    void resolve(const YamlNode& node) {
        if (!node.is_scalar()) return resolve_steps(node);
        if (schema_ != nullptr) {
            target_ = resolve_path(*schema_, node, diagnostics_);
            if (target_) out_.path = target_->path;
            return;
        }
        auto path = parse_keypath(node.text);
        if (!path) {
            diagnostics_.report(node.place, fmt::format("{}; names stand in paths only with "
                                                        "'modules' in the scenario",
                                                        path.error()));
            return;
        }
        target_.emplace();
        out_.path = std::move(*path);
    }

    /// As it is printed among the values of events.
    void resolve_steps(const YamlNode& node) {
        const auto scalar = [&](std::string text) {
            return std::make_shared<YamlNode>(YamlNode{.kind = YamlNode::Kind::scalar,
                                                       .place = node.place,
                                                       .text = std::move(text),
                                                       .plain = true});
        };
        YamlNode whole{.kind = YamlNode::Kind::map, .place = node.place};
        whole.entries.emplace_back(scalar("type"), scalar("objectref"));
        whole.entries.emplace_back(scalar("value"), std::make_shared<YamlNode>(node));
        const auto value = confd::sim::parse_value(whole, diagnostics_);
        if (!value) return;
        target_.emplace();
        out_.path = std::get<ObjectRef>(value->payload);
    }

    /// By the type of the leaf, where it is known; what was printed has its type with it.
    std::optional<Value> leaf_value(const YamlNode& node) {
        if (target_->node == nullptr || node.is_map())
            return confd::sim::parse_value(node, diagnostics_);
        if (target_->is_leaf) return parse_leaf(*target_->node, node, diagnostics_);
        diagnostics_.report(node.place, "only a leaf has a value, and the path leads to none");
        return std::nullopt;
    }

    void value_set(const YamlNode* value) {
        if (value == nullptr) return report("value_set needs 'value'");
        if (auto parsed = leaf_value(*value)) out_.new_value = std::move(*parsed);
    }

    void moved_after(const YamlNode* after) {
        if (after == nullptr) return report("moved_after needs 'after', keys or first");
        MovedAfter moved;
        const bool is_entry = target_->node == nullptr || target_->is_entry;
        if (!is_entry) report("moved_after needs a path to an entry of a list");
        const bool printed_first = after->is_sequence() && after->items.empty();
        if (printed_first || (after->is_scalar() && after->text == "first")) {
            out_.new_value = moved;
            return;
        }
        if (!is_entry) return;
        const bool typed =
            target_->node == nullptr || (after->is_sequence() && after->items.front()->is_map());
        moved.keys = typed ? typed_keys(*after) : parse_keys(*target_->node, *after, diagnostics_);
        if (moved.keys) out_.new_value = std::move(moved);
    }

    std::optional<ValueList> typed_keys(const YamlNode& node) {
        if (!node.is_sequence()) {
            report_expected(node, "a list of keys, or first", diagnostics_);
            return std::nullopt;
        }
        ValueList out;
        for (const auto& item : node.items) {
            auto value = confd::sim::parse_value(*item, diagnostics_);
            if (!value) return std::nullopt;
            out.items.push_back(std::move(*value));
        }
        return out;
    }

    void attr_set() {
        if (!keys_.attr) return report("attr_set needs 'attr'");
        AttrSet set{.attr = attr_numbers[static_cast<int>(*keys_.attr)], .value = {}};
        if ((keys_.value == nullptr) != keys_.removed) {
            return report("attr_set needs either 'value' or 'removed'");
        }
        if (keys_.value != nullptr) {
            auto parsed = attr_value(*keys_.value);
            if (!parsed) return;
            set.value = std::move(*parsed);
        }
        out_.new_value = std::move(set);
    }

    /// Tags are a list of texts, an annotation is a text, inactive is true or false.
    std::optional<Value> attr_value(const YamlNode& node) {
        if (node.is_map()) return confd::sim::parse_value(node, diagnostics_);
        if (keys_.attr == Attr::tags) {
            ValueList tags;
            for (auto& tag : parse_names(node, diagnostics_))
                tags.items.push_back(Value::buf(std::move(tag)));
            return Value{ValueType::list, std::move(tags)};
        }
        if (keys_.attr == Attr::inactive) {
            if (node.is_scalar() && (node.text == "true" || node.text == "false")) {
                return Value{ValueType::bool_, node.text == "true"};
            }
            report_expected(node, "true or false", diagnostics_);
            return std::nullopt;
        }
        auto text = parse_text(node, "a text", diagnostics_);
        return text ? std::optional(Value::buf(std::move(*text))) : std::nullopt;
    }

    const Schema* schema_;
    Diagnostics& diagnostics_;
    const YamlNode& node_;
    ChangeKeys keys_;
    std::optional<Given> given_;
    std::optional<Target> target_;
    DiffChange out_;
};

std::optional<Diff::Failure> parse_failure(const YamlPtr& node, Diagnostics& diagnostics) {
    FailureKeys keys;
    Reading reading(diagnostics);
    read_keys(node, error_shape, &keys, reading);
    if (!keys.count || !keys.text) return std::nullopt;
    const auto how =
        keys.kind == FailureKind::error ? DiffEnd::Kind::error : DiffEnd::Kind::badstate;
    return Diff::Failure{*keys.count, {how, std::move(*keys.text)}};
}

bool leave_out(const DiffChange& change, const YamlNode& node, const DiffRules& rules,
               Diagnostics& diagnostics) {
    if (rules.unsafe || !rules.hazard || change.path.steps.empty()) return false;
    const auto why = rules.hazard(change.path);
    if (!why) return false;
    const auto* path = node.find("path");
    diagnostics.warn_left_out(path == nullptr ? node.place : (*path)->place,
                              fmt::format("{}; the change is left out, {}", *why, unsafe_hint));
    return true;
}

}  // namespace

constexpr MapShape change_shape = shape_of<ChangeKeys>(
    "the keys of a change", "A change of a transaction.", change_keys, refine_change);
constexpr MapShape error_shape = shape_of<FailureKeys>(
    "the keys of error_after", "Reading the diff fails on the way.", error_keys);

std::optional<Diff> parse_diff(const YamlNode& changes, const YamlPtr& failure,
                               const DiffRules& rules, Diagnostics& diagnostics) {
    const auto before = diagnostics.reported();
    Diff out;
    out.unsafe = rules.unsafe;
    if (!changes.is_sequence()) report_expected(changes, "a list of changes", diagnostics);
    if (changes.items.size() > max_changes) {
        diagnostics.report(changes.place, fmt::format("more than {} changes", max_changes));
        return std::nullopt;
    }
    for (const auto& item : changes.items) {
        ChangeParser parser(item, rules.schema, diagnostics);
        auto change = parser.parse();
        if (leave_out(change, *item, rules, diagnostics)) continue;
        out.changes.push_back(std::move(change));
        const auto last = out.changes.size() - 1;
        if (parser.is_of_presence_container()) out.presence_containers.insert(last);
        if (parser.is_of_leaf_list()) out.whole_leaf_lists.insert(last);
    }
    if (failure != nullptr) out.failure = parse_failure(failure, diagnostics);
    if (diagnostics.reported() != before) return std::nullopt;
    return out;
}

}  // namespace confd::sim::maapi
