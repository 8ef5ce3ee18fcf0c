// SPDX-License-Identifier: Apache-2.0
// Filters: compiled once for each text, evaluated once for each event.
#include <fmt/format.h>

#include <map>

#include "simulator/text/diagnostics.hpp"
#include "simulator/yang/filter_engine.hpp"
#include "simulator/yang/filter_text.hpp"
#include "simulator/yang/schema.hpp"
#include "simulator/yang/xpath_functions.hpp"

namespace confd::sim {

using namespace yang;

namespace {

/// A filter that was ended so often is not evaluated any more: each time all others have waited.
constexpr std::uint32_t max_filter_ends = 8;

class Filter : public EventFilter {
  public:
    Filter(std::shared_ptr<FilterEngine> engine, ExpressionPtr expression)
        : engine_(std::move(engine)), expression_(std::move(expression)) {}

    /// Subscribers with the same filter ask for the same event, one after the other.
    std::expected<bool, std::string> evaluate(const EventTree& event) const override {
        const auto* data = dynamic_cast<const DataTree*>(&event);
        if (data == nullptr) return false;
        const auto shared = data->shared_from_this();
        if (last_.lock() != shared) {
            verdict_ = evaluate_now(shared);
            last_ = shared;
        }
        return verdict_;
    }

  private:
    std::expected<bool, std::string> evaluate_now(
        const std::shared_ptr<const DataTree>& event) const {
        if (ends_ >= max_filter_ends) {
            return std::unexpected(
                fmt::format("it is not evaluated any more: it was ended {} times", ends_));
        }
        auto verdict = engine_->evaluate(*expression_, event);
        if (!verdict) ++ends_;
        return verdict;
    }

    std::shared_ptr<FilterEngine> engine_;
    ExpressionPtr expression_;
    mutable std::weak_ptr<const DataTree> last_;  // the verdict is about this one
    mutable std::expected<bool, std::string> verdict_ = false;
    mutable std::uint32_t ends_ = 0;
};

/// The names of the loaded modules.
class SchemaNames : public FilterNames {
  public:
    explicit SchemaNames(const ly_ctx& context) : context_(context) {}

    std::expected<std::string, std::string> module_of(std::string_view prefix) const override {
        if (const auto* module = find_module(context_, prefix)) return module->name;
        std::vector<std::string_view> names;
        std::uint32_t index = 0;
        while (const auto* module = ly_ctx_get_module_iter(&context_, &index)) {
            if (!module->implemented) continue;
            names.emplace_back(module->prefix);
            names.emplace_back(module->name);
        }
        return std::unexpected(
            fmt::format("no module has the prefix '{}'{}", prefix, suggestion(prefix, names)));
    }

    std::expected<void, std::string> find_identity(std::string_view module,
                                                   std::string_view name) const override {
        if (yang::find_identity(context_, fmt::format("{}:{}", module, name)) != nullptr) return {};
        std::vector<std::string_view> names;
        for (const auto& identity : sized(find_module(context_, module)->identities))
            names.emplace_back(identity.name);
        return std::unexpected(
            fmt::format("module {} has no identity '{}'{}", module, name, suggestion(name, names)));
    }

  private:
    const ly_ctx& context_;
};

}  // namespace

/// Filters that subscribers have now.
class Schema::Filters {
  public:
    explicit Filters(ContextPtr context) : engine_(std::make_shared<FilterEngine>(context)) {}

    std::expected<std::shared_ptr<const EventFilter>, std::string> compile(
        const std::string& xpath) {
        auto& known = filters_[xpath];
        if (auto filter = known.lock()) return filter;
        auto made = make(xpath);
        if (made) known = *made;
        forget_unused();
        return made;
    }

  private:
    std::expected<std::shared_ptr<const EventFilter>, std::string> make(const std::string& xpath) {
        const auto text = rewrite_filter(xpath, SchemaNames(engine_->schema()));
        if (!text) return std::unexpected(text.error());
        auto expression = engine_->compile(*text);
        if (!expression) return std::unexpected("invalid XPath filter: " + expression.error());
        return std::make_shared<Filter>(engine_, std::move(*expression));
    }

    /// Now and then, so that looking at all of them costs little for each.
    void forget_unused() {
        constexpr std::size_t few = 64;
        if (filters_.size() < 2 * used_ + few) return;
        std::erase_if(filters_, [](const auto& entry) { return entry.second.expired(); });
        used_ = filters_.size();
    }

    std::shared_ptr<FilterEngine> engine_;
    std::map<std::string, std::weak_ptr<const EventFilter>> filters_;
    std::size_t used_ = 0;
};

std::expected<std::shared_ptr<const EventFilter>, std::string> Schema::compile(
    const std::string& xpath) const {
    if (filters_ == nullptr) filters_ = std::make_shared<Filters>(context_);
    return filters_->compile(xpath);
}

}  // namespace confd::sim
