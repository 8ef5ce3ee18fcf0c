// SPDX-License-Identifier: Apache-2.0
#include "simulator/yang/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <expected>
#include <filesystem>
#include <fstream>
#include <new>
#include <system_error>

#include "simulator/yang/explain.hpp"
#include "simulator/yang/guard.hpp"
#include "simulator/yang/references.hpp"

namespace confd::sim::yang {
namespace {

namespace fs = std::filesystem;

/// Every feature of a module is on.
constexpr const char* all_features[] = {"*", nullptr};

/// Imports that end libyang when they are implemented; after as many none is tried any more.
constexpr std::size_t max_fatal_imports = 8;

/// A folder with the texts of a plan and nothing else, for as long as they are loaded: libyang
/// would also search every folder below one with modules, be it a whole home directory. Given texts
/// by a callback, libyang 2.1 ends when a submodule includes another one.
class Stage {
  public:
    static std::expected<std::unique_ptr<Stage>, std::string> make(const Plan& plan) {
        std::error_code code;
        auto name = (fs::temp_directory_path(code) / "confd-sim-yang-XXXXXX").string();
        if (code) return std::unexpected(fmt::format("no temporary folder: {}", code.message()));
        if (::mkdtemp(name.data()) == nullptr) {
            return std::unexpected(
                fmt::format("no temporary folder {}: {}", name, std::strerror(errno)));
        }
        auto stage = std::unique_ptr<Stage>(new Stage(name));
        for (const auto* text : plan.texts) {
            std::ofstream file(stage->path_of(*text), std::ios::binary);
            file << text->text << std::flush;
            if (!file) {
                return std::unexpected(fmt::format("cannot write {} into the temporary folder {}",
                                                   text->file_name(), name));
            }
        }
        return stage;
    }
    ~Stage() {
        std::error_code code;
        fs::remove_all(path_, code);
    }
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    const std::string& path() const { return path_; }
    std::string path_of(const ModuleText& text) const { return path_ + "/" + text.file_name(); }

  private:
    explicit Stage(std::string path) : path_(std::move(path)) {}

    std::string path_;
};

ContextPtr new_context() {
    keep_quiet();
    ly_ctx* raw = nullptr;
    // With the parsed nodes at hand typedefs can be told by name.
    const std::uint16_t options = LY_CTX_NO_YANGLIBRARY | LY_CTX_DISABLE_SEARCHDIR_CWD |
                                  LY_CTX_SET_PRIV_PARSED | LY_CTX_ENABLE_IMP_FEATURES;
    if (ly_ctx_new(nullptr, options, &raw) != LY_SUCCESS) return nullptr;
    return {raw, [](ly_ctx* context) { ly_ctx_destroy(context); }};
}

/// For what is about all of a plan.
Place first_place(const Plan& plan) {
    for (const auto& module : plan.modules) {
        if (module.request != nullptr) return module.request->place;
    }
    return {};
}

/// One try to load a plan, in this process.
class Attempt {
  public:
    /// `skipped` are indexes of imported modules that are not implemented.
    Attempt(const Plan& plan, const Stage& stage, const std::set<std::size_t>& skipped)
        : plan_(plan), stage_(stage), skipped_(skipped) {
        // Without the folder, or libyang would read files of it already here.
        out_.context = new_context();
        if (out_.context == nullptr) return;
        prefer_files();
        ly_ctx_set_searchdir(out_.context.get(), stage.path().c_str());
    }

    bool has_begun() const { return out_.context != nullptr; }

    Loaded run(const Progress& progress, Diagnostics& diagnostics) {
        for (std::size_t i = 0; i < plan_.modules.size(); ++i) {
            if (skipped_.contains(i)) continue;
            if (progress) progress(i);
            load(plan_.modules[i], diagnostics);
        }
        if (diagnostics.empty()) check(diagnostics);
        if (diagnostics.empty()) {
            forget_instances(*out_.context);
        } else {
            out_ = {};
        }
        return std::move(out_);
    }

  private:
    void load(const PlannedModule& module, Diagnostics& diagnostics) {
        auto* context = out_.context.get();
        const auto* made = module.text == nullptr ? implement(module.name) : parse(*module.text);
        // In a child that has a limit of memory this says something else than what it says here.
        if (made == nullptr && ly_errcode(context) == LY_EMEM) throw std::bad_alloc();
        const auto messages = take_messages(context);
        if (made != nullptr) {
            out_.served.push_back(made);
            if (module.request != nullptr) out_.listed.push_back(made);
        } else if (module.request != nullptr) {
            diagnostics.report(module.request->place, explain(messages, plan_, module.name));
        }
    }

    /// Of the modules that libyang brings some import others, which are those that everything
    /// imports from then on.
    void prefer_files() {
        std::uint32_t index = 0;
        while (auto* module = ly_ctx_get_module_iter(out_.context.get(), &index)) {
            if (plan_.find(module->name) == nullptr) continue;
            module->latest_revision &= static_cast<std::uint8_t>(~LYS_MOD_IMPORTED_REV);
        }
    }

    void check(Diagnostics& diagnostics) const {
        const auto* deep = find_too_deep(*out_.context);
        if (deep == nullptr) return;
        diagnostics.report(first_place(plan_),
                           fmt::format("{}: notification {} has more than {} levels of nodes",
                                       deep->module->name, deep->name, max_notification_levels));
    }

    static const char** features() {
        return const_cast<const char**>(all_features);  // the library's parameter lacks a const
    }

    const lys_module* implement(const ModuleName& name) const {
        return ly_ctx_load_module(out_.context.get(), name.name.c_str(), nullptr, features());
    }

    const lys_module* parse(const ModuleText& text) const {
        ly_in* in = nullptr;
        const auto path = stage_.path_of(text);
        if (ly_in_new_filepath(path.c_str(), 0, &in) != LY_SUCCESS) return nullptr;
        lys_module* made = nullptr;
        const auto result = lys_parse(out_.context.get(), in, LYS_IN_YANG, features(), &made);
        ly_in_free(in, 1);
        return result == LY_SUCCESS ? made : nullptr;
    }

    const Plan& plan_;
    const Stage& stage_;
    const std::set<std::size_t>& skipped_;
    Loaded out_;
};

void copy(Diagnostics& from, Diagnostics& to) {
    for (auto& diagnostic : from.take())
        to.report(diagnostic.place, std::move(diagnostic.message));
}

class PlanLoader {
  public:
    PlanLoader(const Plan& plan, const Stage& stage) : plan_(plan), stage_(stage) {}

    Loaded load(Diagnostics& diagnostics) {
        while (true) {
            Diagnostics wrong;
            auto loaded = attempt(wrong);
            if (loaded.context != nullptr) return loaded;
            if (!skip_more()) {
                copy(wrong, diagnostics);
                return {};
            }
        }
    }

  private:
    Loaded attempt(Diagnostics& wrong) {
        fatal_.reset();
        Attempt attempt(plan_, stage_, skipped_);
        if (!attempt.has_begun()) {
            wrong.report(first_place(plan_), "libyang cannot be started");
            return {};
        }
        if (plan_.has_files()) {
            // The same, in a copy of this process: what ends it there has not happened here.
            const auto tried = try_in_child([&](const Progress& progress) {
                Diagnostics unread;
                attempt.run(progress, unread);
            });
            if (!tried) {
                fatal_ = tried.error().step;
                const auto& module = plan_.modules[tried.error().step];
                wrong.report(module.request == nullptr ? first_place(plan_) : module.request->place,
                             fmt::format("{}: libyang cannot load it: {}", shown(module),
                                         tried.error().why));
                return {};
            }
        }
        return attempt.run({}, wrong);
    }

    /// Whether there is something that only was imported and can be left out.
    bool skip_more() {
        const auto before = skipped_.size();
        if (fatal_ && plan_.modules[*fatal_].request == nullptr && before < max_fatal_imports) {
            skipped_.insert(*fatal_);
            return true;
        }
        for (std::size_t i = 0; i < plan_.modules.size(); ++i) {
            if (plan_.modules[i].request == nullptr) skipped_.insert(i);
        }
        return skipped_.size() != before;
    }

    static std::string shown(const PlannedModule& module) {
        return module.text == nullptr ? module.name.name : module.text->shown;
    }

    const Plan& plan_;
    const Stage& stage_;
    std::set<std::size_t> skipped_;
    std::optional<std::size_t> fatal_;
};

Loaded load_plan(const Plan& plan, Diagnostics& diagnostics) {
    const auto stage = Stage::make(plan);
    if (stage) return PlanLoader(plan, **stage).load(diagnostics);
    diagnostics.report(first_place(plan), stage.error());
    return {};
}

/// Files that are only imported and of which there is a copy that needs no file.
std::vector<const ModuleText*> copies(const Plan& plan, const ModuleFiles& files) {
    std::vector<const ModuleText*> out;
    for (const auto& module : plan.modules) {
        if (module.request != nullptr || module.text == nullptr || !module.text->from_file)
            continue;
        const bool own =
            std::ranges::find(libyang_modules(), module.name.name) != libyang_modules().end();
        if (own || files.has_built_in(module.name.name)) out.push_back(module.text);
    }
    return out;
}

/// A file wins over the copy that is built in. Where nothing loads with it, it is left out: a part
/// of a module beside a scenario would else break those that never asked for it. No context when
/// that does not help.
Loaded load_without_copies(const std::vector<ModuleRequest>& requests, const Plan& plan,
                           ModuleFiles& files, const std::vector<Diagnostic>& errors,
                           Diagnostics& diagnostics) {
    const auto left_out = copies(plan, files);
    if (left_out.empty() || errors.empty()) return {};
    for (const auto* text : left_out)
        files.leave_out(text->name.name);
    Diagnostics unread;
    const auto other = make_plan(requests, files, libyang_modules(), unread);
    if (!unread.empty()) return {};
    auto loaded = load_plan(other, unread);
    if (loaded.context == nullptr) return {};
    for (const auto* text : left_out) {
        diagnostics.warn(
            errors.front().place,
            fmt::format("{} is not used, but the {} that is built in: with the file {}",
                        text->shown, text->name.name, errors.front().message));
    }
    return loaded;
}

}  // namespace

const std::vector<std::string>& libyang_modules() {
    static const auto names = [] {
        std::vector<std::string> out;
        const auto context = new_context();
        std::uint32_t index = 0;
        while (const auto* module =
                   context == nullptr ? nullptr : ly_ctx_get_module_iter(context.get(), &index)) {
            out.emplace_back(module->name);
        }
        return out;
    }();
    return names;
}

Loaded load_modules(const std::vector<ModuleRequest>& requests, ModuleFiles& files,
                    Diagnostics& diagnostics) {
    const auto before = diagnostics.reported();
    const auto plan = make_plan(requests, files, libyang_modules(), diagnostics);
    if (diagnostics.reported() != before) return {};
    Diagnostics wrong;
    auto loaded = load_plan(plan, wrong);
    if (loaded.context != nullptr) return loaded;
    const auto errors = wrong.take();
    loaded = load_without_copies(requests, plan, files, errors, diagnostics);
    if (loaded.context != nullptr) return loaded;
    for (const auto& error : errors)
        diagnostics.report(error.place, error.message);
    return {};
}

}  // namespace confd::sim::yang
