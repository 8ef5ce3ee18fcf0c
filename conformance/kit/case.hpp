// A case of the conformance kit: data. What it means to run one is the affair of its part.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace confd::kit {

/// Who is judged.
enum class Part : std::uint8_t {
    client,  ///< an application that subscribes; the kit plays the server
    server,  ///< a server; the kit is the client
    codec,   ///< a decoder of payloads
};

/// What a peer must be able to do before the case makes sense.
enum class Level : std::uint8_t {
    l0,  ///< survives and closes properly
    l1,  ///< owes and gives the right acknowledgements, or waits for them
    l2,  ///< tells what it decoded
};

enum class Strength : std::uint8_t {
    must,    ///< a failure fails the run
    should,  ///< a failure is a warning, unless --strict
};

/// Where the requirement comes from.
enum class Source : std::uint8_t { documented, observed, robustness };

struct Case {
    /// "client/ack/audit-sync-once": never renumbered, never used for something else.
    std::string id;
    std::string title;
    Part part{};
    Level level{};
    Strength strength{};
    Source source{};
    /// Anchors of docs/protocol.md, such as REQ-SYNC-2; at least one.
    std::vector<std::string> requirements;
    /// What the peer must have declared; else the case is skipped.
    std::vector<std::string> features;
    std::string rationale;
    /// Of a client's case: the scenario that the kit plays. Else what the part makes of it.
    std::string script;
};

std::string_view to_string(Part part);
std::string_view to_string(Level level);
std::string_view to_string(Strength strength);
std::string_view to_string(Source source);

}  // namespace confd::kit
