// SPDX-License-Identifier: Apache-2.0
// A file of cases: what is the same in all of them, then the cases, each with what it has of its
// own; conformance/cases/README.md.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "conformance/kit/model/case_keys.hpp"
#include "conformance/kit/model/names.hpp"
#include "conformance/kit/model/registry.hpp"
#include "conformance/kit/model/yaml_text.hpp"
#include "simulator/text/field_map.hpp"
#include "simulator/text/scalars.hpp"
#include "simulator/text/variables.hpp"

namespace confd::kit {
namespace {

using sim::FieldMap;
using sim::YamlNode;
using sim::YamlPtr;

YamlPtr scalar(std::string_view text, const sim::Place& place) {
    YamlNode node{.kind = YamlNode::Kind::scalar, .place = place};
    node.text = text;
    node.plain = true;
    return std::make_shared<const YamlNode>(std::move(node));
}

/// A map that is put together of what stands in different places.
class MapBuilder {
  public:
    explicit MapBuilder(const sim::Place& place) : node_{YamlNode::Kind::map, place} {}

    /// What is said later holds.
    void set(const YamlPtr& key, const YamlPtr& value) {
        const auto found = std::ranges::find(node_.entries, key->text,
                                             [](const auto& entry) { return entry.first->text; });
        if (found != node_.entries.end()) node_.entries.erase(found);
        node_.entries.emplace_back(key, value);
    }
    void set(std::string_view key, const YamlPtr& value) { set(scalar(key, value->place), value); }

    bool empty() const { return node_.entries.empty(); }
    YamlPtr take() {
        for (const auto& [key, value] : node_.entries)
            node_.weight += key->weight + value->weight;
        return std::make_shared<const YamlNode>(std::move(node_));
    }

  private:
    YamlNode node_;
};

/// One case: what it says itself, or its row of a table, and what its file says for all.
class CaseBuilder {
  public:
    /// `row` is null for a case without a table.
    CaseBuilder(Case& out, const YamlNode& head, const YamlNode& body, const YamlNode* row,
                const sim::Place& place, sim::Diagnostics& diagnostics)
        : out_(out), head_(head), body_(body), row_(row), place_(place), diagnostics_(diagnostics) {
        if (row_ == nullptr) return;
        for (const auto& [key, value] : row_->entries)
            words_.set(key->text, value);
    }

    void build() {
        if (out_.part == Part::client) out_.client.emplace();
        read_keys();
        if (out_.part == Part::codec) return;
        if (out_.part == Part::client) imply_features();
        out_.played = out_.part == Part::client ? scenario() : script();
        out_.script = yaml_text(*out_.played);
    }

  private:
    /// All but what is played.
    void read_keys() {
        std::vector<sim::KeyPart> parts{{common_keys(), &out_}};
        if (out_.client) parts.push_back({client_keys(), &*out_.client});
        if (out_.part == Part::codec) parts.push_back({codec_keys(), &out_});
        MapBuilder own(place_);
        for (const auto& part : parts) {
            for (const auto& key : part.keys)
                if (const auto node = find(key.name)) own.set(key.name, node);
        }
        sim::Reading reading(diagnostics_);
        const auto given = sim::read_keys(own.take(), "the keys of a case", parts, reading);
        if (!out_.client) return;
        out_.client->about_release = given.has<&ClientSetup::release>();
        out_.client->about_product = given.has<&ClientSetup::product>();
    }

    /// What holds for the case under a key: the nearest. Null when there is nothing.
    YamlPtr find(std::string_view key) const {
        if (row_ != nullptr) {
            if (const auto* found = row_->find(key)) return *found;
            if (const auto* found = body_.find(key))
                return is_played(key) ? *found : substitute(*found, words_, diagnostics_);
        }
        for (const auto* layer : {&body_, &head_})
            if (const auto* found = layer->find(key)) return *found;
        return nullptr;
    }

    /// Variables of what is played are the scenario's.
    bool is_played(std::string_view key) const {
        return std::ranges::find(played_keys(out_.part), key) != played_keys(out_.part).end();
    }

    YamlPtr scenario() const {
        MapBuilder out(place_);
        out.set("format", scalar("1", place_));
        const auto all_steps = steps();
        if (const auto all_vars = vars(*all_steps)) out.set("vars", all_vars);
        for (const auto* key : {"modules", "allow", "sessions", "streams"})
            if (const auto node = find(key)) out.set(key, node);
        out.set("steps", all_steps);
        return out.take();
    }

    /// A server's steps with their variables written out.
    YamlPtr script() const {
        const auto all_steps = steps();
        sim::Scope scope;
        if (const auto all_vars = vars(*all_steps)) {
            for (const auto& [key, value] : all_vars->entries)
                scope.set(key->text, substitute(value, scope, diagnostics_));
        }
        return substitute(all_steps, scope, diagnostics_);
    }

    YamlPtr steps() const {
        YamlNode out{.kind = YamlNode::Kind::sequence, .place = place_};
        if (find("steps") == nullptr) diagnostics_.report(place_, "'steps' is missing");
        for (const auto* key : {"before", "steps", "after"}) {
            const auto some = find(key);
            if (some == nullptr) continue;
            if (!some->is_sequence()) report_expected(*some, "a list of steps", diagnostics_);
            for (const auto& step : some->items) {
                out.items.push_back(step);
                out.weight += step->weight;
            }
        }
        return std::make_shared<const YamlNode>(std::move(out));
    }

    /// The variables of the file and of the case, and what the case's row says for its steps. Null
    /// when there are none.
    YamlPtr vars(const YamlNode& all_steps) const {
        MapBuilder out(place_);
        if (row_ != nullptr) {
            const auto used = variables_in(all_steps);
            for (const auto& [key, value] : row_->entries)
                if (std::ranges::find(used, key->text) != used.end()) out.set(key, value);
        }
        for (const auto* layer : {&head_, &body_}) {
            const auto* more = layer->find("vars");
            if (more == nullptr) continue;
            if (!(*more)->is_map()) report_expected(**more, "a map of variables", diagnostics_);
            for (const auto& [key, value] : (*more)->entries)
                out.set(key, value);
        }
        return out.empty() ? nullptr : out.take();
    }

    /// What a case needs by what it asks for need not be written a second time.
    void imply_features() {
        const auto& client = *out_.client;
        const auto imply = [&](bool needed, const char* feature) {
            if (needed && !out_.needs(feature)) out_.features.emplace_back(feature);
        };
        imply(client.prints, "output");
        imply(!client.stream.empty(), "streams");
        imply(client.heartbeat + client.health_check > 0, "intervals");
        imply(client.secret != Secret::none || client.server_secret, "access");
        imply(client.unix_socket, "unix");
    }

    Case& out_;
    const YamlNode& head_;
    const YamlNode& body_;
    const YamlNode* row_;
    const sim::Place& place_;
    sim::Diagnostics& diagnostics_;
    sim::Scope words_;
};

class FileLoader {
  public:
    FileLoader(const std::string& path, sim::Diagnostics& diagnostics)
        : path_(path), group_(path.substr(0, path.find('.'))), diagnostics_(diagnostics) {}

    std::vector<Case> load(const YamlNode& head) {
        const auto part = part_of(std::string_view(group_).substr(0, group_.find('/')));
        if (!part) {
            diagnostics_.report(head.place, "the file is in no folder client, server or codec");
            return {};
        }
        part_ = *part;
        head_ = &head;
        constexpr std::array<std::string_view, 1> cases{"cases"};
        check_keys(head, "the keys of a file of cases", cases);
        for_each_of(head, "cases",
                    [&](const YamlNode& name, const YamlNode& body) { load_entry(name, body); });
        return std::move(out_);
    }

  private:
    /// A case, or a table of some.
    void load_entry(const YamlNode& name, const YamlNode& body) {
        if (body.find("each") == nullptr) {
            check_keys(body, "the keys of a case", {});
            return add(name, body, nullptr);
        }
        constexpr std::array<std::string_view, 1> each{"each"};
        check_keys(body, "the keys of a case", each);
        const auto used = variables_in(body);
        const std::vector<std::string_view> words(used.begin(), used.end());
        for_each_of(body, "each", [&](const YamlNode& row_name, const YamlNode& row) {
            check_keys(row, "the keys of a case and the variables in it", words);
            add(row_name, body, &row);
        });
    }

    template <class F>
    void for_each_of(const YamlNode& map, std::string_view key, F&& load_one) {
        const auto* found = map.find(key);
        if (found == nullptr) {
            return diagnostics_.report(map.place, fmt::format("'{}' is missing", key));
        }
        if (!(*found)->is_map()) {
            return report_expected(**found, "a map of cases by their names", diagnostics_);
        }
        for (const auto& [name, body] : (*found)->entries)
            load_one(*name, *body);
    }

    void check_keys(const YamlNode& node, std::string what,
                    std::span<const std::string_view> others) {
        FieldMap map(node, std::move(what), diagnostics_);
        for (const auto name : key_names(part_))
            map.take(name);
        for (const auto other : others)
            map.take(other);
        map.finish();
    }

    void add(const YamlNode& name, const YamlNode& body, const YamlNode* row) {
        constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789-";
        if (name.text.empty() || name.text.find_first_not_of(letters) != std::string::npos) {
            report_expected(name, "the end of an ID: small letters, digits and -", diagnostics_);
        }
        auto& test = out_.emplace_back();
        test.id = group_ + "/" + name.text;
        test.part = part_;
        test.file = path_;
        test.line = name.place.line;
        CaseBuilder(test, *head_, body, row, name.place, diagnostics_).build();
    }

    const std::string& path_;
    std::string group_;  // what the IDs begin with
    Part part_{};
    const YamlNode* head_ = nullptr;
    sim::Diagnostics& diagnostics_;
    std::vector<Case> out_;
};

}  // namespace

std::expected<std::vector<Case>, std::vector<sim::Diagnostic>> load_cases(std::string_view text,
                                                                          const std::string& path) {
    sim::Diagnostics diagnostics;
    const auto root = sim::parse_yaml(text, std::make_shared<const std::string>(path), diagnostics);
    std::vector<Case> out;
    if (root != nullptr) out = FileLoader(path, diagnostics).load(*root);
    if (!diagnostics.empty()) return std::unexpected(diagnostics.take());
    return out;
}

}  // namespace confd::kit
