#include "simulator/maapi/diff_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "protocol/maapi/keypath.hpp"
#include "simulator/maapi/schema_path.hpp"
#include "simulator/text/field_map.hpp"
#include "simulator/text/scalars.hpp"
#include "simulator/text/value_fields.hpp"

namespace confd::sim::maapi {
namespace {

/// In the order of their numbers, from 1.
constexpr std::string_view op_names[] = {"created",   "deleted",     "modified",
                                         "value_set", "moved_after", "attr_set"};
constexpr std::string_view attr_names[] = {"tags", "annotation", "inactive"};
constexpr std::uint32_t attr_numbers[] = {ATTR_TAGS, ATTR_ANNOTATION, ATTR_INACTIVE};
constexpr std::string_view kind_names[] = {"error", "badstate"};

constexpr Key change_keys[] = {
    {.name = "path",
     .takes = Takes::any,
     .doc = "/interfaces/interface{eth0}/mtu by the names of the modules; without modules by "
            "hashes, /1265344724:321503962, or a list of steps, innermost first",
     .required = true},
    {.name = "op",
     .takes = Takes::choice,
     .doc = "what happened to the node",
     .required = true,
     .choices = op_names},
    {.name = "value",
     .takes = Takes::any,
     .doc = "of value_set and attr_set; without modules typed, {type: uint16, value: 1500}"},
    {.name = "old", .takes = Takes::any, .doc = "the value before"},
    {.name = "after",
     .takes = Takes::any,
     .doc = "of moved_after: the keys of the entry before it, or first"},
    {.name = "attr", .takes = Takes::choice, .doc = "of attr_set", .choices = attr_names},
    {.name = "removed", .takes = Takes::flag, .doc = "of attr_set, in place of value"},
};

constexpr Key error_keys[] = {
    {.name = "count",
     .takes = Takes::integer,
     .doc = "after so many changes",
     .required = true,
     .low = 0,
     .high = max_changes},
    {.name = "text", .takes = Takes::text, .doc = "what the reader is told", .required = true},
    {.name = "kind",
     .takes = Takes::choice,
     .doc = "what it is",
     .otherwise = "error",
     .choices = kind_names},
};

std::optional<std::size_t> parse_choice(const YamlNode& node,
                                        std::span<const std::string_view> names,
                                        Diagnostics& diagnostics) {
    const auto found = std::ranges::find(names, node.text);
    if (node.is_scalar() && found != names.end()) {
        return static_cast<std::size_t>(found - names.begin());
    }
    diagnostics.report(node.place, fmt::format("expected {}, found {}{}", one_of(names),
                                               describe(node), suggestion(node.text, names)));
    return std::nullopt;
}

bool is_true(const YamlNode& node) {
    return node.is_scalar() && node.plain && node.text == "true";
}

class ChangeParser {
  public:
    ChangeParser(const YamlNode& node, const Schema* schema, Diagnostics& diagnostics)
        : map_(node, std::string(change_shape.what), diagnostics),
          schema_(schema),
          diagnostics_(diagnostics) {}

    DiffChange parse() {
        const auto* path = map_.take("path");
        const auto* op = map_.take("op");
        if (!map_.node().is_map()) return {};
        if (path == nullptr) report("'path' is missing");
        if (op == nullptr) report("'op' is missing");
        if (path != nullptr) resolve(*path);
        const auto known = op == nullptr ? std::nullopt : parse_choice(*op, op_names, diagnostics_);
        if (!known) return {};
        out_.op = static_cast<Mop>(*known + 1);
        if (!target_) return {};
        take_values();
        map_.finish();
        return std::move(out_);
    }

    bool is_of_leaf_list() const { return target_ && target_->is_leaf_list; }
    bool is_of_presence_container() const { return target_ && target_->is_presence_container; }

  private:
    void report(std::string message) { diagnostics_.report(map_.node().place, std::move(message)); }

    /// `name` may stand only with this op.
    const YamlNode* take_with(std::string_view name, Mop op) {
        if (out_.op == op) return map_.take(name);
        map_.forbid(name, fmt::format("goes with {}", op_names[op - 1]));
        return nullptr;
    }

    void take_values() {
        const auto* old = map_.take("old");
        const auto* after = take_with("after", MOP_MOVED_AFTER);
        const auto* attr = take_with("attr", MOP_ATTR_SET);
        const auto* removed = take_with("removed", MOP_ATTR_SET);
        if (out_.op == MOP_VALUE_SET) value_set(map_.take("value"));
        if (out_.op == MOP_MOVED_AFTER) moved_after(after);
        if (out_.op == MOP_ATTR_SET) attr_set(attr, map_.take("value"), removed);
        if (out_.op != MOP_VALUE_SET && out_.op != MOP_ATTR_SET) {
            map_.forbid("value", "goes with value_set and attr_set");
        }
        if (old == nullptr) return;
        out_.old_value = out_.op == MOP_ATTR_SET ? attr_value(attr, *old) : leaf_value(*old);
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

    void attr_set(const YamlNode* attr, const YamlNode* value, const YamlNode* removed) {
        if (attr == nullptr) return report("attr_set needs 'attr'");
        const auto number = parse_choice(*attr, attr_names, diagnostics_);
        if (!number) return;
        AttrSet set{.attr = attr_numbers[*number], .value = {}};
        if (removed != nullptr && !is_true(*removed)) {
            report_expected(*removed, "true", diagnostics_);
        }
        if ((value == nullptr) == (removed == nullptr)) {
            return report("attr_set needs either 'value' or 'removed'");
        }
        if (value != nullptr) {
            auto parsed = attr_value(attr, *value);
            if (!parsed) return;
            set.value = std::move(*parsed);
        }
        out_.new_value = std::move(set);
    }

    /// Tags are a list of texts, an annotation is a text, inactive is true or false.
    std::optional<Value> attr_value(const YamlNode* attr, const YamlNode& node) {
        if (node.is_map()) return confd::sim::parse_value(node, diagnostics_);
        const auto name = attr == nullptr ? std::string_view() : std::string_view(attr->text);
        if (name == "tags") {
            ValueList tags;
            for (auto& tag : parse_names(node, diagnostics_))
                tags.items.push_back(Value::buf(std::move(tag)));
            return Value{ValueType::list, std::move(tags)};
        }
        if (name == "inactive") {
            if (node.is_scalar() && (is_true(node) || node.text == "false")) {
                return Value{ValueType::bool_, node.text == "true"};
            }
            report_expected(node, "true or false", diagnostics_);
            return std::nullopt;
        }
        auto text = parse_text(node, "a text", diagnostics_);
        return text ? std::optional(Value::buf(std::move(*text))) : std::nullopt;
    }

    FieldMap map_;
    const Schema* schema_;
    Diagnostics& diagnostics_;
    std::optional<Target> target_;
    DiffChange out_;
};

std::optional<Diff::Failure> parse_failure(const YamlNode& node, Diagnostics& diagnostics) {
    FieldMap map(node, std::string(error_shape.what), diagnostics);
    const auto* count = map.take("count");
    const auto* text = map.take("text");
    const auto* kind = map.take("kind");
    map.finish();
    if (!node.is_map()) return std::nullopt;
    if (count == nullptr || text == nullptr) {
        diagnostics.report(node.place, "'count' and 'text' are needed");
        return std::nullopt;
    }
    const auto number = parse_int(*count, 0, max_changes, "a number of changes", diagnostics);
    auto words = parse_text(*text, "a text", diagnostics);
    const auto which = kind == nullptr ? 0 : parse_choice(*kind, kind_names, diagnostics);
    if (!number || !words || !which) return std::nullopt;
    const auto how = *which == 0 ? DiffEnd::Kind::error : DiffEnd::Kind::badstate;
    return Diff::Failure{static_cast<std::size_t>(*number), {how, std::move(*words)}};
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

const MapShape change_shape{"the keys of a change", "A change of a transaction.", change_keys};
const MapShape error_shape{"the keys of error_after", "Reading the diff fails on the way.",
                           error_keys};

std::optional<Diff> parse_diff(const YamlNode& changes, const YamlNode* failure,
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
        ChangeParser parser(*item, rules.schema, diagnostics);
        auto change = parser.parse();
        if (leave_out(change, *item, rules, diagnostics)) continue;
        out.changes.push_back(std::move(change));
        const auto last = out.changes.size() - 1;
        if (parser.is_of_presence_container()) out.presence_containers.insert(last);
        if (parser.is_of_leaf_list()) out.whole_leaf_lists.insert(last);
    }
    if (failure != nullptr) out.failure = parse_failure(*failure, diagnostics);
    if (diagnostics.reported() != before) return std::nullopt;
    return out;
}

}  // namespace confd::sim::maapi
