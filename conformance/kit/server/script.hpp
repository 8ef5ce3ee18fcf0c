// The script of a server case: a probe a line.
//
//     b: open mask=NOTIF_AUDIT|NOTIF_AUDIT_SYNC
//     trigger NOTIF_AUDIT
//     b: event NOTIF_AUDIT
//
// The word before a colon says on which connection, `a` unless told; then come the probe, at most
// one word that says what or how much, and its parameters. Quotes keep blanks: term="{1, 0}".
// Lines that start with # are comments. conformance/kit/server/README.md lists the probes.
#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace confd::kit::server {

struct Step {
    std::string text;  ///< the line, for messages
    std::string connection = "a";
    std::string probe;
    std::string what;
    std::map<std::string, std::string, std::less<>> parameters;
};

/// The error is a sentence.
std::expected<std::vector<Step>, std::string> parse_script(std::string_view script);

}  // namespace confd::kit::server
