// SPDX-License-Identifier: Apache-2.0
#include "simulator/text/keys.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "simulator/text/scalars.hpp"

namespace confd::sim {
namespace {

class KeysReader {
  public:
    KeysReader(const YamlPtr& node, std::string_view what, std::span<const KeyPart> parts,
               Reading& reading)
        : node_(node),
          what_(what),
          parts_(parts),
          reading_(reading),
          diagnostics_(reading.diagnostics),
          given_(node) {
        for (const auto& part : parts) {
            for (const auto& key : part.keys) {
                if (std::ranges::find(names_, key.name) == names_.end()) names_.push_back(key.name);
                if (key.rules.alone) alone_ = &key;
            }
        }
    }

    Given read() {
        stands_alone_ = alone_ != nullptr && !node_->is_map() && !node_->is_null();
        if (!stands_alone_ && !check_form()) return std::move(given_);
        for (const auto& part : parts_) {
            if (part.into == nullptr) continue;
            for (const auto& key : part.keys) {
                if (const auto value = find(key)) read_value(key, value, part.into);
            }
        }
        if (!check_presence()) return std::move(given_);
        for (const auto& part : parts_) {
            if (part.into == nullptr) continue;
            std::ranges::for_each(part.keys, [&](const Key& key) { check_others(key); });
        }
        return std::move(given_);
    }

  private:
    YamlPtr find(const Key& key) const {
        if (stands_alone_) return &key == alone_ ? node_ : nullptr;
        const auto* found = node_->find(key.name);
        return found == nullptr ? nullptr : *found;
    }

    void read_value(const Key& key, const YamlPtr& value, void* into) {
        given_.add(key, value);
        const bool written = key.form->raw || reading_.first == nullptr;
        const auto node = written ? value : substitute(value, *reading_.first, diagnostics_);
        key.form->read(node, key.place(into), key, reading_);
    }

    std::vector<const Key*> with_presence(Presence presence) const {
        std::vector<const Key*> out;
        for (const auto& part : parts_) {
            if (part.into == nullptr) continue;
            for (const auto& key : part.keys)
                if (key.rules.presence == presence) out.push_back(&key);
        }
        return out;
    }

    /// Nothing at all is a map without keys where none is required.
    bool check_form() {
        const bool nothing = node_->is_null() && !names_.empty();
        if (!node_->is_map() && (!nothing || !with_presence(Presence::required).empty())) {
            report_expected(*node_, fmt::format("a map with {}", what_), diagnostics_);
            return false;
        }
        for (const auto& [key, value] : node_->entries) {
            if (std::ranges::find(names_, key->text) != names_.end()) continue;
            diagnostics_.report(key->place,
                                fmt::format("'{}' is not among {}: expected {}{}", key->text, what_,
                                            one_of(names_), suggestion(key->text, names_)));
        }
        return true;
    }

    /// What is `false` counts as left out.
    bool is_there(std::string_view name) const {
        const auto* found = stands_alone_ ? nullptr : node_->find(name);
        return found != nullptr && !((*found)->plain && (*found)->text == "false");
    }

    void check_others(const Key& key) {
        const auto value = find(key);
        if (value == nullptr) return;
        const auto& rules = key.rules;
        if (!rules.with.empty() && !is_there(rules.with)) {
            diagnostics_.report(value->place,
                                fmt::format("'{}' goes with '{}' only", key.name, rules.with));
        }
        if (!rules.older_name_of.empty() && is_there(rules.older_name_of)) {
            diagnostics_.report(value->place,
                                fmt::format("'{}' is the older name of '{}': expected one of them",
                                            key.name, rules.older_name_of));
        }
        if (!rules.without.empty() && is_there(rules.without)) {
            diagnostics_.report(value->place,
                                fmt::format("'{}' does not go with '{}'", key.name, rules.without));
        }
    }

    /// What is wrong first, since the rest may follow from it.
    bool check_presence() {
        const auto there = [&](const Key* key) { return find(*key) != nullptr; };
        bool good = true;
        for (const auto* key : with_presence(Presence::required)) {
            if (there(key)) continue;
            report_missing(fmt::format("'{}'", key->name));
            good = false;
        }
        if (const auto keys = with_presence(Presence::one_of); !keys.empty()) {
            const auto found = std::ranges::count_if(keys, there);
            if (found != 1) {
                diagnostics_.report(node_->place,
                                    fmt::format("expected exactly one of {}, found {}",
                                                one_of(names_of(keys, "")), found));
                return false;
            }
        }
        const auto keys = with_presence(Presence::any_of);
        if (keys.empty() || std::ranges::any_of(keys, there)) return good;
        report_missing(one_of(names_of(keys, "'")));
        return false;
    }

    static std::vector<std::string> names_of(const std::vector<const Key*>& keys,
                                             std::string_view quote) {
        std::vector<std::string> out;
        for (const auto* key : keys)
            out.push_back(fmt::format("{0}{1}{0}", quote, key->name));
        return out;
    }

    void report_missing(std::string_view what) {
        diagnostics_.report(node_->place, fmt::format("{} is missing", what));
    }

    const YamlPtr& node_;
    std::string_view what_;
    std::span<const KeyPart> parts_;
    Reading& reading_;
    Diagnostics& diagnostics_;
    Given given_;
    std::vector<std::string_view> names_;
    const Key* alone_ = nullptr;
    bool stands_alone_ = false;
};

}  // namespace

YamlPtr Given::find(const void* member) const {
    for (const auto& [key, node] : found_) {
        if (key->member == member) return node;
    }
    return nullptr;
}

const Key* lone_key(std::span<const Key> keys) {
    const auto found = std::ranges::find_if(keys, [](const Key& key) { return key.rules.alone; });
    return found == keys.end() ? nullptr : &*found;
}

std::string default_text(const Key& key, const void* usual) {
    if (!key.rules.otherwise.empty()) return std::string(key.rules.otherwise);
    if (usual == nullptr || key.form->text == nullptr) return {};
    if (key.rules.presence != Presence::optional) return {};
    const auto* value = key.peek(usual);
    return value == nullptr ? std::string() : key.form->text(value, key);
}

std::string default_text(const MapShape& shape, const Key& key) {
    const std::shared_ptr<const void> usual = shape.make == nullptr ? nullptr : shape.make();
    return default_text(key, usual.get());
}

Given read_keys(const YamlPtr& node, std::string_view what, std::span<const KeyPart> parts,
                Reading& reading) {
    return KeysReader(node, what, parts, reading).read();
}

Given read_keys(const YamlPtr& node, const MapShape& shape, void* into, Reading& reading) {
    const KeyPart part{shape.keys, into};
    return read_keys(node, shape.what, std::span(&part, 1), reading);
}

}  // namespace confd::sim
