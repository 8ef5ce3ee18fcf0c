// SPDX-License-Identifier: Apache-2.0
// One group of payloads for the decoder under test.
#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <stdexcept>

#include "conformance/kit/codec/compare.hpp"
#include "conformance/kit/codec/decoder.hpp"
#include "conformance/kit/codec/payloads.hpp"
#include "conformance/kit/report/json_text.hpp"
#include "conformance/kit/run/command.hpp"
#include "conformance/kit/run/fill_in.hpp"
#include "conformance/kit/run/parts.hpp"
#include "protocol/term/notation.hpp"
#include "protocol/term/tree.hpp"
#include "protocol/value/text.hpp"

namespace confd::kit {
namespace {

using codec::Payload;

/// Of a report: a group has hundreds of payloads, and the first that are wrong tell enough.
constexpr std::size_t max_shown = 5;

/// A release that has the dialect; the one asked for when it has.
Release release_of(Dialect dialect, const Release& asked) {
    if (asked.dialect() == dialect) return asked;
    switch (dialect) {
        case Dialect::v6x:
            return {6, 6, 0};
        case Dialect::v7x:
            return {7, 8, 2};
        case Dialect::v8x:
            break;
    }
    return {8, 2, 0};
}

bool varies(const std::vector<std::string>& command, std::string_view placeholder) {
    return std::ranges::any_of(command, [&](const std::string& word) {
        return word.find(placeholder) != std::string::npos;
    });
}

class CodecRun {
  public:
    CodecRun(const Case& test, const Options& options, const CodecOptions& codec,
             const codec::Decoder& decoder)
        : options_(options), codec_(codec), decoder_(decoder) {
        verdict_.result.test = &test;
        verdict_.result.status = Status::passed;
    }

    Verdict run() {
        const auto payloads = codec::payloads_of(*verdict_.result.test, options_.seed);
        std::size_t judged = 0;
        for (const auto& context : codec::contexts()) {
            if (!can(context)) continue;
            std::vector<const Payload*> here;
            for (const auto& payload : payloads) {
                if (payload.context == context) here.push_back(&payload);
            }
            if (!here.empty()) judge(context, here);
            judged += here.size();
        }
        if (judged == 0) skip();
        if (wrong_ > 0) {
            verdict_.result.details.insert(verdict_.result.details.begin(),
                                           fmt::format("{} of {} payloads", wrong_, judged));
        }
        return std::move(verdict_);
    }

  private:
    /// A decoder that cannot be told is judged in its own dialect and product.
    bool can(const WireContext& context) const {
        const bool dialect =
            varies(options_.command, "{release}") || context.dialect == codec_.release.dialect();
        const bool product =
            varies(options_.command, "{product}") || context.product == codec_.product;
        return dialect && product;
    }

    void skip() {
        verdict_.result.status = Status::skipped;
        verdict_.result.reason =
            "no payload is of this release and product; put {release} and {product} into the "
            "command to have all";
    }

    void judge(const WireContext& context, const std::vector<const Payload*>& payloads) {
        std::vector<std::string> arguments;
        const auto release = to_string(release_of(context.dialect, codec_.release));
        for (const auto& word : options_.command) {
            arguments.push_back(filled_in(filled_in(word, "release", release), "product",
                                          to_string(context.product)));
        }
        std::string input;
        for (const auto* payload : payloads)
            input += to_hex(payload->bytes) + "\n";
        const auto decoded = decoder_(arguments, input, options_.timeout);
        if (!decoded) {
            verdict_.reached = false;
            return note(*payloads.front(), "the decoder starts", decoded.error());
        }
        compare_lines(payloads, decoded->output);
        add_output(decoded->errors);
        if (!decoded->exit_code) {
            note(*payloads.back(), "the decoder ends with its input", "it still runs");
        } else if (*decoded->exit_code < 0) {
            note(*payloads.back(), "the decoder survives",
                 "it " + describe_exit(*decoded->exit_code));
        }
    }

    void compare_lines(const std::vector<const Payload*>& payloads, std::string_view output) {
        for (const auto* payload : payloads) {
            if (output.empty()) {
                return note(*payload, "one line for each payload",
                            "the output ends before the line of this payload");
            }
            const auto end = std::min(output.find('\n'), output.size());
            compare_line(*payload, output.substr(0, end));
            output.remove_prefix(std::min(end + 1, output.size()));
        }
        if (!output.empty()) {
            note(*payloads.back(), "one line for each payload", "more lines came than payloads");
        }
    }

    void compare_line(const Payload& payload, std::string_view line) {
        const auto value = parse_json(line);
        const auto expected = boost::json::serialize(payload.expected);
        if (!value || !value->is_object()) {
            return note(payload, expected, fmt::format("no JSON object: {}", line.substr(0, 200)));
        }
        if (const auto fault = codec::difference(payload, value->as_object()); !fault.empty()) {
            note(payload, expected, fault);
        }
    }

    void note(const Payload& payload, std::string expected, std::string reason) {
        auto& result = verdict_.result;
        if (wrong_++ == 0) {
            result.status = Status::failed;
            result.expected = std::move(expected);
            result.reason = reason;
        }
        if (wrong_ > max_shown) return;
        const auto term = read_payload(payload.bytes);
        result.details.push_back(fmt::format("{}: {}", payload.name, reason));
        result.exchange.push_back({.kind = "payload",
                                   .summary = payload.name,
                                   .bytes = to_hex(payload.bytes),
                                   .term = term ? to_string(*term) : to_string(term.error()),
                                   .fields = boost::json::serialize(payload.expected)});
    }

    void add_output(const std::string& errors) {
        constexpr std::size_t most = 16 * 1024;
        auto& output = verdict_.result.output;
        if (output.size() < most) output += errors.substr(0, most - output.size());
    }

    const Options& options_;
    const CodecOptions& codec_;
    const codec::Decoder& decoder_;
    Verdict verdict_;
    std::size_t wrong_ = 0;
};

}  // namespace

std::expected<codec::Decoded, std::string> codec::run_program(
    const std::vector<std::string>& arguments, const std::string& input,
    std::chrono::milliseconds timeout) {
    auto command = Command::start({.arguments = arguments, .input = input, .variables = {}});
    if (!command) return std::unexpected(std::move(command.error()));
    command->wait_until(Command::Clock::now() + timeout);
    return Decoded{command->exit_code(), command->output(), command->errors()};
}

Judge codec::judge_of(Options options, CodecOptions codec, Decoder decoder) {
    return [options = std::move(options), codec, decoder = std::move(decoder)](const Case& test) {
        return CodecRun(test, options, codec, decoder).run();
    };
}

std::expected<Judge, std::string> codec_judge(const Options& options, const CodecOptions& codec) {
    if (options.command.empty()) return std::unexpected("there is no decoder behind --");
    return codec::judge_of(options, codec, codec::run_program);
}

}  // namespace confd::kit
