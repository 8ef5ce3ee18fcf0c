// Filters: compiled here, evaluated by libyang.
#include <fmt/format.h>

#include "simulator/scenario/diagnostics.hpp"
#include "simulator/yang/filter_text.hpp"
#include "simulator/yang/libyang.hpp"
#include "simulator/yang/schema.hpp"

namespace confd::sim {

using namespace yang;

namespace {

/// What evaluating one filter on one event may cost, in visits of a node: about a second. No event
/// passes a filter that could cost more: the others are waiting.
constexpr double max_filter_work = 5'000'000;

enum class Verdict { yes, no, invalid };

Verdict evaluate(const std::string& xpath, const lyd_node& tree) {
    ly_bool result = 0;
    const auto code =
        lyd_eval_xpath3(&tree, nullptr, xpath.c_str(), LY_VALUE_JSON, nullptr, nullptr, &result);
    if (code != LY_SUCCESS) return Verdict::invalid;
    return result != 0 ? Verdict::yes : Verdict::no;
}

class Filter : public EventFilter {
  public:
    Filter(ContextPtr context, FilterText text)
        : context_(std::move(context)), text_(std::move(text)) {}

    bool passes(const EventTree& event) const override {
        const auto* data = dynamic_cast<const DataTree*>(&event);
        if (data == nullptr) return false;
        if (text_.cost.for_nodes(static_cast<double>(data->nodes())) > max_filter_work) {
            return false;
        }
        const auto verdict = evaluate(text_.xpath, *data->root());
        ly_err_clean(context_.get(), nullptr);
        return verdict == Verdict::yes;
    }

  private:
    ContextPtr context_;
    FilterText text_;
};

std::expected<std::string, std::string> find_prefix(const ly_ctx& context,
                                                    std::string_view prefix) {
    if (const auto* module = find_module(context, prefix)) {
        return module->implemented ? std::string(module->name) : std::string();
    }
    std::vector<std::string_view> names;
    std::uint32_t index = 0;
    while (const auto* module = ly_ctx_get_module_iter(&context, &index)) {
        if (!module->implemented) continue;
        names.emplace_back(module->prefix);
        names.emplace_back(module->name);
    }
    return std::unexpected(
        fmt::format("no module has the prefix '{}'{}", prefix, suggestion(prefix, names)));
}

/// libyang's own opinion of what has been rewritten, on a tree of one node.
std::string second_opinion(ly_ctx& context, const std::string& xpath) {
    lyd_node* probe = nullptr;
    lyd_new_opaq(nullptr, &context, "probe", nullptr, nullptr, "ietf-yang-types", &probe);
    const TreePtr owner(probe);
    std::string error;
    if (probe == nullptr || evaluate(xpath, *probe) == Verdict::invalid) {
        const auto messages = take_messages(&context);
        error = messages.empty() ? "libyang refuses it" : messages.front().text;
    }
    ly_err_clean(&context, nullptr);
    return error;
}

}  // namespace

std::expected<std::shared_ptr<const EventFilter>, std::string> Schema::compile(
    const std::string& xpath) const {
    auto text = rewrite_filter(
        xpath, [&](std::string_view prefix) { return find_prefix(*context_, prefix); });
    if (!text) return std::unexpected(text.error());
    if (auto error = second_opinion(*context_, text->xpath); !error.empty()) {
        return std::unexpected("invalid XPath filter: " + error);
    }
    return std::make_shared<Filter>(context_, std::move(*text));
}

}  // namespace confd::sim
