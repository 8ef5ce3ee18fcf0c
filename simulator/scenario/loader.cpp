// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "protocol/value/calendar.hpp"
#include "protocol/value/text.hpp"
#include "simulator/maapi/schema_records.hpp"
#include "simulator/scenario/event_fields.hpp"
#include "simulator/scenario/event_schema.hpp"
#include "simulator/scenario/loading.hpp"
#include "simulator/scenario/scenario.hpp"
#include "simulator/scenario/stream_parts.hpp"
#include "simulator/scenario/world.hpp"
#include "simulator/text/key_schema.hpp"
#include "simulator/text/now.hpp"
#include "simulator/text/scalars.hpp"
#include "simulator/yang/schema.hpp"

namespace confd::sim {
namespace {

constexpr std::int64_t max_role_count = 100'000;
/// Includes of includes; more is a slip.
constexpr std::size_t max_include_depth = 8;

/// In the order of the bits of Allowed.
constexpr std::string_view allowed_names[] = {"acks", "disconnects", "malformed", "unsafe"};

constexpr Key role_keys[] = {
    key<&Role::name>("role", forms::name, "the role's name", {.presence = Presence::required}),
    key<&Role::must>("must", forms::mask, "bits that the requested mask has"),
    key<&Role::must_not>("must_not", forms::mask, "bits that it lacks"),
    key<&Role::verbosity>("verbosity",
                          "the requested verbosity: 0 normal, 1 verbose, 2 very verbose, 3 debug",
                          {.low = 0, .high = 3}),
    key<&Role::stream>("stream", forms::stream, "the stream that is subscribed to"),
    key<&Role::count>("count",
                      "how many there may be at once; further ones take the next role that fits",
                      {.otherwise = "any number", .low = 1, .high = max_role_count}),
};
constexpr Key try_keys[] = {
    key<&TryIt::run>(
        "run", forms::text,
        "a command line of confd-listen, or of confd-sim where the server is not started as "
        "usual; address and port are added",
        {.presence = Presence::required, .alone = true}),
    key<&TryIt::exits>("exits", "the exit code it then has", {.low = 0, .high = 255}),
    key<&TryIt::prints>("prints", "how many events confd-listen then prints, bad ones among them",
                        {.otherwise = "any number"}),
};
constexpr auto try_shape =
    shape_of<TryIt>("the keys of try", "How to play the scenario with confd-listen.", try_keys);

/// A file as it is written. What may use its variables is read once these are known.
struct FileKeys {
    int format = 1;
    std::string name;
    std::string description;
    YamlPtr vars;
    YamlPtr include;
    YamlPtr modules;
    YamlPtr sessions;
    YamlPtr streams;
    YamlPtr roles;

    // Of the whole run.
    std::uint64_t seed = 0;
    Release release;
    Product product = Product::confd;
    YamlPtr clock;
    std::uint8_t allowed = allow_nothing;
    YamlPtr tries;
    YamlPtr steps;
};

boost::json::object vars_schema(const Key&) {
    return {{"type", "object"}, {"propertyNames", schema::matching(variable_name_pattern)}};
}
constexpr auto vars = forms::raw_node(vars_schema);
constexpr auto files = forms::raw_node(forms::names_schema);
constexpr auto uinfos = forms::raw_node(sessions_schema);

/// Those that an included file has too.
constexpr Key part_keys[] = {
    key<&FileKeys::format>("format", "the format of this file",
                           {.presence = Presence::required, .low = 1, .high = 1}),
    key<&FileKeys::name>("name", forms::text, "a short name"),
    key<&FileKeys::description>("description", forms::text, "what it shows, on a line"),
    key<&FileKeys::vars>("vars", vars,
                         "variables: $name and ${name} anywhere below; $$ is a dollar sign"),
    key<&FileKeys::include>(
        "include", files,
        "files whose vars, modules, sessions, streams and subscribers come before this one's"),
    key<&FileKeys::modules>(
        "modules", files,
        "YANG modules by name, name@revision or file, from the folder of this file, its "
        "folder yang, and --module-path"),
    key<&FileKeys::sessions>("sessions", uinfos,
                             "user sessions that exist: the fields of uinfo, and groups",
                             {.otherwise = "every session exists"}),
    key<&FileKeys::streams>(
        "streams", forms::unread_maps, "notification streams that exist",
        {.otherwise = "every stream exists, without a log", .map = &stream_shape}),
    key<&FileKeys::roles>("subscribers", forms::unread_maps,
                          "roles; a subscriber takes the first that fits and has room",
                          {.otherwise = "every subscriber is of role all", .map = &role_shape}),
};
constexpr Key run_keys[] = {
    key<&FileKeys::seed>("seed", forms::seed, "of everything random; --seed wins"),
    key<&FileKeys::release>("release", "the release that is played, 6.0 to 8.9; --release wins"),
    key<&FileKeys::product>("product", "the product that is played, confd or nso; --product wins"),
    key<&FileKeys::clock>("clock", forms::unread_time,
                          "the time of day at the start: 2026-11-22T10:00:00Z, now-1h",
                          {.otherwise = "the real time"}),
    key<&FileKeys::allowed>(
        "allow", forms::bits,
        "what is put up with although no step expects it: acks (wrong ones), disconnects, "
        "malformed, unsafe (sending what the vendor's library crashes on)",
        {.otherwise = "nothing", .choices = allowed_names}),
    key<&FileKeys::tries>("try", forms::unread_maps,
                          "how to play it with confd-listen, one at a time beside one another",
                          {.map = &try_shape}),
    key<&FileKeys::steps>("steps", forms::unread_steps, "what happens",
                          {.presence = Presence::required}),
};

constexpr auto scenario_keys = [] {
    std::array<Key, std::size(part_keys) + std::size(run_keys)> out{};
    std::ranges::copy(run_keys, std::ranges::copy(part_keys, out.begin()).out);
    return out;
}();

constexpr auto included_shape = shape_of<FileKeys>("the keys of an included file", "", part_keys);

class Loader {
  public:
    Loader(const LoadOptions& options, Diagnostics& diagnostics)
        : options_(options), diagnostics_(diagnostics), loading_(out_, diagnostics) {}

    Scenario load(const YamlPtr& text, const std::string& file) {
        const auto* clock = text->find("clock");
        if (clock != nullptr) out_.clock = parse_clock(**clock);
        out_.loaded_at = out_.clock.value_or(real_time());
        const auto root = timed(text);
        FileKeys keys;
        read_keys(root, scenario_shape, &keys, loading_);
        if (!root->is_map()) return std::move(out_);
        load_basics(keys);
        including_.push_back(normal(file));
        load_parts(keys, file, 0);
        load_modules();
        load_roles_and_streams();
        load_tries(keys.tries);
        if (keys.steps != nullptr) load_steps(keys.steps);
        return std::move(out_);
    }

  private:
    void load_steps(const YamlPtr& steps) {
        out_.steps = parse_steps(steps, loading_);
        out_.listed = std::move(loading_.listed);
        // Steps with others inside are read after those.
        std::ranges::stable_sort(out_.listed, {}, [](const ListedStep& listed) {
            const auto& place = listed.step->place();
            return std::pair(place.line, place.column);
        });
    }

    /// A value that is there, with its variables written out.
    YamlPtr written(const YamlPtr& node) {
        return node == nullptr ? nullptr : substitute(node, out_.variables, diagnostics_);
    }

    /// A list of maps whose keys write out their own variables; a variable may stand for it.
    YamlPtr list_of(const YamlPtr& node) { return forms::detail::whole_variable(node, loading_); }

    void load_basics(const FileKeys& keys) {
        out_.name = keys.name;
        out_.description = keys.description;
        out_.seed = options_.seed.value_or(keys.seed);
        out_.release = options_.release.value_or(keys.release);
        out_.product = options_.product.value_or(keys.product);
        out_.allowed = keys.allowed;
        loading_.release = out_.release;
        loading_.product = out_.product;
        if (keys.clock != nullptr && !out_.clock) {
            report_expected(*keys.clock, datetime_expected, diagnostics_);
        }
    }

    /// In all but steps `now` is the start: variables stay what they are.
    YamlPtr timed(const YamlPtr& root) const {
        if (root == nullptr) return root;
        auto copy = std::make_shared<YamlNode>(*root);
        for (auto& [key, value] : copy->entries) {
            if (key->text != "steps") value = with_now(value, out_.loaded_at);
        }
        return copy;
    }

    static WallTime real_time() {
        return std::chrono::time_point_cast<std::chrono::microseconds>(
            std::chrono::system_clock::now());
    }

    static std::optional<WallTime> parse_clock(const YamlNode& node) {
        if (!node.is_scalar()) return std::nullopt;
        if (const auto span = parse_now(node.text)) {
            return real_time() + *span;
        }
        const auto time = confd::parse_datetime(node.text);
        return time ? to_time_point(*time) : std::nullopt;
    }

    /// What an included file may have too. Each variable may use the ones before it, so none can
    /// stand for itself.
    void load_parts(const FileKeys& keys, const std::string& file, std::size_t depth) {
        if (const auto node = written(keys.include)) include(*node, file, depth);
        if (keys.vars != nullptr) load_variables(*keys.vars);
        folders_.push_back(std::filesystem::path(file).parent_path().string());
        if (const auto node = written(keys.modules)) add_modules(*node);
        if (auto node = written(keys.sessions)) sessions_.push_back(std::move(node));
        if (keys.streams != nullptr) streams_.push_back(list_of(keys.streams));
        if (keys.roles != nullptr) roles_.push_back(list_of(keys.roles));
    }

    void include(const YamlNode& node, const std::string& file, std::size_t depth) {
        if (depth == max_include_depth) {
            diagnostics_.report(node.place, fmt::format("more than {} files include one another",
                                                        max_include_depth));
            return;
        }
        const auto folder = std::filesystem::path(file).parent_path();
        for (const auto& name : parse_names(node, diagnostics_)) {
            const auto path = normal(folder / name);
            if (std::ranges::find(including_, path) != including_.end()) {
                diagnostics_.report(node.place, fmt::format("{} includes itself", name));
                continue;
            }
            // Two files may share a third; once is enough.
            if (!included_.insert(path).second) continue;
            const auto text = options_.read(path);
            if (!text) {
                diagnostics_.report(node.place,
                                    fmt::format("cannot include {}: {}", name, text.error()));
                continue;
            }
            including_.push_back(path);
            include_text(*text, path, depth);
            including_.pop_back();
        }
    }

    static std::string normal(const std::filesystem::path& path) {
        return path.lexically_normal().string();
    }

    void include_text(const std::string& text, const std::string& path, std::size_t depth) {
        const auto root =
            timed(parse_yaml(text, std::make_shared<const std::string>(path), diagnostics_));
        if (root == nullptr) return;
        FileKeys keys;
        read_keys(root, included_shape, &keys, loading_);
        if (root->is_map()) load_parts(keys, path, depth + 1);
    }

    void load_variables(const YamlNode& node) {
        if (!node.is_map()) return report_expected(node, "a map of variables", diagnostics_);
        for (const auto& [key, value] : node.entries) {
            if (!is_variable_name(key->text)) {
                report_expected(*key, variable_name_expected, diagnostics_);
                continue;
            }
            out_.variables.set(key->text, written(value));
        }
    }

    void add_modules(const YamlNode& node) {
        const auto add = [&](const YamlNode& item) {
            if (const auto name = parse_name(item, "the name of a YANG module", diagnostics_)) {
                modules_.push_back({item.place, *name});
            }
        };
        if (!node.is_sequence()) return add(node);
        for (const auto& item : node.items)
            add(*item);
    }

    void load_modules() {
        if (modules_.empty()) return;
        std::vector<std::string> path;
        for (const auto& folder : folders_) {
            path.emplace_back(folder.empty() ? "." : folder);
            path.push_back((std::filesystem::path(folder) / "yang").string());
        }
        path.insert(path.end(), options_.module_path.begin(), options_.module_path.end());
        out_.schema = Schema::load(modules_, path, diagnostics_, options_.built_in_modules);
        out_.modules_failed = out_.schema == nullptr;
    }

    void load_roles_and_streams() {
        for (const auto& node : sessions_)
            load_sessions(*node);
        for (const auto& node : streams_)
            for_each_item(*node, [&](const YamlPtr& item) { load_stream(item); });
        for (const auto& node : roles_)
            for_each_item(*node, [&](const YamlPtr& item) { load_role(item); });
    }

    template <class F>
    void for_each_item(const YamlNode& node, F&& load_one) {
        if (!node.is_sequence()) return report_expected(node, "a list", diagnostics_);
        for (const auto& item : node.items)
            load_one(item);
    }

    void load_sessions(const YamlNode& node) {
        auto& sessions = out_.sessions ? *out_.sessions : out_.sessions.emplace();
        for_each_item(node, [&](const YamlPtr& item) {
            YamlNode uinfo = *item;
            std::erase_if(uinfo.entries,
                          [](const auto& entry) { return entry.first->text == "groups"; });
            auto parsed = parse_uinfo(uinfo, loading_.wire(), out_.loaded_at, diagnostics_);
            if (!parsed) return;
            Session session{.uinfo = std::move(*parsed), .groups = {}};
            if (const auto* groups = item->find("groups")) {
                session.groups = parse_names(**groups, diagnostics_);
            }
            sessions.push_back(std::move(session));
        });
    }

    void load_stream(const YamlPtr& node) {
        auto stream = parse_stream(node, loading_);
        if (!stream) return;
        if (std::ranges::find(out_.streams, stream->name, &StreamDefinition::name) !=
            out_.streams.end()) {
            diagnostics_.report(node->place,
                                fmt::format("there is a stream '{}' already", stream->name));
            return;
        }
        out_.streams.push_back(std::move(*stream));
    }

    void load_role(const YamlPtr& node) {
        Role role;
        const auto given = read_keys(node, role_shape, &role, loading_);
        if ((role.must & role.must_not) != 0) {
            diagnostics_.report(given.place<&Role::must_not>(),
                                "a bit that the mask must have and must not");
        }
        if (role.name.empty()) return;
        const bool taken = role.name == all_roles || loading_.find_role(role.name) != nullptr;
        if (taken) {
            diagnostics_.report(given.place<&Role::name>(),
                                fmt::format("there is a role '{}' already", role.name));
        }
        out_.roles.push_back(std::move(role));
    }

    void load_tries(const YamlPtr& given) {
        if (given == nullptr) return;
        for_each_item(*list_of(given), [&](const YamlPtr& item) {
            read_keys(item, try_shape, &out_.tries.emplace_back(), loading_);
        });
    }

    const LoadOptions& options_;
    Diagnostics& diagnostics_;
    Scenario out_;
    Loading loading_;
    std::vector<std::string> folders_;
    std::vector<std::string> including_;  // the file that is read, and those that asked for it
    std::set<std::string> included_;
    std::vector<ModuleRequest> modules_;
    std::vector<YamlPtr> sessions_;
    std::vector<YamlPtr> streams_;
    std::vector<YamlPtr> roles_;
};

/// `root` is null when it could not be read; why has been reported then.
std::expected<Scenario, std::vector<Diagnostic>> load_root(const YamlPtr& root,
                                                           const std::string& file,
                                                           const LoadOptions& options,
                                                           Diagnostics& diagnostics) {
    std::optional<Scenario> scenario;
    if (root != nullptr) scenario = Loader(options, diagnostics).load(root, file);
    if (!diagnostics.empty()) return std::unexpected(diagnostics.take());
    scenario->warnings = diagnostics.take();
    return std::move(*scenario);
}

}  // namespace

constexpr MapShape role_shape = shape_of<Role>(
    "the keys of a role", "A group of subscribers, told by what they ask for.", role_keys);
constexpr MapShape scenario_shape =
    shape_of<FileKeys>("the keys of a scenario", "A scenario of confd-sim.", scenario_keys);

HubConfig Scenario::hub_config() const {
    HubConfig config;
    config.server.release = release;
    config.server.product = product;
    config.roles = roles;
    config.streams.streams = streams;
    // Filters can be compiled without modules too: what they name is then nowhere.
    Diagnostics none;
    const auto modules = schema ? schema : Schema::load({}, {}, none);
    config.streams.compiler = modules;
    config.server.maapi = true;
    if (modules != nullptr) {
        config.schemas =
            std::make_shared<const maapi::SchemaReplies>(maapi::schema_replies(modules));
        config.server.names = {config.schemas, &config.schemas->names};
    }
    if (sessions) {
        auto& known = config.streams.sessions.emplace();
        for (const auto& session : *sessions)
            known.push_back({session.uinfo.usid, session.uinfo.username, session.groups});
    }
    return config;
}

std::expected<Scenario, std::vector<Diagnostic>> load_scenario(std::string_view text,
                                                               const std::string& file,
                                                               const LoadOptions& options) {
    Diagnostics diagnostics;
    const auto root = parse_yaml(text, std::make_shared<const std::string>(file), diagnostics);
    return load_root(root, file, options, diagnostics);
}

std::expected<Scenario, std::vector<Diagnostic>> load_scenario(const YamlPtr& root,
                                                               const std::string& file,
                                                               const LoadOptions& options) {
    Diagnostics diagnostics;
    return load_root(root, file, options, diagnostics);
}

std::expected<std::string, std::string> read_disk(const std::string& path) {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    std::string text;
    // One byte more than is allowed is enough to see that it is too much.
    text.resize(max_scenario_bytes + 1);
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.is_open() || file.bad()) {
        return std::unexpected(
            fmt::format("the file cannot be read: {}", errno != 0 ? std::strerror(errno) : "?"));
    }
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
}

std::expected<Scenario, std::vector<Diagnostic>> load_scenario_file(const std::string& path,
                                                                    const LoadOptions& options) {
    const auto text = options.read(path);
    if (text) return load_scenario(*text, path, options);
    const auto name = std::make_shared<const std::string>(path);
    return std::unexpected(std::vector{Diagnostic{{name, 1, 1}, text.error()}});
}

std::expected<StepPtr, std::vector<Diagnostic>> load_step(const Scenario& scenario,
                                                          std::string_view kind,
                                                          std::string_view text,
                                                          const std::string& file) {
    Diagnostics diagnostics;
    StepPtr step;
    Loading loading(scenario, diagnostics);
    if (const auto body =
            parse_yaml(text, std::make_shared<const std::string>(file), diagnostics)) {
        step = parse_step_of_kind(kind, body, loading);
    }
    // What a scenario would leave out is refused: whoever asks for one step wants that one.
    auto wrong = diagnostics.take();
    std::erase_if(wrong, [](const Diagnostic& one) { return one.warning && !one.left_out; });
    if (wrong.empty()) return step;
    for (auto& one : wrong)
        one.warning = false;
    return std::unexpected(std::move(wrong));
}

}  // namespace confd::sim
