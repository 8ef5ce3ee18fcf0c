// SPDX-License-Identifier: Apache-2.0
// All cases: the files of conformance/cases, compiled in, checked when they are read.
//
// The case audit-sync-once of conformance/cases/client/ack.yaml is client/ack/audit-sync-once. What
// stands in a file's name behind a full stop says what the file has, and is no part of the ID:
// there can be client/maapi.failures.yaml beside client/maapi.yaml. The keys are in
// conformance/cases/README.md.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/kit/model/case.hpp"
#include "files/embedded_file.hpp"
#include "simulator/text/diagnostics.hpp"

namespace confd::kit {

/// With paths below conformance/cases: "client/ack.yaml".
std::span<const EmbeddedFile> case_files();
/// The YANG modules of conformance/cases/yang.
std::span<const EmbeddedFile> module_files();

/// The cases of a file, in its order; or all that is wrong with it, each with its place.
std::expected<std::vector<Case>, std::vector<sim::Diagnostic>> load_cases(std::string_view text,
                                                                          const std::string& path);

/// Whether a case with this ID would be in a file with this path.
bool may_hold(std::string_view path, std::string_view id);

/// Every case that is compiled in, by ID. Throws std::logic_error with what is wrong with a file:
/// a test loads them all.
const std::vector<Case>& all_cases();
/// Null when there is none.
const Case* find_case(std::string_view id);

/// Whether `pattern` fits the whole ID: `*` stands for any characters, `/` among them, `?` for one.
bool matches(std::string_view pattern, std::string_view id);

/// The cases of a part that fit a filter (or all without any) and no exclusion.
std::vector<const Case*> select(Part part, std::span<const std::string> filters,
                                std::span<const std::string> exclusions);

/// A requirement of docs/protocol.md, whose text is compiled in.
struct Requirement {
    std::string id;    ///< "REQ-ACK-2"
    std::string text;  ///< "A client with AUDIT .. MUST answer .. (measured)", in Markdown
    std::string link;  ///< "docs/protocol.md#REQ-ACK-2"
};
std::string_view protocol_page();
std::optional<Requirement> find_requirement(std::string_view id);

}  // namespace confd::kit
