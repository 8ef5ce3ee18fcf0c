// A decoder for the self-tests of the kit: confd-decode, or wrong in the one way that its first
// argument names.
//
//     mutant_decoder MUTATION RELEASE PRODUCT < payloads
#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "protocol/notification/notification.hpp"
#include "protocol/render/render.hpp"
#include "protocol/value/text.hpp"

namespace confd::kit::test {
namespace {

std::string mutation;

bool mutant(std::string_view name) {
    return mutation == name;
}

boost::json::object error(std::string_view code) {
    return {{"error", boost::json::object{{"code", code}}}};
}

void damage(boost::json::object& line) {
    if (mutant("forgets-a-field") && line.contains("compaction")) {
        line["compaction"].as_object().erase("ntrans");
    }
    if (mutant("adds-a-field") && line.contains("forward")) line["forward"].as_object()["x"] = 1;
    if (mutant("shows-numbers-as-text") && line.contains("upgrade")) {
        line["upgrade"] = boost::json::serialize(line["upgrade"]);
    }
}

boost::json::object decode(const Bytes& payload, const WireContext& context) {
    const auto event = decode_notification(payload, {.context = context, .limits = {}});
    if (!event) {
        if (mutant("dies-of-deep-terms") && event.error().code == Errc::too_deep) std::abort();
        if (mutant("takes-trailing-bytes") && event.error().code == Errc::trailing_bytes) {
            return {{"type", 1}};
        }
        if (mutant("has-one-code")) return error("bad");
        return to_json(event.error());
    }
    auto line = to_json(*event, {.context = context});
    damage(line);
    return line;
}

}  // namespace
}  // namespace confd::kit::test

int main(int argc, char** argv) {
    using namespace confd;
    using kit::test::mutant;
    if (argc < 4) return 2;
    kit::test::mutation = argv[1];
    WireContext context{parse_release(argv[2])->dialect(), *parse_product(argv[3])};
    if (mutant("knows-one-dialect")) context.dialect = Dialect::v7x;
    if (mutant("knows-one-product")) context.product = Product::confd;
    std::string text;
    while (std::getline(std::cin, text)) {
        const auto payload = parse_hex(text).value_or(Bytes());
        const auto line = boost::json::serialize(kit::test::decode(payload, context));
        if (mutant("says-nothing-of-errors") && line.starts_with("{\"error\"")) continue;
        std::cout << line << '\n';
    }
}
