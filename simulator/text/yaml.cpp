// SPDX-License-Identifier: Apache-2.0
#include "simulator/text/yaml.hpp"

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
#include <utility>
#include <vector>

#include "protocol/utf8.hpp"
#include "simulator/text/json_text.hpp"
#include "simulator/text/tree_builder.hpp"

namespace confd::sim {
namespace {

Place place_of(const YAML::Mark& mark, const TreeBuilder& tree) {
    if (mark.is_null()) return {tree.file(), 1, 1};
    return {tree.file(), mark.line + 1, mark.column + 1};
}

/// Hands what YAML's parser meets to the tree.
class Events : public YAML::EventHandler {
  public:
    explicit Events(TreeBuilder& tree) : tree_(tree) {}

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        // The parser is at what comes after it, which may be on another line.
        const auto* key = tree_.open_key();
        remember(anchor, tree_.null(key != nullptr ? key->place : place(mark)));
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end()) tree_.stop(place(mark), "an alias inside what it stands for");
        tree_.add(found->second, place(mark));
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        if (tag != "?" && tag != "!") report_tag(mark, tag);
        remember(anchor, tree_.scalar(place(mark), value, tag == "?"));
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
    Place place(const YAML::Mark& mark) const { return place_of(mark, tree_); }

    void report_tag(const YAML::Mark& mark, const std::string& tag) {
        tree_.diagnostics().report(place(mark), fmt::format("the tag {} has no meaning here", tag));
    }

    void open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
              YAML::anchor_t anchor) {
        if (tag != "?" && tag != "!" && !tag.empty()) report_tag(mark, tag);
        tree_.open(kind, place(mark));
        open_.push_back(anchor);
    }
    void close() {
        const auto anchor = open_.back();
        open_.pop_back();
        remember(anchor, tree_.close());
    }

    void remember(YAML::anchor_t anchor, YamlPtr node) {
        if (anchor != YAML::anchor_t{}) anchors_[anchor] = std::move(node);
    }

    TreeBuilder& tree_;
    std::vector<YAML::anchor_t> open_;  // of the maps and sequences that are open
    std::unordered_map<YAML::anchor_t, YamlPtr> anchors_;
};

/// The parser's own message, without the place it puts in front of it.
Diagnostic syntax_error(const YAML::Exception& error, const TreeBuilder& tree) {
    auto message = fmt::format("not YAML: {}", error.msg);
    if (error.msg.starts_with(YAML::ErrorMsg::INVALID_UNICODE)) {
        message += "; surrogate pairs are read where the whole text is JSON";
    }
    return {place_of(error.mark, tree), std::move(message)};
}

/// Where another document begins, if one does. What is wrong in it does not matter.
std::optional<Place> next_document(YAML::Parser& parser, const YamlNode& root) {
    Diagnostics ignored;
    TreeBuilder tree(root.place.file, ignored);
    Events events(tree);
    try {
        if (!parser.HandleNextDocument(events)) return std::nullopt;
    } catch (const TreeBuilder::Stop&) {
        return ignored.take().front().place;
    }
    const auto more = tree.take();
    return more ? more->place : root.place;
}

/// What is no YAML, if that is why there is no tree; everything else has been reported.
std::optional<Diagnostic> read_yaml(std::string_view text, TreeBuilder& tree, YamlPtr& root) {
    std::istringstream stream{std::string(text)};
    try {
        YAML::Parser parser(stream);
        Events events(tree);
        if (!parser.HandleNextDocument(events)) {
            tree.diagnostics().report({tree.file(), 1, 1},
                                      "the file is empty, expected a scenario");
            return std::nullopt;
        }
        const auto whole = tree.take();
        if (const auto more = next_document(parser, *whole)) {
            tree.diagnostics().report(*more, "a second document, expected one scenario a file");
        }
        root = whole;
    } catch (const YAML::Exception& error) {
        return syntax_error(error, tree);
    } catch (const TreeBuilder::Stop&) {
        // Reported where it was thrown.
    }
    return std::nullopt;
}

/// The same for JSON.
std::optional<JsonError> read_json(std::string_view text, TreeBuilder& tree, YamlPtr& root) {
    try {
        auto error = read_json(text, tree);
        if (!error) root = tree.take();
        return error;
    } catch (const TreeBuilder::Stop&) {
        return std::nullopt;
    }
}

bool before(const Place& a, const Place& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
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

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

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
    if (text.size() > max_scenario_bytes) {
        diagnostics.report({file, 1, 1}, fmt::format("the file has {} bytes, at most {} are read",
                                                     text.size(), max_scenario_bytes));
        return nullptr;
    }
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    if (!is_text(text, file, diagnostics)) return nullptr;
    YamlPtr root;
    std::optional<Diagnostic> json_error;
    if (looks_like_json(text)) {
        // YAML looks like that too: what a half of it has reported is forgotten then.
        Diagnostics found;
        TreeBuilder tree(file, found);
        const auto error = read_json(text, tree, root);
        if (!error) {
            for (auto& one : found.take())
                diagnostics.report(one.place, std::move(one.message));
            return root;
        }
        json_error = {place_in(text, error->at, file), "not JSON: " + error->message};
    }
    TreeBuilder tree(file, diagnostics);
    auto error = read_yaml(text, tree, root);
    // Whichever could read more of it is what it was meant to be.
    if (error && json_error && !before(json_error->place, error->place)) error = json_error;
    if (error) diagnostics.report(error->place, error->message);
    return root;
}

}  // namespace confd::sim
