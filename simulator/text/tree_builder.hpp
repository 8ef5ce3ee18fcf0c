// SPDX-License-Identifier: Apache-2.0
// Builds the tree of yaml.hpp from what a parser meets in a text, one call after another, and sees
// to its limits. Which parser that is, of YAML or of JSON, it does not know.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "simulator/text/yaml.hpp"

namespace confd::sim {

class TreeBuilder {
  public:
    /// Thrown when there is no going on; what was wrong has been reported.
    struct Stop {};

    TreeBuilder(std::shared_ptr<const std::string> file, Diagnostics& diagnostics)
        : file_(std::move(file)), diagnostics_(diagnostics) {}

    // Each returns the node, which is part of the tree already.
    YamlPtr null(const Place& place);
    YamlPtr scalar(const Place& place, std::string text, bool plain);
    /// A sequence or a map: what comes until close() stands in it.
    void open(YamlNode::Kind kind, const Place& place);
    YamlPtr close();
    /// A node that is there already, once more.
    void add(YamlPtr node, const Place& place);

    /// The key whose value comes next, or null.
    const YamlNode* open_key() const;
    [[noreturn]] void stop(const Place& place, std::string message);
    /// The whole tree, or null without a node.
    YamlPtr take() { return std::move(root_); }

    Diagnostics& diagnostics() { return diagnostics_; }
    const std::shared_ptr<const std::string>& file() const { return file_; }

  private:
    struct Open {
        std::shared_ptr<YamlNode> node;
        YamlPtr key;                                 // of the entry whose value comes next
        std::unordered_map<std::string, int> lines;  // of the keys so far
    };

    void take_key(Open& top, YamlPtr key, const Place& place);

    std::shared_ptr<const std::string> file_;
    Diagnostics& diagnostics_;
    std::vector<Open> open_;
    YamlPtr root_;
};

}  // namespace confd::sim
