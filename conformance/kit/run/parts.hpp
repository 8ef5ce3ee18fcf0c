// SPDX-License-Identifier: Apache-2.0
// The three parts of the kit, as the command line sees them. Each makes a Judge or says in a
// sentence what is wrong with its options.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include "conformance/kit/run/options.hpp"
#include "conformance/kit/run/runner.hpp"
#include "protocol/release.hpp"

namespace confd::kit {

/// A client is started afresh for each case with Options::command, or is running already.
struct ClientOptions {
    bool attach = false;     ///< it runs already and connects again and again
    std::uint16_t port = 0;  ///< where it connects to; 0: any free port
    std::string host = "127.0.0.1";
    /// What it always asks for, when it cannot be told.
    std::optional<std::uint32_t> mask;
    std::optional<Release> release;
    std::optional<Product> product;
    /// How long it may take to end by itself after its server has gone, and after SIGTERM.
    std::chrono::milliseconds grace = std::chrono::seconds(1);
};
std::expected<Judge, std::string> client_judge(const Options& options, const ClientOptions& client);

struct ServerOptions {
    std::string target;   ///< HOST:PORT, or the path of a UNIX socket
    std::string trigger;  ///< a shell command that makes the server send {event}; empty for none
    std::filesystem::path access_file;
    bool maapi = false;  ///< it serves MAAPI sockets for certain
    Release release;
    Product product = Product::confd;
};
std::expected<Judge, std::string> server_judge(const Options& options, const ServerOptions& server);

/// A decoder is started with Options::command.
struct CodecOptions {
    Release release;
    Product product = Product::confd;
};
std::expected<Judge, std::string> codec_judge(const Options& options, const CodecOptions& codec);

}  // namespace confd::kit
