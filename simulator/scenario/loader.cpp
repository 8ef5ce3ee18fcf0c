#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "simulator/scenario/loading.hpp"
#include "simulator/scenario/scalars.hpp"
#include "simulator/scenario/scenario.hpp"

namespace confd::sim {
namespace {

constexpr std::int64_t format_version = 1;
constexpr std::int64_t max_role_count = 100'000;

class Loader {
  public:
    Loader(const LoadOptions& options, Diagnostics& diagnostics)
        : options_(options), diagnostics_(diagnostics) {}

    Scenario load(const YamlPtr& root) {
        FieldMap map(*root, "the keys of a scenario", diagnostics_);
        if (!root->is_map()) return std::move(out_);
        map_ = &map;
        check_format();
        if (const auto node = get("name")) out_.name = text(*node, "a name");
        if (const auto node = get("description")) out_.description = text(*node, "a text");
        load_seed();
        load_release();
        load_product();
        load_variables();
        load_streams();
        load_roles();
        load_steps();
        map.finish();
        return std::move(out_);
    }

  private:
    YamlPtr get(std::string_view key) { return map_->take_shared(key); }
    std::string text(const YamlNode& node, std::string_view what) {
        return parse_text(node, what, diagnostics_).value_or("");
    }

    void check_format() {
        if (const auto node = get("format")) {
            parse_int(*node, format_version, format_version, "the format of this file,",
                      diagnostics_);
        } else {
            diagnostics_.report(map_->node().place, "'format' is missing, expected format: 1");
        }
    }

    void load_seed() {
        if (const auto node = get("seed")) {
            out_.seed = parse_uint64(*node, "a seed", diagnostics_).value_or(0);
        }
        out_.seed = options_.seed.value_or(out_.seed);
    }

    void load_release() {
        if (const auto node = get("release")) {
            const auto release = node->is_scalar() ? parse_release(node->text) : std::nullopt;
            if (!release) {
                report_expected(*node, "a release from 6.0 to 8.9 such as 7.8", diagnostics_);
            }
            out_.release = release.value_or(out_.release);
        }
        out_.release = options_.release.value_or(out_.release);
    }

    void load_product() {
        if (const auto node = get("product")) {
            const auto product = parse_product(node->text);
            if (!product) report_expected(*node, "confd or nso", diagnostics_);
            out_.product = product.value_or(out_.product);
        }
        out_.product = options_.product.value_or(out_.product);
    }

    /// Each may use the ones before it, so none can stand for itself.
    void load_variables() {
        const auto node = get("vars");
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

    void load_streams() {
        const auto node = get("streams");
        if (node == nullptr) return;
        for_each_map(*node, "a stream", [&](FieldMap& stream) {
            if (const auto name = required_name(stream, "name")) out_.streams.push_back(*name);
        });
    }

    void load_roles() {
        const auto node = get("subscribers");
        if (node == nullptr) return;
        for_each_map(*node, "a role", [&](FieldMap& map) { load_role(map); });
    }

    void load_role(FieldMap& map) {
        Role role;
        const auto name = required_name(map, "role");
        if (const auto* must = map.take("must")) {
            role.must = parse_mask(*must, diagnostics_).value_or(0);
        }
        if (const auto* must_not = map.take("must_not")) {
            role.must_not = parse_mask(*must_not, diagnostics_).value_or(0);
            if ((role.must & role.must_not) != 0) {
                diagnostics_.report(must_not->place, "a bit that the mask must have and must not");
            }
        }
        if (const auto* count = map.take("count")) {
            role.count = static_cast<std::size_t>(
                parse_int(*count, 1, max_role_count, "a number", diagnostics_).value_or(1));
        }
        if (!name) return;
        const bool taken = *name == everybody ||
                           std::ranges::find(out_.roles, *name, &Role::name) != out_.roles.end();
        if (taken) {
            diagnostics_.report(map.take("role")->place,
                                fmt::format("there is a role '{}' already", *name));
        }
        role.name = *name;
        out_.roles.push_back(std::move(role));
    }

    void load_steps() {
        const auto node = get("steps");
        if (node == nullptr) {
            diagnostics_.report(map_->node().place, "'steps' is missing");
            return;
        }
        Loading loading{.diagnostics = diagnostics_,
                        .release = out_.release,
                        .product = out_.product,
                        .roles = out_.roles,
                        .streams = out_.streams,
                        .sends = {},
                        .first = &out_.variables,
                        .last = &out_.variables};
        out_.steps = parse_steps(node, loading);
    }

    template <class F>
    void for_each_map(const YamlNode& node, std::string_view what, F&& load_one) {
        if (!node.is_sequence()) return report_expected(node, "a list", diagnostics_);
        for (const auto& item : node.items) {
            FieldMap map(*item, fmt::format("the keys of {}", what), diagnostics_);
            if (!item->is_map()) continue;
            load_one(map);
            map.finish();
        }
    }

    std::optional<std::string> required_name(FieldMap& map, std::string_view key) {
        if (const auto* node = map.take(key)) return parse_name(*node, "a name", diagnostics_);
        diagnostics_.report(map.node().place, fmt::format("'{}' is missing", key));
        return std::nullopt;
    }

    const LoadOptions& options_;
    Diagnostics& diagnostics_;
    FieldMap* map_ = nullptr;
    Scenario out_;
};

}  // namespace

HubConfig Scenario::hub_config() const {
    HubConfig config;
    config.server.release = release;
    config.server.product = product;
    config.roles = roles;
    config.streams = streams;
    return config;
}

std::expected<Scenario, std::vector<Diagnostic>> load_scenario(std::string_view text,
                                                               const std::string& file,
                                                               const LoadOptions& options) {
    Diagnostics diagnostics;
    Scenario scenario;
    if (const auto root =
            parse_yaml(text, std::make_shared<const std::string>(file), diagnostics)) {
        scenario = Loader(options, diagnostics).load(root);
    }
    if (!diagnostics.empty()) return std::unexpected(diagnostics.take());
    return scenario;
}

std::expected<Scenario, std::vector<Diagnostic>> load_scenario_file(const std::string& path,
                                                                    const LoadOptions& options) {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    std::string text;
    // One byte more than is allowed is enough to see that it is too much.
    text.resize(max_scenario_bytes + 1);
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.is_open() || file.bad()) {
        const auto name = std::make_shared<const std::string>(path);
        return std::unexpected(std::vector{Diagnostic{
            {name, 1, 1},
            fmt::format("the file cannot be read: {}", errno != 0 ? std::strerror(errno) : "?")}});
    }
    text.resize(static_cast<std::size_t>(file.gcount()));
    return load_scenario(text, path, options);
}

}  // namespace confd::sim
