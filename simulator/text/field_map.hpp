// SPDX-License-Identifier: Apache-2.0
// A YAML map whose keys are asked for one by one; what was not asked for is an error at the end.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "simulator/text/yaml.hpp"

namespace confd::sim {

class FieldMap {
  public:
    /// `what` names the map in messages: "the fields of NOTIF_AUDIT". Reports when it is no map;
    /// then it has no entries.
    FieldMap(const YamlNode& node, std::string what, Diagnostics& diagnostics);

    /// The value under a key, or null; the key is one that may stand here.
    const YamlNode* take(std::string_view key) { return take_shared(key).get(); }
    YamlPtr take_shared(std::string_view key);
    /// The key may stand here, and means nothing.
    void pass_over(std::string_view key) { passed_over_.push_back(key); }
    /// The key exists, but not in this form of the event.
    void forbid(std::string_view key, std::string why);
    /// Reports keys that may not stand here.
    void finish();

    const YamlNode& node() const { return node_; }

  private:
    struct Forbidden {
        std::string_view key;
        std::string why;
    };

    void report(const YamlNode& key);

    const YamlNode& node_;
    std::string what_;
    Diagnostics& diagnostics_;
    std::vector<std::string_view> known_;
    std::vector<std::string_view> passed_over_;
    std::vector<Forbidden> forbidden_;
};

}  // namespace confd::sim
