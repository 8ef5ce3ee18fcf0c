// SPDX-License-Identifier: Apache-2.0
#include "simulator/yang/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace confd::sim::yang {
namespace {

class Planner {
  public:
    Planner(ModuleFiles& files, const std::vector<std::string>& libyang_modules,
            Diagnostics& diagnostics)
        : files_(files), own_(libyang_modules), diagnostics_(diagnostics) {}

    Plan plan(const std::vector<ModuleRequest>& requests) {
        // A revision that is asked for is the one that imports get too.
        std::vector<PlannedModule> asked;
        for (const auto& request : requests) {
            auto module = find_request(request);
            if (!module) continue;
            if (module->text != nullptr) {
                chosen_.emplace(module->name.name, module->text);
                requests_.emplace(module->text, module->request);
            }
            asked.push_back(*module);
        }
        for (const auto& module : asked) {
            request_ = module.request;
            if (module.text != nullptr) {
                visit(*module.text);
            } else {
                out_.modules.push_back(module);
            }
        }
        return std::move(out_);
    }

  private:
    std::optional<PlannedModule> find_request(const ModuleRequest& request) {
        const bool is_file = std::string_view(request.name).ends_with(module_extension);
        const auto wanted = split_module_name(request.name);
        const auto* text = is_file ? files_.find_file(request.name) : files_.find(wanted);
        if (text == nullptr && !is_file && wanted.revision.empty() && is_own(wanted.name)) {
            return PlannedModule{wanted, nullptr, &request};
        }
        if (text == nullptr) {
            diagnostics_.report(request.place, not_found(wanted, request.name));
            return std::nullopt;
        }
        if (!text->error.empty()) {
            diagnostics_.report(request.place, text->error);
            return std::nullopt;
        }
        if (text->is_submodule()) {
            diagnostics_.report(request.place,
                                fmt::format("{} is a submodule of {}: list that", text->name.name,
                                            text->root.text_of("belongs-to")));
            return std::nullopt;
        }
        return PlannedModule{text->name, text, &request};
    }

    bool is_own(std::string_view name) const { return std::ranges::find(own_, name) != own_.end(); }

    std::string not_found(const ModuleName& wanted, std::string_view shown) {
        const auto revisions = files_.revisions_text(wanted.name);
        if (!wanted.revision.empty() && !revisions.empty()) {
            return fmt::format("no revision {} of YANG module '{}' in {}, only {}", wanted.revision,
                               wanted.name, files_.folders_text(), revisions);
        }
        auto names = files_.names();
        names.insert(names.end(), own_.begin(), own_.end());
        auto name = std::string_view(wanted.name);
        if (name.ends_with(module_extension)) name.remove_suffix(module_extension.size());
        return fmt::format("no YANG module '{}' in {}{}", shown, files_.folders_text(),
                           suggestion(name, names));
    }

    /// Adds what the module imports and then itself.
    void visit(const ModuleText& module) {
        if (!visited_.insert(&module).second) return;
        out_.texts.push_back(&module);
        visit_parts(module);
        const auto asked = requests_.find(&module);
        out_.modules.push_back(
            {module.name, &module, asked == requests_.end() ? nullptr : asked->second});
    }

    void visit_parts(const ModuleText& module) {
        for (const auto& statement : module.root.children) {
            const bool include = statement.keyword == "include";
            if (!include && statement.keyword != "import") continue;
            const auto* part = find_part(module, statement);
            if (part == nullptr) continue;
            if (!part->error.empty()) {
                diagnostics_.report(request_->place, part->error);
            } else if (!include && is_main(*part)) {
                visit(*part);
            } else if (visited_.insert(part).second) {
                // Submodules, and revisions that another one is used beside, are libyang's to load.
                out_.texts.push_back(part);
                visit_parts(*part);
            }
        }
    }

    /// Whether this is the revision that a module is used in where nothing else is said.
    bool is_main(const ModuleText& module) {
        return chosen_.try_emplace(module.name.name, files_.find({module.name.name, {}}))
                   .first->second == &module;
    }

    const ModuleText* find_part(const ModuleText& module, const Statement& statement) {
        const ModuleName wanted{statement.argument,
                                std::string(statement.text_of("revision-date"))};
        const auto chosen = chosen_.find(wanted.name);
        if (chosen != chosen_.end() &&
            (wanted.revision.empty() || chosen->second->name.revision == wanted.revision)) {
            return chosen->second;
        }
        const auto* text = files_.find(wanted);
        if (text == nullptr && !is_own(wanted.name)) {
            diagnostics_.report(
                request_->place,
                fmt::format("{}:{}:{}: {}", module.shown, statement.place.line,
                            statement.place.column, not_found(wanted, wanted.name)));
        }
        return text;
    }

    ModuleFiles& files_;
    const std::vector<std::string>& own_;
    Diagnostics& diagnostics_;
    Plan out_;
    const ModuleRequest* request_ = nullptr;  // the one that is being followed
    std::map<std::string, const ModuleText*> chosen_;
    std::map<const ModuleText*, const ModuleRequest*> requests_;
    std::set<const ModuleText*> visited_;
};

}  // namespace

const ModuleText* Plan::find(std::string_view name) const {
    const auto found = std::ranges::find_if(
        texts, [&](const ModuleText* text) { return text->name.name == name; });
    return found == texts.end() ? nullptr : *found;
}

bool Plan::has_files() const {
    return std::ranges::any_of(texts, &ModuleText::from_file);
}

Plan make_plan(const std::vector<ModuleRequest>& requests, ModuleFiles& files,
               const std::vector<std::string>& libyang_modules, Diagnostics& diagnostics) {
    return Planner(files, libyang_modules, diagnostics).plan(requests);
}

}  // namespace confd::sim::yang
