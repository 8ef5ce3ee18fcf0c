#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "protocol/value/calendar.hpp"
#include "protocol/value/text.hpp"
#include "simulator/maapi/schema_records.hpp"
#include "simulator/scenario/event_fields.hpp"
#include "simulator/scenario/loading.hpp"
#include "simulator/scenario/scenario.hpp"
#include "simulator/scenario/stream_parts.hpp"
#include "simulator/scenario/world.hpp"
#include "simulator/text/now.hpp"
#include "simulator/text/scalars.hpp"
#include "simulator/yang/schema.hpp"

namespace confd::sim {
namespace {

constexpr std::int64_t max_role_count = 100'000;
/// Includes of includes; more is a slip.
constexpr std::size_t max_include_depth = 8;

constexpr std::string_view allowed_names[] = {"acks", "disconnects", "malformed", "unsafe"};

constexpr Key role_keys[] = {
    {.name = "role", .takes = Takes::name, .doc = "the role's name", .required = true},
    {.name = "must", .takes = Takes::mask, .doc = "bits that the requested mask has"},
    {.name = "must_not", .takes = Takes::mask, .doc = "bits that it lacks"},
    {.name = "verbosity",
     .takes = Takes::integer,
     .doc = "the requested verbosity: 0 normal, 1 verbose, 2 very verbose, 3 debug",
     .low = 0,
     .high = 3},
    {.name = "stream", .takes = Takes::name, .doc = "the stream that is subscribed to"},
    {.name = "count",
     .takes = Takes::integer,
     .doc = "how many there may be at once; further ones take the next role that fits",
     .otherwise = "any number",
     .low = 1,
     .high = max_role_count},
};
constexpr MapShape role_shape{"the keys of a role",
                              "A group of subscribers, told by what they ask for.", role_keys};

constexpr Key try_keys[] = {
    {.name = "run",
     .takes = Takes::text,
     .doc = "a command line of confd-listen; address and port are added",
     .required = true},
    {.name = "exits",
     .takes = Takes::integer,
     .doc = "the exit code it then has",
     .otherwise = "0",
     .low = 0,
     .high = 255},
};
constexpr MapShape try_shape{"the keys of try", "How to play the scenario with confd-listen.",
                             try_keys, "run"};

constexpr Key scenario_keys[] = {
    {.name = "format",
     .takes = Takes::integer,
     .doc = "the format of this file",
     .required = true,
     .low = 1,
     .high = 1},
    {.name = "name", .takes = Takes::text, .doc = "a short name"},
    {.name = "description", .takes = Takes::text, .doc = "what it shows, on a line"},
    {.name = "seed",
     .takes = Takes::seed,
     .doc = "of everything random; --seed wins",
     .otherwise = "0"},
    {.name = "release",
     .takes = Takes::release,
     .doc = "the release that is played; --release wins",
     .otherwise = "7.8.2"},
    {.name = "product",
     .takes = Takes::product,
     .doc = "the product that is played; --product wins",
     .otherwise = "confd"},
    {.name = "vars",
     .takes = Takes::any,
     .doc = "variables: $name and ${name} anywhere below; $$ is a dollar sign"},
    {.name = "include",
     .takes = Takes::names,
     .doc = "files whose vars, modules, sessions, streams and subscribers come before this one's"},
    {.name = "modules",
     .takes = Takes::names,
     .doc = "YANG modules, from the folder of this file and its folder yang"},
    {.name = "clock",
     .takes = Takes::datetime,
     .doc = "the time of day when the scenario starts",
     .otherwise = "the real time"},
    {.name = "allow",
     .takes = Takes::names,
     .doc = "what is put up with although no step expects it: acks (wrong ones), disconnects, "
            "malformed, unsafe (sending what the vendor's library crashes on)",
     .otherwise = "nothing"},
    {.name = "sessions",
     .takes = Takes::any,
     .doc = "user sessions that exist: the fields of uinfo, and groups",
     .otherwise = "every session exists"},
    {.name = "streams",
     .takes = Takes::maps,
     .doc = "notification streams that exist",
     .otherwise = "every stream exists, without a log",
     .map = &stream_shape},
    {.name = "subscribers",
     .takes = Takes::maps,
     .doc = "roles; a subscriber takes the first that "
            "fits and has room",
     .map = &role_shape},
    {.name = "try",
     .takes = Takes::maps,
     .doc = "how to play it with confd-listen, one at a time beside one another",
     .map = &try_shape},
    {.name = "steps", .takes = Takes::steps, .doc = "what happens", .required = true},
};

class Loader {
  public:
    Loader(const LoadOptions& options, Diagnostics& diagnostics)
        : options_(options),
          diagnostics_(diagnostics),
          loading_{.diagnostics = diagnostics,
                   .scenario = out_,
                   .release = {},
                   .product = {},
                   .sends = {},
                   .faults = {},
                   .first = &out_.variables,
                   .last = &out_.variables} {}

    Scenario load(const YamlPtr& text, const std::string& file) {
        const auto* clock = text->find("clock");
        if (clock != nullptr) out_.clock = parse_clock(**clock);
        out_.loaded_at = out_.clock.value_or(real_time());
        const auto root = timed(text);
        const DeclaredMap map(root, scenario_shape, loading_);
        if (!root->is_map()) return std::move(out_);
        map.integer("format", 1);
        load_basics(map);
        including_.push_back(normal(file));
        load_parts(map, file, 0);
        load_modules();
        load_roles_and_streams();
        load_tries(map);
        if (const auto steps = map.raw("steps")) load_steps(steps);
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
    void load_basics(const DeclaredMap& map) {
        out_.name = map.text("name");
        out_.description = map.text("description");
        out_.seed = options_.seed.value_or(map.seed("seed", 0));
        if (const auto node = map.get("release")) {
            const auto release = node->is_scalar() ? parse_release(node->text) : std::nullopt;
            if (!release) {
                report_expected(*node, "a release from 6.0 to 8.9 such as 7.8", diagnostics_);
            }
            out_.release = release.value_or(out_.release);
        }
        out_.release = options_.release.value_or(out_.release);
        if (const auto node = map.get("product")) {
            const auto product = parse_product(node->text);
            if (!product) report_expected(*node, "confd or nso", diagnostics_);
            out_.product = product.value_or(out_.product);
        }
        out_.product = options_.product.value_or(out_.product);
        loading_.release = out_.release;
        loading_.product = out_.product;
        load_clock(map);
        load_allowed(map);
    }

    void load_clock(const DeclaredMap& map) {
        const auto node = map.get("clock");
        if (node == nullptr) return;
        if (!out_.clock) report_expected(*node, datetime_expected, diagnostics_);
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
        if (const auto span = node.plain ? parse_now(node.text) : std::nullopt) {
            return real_time() + *span;
        }
        const auto time = confd::parse_datetime(node.text);
        return time ? to_time_point(*time) : std::nullopt;
    }

    void load_allowed(const DeclaredMap& map) {
        const auto node = map.get("allow");
        if (node == nullptr) return;
        for (const auto& name : map.names("allow")) {
            const auto found = std::ranges::find(allowed_names, name);
            if (found == std::end(allowed_names)) {
                diagnostics_.report(node->place,
                                    fmt::format("expected {}, found '{}'{}", one_of(allowed_names),
                                                name, suggestion(name, allowed_names)));
                continue;
            }
            out_.allowed |= static_cast<std::uint8_t>(1U << (found - std::begin(allowed_names)));
        }
    }

    /// What an included file may have too. Each variable may use the ones before it, so none can
    /// stand for itself.
    void load_parts(const DeclaredMap& map, const std::string& file, std::size_t depth) {
        include(map, file, depth);
        load_variables(map);
        folders_.push_back(std::filesystem::path(file).parent_path().string());
        const auto keep = [&](std::string_view key, std::vector<YamlPtr>& into) {
            if (const auto node = map.get(key)) into.push_back(node);
        };
        if (const auto node = map.get("modules")) add_modules(*node);
        keep("sessions", sessions_);
        keep("streams", streams_);
        keep("subscribers", roles_);
    }

    void include(const DeclaredMap& map, const std::string& file, std::size_t depth) {
        const auto node = map.get("include");
        if (node == nullptr) return;
        if (depth == max_include_depth) {
            diagnostics_.report(node->place, fmt::format("more than {} files include one another",
                                                         max_include_depth));
            return;
        }
        const auto folder = std::filesystem::path(file).parent_path();
        for (const auto& name : map.names("include")) {
            const auto path = normal(folder / name);
            if (std::ranges::find(including_, path) != including_.end()) {
                diagnostics_.report(node->place, fmt::format("{} includes itself", name));
                continue;
            }
            // Two files may share a third; once is enough.
            if (!included_.insert(path).second) continue;
            const auto text = options_.read(path);
            if (!text) {
                diagnostics_.report(node->place,
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
        const DeclaredMap map(root, included_shape(), loading_);
        if (!root->is_map()) return;
        map.integer("format", 1);
        load_parts(map, path, depth + 1);
    }

    /// The same keys but steps and what is about the whole run.
    static const MapShape& included_shape() {
        static const auto keys = [] {
            std::vector<Key> out;
            for (const auto& key : scenario_keys) {
                constexpr std::string_view shared[] = {"format",   "name",    "description",
                                                       "vars",     "include", "modules",
                                                       "sessions", "streams", "subscribers"};
                if (std::ranges::find(shared, key.name) != std::end(shared)) out.push_back(key);
            }
            return out;
        }();
        static const MapShape shape{"the keys of an included file", "", keys};
        return shape;
    }

    void load_variables(const DeclaredMap& map) {
        const auto node = map.raw("vars");
        if (node == nullptr) return;
        if (!node->is_map()) return report_expected(*node, "a map of variables", diagnostics_);
        for (const auto& [key, value] : node->entries) {
            if (!is_variable_name(key->text)) {
                report_expected(*key, "the name of a variable (letters, digits and _)",
                                diagnostics_);
                continue;
            }
            out_.variables.set(key->text, substitute(value, out_.variables, diagnostics_));
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
        const DeclaredMap map(node, role_shape, loading_);
        Role role;
        role.name = map.text("role");
        role.must = map.mask("must");
        role.must_not = map.mask("must_not");
        if ((role.must & role.must_not) != 0) {
            diagnostics_.report(map.raw("must_not")->place,
                                "a bit that the mask must have and must not");
        }
        if (map.has("verbosity")) role.verbosity = map.integer("verbosity", 0);
        if (const auto stream = map.get("stream")) {
            role.stream = loading_.parse_stream(*stream).value_or("");
        }
        if (map.has("count")) role.count = static_cast<std::size_t>(map.integer("count", 1));
        if (role.name.empty()) return;
        const bool taken = role.name == all_roles || loading_.find_role(role.name) != nullptr;
        if (taken) {
            diagnostics_.report(map.raw("role")->place,
                                fmt::format("there is a role '{}' already", role.name));
        }
        out_.roles.push_back(std::move(role));
    }

    void load_tries(const DeclaredMap& map) {
        const auto node = map.get("try");
        if (node == nullptr) return;
        for_each_item(*node, [&](const YamlPtr& item) {
            const DeclaredMap one(item, try_shape, loading_);
            out_.tries.push_back({one.text("run"), static_cast<int>(one.integer("exits", 0))});
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

const MapShape scenario_shape{"the keys of a scenario", "A scenario of confd-sim.", scenario_keys};

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
            std::make_shared<const maapi::SchemaReplies>(maapi::schema_replies(*modules));
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
    Loading loading{.diagnostics = diagnostics,
                    .scenario = scenario,
                    .release = scenario.release,
                    .product = scenario.product,
                    .sends = {},
                    .faults = {},
                    .first = &scenario.variables,
                    .last = &scenario.variables};
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
