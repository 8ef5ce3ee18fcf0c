// SPDX-License-Identifier: Apache-2.0
// The JSON Schema of scenarios and `lint`, held against each other: documents that are drawn from
// the schema are good, and what is made wrong in them the schema refuses too, as far as a schema
// can. What it cannot say is listed here.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <map>
#include <random>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "simulator/scenario/json_schema.hpp"
#include "simulator/scenario/key_tables.hpp"
#include "simulator/tests/support.hpp"

namespace confd::sim {
namespace {

namespace json = boost::json;

/// The validator knows signed numbers and fractions.
json::value without_unsigned(json::value value) {
    if (value.is_uint64()) return value.to_number<double>();
    if (auto* object = value.if_object()) {
        for (auto& member : *object)
            member.value() = without_unsigned(std::move(member.value()));
    }
    if (auto* array = value.if_array()) {
        for (auto& item : *array)
            item = without_unsigned(std::move(item));
    }
    return value;
}

const json::value& root() {
    static const auto schema = without_unsigned(json::parse(scenario_schema_text()));
    return schema;
}

bool schema_accepts(const json::value& document) {
    static const auto schema = [] {
        auto out = std::make_unique<valijson::Schema>();
        valijson::SchemaParser().populateSchema(valijson::adapters::BoostJsonAdapter(root()), *out);
        return out;
    }();
    static valijson::Validator validator;
    return validator.validate(*schema, valijson::adapters::BoostJsonAdapter(document), nullptr);
}

std::vector<std::string> lint(const json::value& document) {
    const LoadOptions options{.module_path = {CONFD_SOURCE_DIR "/scenarios/yang"}};
    const auto scenario = load_scenario(json::serialize(document), "s.json", options);
    std::vector<std::string> out;
    if (scenario) return out;
    for (const auto& wrong : scenario.error())
        out.push_back(wrong.message);
    return out;
}

// ---- What a schema cannot say ----

struct Exception {
    const char* message;
    const char* why;
};

constexpr Exception exceptions[] = {
    {"there is no (role|stream|variable) |no send before|no fault before",
     "names refer to what the file has elsewhere"},
    {"there is a (role|stream) '", "names are there once"},
    {"random notifications|notifications have names|no module has|notification|no YANG module|"
     "'modules' in the scenario|expected one notification|if-name: ",
     "names and values of modules are in the modules"},
    {"is an event of NSO|came with the [78] releases|in .x releases of|in this form of the event|"
     "changes from round to round",
     "what an event has depends on release, product and the fields before"},
    {"expected await, barrier or expect as the first step here",
     "what a list begins with: schemas of 2020 have a word for it that older tools ignore"},
    {"expected bytes in hex such as 00 01 a7, found the number",
     "YAML reads digits as a number: how many there are is lost"},
    {"found the text \"[0-9.]+E[0-9]+\"|found the number [-0-9.]+E",
     "a number may be written in several ways, and here its digits count"},
    {"the first duration is above the second|a bit that the mask must have and must not|"
     "is the newer name of|has [0-9]+ elements",
     "values are compared with each other"},
    {"not a term:", "a grammar of its own"},
    {"no event here has a field", "the fields of an event by path"},
    {"is the type of a known event|is no type of an event", "numbers of the catalogue"},
    {"a frame has at least one byte", "what two keys say together"},
    {"a logged event needs an event_time", "of the fields of an event one"},
};

bool excused(const std::string& message) {
    static const auto patterns = [] {
        std::vector<std::regex> out;
        for (const auto& exception : exceptions)
            out.emplace_back(exception.message);
        return out;
    }();
    return std::ranges::any_of(
        patterns, [&](const std::regex& one) { return std::regex_search(message, one); });
}

// ---- Drawing ----

/// What cannot be drawn here: a variable, a value that no sample fits.
struct Undrawable {};

class Drawer {
  public:
    explicit Drawer(std::uint32_t seed) : random_(seed) {}

    /// A scenario with a step or two, and now and then other parts.
    json::value document() {
        json::object out{{"format", 1}, {"product", "nso"}, {"release", "8.2"}};
        json::array steps{
            json::object{{"send", {{"event", "NOTIF_AUDIT"}, {"id", "known"}}}},
            json::object{{"fault", {{"kind", "drop"}, {"name", "known"}, {"total", 1}}}}};
        const auto& step = root().at("$defs").at("steps").at("items");
        for (std::size_t n = 1 + below(2); n > 0; --n) {
            if (auto drawn = try_draw(step)) steps.push_back(std::move(*drawn));
        }
        out["steps"] = std::move(steps);
        const auto& parts = root().at("properties").as_object();
        for (const auto* part : {"name", "description", "seed", "clock", "allow", "sessions",
                                 "streams", "subscribers", "try", "vars"}) {
            if (below(8) != 0) continue;
            if (auto drawn = try_draw(parts.at(part))) out[part] = std::move(*drawn);
        }
        if (json::serialize(out).find("\"notification\"") != std::string::npos) {
            out["modules"] = "example-if";
        }
        return out;
    }

    std::size_t below(std::size_t bound) { return random_() % bound; }

    template <class Range>
    auto pick(const Range& from) {
        return from[below(std::size(from))];
    }

  private:
    using Object = json::object;

    std::optional<json::value> try_draw(const json::value& schema) {
        try {
            return draw(schema);
        } catch (const Undrawable&) {
            return std::nullopt;
        }
    }

    json::value draw(const json::value& value) {
        const auto& schema = value.as_object();
        if (const auto* ref = schema.if_contains("$ref")) return draw_definition(ref->as_string());
        if (const auto* only = schema.if_contains("const")) return *only;
        if (const auto* choices = schema.if_contains("enum")) return pick(choices->as_array());
        if (schema.contains("properties")) return draw_object(schema);
        for (const auto* key : {"anyOf", "oneOf"}) {
            if (const auto* choices = schema.if_contains(key)) {
                return draw_one(choices->as_array());
            }
        }
        if (const auto* all = schema.if_contains("allOf")) return draw(all->as_array().front());
        if (!schema.contains("type")) {
            return Object{{"type", "uint16"}, {"value", 7}};  // a value of any kind
        }
        const auto& type = schema.at("type");
        return draw_type(type.is_array() ? pick(type.as_array()).as_string() : type.as_string(),
                         schema);
    }

    json::value draw_definition(std::string_view path) {
        const auto name = path.substr(std::string_view("#/$defs/").size());
        if (name == "variable") throw Undrawable();
        if (name == "role") return "all";
        if (name == "send_id") return "known";
        if (name == "stream") return "S";
        const Deeper deeper(*this);
        if (name == "steps" && depth_ > 12) return json::array();
        if (depth_ > 40) throw Undrawable();
        return draw(root().at("$defs").at(name));
    }

    json::value draw_one(const json::array& choices) {
        for (int attempt = 0; attempt < 8; ++attempt) {
            if (auto drawn = try_draw(pick(choices))) return std::move(*drawn);
        }
        throw Undrawable();
    }

    json::value draw_type(std::string_view type, const Object& schema) {
        if (type == "null") return nullptr;
        if (type == "boolean") return below(2) == 0;
        if (type == "integer" || type == "number") return draw_number(type == "number", schema);
        if (type == "string") return draw_text(schema);
        if (type == "array") return draw_array(schema);
        return draw_map(schema);
    }

    json::value draw_number(bool fraction, const Object& schema) {
        const auto bound = [&](const char* key, std::int64_t otherwise) {
            const auto* given = schema.if_contains(key);
            if (given == nullptr || !given->is_int64()) return otherwise;
            return given->as_int64();
        };
        const auto low = bound("minimum", bound("exclusiveMinimum", -1'000'000));
        const auto high = bound("maximum", 1'000'000);
        if (fraction && below(2) == 0) return static_cast<double>(low) + 0.5;
        const std::int64_t samples[] = {low, high, std::clamp<std::int64_t>(7, low, high)};
        return json::value(pick(samples));
    }

    json::value draw_text(const Object& schema) {
        const auto* pattern = schema.if_contains("pattern");
        const auto& fitting = samples_of(pattern == nullptr ? "" : pattern->as_string());
        if (fitting.empty()) throw Undrawable();
        return json::value(pick(fitting));
    }

    /// Texts that match a pattern.
    static const std::vector<std::string_view>& samples_of(std::string_view pattern) {
        static constexpr std::string_view samples[] = {"text",
                                                       "10ms",
                                                       "1.5s",
                                                       "24h",
                                                       "0s",
                                                       "10/s",
                                                       "30/m",
                                                       "0.5/s",
                                                       "NOTIF_AUDIT",
                                                       "NOTIF_AUDIT|NOTIF_HA_INFO",
                                                       "0x10",
                                                       "2026-11-22T10:00:00Z",
                                                       "now",
                                                       "now-5m",
                                                       "2026-11-22",
                                                       "10:00:00",
                                                       "192.0.2.1",
                                                       "2001:db8::1",
                                                       "192.0.2.0/24",
                                                       "2001:db8::/32",
                                                       "00 01 a7",
                                                       "001122334455",
                                                       "0011223344556677",
                                                       "00112233445566778899aabbccddeeff",
                                                       "7.8",
                                                       "7.x",
                                                       "P1DT2H",
                                                       "a_name"};
        static std::map<std::string, std::vector<std::string_view>, std::less<>> known;
        const auto found = known.find(pattern);
        if (found != known.end()) return found->second;
        const std::regex regex{std::string(pattern)};
        auto& fitting = known[std::string(pattern)];
        for (const auto sample : samples) {
            if (std::regex_search(std::string(sample), regex)) fitting.push_back(sample);
        }
        return fitting;
    }

    json::value draw_array(const Object& schema) {
        const auto* least = schema.if_contains("minItems");
        const auto* most = schema.if_contains("maxItems");
        const auto low = least == nullptr ? 0 : static_cast<std::size_t>(least->as_int64());
        const auto high = most == nullptr ? low + 2 : static_cast<std::size_t>(most->as_int64());
        json::array out;
        for (auto n = low + below(high - low + 1); n > 0; --n)
            out.push_back(draw(schema.at("items")));
        return out;
    }

    json::value draw_map(const Object& schema) {
        Object out;
        const auto* values = schema.if_contains("additionalProperties");
        const auto* names = schema.if_contains("propertyNames");
        if (names != nullptr) {
            const auto value = values == nullptr ? json::value(7) : draw(*values);
            out[draw(*names).as_string()] = value;
        } else if (schema.contains("maxProperties")) {
            out["link-up"] = Object{{"if-name", "eth0"}};
        }
        return out;
    }

    /// Keys at random, those that are needed among them, until all rules of the object hold.
    json::value draw_object(const Object& schema) {
        const Deeper deeper(*this);
        for (int attempt = 0; attempt < 30; ++attempt) {
            auto out = draw_some(schema);
            if (out && holds(schema, *out)) return std::move(*out);
        }
        throw Undrawable();
    }

    std::optional<Object> draw_some(const Object& schema) {
        Object out;
        std::set<std::string> needed;
        need(schema, needed);
        if (const auto* one = schema.if_contains("oneOf")) need(pick(one->as_array()), needed);
        if (const auto* some = schema.if_contains("anyOf")) need(pick(some->as_array()), needed);
        const auto& properties = schema.at("properties").as_object();
        // What a rule goes by comes first.
        std::vector<std::string> names(needed.begin(), needed.end());
        for (const auto& [name, property] : properties)
            if (!needed.contains(name) && below(3) == 0) names.emplace_back(name);
        if (std::ranges::find(names, "event") != names.end() || properties.contains("event")) {
            std::ranges::stable_partition(names, [](const auto& name) { return name == "event"; });
        }
        for (const auto& name : names) {
            auto drawn = try_draw(refined(schema, name, out));
            if (drawn) {
                out[name] = std::move(*drawn);
            } else if (needed.contains(name)) {
                return std::nullopt;
            }
        }
        return out;
    }

    static void need(const json::value& schema, std::set<std::string>& needed) {
        const auto* names =
            schema.is_object() ? schema.as_object().if_contains("required") : nullptr;
        if (names == nullptr) return;
        for (const auto& name : names->as_array())
            needed.insert(std::string(name.as_string()));
    }

    /// The schema of a key, by the conditions that hold so far.
    json::value refined(const Object& schema, const std::string& name, const Object& so_far) {
        if (const auto* rules = schema.if_contains("allOf")) {
            for (const auto& rule : rules->as_array()) {
                const auto* condition = rule.as_object().if_contains("if");
                if (condition == nullptr || !holds(*condition, so_far)) continue;
                const auto& then = rule.at("then").as_object();
                const auto* properties = then.if_contains("properties");
                if (properties == nullptr) continue;
                if (const auto* better = properties->as_object().if_contains(name)) return *better;
            }
        }
        return schema.at("properties").at(name);
    }

    /// Whether the value obeys what the schema says of keys and constants; the rest is left to the
    /// whole schema.
    static bool holds(const json::value& schema, const json::value& value) {
        if (!schema.is_object()) return true;
        const auto each = [&](const char* key, auto&& test) {
            const auto* all = schema.as_object().if_contains(key);
            return all == nullptr || test(*all);
        };
        const auto one = [&](const json::value& part) { return holds(part, value); };
        return each("const", [&](const auto& only) { return only == value; }) &&
               each("enum",
                    [&](const auto& all) {
                        return std::ranges::find(all.as_array(), value) != all.as_array().end();
                    }) &&
               each("required", [&](const auto& names) { return has_all(names, value); }) &&
               each("properties", [&](const auto& all) { return fit(all.as_object(), value); }) &&
               each("not", [&](const auto& part) { return !one(part); }) &&
               each("allOf",
                    [&](const auto& all) { return std::ranges::all_of(all.as_array(), one); }) &&
               each("anyOf",
                    [&](const auto& all) { return std::ranges::any_of(all.as_array(), one); }) &&
               each("oneOf",
                    [&](const auto& all) {
                        return std::ranges::count_if(all.as_array(), one) == 1;
                    }) &&
               each("if", [&](const auto& part) { return !one(part) || one(schema.at("then")); });
    }
    static bool has_all(const json::value& names, const json::value& value) {
        return std::ranges::all_of(names.as_array(), [&](const auto& name) {
            return value.is_object() && value.as_object().contains(name.as_string());
        });
    }
    static bool fit(const Object& properties, const json::value& value) {
        return std::ranges::all_of(properties, [&](const auto& property) {
            const auto* there =
                value.is_object() ? value.as_object().if_contains(property.key()) : nullptr;
            return there == nullptr || holds(property.value(), *there);
        });
    }

    struct Deeper {
        explicit Deeper(Drawer& drawer) : of(drawer) { ++of.depth_; }
        Deeper(const Deeper&) = delete;
        Deeper& operator=(const Deeper&) = delete;
        ~Deeper() { --of.depth_; }
        Drawer& of;
    };

    std::mt19937 random_;
    int depth_ = 0;
};

TEST(ScenarioSchema, WhatIsDrawnFromItIsGood) {
    int good = 0;
    int drawn = 0;
    for (std::uint32_t seed = 0; seed < 600; ++seed) {
        const auto document = Drawer(seed).document();
        if (!schema_accepts(document)) continue;
        ++drawn;
        const auto errors = lint(document);
        good += errors.empty() ? 1 : 0;
        for (const auto& error : errors)
            EXPECT_TRUE(excused(error)) << error << "\n" << json::serialize(document);
    }
    EXPECT_GT(drawn, 300);
    EXPECT_GT(good, 200);
}

// ---- Making wrong ----

TEST(ScenarioSchema, RefusesAFaultWithoutItsKind) {
    const auto with = [](json::object fault) {
        return json::value{{"format", 1},
                           {"steps", json::array{json::object{{"fault", std::move(fault)}}}}};
    };
    EXPECT_TRUE(schema_accepts(with({{"kind", "drop"}, {"events", 1}})));
    EXPECT_TRUE(lint(with({{"kind", "drop"}, {"events", 1}})).empty());
    for (const auto& wrong : {with({{"events", 1}}), with({{"kind", "drop"}, {"bytes", 1}}),
                              with({{"kind", "drop"}, {"service", "maapi"}, {"events", 1}})}) {
        EXPECT_FALSE(schema_accepts(wrong)) << json::serialize(wrong);
        EXPECT_FALSE(lint(wrong).empty()) << json::serialize(wrong);
    }
}

/// Changes one thing somewhere in the value.
class Mutation {
  public:
    explicit Mutation(Drawer& drawer) : drawer_(drawer) {}

    void apply(json::value& value) {
        auto* object = value.if_object();
        auto* array = value.if_array();
        const std::size_t children = object != nullptr  ? object->size()
                                     : array != nullptr ? array->size()
                                                        : 0;
        if (children == 0 || drawer_.below(4) == 0) return change(value);
        const auto chosen = drawer_.below(children);
        apply(object != nullptr ? (object->begin() + static_cast<std::ptrdiff_t>(chosen))->value()
                                : array->at(chosen));
    }

  private:
    void change(json::value& value) {
        auto* object = value.if_object();
        const auto how = drawer_.below(object == nullptr ? 1 : 4);
        if (how == 1) {
            (*object)[drawer_.pick(other_keys)] = other_value();
        } else if (how == 2 && !object->empty()) {
            object->erase(object->begin() +
                          static_cast<std::ptrdiff_t>(drawer_.below(object->size())));
        } else {
            value = other_value();
        }
    }

    json::value other_value() {
        static const json::value values[] = {nullptr,
                                             -1,
                                             0,
                                             1'000'000'000'000,
                                             0.25,
                                             true,
                                             "",
                                             "nonsense",
                                             "10ms",
                                             "25h",
                                             "NOTIF_AUDIT",
                                             "all",
                                             json::array(),
                                             json::array{1},
                                             json::object(),
                                             json::object{{"nonsense", 1}},
                                             json::array{json::object{{"log", "x"}}}};
        return drawer_.pick(values);
    }

    static constexpr const char* other_keys[] = {"nonsense", "to",    "within", "count",   "event",
                                                 "fields",   "steps", "kind",   "clear",   "role",
                                                 "stream",   "time",  "diff",   "nothing", "stage"};
    Drawer& drawer_;
};

TEST(ScenarioSchema, WhatLintRefusesItRefuses) {
    int refused = 0;
    for (std::uint32_t seed = 1000; seed < 1400; ++seed) {
        Drawer drawer(seed);
        const auto good = drawer.document();
        if (!lint(good).empty()) continue;
        for (int n = 0; n < 5; ++n) {
            auto document = good;
            Mutation(drawer).apply(document);
            const auto errors = lint(document);
            if (errors.empty()) continue;
            ++refused;
            if (!schema_accepts(document)) continue;
            for (const auto& error : errors)
                EXPECT_TRUE(excused(error)) << error << "\n" << json::serialize(document);
        }
    }
    EXPECT_GT(refused, 400);
}

// ---- The tables in the documentation ----

std::string contents(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

TEST(KeyTables, AreUpToDate) {
    for (const auto* page : {"docs/scenarios.md", "simulator/faults/README.md"}) {
        const auto text = contents(fmt::format("{}/{}", CONFD_SOURCE_DIR, page));
        EXPECT_THAT(text, testing::HasSubstr("<!-- table: ")) << page;
        EXPECT_EQ(text, with_tables(text)) << "run: scripts/update-docs";
    }
}

TEST(KeyTables, StandBetweenTheirMarkerAndABlankLine) {
    const auto page = with_tables("a\n<!-- table: stream -->\nold\n\nb\n");
    EXPECT_THAT(page, testing::StartsWith("a\n<!-- table: stream -->\n| key | what | default |\n"));
    EXPECT_THAT(page, testing::EndsWith(" |\n\nb\n"));
    EXPECT_EQ(with_tables(page), page);
    EXPECT_THROW(with_tables("<!-- table: stress -->\n\n"), std::invalid_argument);
}

}  // namespace
}  // namespace confd::sim
