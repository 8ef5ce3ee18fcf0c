#include "simulator/scenario/yaml.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <unordered_map>

#include "protocol/utf8.hpp"

namespace confd::sim {
namespace {

/// Stops the parser; what was wrong has been reported.
struct Stop {};

/// Builds the tree from the parser's events.
class Builder : public YAML::EventHandler {
  public:
    Builder(std::shared_ptr<const std::string> file, Diagnostics& diagnostics)
        : file_(std::move(file)), diagnostics_(diagnostics) {}

    YamlPtr take() { return root_; }
    Place place(const YAML::Mark& mark) const {
        if (mark.is_null()) return {file_, 1, 1};
        return {file_, mark.line + 1, mark.column + 1};
    }

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        auto node = make(YamlNode::Kind::null, mark);
        // The parser is at what comes after it, which may be on another line.
        if (!open_.empty() && open_.back().key) node->place = open_.back().key->place;
        finish(std::move(node), anchor);
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end()) stop(mark, "an alias inside what it stands for");
        add(found->second, mark);
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        if (tag != "?" && tag != "!") report_tag(mark, tag);
        auto node = make(YamlNode::Kind::scalar, mark);
        node->text = value;
        node->plain = tag == "?";
        finish(std::move(node), anchor);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(YamlNode::Kind::sequence, mark, tag, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(YamlNode::Kind::map, mark, tag, anchor);
    }
    void OnMapEnd() override { close(); }

  private:
    struct Open {
        std::shared_ptr<YamlNode> node;
        YAML::anchor_t anchor;
        YamlPtr key;                                 // of the entry whose value comes next
        std::unordered_map<std::string, int> lines;  // of the keys so far
    };

    std::shared_ptr<YamlNode> make(YamlNode::Kind kind, const YAML::Mark& mark) const {
        auto node = std::make_shared<YamlNode>();
        node->kind = kind;
        node->place = place(mark);
        return node;
    }

    void report_tag(const YAML::Mark& mark, const std::string& tag) {
        diagnostics_.report(place(mark), fmt::format("the tag {} has no meaning here", tag));
    }

    [[noreturn]] void stop(const YAML::Mark& mark, std::string message) {
        diagnostics_.report(place(mark), std::move(message));
        throw Stop{};
    }

    void open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
              YAML::anchor_t anchor) {
        if (tag != "?" && tag != "!" && !tag.empty()) report_tag(mark, tag);
        if (open_.size() >= max_yaml_nesting) {
            stop(mark, fmt::format("nested deeper than {} levels", max_yaml_nesting));
        }
        open_.push_back({make(kind, mark), anchor, nullptr, {}});
    }

    void close() {
        auto top = std::move(open_.back());
        open_.pop_back();
        finish(std::move(top.node), top.anchor);
    }

    void finish(std::shared_ptr<YamlNode> node, YAML::anchor_t anchor) {
        if (anchor != YAML::anchor_t{}) anchors_[anchor] = node;
        const auto place = node->place;
        YAML::Mark mark;
        mark.line = place.line - 1;
        mark.column = place.column - 1;
        add(std::move(node), mark);
    }

    void add(YamlPtr node, const YAML::Mark& mark) {
        if (open_.empty()) {
            root_ = std::move(node);
            return;
        }
        auto& top = open_.back();
        top.node->weight += node->weight;
        if (top.node->weight > max_yaml_nodes) {
            stop(mark,
                 fmt::format("more than {} nodes with every alias written out", max_yaml_nodes));
        }
        if (top.node->is_sequence()) {
            top.node->items.push_back(std::move(node));
        } else if (top.key == nullptr) {
            take_key(top, std::move(node), mark);
        } else {
            top.node->entries.emplace_back(std::exchange(top.key, nullptr), std::move(node));
        }
    }

    void take_key(Open& top, YamlPtr key, const YAML::Mark& mark) {
        if (!key->is_scalar()) {
            stop(mark, fmt::format("{} as a key, expected a name", describe(*key)));
        }
        const auto [first, added] = top.lines.emplace(key->text, key->place.line);
        if (!added) {
            diagnostics_.report(
                place(mark), fmt::format("the key '{}' is there twice; first on line {}", key->text,
                                         first->second));
        }
        top.key = std::move(key);
    }

    std::shared_ptr<const std::string> file_;
    Diagnostics& diagnostics_;
    std::vector<Open> open_;
    std::unordered_map<YAML::anchor_t, YamlPtr> anchors_;
    YamlPtr root_;
};

/// The parser's own messages, without the place it puts in front of them.
void report_syntax(const YAML::Exception& error, const Builder& builder, Diagnostics& diagnostics) {
    diagnostics.report(builder.place(error.mark), fmt::format("not YAML: {}", error.msg));
}

/// Where another document begins, if one does. What is wrong in it does not matter.
std::optional<Place> next_document(YAML::Parser& parser, const YamlNode& root) {
    Diagnostics ignored;
    Builder builder(root.place.file, ignored);
    try {
        if (!parser.HandleNextDocument(builder)) return std::nullopt;
    } catch (const Stop&) {
        return ignored.take().front().place;
    }
    const auto more = builder.take();
    return more ? more->place : root.place;
}

/// The parser would take a NUL for a part of UTF-16, and read on whatever the bytes are.
bool is_text(std::string_view text, const std::shared_ptr<const std::string>& file,
             Diagnostics& diagnostics) {
    const auto good = std::min(utf8_prefix(text), text.find('\0'));
    if (good >= text.size()) return true;
    const auto before = text.substr(0, good);
    const auto line = 1 + std::ranges::count(before, '\n');
    const auto column = good - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
    diagnostics.report({file, static_cast<int>(line), static_cast<int>(column)},
                       fmt::format("byte {:#04x}, expected a text in UTF-8",
                                   static_cast<std::uint8_t>(text[good])));
    return false;
}

bool is_number(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

const YamlPtr* YamlNode::find(std::string_view key) const {
    for (const auto& [name, value] : entries) {
        if (name->text == key) return &value;
    }
    return nullptr;
}

std::string describe(const YamlNode& node) {
    constexpr std::size_t shown = 40;
    switch (node.kind) {
        case YamlNode::Kind::null:
            return "nothing";
        case YamlNode::Kind::sequence:
            return node.items.empty() ? "an empty list" : "a list";
        case YamlNode::Kind::map:
            return node.entries.empty() ? "an empty map" : "a map";
        case YamlNode::Kind::scalar:
            break;
    }
    if (node.plain && is_number(node.text)) return fmt::format("the number {}", node.text);
    if (node.text.size() <= shown) return fmt::format("the text \"{}\"", node.text);
    return fmt::format("the text \"{}...\"", node.text.substr(0, shown));
}

YamlPtr parse_yaml(std::string_view text, std::shared_ptr<const std::string> file,
                   Diagnostics& diagnostics) {
    Builder builder(std::move(file), diagnostics);
    if (text.size() > max_scenario_bytes) {
        diagnostics.report(builder.place({}),
                           fmt::format("the file has {} bytes, at most {} are read", text.size(),
                                       max_scenario_bytes));
        return nullptr;
    }
    if (!is_text(text, builder.place({}).file, diagnostics)) return nullptr;
    std::istringstream stream{std::string(text)};
    try {
        YAML::Parser parser(stream);
        if (!parser.HandleNextDocument(builder)) {
            diagnostics.report(builder.place({}), "the file is empty, expected a scenario");
            return nullptr;
        }
        const auto root = builder.take();
        if (const auto more = next_document(parser, *root)) {
            diagnostics.report(*more, "a second document, expected one scenario a file");
        }
        return root;
    } catch (const YAML::Exception& error) {
        report_syntax(error, builder, diagnostics);
    } catch (const Stop&) {
        // Reported where it was thrown.
    }
    return nullptr;
}

}  // namespace confd::sim
