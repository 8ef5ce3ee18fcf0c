#include "simulator/yang/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
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

ContextPtr new_context() {
    keep_quiet();
    ly_ctx* raw = nullptr;
    // With the parsed nodes at hand typedefs can be told by name. Modules are found by us: libyang
    // would search every folder below the given ones, be it a whole home directory.
    const std::uint16_t options = LY_CTX_NO_YANGLIBRARY | LY_CTX_DISABLE_SEARCHDIR_CWD |
                                  LY_CTX_SET_PRIV_PARSED | LY_CTX_PREFER_SEARCHDIRS;
    if (ly_ctx_new(nullptr, options, &raw) != LY_SUCCESS) return nullptr;
    ContextPtr context(raw, [](ly_ctx* c) { ly_ctx_destroy(c); });
    return context;
}

/// Larger than any module; a device's whole model has many.
constexpr std::size_t max_module_bytes = std::size_t{16} << 20;

std::optional<std::string> read_module(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text(max_module_bytes + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.is_open() || file.bad() || file.gcount() > std::streamsize{max_module_bytes}) {
        return std::nullopt;
    }
    text.resize(static_cast<std::size_t>(file.gcount()));
    text.shrink_to_fit();
    return text;
}

class Loader {
  public:
    Loader(ly_ctx& context, const std::vector<std::string>& directories, Diagnostics& diagnostics,
           std::span<const BuiltInModule> built_in)
        : context_(context),
          directories_(directories),
          diagnostics_(diagnostics),
          built_in_(built_in) {
        for (const auto& directory : directories)
            list(directory);
        ly_ctx_set_module_imp_clb(&context_, give, this);
    }
    ~Loader() { ly_ctx_set_module_imp_clb(&context_, nullptr, nullptr); }
    Loader(const Loader&) = delete;
    Loader& operator=(const Loader&) = delete;

    void load(const ModuleRequest& request) {
        const bool is_file = std::string_view(request.name).ends_with(extension);
        if (is_file) {
            load_file(request);
        } else {
            load_module(request);
        }
        ly_err_clean(&context_, nullptr);
    }

  private:
    /// Every feature of a module is on.
    static constexpr const char* all_features[] = {"*", nullptr};

    void list(const fs::path& directory) {
        std::error_code code;
        for (fs::directory_iterator entry(directory, code), end; !code && entry != end;
             entry.increment(code)) {
            if (auto name = module_name(entry->path()); !name.empty()) {
                files_[std::move(name)].push_back(entry->path());
            }
        }
    }

    /// Asked by libyang for a module or submodule. The text must stay until it is parsed, and
    /// longer does no harm.
    static LY_ERR give(const char* module, const char* module_revision, const char* submodule,
                       const char* submodule_revision, void* loader, LYS_INFORMAT* format,
                       const char** text, void (**free_text)(void*, void*)) {
        const char* name = submodule != nullptr ? submodule : module;
        const char* revision = submodule != nullptr ? submodule_revision : module_revision;
        *text = static_cast<Loader*>(loader)->find_text(name, revision == nullptr ? "" : revision);
        *format = LYS_IN_YANG;
        *free_text = nullptr;
        return *text == nullptr ? LY_ENOTFOUND : LY_SUCCESS;
    }

    const char* find_text(const std::string& name, const std::string& revision) {
        if (const auto path = find_module(name, revision)) {
            auto text = read_module(*path);
            return text ? texts_.emplace_back(std::move(*text)).c_str() : nullptr;
        }
        return built_in_text(name);
    }

    const char* built_in_text(std::string_view name) const {
        const auto found = std::ranges::find(built_in_, name, &BuiltInModule::name);
        return found == built_in_.end() ? nullptr : found->text;
    }

    /// name@revision.yang when a revision is asked for, else name.yang, else the latest.
    std::optional<fs::path> find_module(const std::string& name,
                                        const std::string& revision) const {
        const auto found = files_.find(name);
        if (found == files_.end()) return std::nullopt;
        const auto& paths = found->second;
        for (const auto& wanted : {name + "@" + revision, name}) {
            const auto exact = std::ranges::find(paths, wanted, &stem_of);
            if (exact != paths.end()) return *exact;
        }
        return *std::ranges::max_element(paths, {}, &stem_of);
    }
    static std::string stem_of(const fs::path& path) { return path.stem().string(); }

    bool load_module(const ModuleRequest& request) {
        const bool known = files_.contains(request.name) ||
                           ly_ctx_get_module_latest(&context_, request.name.c_str()) != nullptr ||
                           built_in_text(request.name) != nullptr;
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
        for (const auto& [name, paths] : files_)
            names.push_back(name);
        for (const auto& module : built_in_)
            names.push_back(module.name);
        std::uint32_t index = 0;
        while (const auto* module = ly_ctx_get_module_iter(&context_, &index))
            names.emplace_back(module->name);
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
        auto messages = take_messages(&context_);
        std::erase_if(messages, [&](const auto& message) { return is_misleading(message.text); });
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

    /// libyang says of every module that it is in no folder, given to it or not.
    bool is_misleading(std::string_view message) const {
        constexpr std::string_view before = "Data model \"";
        constexpr std::string_view after = "\" not found in local searchdirs";
        const auto end = message.find(after);
        if (!message.starts_with(before) || end == std::string_view::npos) return false;
        const std::string name(message.substr(before.size(), end - before.size()));
        return files_.contains(name) || built_in_text(name) != nullptr;
    }

    /// "example-if.yang:12", or the schema path that libyang knows instead of a line.
    std::string spot(const std::string& module, const std::string& where) const {
        constexpr std::string_view line = "Line number ";
        const auto file = files_.find(module);
        auto out = file == files_.end() ? module : file->second.front().filename().string();
        if (where.starts_with(line)) {
            return out + ":" + where.substr(line.size());
        }
        return where.empty() ? out : fmt::format("{}, {}", out, where);
    }

    ly_ctx& context_;
    const std::vector<std::string>& directories_;
    Diagnostics& diagnostics_;
    std::span<const BuiltInModule> built_in_;
    std::map<std::string, std::vector<fs::path>> files_;  // by module name
    std::deque<std::string> texts_;                       // of modules that were read
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
                                           Diagnostics& diagnostics,
                                           std::span<const BuiltInModule> built_in) {
    const auto context = new_context();
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
