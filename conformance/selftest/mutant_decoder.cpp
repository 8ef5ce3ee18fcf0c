// SPDX-License-Identifier: Apache-2.0
#include "conformance/selftest/mutant_decoder.hpp"

#include <boost/json/serialize.hpp>
#include <csignal>
#include <sstream>

#include "conformance/selftest/mutations.hpp"
#include "protocol/notification/notification.hpp"
#include "protocol/render/render.hpp"
#include "protocol/value/text.hpp"

namespace confd::kit::test {
namespace {

boost::json::object error(std::string_view code) {
    return {{"error", boost::json::object{{"code", code}}}};
}

struct Crash {};

class Mutant {
  public:
    Mutant(std::string_view mutation, WireContext context)
        : mutation_(mutation), context_(context) {
        if (mutant("knows-one-dialect")) context_.dialect = Dialect::v7x;
        if (mutant("knows-one-product")) context_.product = Product::confd;
    }

    std::string line_of(const std::string& hex) const {
        auto line = boost::json::serialize(decode(parse_hex(hex).value_or(Bytes()))) + "\n";
        if (mutant("says-nothing-of-errors") && line.starts_with("{\"error\"")) line.clear();
        return line;
    }

  private:
    bool mutant(DecoderMutation name) const { return mutation_ == name.text; }

    void damage(boost::json::object& line) const {
        if (mutant("forgets-a-field") && line.contains("compaction")) {
            line["compaction"].as_object().erase("ntrans");
        }
        if (mutant("adds-a-field") && line.contains("forward"))
            line["forward"].as_object()["x"] = 1;
        if (mutant("shows-numbers-as-text") && line.contains("upgrade")) {
            line["upgrade"] = boost::json::serialize(line["upgrade"]);
        }
    }

    boost::json::object decode(const Bytes& payload) const {
        const auto event = decode_notification(payload, {.context = context_, .limits = {}});
        if (!event) {
            if (mutant("dies-of-deep-terms") && event.error().code == Errc::too_deep) throw Crash{};
            if (mutant("takes-trailing-bytes") && event.error().code == Errc::trailing_bytes) {
                return {{"type", 1}};
            }
            if (mutant("has-one-code")) return error("bad");
            return to_json(event.error());
        }
        auto line = to_json(*event, {.context = context_});
        damage(line);
        return line;
    }

    std::string_view mutation_;
    WireContext context_;
};

}  // namespace

codec::Decoded decode_lines(std::string_view mutation, WireContext context,
                            const std::string& input) {
    codec::Decoded out{.exit_code = 0, .output = {}, .errors = {}};
    const Mutant mutant(mutation, context);
    std::istringstream lines(input);
    try {
        for (std::string line; std::getline(lines, line);)
            out.output += mutant.line_of(line);
    } catch (const Crash&) {
        out.exit_code = -SIGABRT;
    }
    return out;
}

}  // namespace confd::kit::test
