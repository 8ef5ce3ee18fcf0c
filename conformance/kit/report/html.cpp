// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/report/html.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <stdexcept>
#include <vector>

#include "conformance/kit/report/json.hpp"
#include "conformance/kit/report/page.hpp"
#include "conformance/kit/report/report_json.hpp"
#include "protocol/utf8.hpp"

namespace confd::kit {
namespace {

namespace json = boost::json;

/// Collects cases, in the order in which they first appear, and a column for each peer.
class Matrix {
  public:
    void add(const Run& run) {
        auto& peer = column(utf8_sanitized(run.peer));
        peer.runs.push_back(json::object{{"part", to_string(run.part)},
                                         {"started", utf8_sanitized(run.started)},
                                         {"seed", run.seed},
                                         {"version", utf8_sanitized(run.version)}});
        for (const auto& result : run.results)
            peer.results[row(*result.test)] = verdict_json(result);
    }

    json::object take() {
        json::array peers;
        for (auto& column : columns_) {
            json::array results;
            for (auto& [row, verdict] : column.results) {
                verdict["case"] = row;
                results.push_back(std::move(verdict));
            }
            peers.push_back({{"name", column.name},
                             {"runs", std::move(column.runs)},
                             {"results", std::move(results)}});
        }
        return {{"cases", std::move(cases_)}, {"peers", std::move(peers)}};
    }

  private:
    struct Column {
        std::string name;
        json::array runs;
        std::map<std::size_t, json::object> results;  // by row
    };

    Column& column(const std::string& name) {
        const auto [found, added] = column_of_.try_emplace(name, columns_.size());
        if (added) columns_.push_back({.name = name, .runs = {}, .results = {}});
        return columns_[found->second];
    }

    std::size_t row(const Case& test) {
        const auto [found, added] = row_of_.try_emplace(test.id, cases_.size());
        if (added) cases_.push_back(case_json(test));
        return found->second;
    }

    std::map<std::string, std::size_t> column_of_;
    std::map<std::string, std::size_t> row_of_;
    std::vector<Column> columns_;
    json::array cases_;
};

/// In a script element nothing but "<" could end the data: not in JSON, it is only in strings.
std::string inside_script(const json::object& data) {
    std::string out;
    for (const char c : json::serialize(data)) {
        if (c == '<') {
            out += "\\u003c";
        } else {
            out += c;
        }
    }
    return out;
}

}  // namespace

std::string to_html(std::span<const Run* const> runs) {
    Matrix matrix;
    for (const auto* run : runs)
        matrix.add(*run);
    constexpr std::string_view here = "{{data}}";
    const auto at = page().find(here);
    if (at == std::string_view::npos) throw std::logic_error("page.html has no {{data}}");
    std::string out(page().substr(0, at));
    out += inside_script(matrix.take());
    out += page().substr(at + here.size());
    return out;
}

std::expected<std::string, std::string> html_of_reports(
    std::span<const std::filesystem::path> files) {
    std::vector<LoadedRun> loaded;
    for (const auto& file : files) {
        auto run = read_run_file(file);
        if (!run) return std::unexpected(run.error());
        loaded.push_back(std::move(*run));
    }
    std::vector<const Run*> runs;
    for (const auto& one : loaded)
        runs.push_back(&one.run);
    return to_html(runs);
}

}  // namespace confd::kit
