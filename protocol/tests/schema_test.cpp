// SPDX-License-Identifier: Apache-2.0
// The JSON Schema in docs/: it is the one that the code makes, and everything printed obeys it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <random>
#include <sstream>

#include "conformance/tests/vectors.hpp"
#include "generate/events.hpp"
#include "protocol/render/render.hpp"
#include "testing/temp_file.hpp"

namespace confd::test {
namespace {

const std::string schema_path = CONFD_SOURCE_DIR "/docs/notification.schema.json";

std::string contents(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

TEST(SchemaTest, DocumentIsUpToDate) {
    EXPECT_EQ(contents(schema_path), notification_schema_text())
        << "run: confd-decode --schema > docs/notification.schema.json";
}

void write_vectors(std::ostream& out) {
    for (const auto& [file, context] : event_vectors) {
        for (const auto& vector : read_vectors(file)) {
            for (const auto& payload : payloads_of(vector)) {
                const auto event = decode_notification(payload, {.context = context});
                out << boost::json::serialize(to_json(event.value(), {.context = context})) << '\n';
            }
        }
    }
}

void write_generated(std::ostream& out) {
    std::mt19937 random(20261122);
    for (const auto dialect : {Dialect::v6x, Dialect::v7x, Dialect::v8x}) {
        for (const auto product : {Product::confd, Product::nso}) {
            const WireContext context{dialect, product};
            for (const auto type : event_types()) {
                std::vector<std::uint32_t> numbers(300);
                for (auto& number : numbers)
                    number = static_cast<std::uint32_t>(random());
                ListedChoices choices(numbers);
                const auto event = generate_notification(choices, type, context);
                out << boost::json::serialize(to_json(event, {.context = context})) << '\n';
            }
        }
    }
}

void write_others(std::ostream& out) {
    const auto unknown = decode_notification(unhex("83 68 02 61 03 61 05"));
    out << boost::json::serialize(to_json(unknown.value())) << '\n';
    const auto bad = decode_notification(unhex("83 68"));
    out << boost::json::serialize(to_json(bad.error())) << '\n';
}

constexpr const char* validate = R"(
import json, sys
import jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
count = bad = 0
for line in open(sys.argv[2]):
    count += 1
    for error in validator.iter_errors(json.loads(line)):
        bad += 1
        print(line[:300], error.message[:300])
        break
# What the schema must refuse, or it says nothing.
refused = ['{}', '{"type": 1, "name": "NOTIF_AUDIT"}', '{"type": 1, "name": "NOTIF_AUDIT", "audit":'
           ' {"logno": "x", "user": "a", "usid": 1, "msg": "m"}}',
           '{"type": 32768, "name": "NOTIF_UPGRADE_EVENT", "upgrade": {"event": 1, "extra": 2}}']
accepted = [text for text in refused if validator.is_valid(json.loads(text))]
print(count, "lines,", bad, "bad,", len(accepted), "wrongly accepted")
sys.exit(1 if bad or accepted or count < 400 else 0)
)";

TEST(SchemaTest, EverythingPrintedObeysIt) {
    std::ostringstream printed;
    write_vectors(printed);
    write_generated(printed);
    write_others(printed);
    const TempFile lines(printed.str(), ".jsonl");
    const TempFile script(validate, ".py");
    const auto command =
        fmt::format("/usr/bin/python3 {} {} {}", script.path(), schema_path, lines.path());
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
}

}  // namespace
}  // namespace confd::test
