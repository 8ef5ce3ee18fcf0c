// A case's file: YAML with the keys of conformance/cases/README.md.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "conformance/kit/names.hpp"
#include "conformance/kit/registry.hpp"
#include "protocol/term/notation.hpp"
#include "protocol/value/text.hpp"
#include "simulator/text/field_map.hpp"
#include "simulator/text/scalars.hpp"

namespace confd::kit {
namespace {

using sim::FieldMap;
using sim::YamlNode;

/// The text of a block (`script: |`) with the lines and the indentation that it has in the file.
std::string in_place(const YamlNode& block, std::string_view file) {
    const auto line = static_cast<std::size_t>(block.place.line);
    std::size_t begin = 0;
    for (std::size_t i = 0; i < line && begin != std::string_view::npos; ++i)
        begin = file.find('\n', begin) + 1;
    const auto indent = std::min(file.find_first_not_of(' ', begin) - begin, file.size());
    std::string out(line, '\n');
    for (std::string_view rest = block.text; !rest.empty();) {
        const auto end = std::min(rest.find('\n'), rest.size() - 1) + 1;
        if (end > 1) out.append(indent, ' ');
        out += rest.substr(0, end);
        rest.remove_prefix(end);
    }
    return out;
}

class CaseLoader {
  public:
    CaseLoader(std::string_view text, const std::string& path, sim::Diagnostics& diagnostics)
        : text_(text), diagnostics_(diagnostics) {
        out_.file = path;
    }

    Case load(const YamlNode& root) {
        FieldMap map(root, "the keys of a case", diagnostics_);
        load_id(map);
        out_.title = name(map, "title", "a title");
        out_.level = word<Level>(map, "level", level_of, "L0, L1 or L2");
        out_.strength = word<Strength>(map, "strength", strength_of, "MUST or SHOULD");
        out_.source = word<Source>(map, "source", source_of, "documented, observed or robustness");
        load_requirements(map);
        if (const auto* node = map.take("features"))
            out_.features = sim::parse_names(*node, diagnostics_);
        out_.rationale = name(map, "rationale", "a rationale");
        out_.note = text(map, "note");
        if (out_.part == Part::client) {
            load_client(map);
        } else {
            load_script(map, "script");
        }
        map.finish();
        return std::move(out_);
    }

  private:
    const YamlNode* required(FieldMap& map, std::string_view key) {
        const auto* node = map.take(key);
        if (node == nullptr) {
            diagnostics_.report(map.node().place, fmt::format("'{}' is missing", key));
        }
        return node;
    }

    std::string name(FieldMap& map, std::string_view key, std::string_view what) {
        const auto* node = required(map, key);
        return node == nullptr ? std::string() : trimmed(*node, what);
    }

    std::string trimmed(const YamlNode& node, std::string_view what) {
        auto text = sim::parse_name(node, what, diagnostics_).value_or("");
        while (text.ends_with('\n'))
            text.pop_back();
        return text;
    }

    template <class Enum>
    Enum word(FieldMap& map, std::string_view key, std::optional<Enum> (*parse)(std::string_view),
              std::string_view expected) {
        const auto* node = required(map, key);
        if (node == nullptr) return {};
        const auto value = node->is_scalar() ? parse(node->text) : std::nullopt;
        if (!value) sim::report_expected(*node, expected, diagnostics_);
        return value.value_or(Enum{});
    }

    /// An ID never changes; that it is also the file's name makes it easy to find.
    void load_id(FieldMap& map) {
        const auto* node = required(map, "id");
        if (node == nullptr) return;
        out_.id = node->text;
        const auto part = part_of(std::string_view(out_.id).substr(0, out_.id.find('/')));
        out_.part = part.value_or(Part::client);
        if (!part || out_.id + ".yaml" != out_.file) {
            sim::report_expected(
                *node, fmt::format("the file's name without .yaml ({})", out_.file), diagnostics_);
        }
    }

    void load_requirements(FieldMap& map) {
        const auto* node = required(map, "requirements");
        if (node == nullptr) return;
        out_.requirements = sim::parse_names(*node, diagnostics_);
        for (const auto& id : out_.requirements) {
            if (find_requirement(id)) continue;
            diagnostics_.report(node->place, fmt::format("docs/protocol.md has no {}", id));
        }
    }

    void load_script(FieldMap& map, std::string_view key) {
        const auto* node = required(map, key);
        if (node == nullptr) return;
        if (node->is_scalar()) {
            out_.script = in_place(*node, text_);
        } else {
            sim::report_expected(*node, "a block of text, as after |", diagnostics_);
        }
    }

    void load_client(FieldMap& map) {
        out_.client.emplace();
        const auto* node = required(map, "client");
        load_script(map, "scenario");
        if (node == nullptr) return;
        FieldMap fields(*node, "the keys of client", diagnostics_);
        auto& client = *out_.client;
        load_peer(fields, client);
        load_subscription(fields, client);
        load_access(fields, client);
        load_checks(fields, client);
        fields.finish();
        imply_features(client);
    }

    void load_peer(FieldMap& map, ClientSetup& client) {
        if (const auto* node = map.take("release")) {
            const auto release = parse_release(node->text);
            if (!release) sim::report_expected(*node, "a release such as 7.8", diagnostics_);
            client.release = release.value_or(Release{});
            client.about_release = true;
        }
        if (const auto* node = map.take("product")) {
            const auto product = parse_product(node->text);
            if (!product) sim::report_expected(*node, "confd or nso", diagnostics_);
            client.product = product.value_or(Product::confd);
            client.about_product = true;
        }
    }

    void load_subscription(FieldMap& map, ClientSetup& client) {
        if (const auto* node = required(map, "mask"))
            client.mask = sim::parse_mask(*node, diagnostics_).value_or(0);
        if (const auto* node = map.take("without"))
            client.without = sim::parse_mask(*node, diagnostics_).value_or(0);
        client.heartbeat = number(map, "heartbeat");
        client.health_check = number(map, "health_check");
        client.verbosity = number(map, "verbosity");
        client.usid = number(map, "usid");
        client.stream = text(map, "stream");
        client.start = time(map, "start");
        client.stop = time(map, "stop");
        client.filter = text(map, "filter");
    }

    void load_access(FieldMap& map, ClientSetup& client) {
        constexpr std::array<std::string_view, 3> words{"none", "right", "wrong"};
        if (const auto* node = map.take("secret")) {
            const auto found = std::ranges::find(words, node->text);
            if (found == words.end()) {
                sim::report_expected(*node, "none, right or wrong", diagnostics_);
            } else {
                client.secret = static_cast<Secret>(found - words.begin());
            }
        }
        client.server_secret = flag(map, "server_secret");
        client.unix_socket = flag(map, "unix_socket");
    }

    void load_checks(FieldMap& map, ClientSetup& client) {
        client.prints = flag(map, "prints");
        client.in_order = flag(map, "in_order");
        if (const auto* node = map.take("hello")) {
            const auto bytes = sim::parse_hex_bytes(*node, diagnostics_).value_or(Bytes{});
            if (bytes.size() != 1)
                sim::report_expected(*node, "one byte, such as 0b", diagnostics_);
            client.hello = to_hex(bytes);
        }
        const auto* node = map.take("subscription");
        if (node == nullptr) return;
        client.subscription = node->text;
        if (const auto term = parse_term(node->text); !term) {
            diagnostics_.report(node->place,
                                fmt::format("not a term: {}", to_string(term.error())));
        }
    }

    std::int64_t number(FieldMap& map, std::string_view key) {
        constexpr std::int64_t most = 1'000'000;
        const auto* node = map.take(key);
        return node == nullptr
                   ? 0
                   : sim::parse_int(*node, 0, most, "a number", diagnostics_).value_or(0);
    }

    std::string text(FieldMap& map, std::string_view key) {
        const auto* node = map.take(key);
        return node == nullptr ? std::string() : trimmed(*node, "a text");
    }

    std::string time(FieldMap& map, std::string_view key) {
        auto out = text(map, key);
        if (!out.empty() && !parse_datetime(out)) {
            sim::report_expected(*map.take(key), "a time such as 2026-11-22T10:00:00Z",
                                 diagnostics_);
        }
        return out;
    }

    bool flag(FieldMap& map, std::string_view key) {
        const auto* node = map.take(key);
        if (node == nullptr) return false;
        if (node->text != "true" && node->text != "false") {
            sim::report_expected(*node, "true or false", diagnostics_);
        }
        return node->text == "true";
    }

    /// What a case needs by what it asks for need not be written a second time.
    void imply_features(const ClientSetup& client) {
        const auto imply = [&](bool needed, const char* feature) {
            if (needed && std::ranges::find(out_.features, feature) == out_.features.end())
                out_.features.emplace_back(feature);
        };
        imply(client.prints, "output");
        imply(!client.stream.empty(), "streams");
        imply(client.heartbeat + client.health_check > 0, "intervals");
        imply(client.secret != Secret::none || client.server_secret, "access");
        imply(client.unix_socket, "unix");
    }

    std::string_view text_;
    sim::Diagnostics& diagnostics_;
    Case out_;
};

}  // namespace

std::expected<Case, std::vector<sim::Diagnostic>> load_case(std::string_view text,
                                                            const std::string& path) {
    sim::Diagnostics diagnostics;
    const auto root = sim::parse_yaml(text, std::make_shared<const std::string>(path), diagnostics);
    Case out;
    if (root != nullptr) out = CaseLoader(text, path, diagnostics).load(*root);
    if (!diagnostics.empty()) return std::unexpected(diagnostics.take());
    return out;
}

}  // namespace confd::kit
