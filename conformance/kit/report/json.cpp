// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/report/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "conformance/kit/report/report_json.hpp"
#include "conformance/kit/report/summary.hpp"
#include "protocol/utf8.hpp"

namespace confd::kit {
namespace {

namespace json = boost::json;

json::value text(std::string_view bytes) {
    return json::value(utf8_sanitized(bytes));
}

json::array texts(const std::vector<std::string>& all) {
    json::array out;
    for (const auto& one : all)
        out.push_back(text(one));
    return out;
}

json::object exchange(const Exchange& message) {
    return {{"at", message.at},
            {"from", message.from_peer ? "peer" : "kit"},
            {"kind", text(message.kind)},
            {"summary", text(message.summary)},
            {"bytes", text(message.bytes)},
            {"term", text(message.term)},
            {"fields", text(message.fields)}};
}

json::object counts_json(const Counts& counts) {
    json::object out;
    for (const auto status : all_statuses)
        out[to_string(status)] = counts[status];
    return out;
}

/// Everything but the results.
json::object head(const Run& run) {
    return {{"format", report_format},          {"version", text(run.version)},
            {"part", to_string(run.part)},      {"peer", text(run.peer)},
            {"started", text(run.started)},     {"seed", run.seed},
            {"counts", counts_json(count(run))}};
}

json::object whole(const Result& result) {
    auto out = case_json(*result.test);
    for (auto& [key, value] : verdict_json(result))
        out[key] = std::move(value);
    return out;
}

}  // namespace

json::object case_json(const Case& test) {
    return {{"id", text(test.id)},
            {"title", text(test.title)},
            {"part", to_string(test.part)},
            {"level", to_string(test.level)},
            {"strength", to_string(test.strength)},
            {"source", to_string(test.source)},
            {"requirements", texts(test.requirements)},
            {"features", texts(test.features)},
            {"rationale", text(test.rationale)},
            {"note", text(test.note)},
            {"script", text(test.script)}};
}

json::object verdict_json(const Result& result) {
    json::array messages;
    for (const auto& message : result.exchange)
        messages.push_back(exchange(message));
    return {{"status", to_string(result.status)}, {"duration_ms", result.duration.count()},
            {"expected", text(result.expected)},  {"reason", text(result.reason)},
            {"details", texts(result.details)},   {"rerun", text(result.rerun)},
            {"folder", text(result.folder)},      {"output", text(result.output)},
            {"exchange", std::move(messages)}};
}

json::object to_json(const Run& run) {
    auto out = head(run);
    json::array results;
    for (const auto& result : run.results)
        results.push_back(whole(result));
    out["results"] = std::move(results);
    return out;
}

std::string to_json_text(const Run& run) {
    auto out = json::serialize(head(run));
    out.back() = ',';
    out += "\n\"results\":[";
    for (const auto& result : run.results) {
        out += &result == run.results.data() ? "\n" : ",\n";
        out += json::serialize(whole(result));
    }
    return out + "\n]}\n";
}

}  // namespace confd::kit
