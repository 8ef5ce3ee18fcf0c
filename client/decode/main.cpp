// SPDX-License-Identifier: Apache-2.0
// confd-decode: bytes to meaning, for captures and bug reports.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <expected>
#include <iostream>
#include <map>
#include <string>
#include <string_view>

#include "client/decode/decoder.hpp"
#include "files/read_file.hpp"
#include "program/about.hpp"
#include "program/command_line.hpp"
#include "protocol/release.hpp"

namespace {

using namespace confd;

constexpr int exit_bad_payload = 1;
constexpr int exit_usage = 2;
constexpr int exit_internal = 70;

struct Options {
    std::string file = "-";
    bool payload_hex = false;
    bool frames = false;
    std::string format = "json";
    std::string release = to_string(Release{});
    std::string product = "confd";
    bool show_clearpass = false;
    bool strict = false;
    bool schema = false;
};

const std::map<std::string, decode::Format> formats{
    {"json", decode::Format::json}, {"text", decode::Format::text}, {"term", decode::Format::term}};

std::string check_format(const std::string& text) {
    if (formats.contains(text)) return {};
    return fmt::format("'{}' is no format; expected json, text or term", text);
}

std::string check_release(const std::string& text) {
    if (parse_release(text)) return {};
    return fmt::format("'{}' is no release; expected one from 6.0 to 8.9, such as 7.8", text);
}

std::string check_product(const std::string& text) {
    if (parse_product(text)) return {};
    return fmt::format("'{}' is no product; expected confd or nso", text);
}

void declare(CLI::App& app, Options& options) {
    app.add_option("FILE", options.file, "Input; - for standard input")->capture_default_str();
    auto* form = app.add_option_group("input", "What the input is");
    form->add_flag("--payload-hex", options.payload_hex, "One frame payload in hex a line");
    form->add_flag("--frames", options.frames, "Raw bytes: frames with their length prefixes");
    form->add_flag("--schema", options.schema, "No input: print the JSON Schema of the output");
    form->require_option(1);
    app.add_option("--format", options.format, "Output: json, text or term")
        ->check(check_format, "", "")
        ->type_name("json|text|term")
        ->capture_default_str();
    app.add_option("--release", options.release, "Release whose layout the events have")
        ->check(check_release, "", "")
        ->capture_default_str();
    app.add_option("--product", options.product, "confd or nso")
        ->check(check_product, "", "")
        ->type_name("confd|nso")
        ->capture_default_str();
    app.add_flag("--show-clearpass", options.show_clearpass, "Show clear-text passwords");
    app.add_flag("--strict", options.strict, "Treat an unknown event type as bad");
    app.footer(
        "A bad payload gives one line with its error, and decoding goes on with the next.\n"
        "Exit codes: 0 all decoded, 1 some payload was bad, 2 wrong usage or the input cannot be\n"
        "read, 70 internal error or the output cannot be written.");
}

/// Hands the input to `take`, and flushes the lines before it waits for more.
std::expected<void, std::string> read_input(const Options& options, const TakePiece& take) {
    const TakePiece take_and_show = [&](std::string_view piece) {
        const bool more = take(piece);
        std::cout.flush();
        return more && std::cout;
    };
    return options.file == "-" ? read_pieces(STDIN_FILENO, "standard input", take_and_show)
                               : read_pieces(options.file, take_and_show);
}

std::expected<void, std::string> decode_frames(const Options& options, decode::Decoder& decoder,
                                               const Limits& limits) {
    decode::Frames frames(decoder, limits);
    auto read = read_input(options, [&](std::string_view piece) { return frames.feed(piece); });
    if (read) frames.end();
    return read;
}

std::expected<void, std::string> decode_hex(const Options& options, decode::Decoder& decoder) {
    decode::HexLines lines(decoder);
    auto read = read_input(options, [&](std::string_view piece) {
        lines.feed(piece);
        return true;
    });
    if (read) lines.end();
    return read;
}

int fail(std::string_view text, int code) {
    std::cerr << fmt::format("confd-decode: {}\n", text);
    return code;
}

int run(const Options& options) {
    DecodeOptions decode_options;
    const auto release = *parse_release(options.release);
    decode_options.context = {release.dialect(), *parse_product(options.product)};
    decode_options.strict = options.strict;
    const RenderOptions render{.show_clearpass = options.show_clearpass,
                               .newer_names = has_newer_names(release)};
    decode::Decoder decoder(formats.at(options.format), decode_options, render, std::cout);
    std::expected<void, std::string> read;
    if (options.schema) {
        std::cout << notification_schema_text();
    } else {
        read = options.frames ? decode_frames(options, decoder, decode_options.limits)
                              : decode_hex(options, decoder);
    }
    std::cout.flush();
    if (!std::cout) {
        return fail(fmt::format("standard output: {}", std::strerror(errno)), exit_internal);
    }
    if (!read) return fail("cannot read " + read.error(), exit_usage);
    return decoder.bad_count() > 0 ? exit_bad_payload : 0;
}

}  // namespace

int main(int argc, char** argv) {
    std::ios::sync_with_stdio(false);
    CLI::App app{"Decodes ConfD/NSO event-notification payloads.", "confd-decode"};
    Options options;
    declare(app, options);
    program::add_about(app, program::Libraries::client);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return program::print_help(app, argc, argv, error, exit_usage);
    }
    try {
        return run(options);
    } catch (const std::exception& error) {
        return fail(fmt::format("internal error: {}", error.what()), exit_internal);
    }
}
