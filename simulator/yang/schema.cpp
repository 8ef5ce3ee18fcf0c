#include "simulator/yang/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "protocol/nearest.hpp"
#include "simulator/yang/libyang.hpp"
#include "simulator/yang/typed_value.hpp"

namespace confd::sim {

using namespace yang;

namespace {

namespace fs = std::filesystem;

constexpr std::string_view extension = ".yang";

/// The module's name out of "name.yang" and "name@2026-11-01.yang"; empty for other files.
std::string module_name(const fs::path& file) {
    if (file.extension() != extension) return {};
    const auto stem = file.stem().string();
    return stem.substr(0, stem.find('@'));
}

ContextPtr new_context(const std::vector<std::string>& directories) {
    keep_quiet();
    ly_ctx* raw = nullptr;
    // With the parsed nodes at hand typedefs can be told by name. Modules come from the given
    // folders alone: the folder one happens to stand in is none of them.
    const std::uint16_t options = LY_CTX_NO_YANGLIBRARY | LY_CTX_DISABLE_SEARCHDIR_CWD |
                                  LY_CTX_SET_PRIV_PARSED | LY_CTX_PREFER_SEARCHDIRS;
    if (ly_ctx_new(nullptr, options, &raw) != LY_SUCCESS) return nullptr;
    ContextPtr context(raw, [](ly_ctx* c) { ly_ctx_destroy(c); });
    for (const auto& directory : directories)
        ly_ctx_set_searchdir(raw, directory.c_str());
    ly_err_clean(raw, nullptr);
    return context;
}

/// Asked by libyang for a module that is in no folder.
LY_ERR give_built_in(const char* name, const char*, const char* submodule, const char*,
                     void* source, LYS_INFORMAT* format, const char** text,
                     void (**free_text)(void*, void*)) {
    *text = (*static_cast<const ModuleText*>(source))(submodule != nullptr ? submodule : name);
    *format = LYS_IN_YANG;
    *free_text = nullptr;
    return *text == nullptr ? LY_ENOTFOUND : LY_SUCCESS;
}

class Loader {
  public:
    Loader(ly_ctx& context, const std::vector<std::string>& directories, Diagnostics& diagnostics,
           const ModuleText& built_in)
        : context_(context),
          directories_(directories),
          diagnostics_(diagnostics),
          built_in_(built_in) {
        for (const auto& directory : directories)
            list(directory);
        if (!built_in_) return;
        // libyang's parameter lacks a const.
        ly_ctx_set_module_imp_clb(&context_, give_built_in, const_cast<ModuleText*>(&built_in_));
    }
    ~Loader() { ly_ctx_set_module_imp_clb(&context_, nullptr, nullptr); }
    Loader(const Loader&) = delete;
    Loader& operator=(const Loader&) = delete;

    void load(const ModuleRequest& request) {
        const bool is_file = std::string_view(request.name).ends_with(extension);
        const bool good = is_file ? load_file(request) : load_module(request);
        if (!good) ly_err_clean(&context_, nullptr);
    }

  private:
    /// Every feature of a module is on.
    static constexpr const char* all_features[] = {"*", nullptr};

    void list(const fs::path& directory) {
        std::error_code code;
        for (fs::directory_iterator entry(directory, code), end; !code && entry != end;
             entry.increment(code)) {
            if (auto name = module_name(entry->path()); !name.empty()) {
                files_.emplace(std::move(name), entry->path());
            }
        }
    }

    bool load_module(const ModuleRequest& request) {
        const bool known = files_.contains(request.name) ||
                           ly_ctx_get_module_latest(&context_, request.name.c_str()) != nullptr ||
                           (built_in_ && built_in_(request.name) != nullptr);
        if (!known) return not_found(request);
        // libyang's parameter lacks a const.
        auto** features = const_cast<const char**>(all_features);
        if (ly_ctx_load_module(&context_, request.name.c_str(), nullptr, features) != nullptr) {
            return true;
        }
        return bad_module(request, request.name);
    }

    bool load_file(const ModuleRequest& request) {
        const auto path = find_file(request.name);
        if (!path) return not_found(request);
        // What it imports is usually beside it.
        ly_ctx_set_searchdir(&context_, path->parent_path().c_str());
        ly_err_clean(&context_, nullptr);
        list(path->parent_path());
        ly_in* in = nullptr;
        if (ly_in_new_filepath(path->c_str(), 0, &in) != LY_SUCCESS) return not_found(request);
        auto** features = const_cast<const char**>(all_features);
        const auto result = lys_parse(&context_, in, LYS_IN_YANG, features, nullptr);
        ly_in_free(in, 1);
        return result == LY_SUCCESS || bad_module(request, module_name(*path));
    }

    std::optional<fs::path> find_file(const std::string& name) const {
        std::error_code code;
        for (const auto& directory : directories_) {
            auto path = fs::absolute(fs::path(directory) / name, code);
            if (fs::is_regular_file(path, code)) return path;
        }
        return std::nullopt;
    }

    bool not_found(const ModuleRequest& request) {
        std::vector<std::string_view> names;
        for (const auto& [name, path] : files_)
            names.push_back(name);
        std::string places;
        for (const auto& directory : directories_)
            places += (places.empty() ? "" : ", ") + directory;
        const auto wanted = std::string_view(request.name).ends_with(extension)
                                ? module_name(request.name)
                                : request.name;
        diagnostics_.report(request.place, fmt::format("no YANG module '{}' in {}{}", request.name,
                                                       places.empty() ? "any folder" : places,
                                                       suggestion(wanted, names)));
        return false;
    }

    bool bad_module(const ModuleRequest& request, std::string_view module) {
        const auto messages = take_messages(&context_);
        // The first message is the cause. Later ones tell which of the imports it is about.
        constexpr std::string_view about = "Parsing module \"";
        std::string culprit(module);
        for (const auto& message : messages) {
            if (!message.text.starts_with(about)) continue;
            const auto rest = std::string_view(message.text).substr(about.size());
            culprit = rest.substr(0, rest.find('"'));
            break;
        }
        const auto text = messages.empty() ? "libyang gives no reason" : messages.front().text;
        const auto where = messages.empty() ? std::string() : messages.front().path;
        diagnostics_.report(request.place, fmt::format("{}: {}", spot(culprit, where), text));
        return false;
    }

    /// "example-if.yang:12", or the schema path that libyang knows instead of a line.
    std::string spot(const std::string& module, const std::string& where) const {
        constexpr std::string_view line = "Line number ";
        const auto file = files_.find(module);
        auto out = file == files_.end() ? module : file->second.filename().string();
        if (where.starts_with(line)) {
            return out + ":" + where.substr(line.size());
        }
        return where.empty() ? out : fmt::format("{}, {}", out, where);
    }

    ly_ctx& context_;
    const std::vector<std::string>& directories_;
    Diagnostics& diagnostics_;
    const ModuleText& built_in_;
    std::map<std::string, fs::path> files_;  // by module name
};

bool is_inside(const lysc_node* node, const lysc_node& notification) {
    while (node != nullptr && node != &notification)
        node = node->parent;
    return node != nullptr;
}

/// What an event refers to is mostly outside of it, in data that nobody has here. libyang would
/// refuse every such event; so those types no longer ask for it.
void forget_instances(const lysc_node& leaf, const lysc_type& type, const lysc_node& notification) {
    // The context is ours alone, and nothing in it was made const.
    auto& open = const_cast<lysc_type&>(type);
    if (type.basetype == LY_TYPE_LEAFREF) {
        auto& leafref = reinterpret_cast<lysc_type_leafref&>(open);
        if (!is_inside(leafref_target(leaf, leafref), notification)) leafref.require_instance = 0;
    } else if (type.basetype == LY_TYPE_INST) {
        reinterpret_cast<lysc_type_instanceid&>(open).require_instance = 0;
    } else if (type.basetype == LY_TYPE_UNION) {
        for (const auto* member : sized(as<lysc_type_union>(type).types))
            forget_instances(leaf, *member, notification);
    }
}

void forget_instances_below(const lysc_node& node, const lysc_node& notification) {
    for (const auto* child : children_of(node)) {
        if (is_leaf(*child)) {
            forget_instances(*child, type_of(*child), notification);
        } else {
            forget_instances_below(*child, notification);
        }
    }
}

std::string full_name(const lysc_node& node) {
    return fmt::format("{}:{}", node.module->name, node.name);
}

bool has_name(const lysc_node& node, std::string_view name) {
    const auto colon = name.find(':');
    if (colon == std::string_view::npos) return name == node.name;
    const auto prefix = name.substr(0, colon);
    return name.substr(colon + 1) == node.name &&
           (prefix == node.module->name || prefix == node.module->prefix);
}

}  // namespace

std::shared_ptr<const Schema> Schema::load(const std::vector<ModuleRequest>& modules,
                                           const std::vector<std::string>& directories,
                                           Diagnostics& diagnostics, const ModuleText& built_in) {
    const auto context = new_context(directories);
    if (context == nullptr) {
        const auto place = modules.empty() ? Place{} : modules.front().place;
        diagnostics.report(place, "libyang cannot be started");
        return nullptr;
    }
    const auto before = diagnostics.reported();
    Loader loader(*context, directories, diagnostics, built_in);
    for (const auto& request : modules)
        loader.load(request);
    if (diagnostics.reported() != before) return nullptr;
    return std::shared_ptr<const Schema>(new Schema(context));
}

Schema::Schema(std::shared_ptr<ly_ctx> context) : context_(std::move(context)) {
    std::uint32_t index = 0;
    while (const auto* module = ly_ctx_get_module_iter(context_.get(), &index)) {
        if (!module->implemented || module->compiled == nullptr) continue;
        for (const auto* notif = module->compiled->notifs; notif != nullptr; notif = notif->next) {
            notifications_.push_back(&notif->node);
            forget_instances_below(notif->node, notif->node);
        }
    }
}

std::vector<std::string> Schema::notifications() const {
    std::vector<std::string> out;
    for (const auto* node : notifications_)
        out.push_back(full_name(*node));
    return out;
}

std::optional<XmlTag> Schema::notification_tag(std::string_view name, const Place& place,
                                               Diagnostics& diagnostics) const {
    const auto found = find_notification(name);
    if (found) return tag_of(**found);
    diagnostics.report(place, found.error());
    return std::nullopt;
}

std::expected<const lysc_node*, std::string> Schema::find_notification(
    std::string_view name) const {
    std::vector<const lysc_node*> found;
    std::ranges::copy_if(notifications_, std::back_inserter(found),
                         [&](const lysc_node* node) { return has_name(*node, name); });
    if (found.size() == 1) return found.front();
    const auto owned = notifications();
    if (!found.empty()) {
        return std::unexpected(fmt::format("more than one module has a notification '{}': {} or {}",
                                           name, full_name(*found[0]), full_name(*found[1])));
    }
    const bool prefixed = name.find(':') != std::string_view::npos;
    std::vector<std::string_view> names;
    for (const auto& full : owned)
        names.push_back(prefixed ? std::string_view(full)
                                 : std::string_view(full).substr(full.find(':') + 1));
    return std::unexpected(
        notifications_.empty()
            ? fmt::format("no notification '{}': no module is loaded", name)
            : fmt::format("no module has a notification '{}'{}", name, suggestion(name, names)));
}

}  // namespace confd::sim
