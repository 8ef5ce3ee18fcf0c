// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "conformance/kit/model/names.hpp"
#include "conformance/kit/report/json.hpp"
#include "conformance/kit/report/json_text.hpp"
#include "files/read_file.hpp"

namespace confd::kit {
namespace {

namespace json = boost::json;

/// The members of an object. The first thing that is wrong stays in `error`; after it everything
/// reads as empty, so that it is looked at once, at the end.
class Members {
  public:
    Members(const json::value& value, std::string path, std::string& error)
        : object_(value.if_object()), path_(std::move(path)), error_(error) {
        if (object_ == nullptr) complain("", "expected an object");
    }

    std::string text(std::string_view key) {
        const auto* value = find(key);
        const auto* string = value == nullptr ? nullptr : value->if_string();
        if (string == nullptr) return complain(key, "expected a string");
        return {string->data(), string->size()};
    }

    /// Of a member that reports of older kits do not have.
    std::string text_if_any(std::string_view key) {
        return find(key) == nullptr ? std::string() : text(key);
    }

    std::vector<std::string> texts(std::string_view key) {
        std::vector<std::string> out;
        for (const auto& value : array(key)) {
            const auto* string = value.if_string();
            if (string == nullptr) complain(key, "expected strings");
            out.emplace_back(string == nullptr ? std::string_view() : std::string_view(*string));
        }
        return out;
    }

    template <class Number>
    Number number(std::string_view key) {
        const auto* value = find(key);
        boost::system::error_code failed;
        const auto out = value == nullptr ? Number{} : value->to_number<Number>(failed);
        if (value == nullptr || failed) complain(key, "expected a number in its range");
        return failed ? Number{} : out;
    }

    template <class Enum>
    Enum word(std::string_view key, std::optional<Enum> (*find_word)(std::string_view)) {
        const auto found = find_word(text(key));
        if (!found) complain(key, "unknown word");
        return found.value_or(Enum{});
    }

    std::span<const json::value> array(std::string_view key) {
        const auto* value = find(key);
        const auto* array = value == nullptr ? nullptr : value->if_array();
        if (array == nullptr) complain(key, "expected an array");
        return array == nullptr ? std::span<const json::value>() : std::span(*array);
    }

    /// The objects in an array.
    template <class Read>
    void each(std::string_view key, Read read) {
        std::size_t index = 0;
        for (const auto& value : array(key)) {
            Members members(value, fmt::format("{}{}[{}].", path_, key, index++), error_);
            read(members);
        }
    }

    std::string complain(std::string_view key, std::string_view what) {
        if (error_.empty()) error_ = fmt::format("{}{}: {}", path_, key, what);
        return {};
    }

  private:
    const json::value* find(std::string_view key) const {
        return object_ == nullptr ? nullptr : object_->if_contains(key);
    }

    const json::object* object_;
    std::string path_;
    std::string& error_;
};

Case read_case(Members& from) {
    Case test;
    test.id = from.text("id");
    if (test.id.empty()) from.complain("id", "empty");
    test.title = from.text("title");
    test.part = from.word("part", part_of);
    test.level = from.word("level", level_of);
    test.strength = from.word("strength", strength_of);
    test.source = from.word("source", source_of);
    test.requirements = from.texts("requirements");
    test.features = from.texts("features");
    test.rationale = from.text("rationale");
    test.note = from.text_if_any("note");
    test.script = from.text("script");
    return test;
}

Exchange read_exchange(Members& from) {
    Exchange message;
    message.at = from.number<double>("at");
    message.from_peer = from.text("from") == "peer";
    message.kind = from.text("kind");
    message.summary = from.text("summary");
    message.bytes = from.text("bytes");
    message.term = from.text("term");
    message.fields = from.text("fields");
    return message;
}

Result read_result(Members& from) {
    Result result;
    result.status = from.word("status", status_of);
    result.duration = std::chrono::milliseconds(from.number<std::uint32_t>("duration_ms"));
    result.expected = from.text("expected");
    result.reason = from.text("reason");
    result.details = from.texts("details");
    result.rerun = from.text("rerun");
    result.folder = from.text("folder");
    result.output = from.text("output");
    from.each("exchange",
              [&](Members& message) { result.exchange.push_back(read_exchange(message)); });
    return result;
}

LoadedRun read_members(Members& from) {
    LoadedRun loaded;
    if (from.number<int>("format") != report_format) from.complain("format", "not known here");
    loaded.run.version = from.text("version");
    loaded.run.part = from.word("part", part_of);
    loaded.run.peer = from.text("peer");
    loaded.run.started = from.text("started");
    loaded.run.seed = from.number<std::uint64_t>("seed");
    from.each("results", [&](Members& result) {
        loaded.cases.push_back(std::make_unique<const Case>(read_case(result)));
        loaded.run.results.push_back(read_result(result));
        loaded.run.results.back().test = loaded.cases.back().get();
    });
    return loaded;
}

}  // namespace

std::expected<LoadedRun, std::string> read_run(std::string_view text) {
    if (text.size() > report_size_limit) return std::unexpected("too long for a report");
    const auto value = parse_json(text);
    if (!value) return std::unexpected("not JSON: " + value.error());
    std::string error;
    Members members(*value, "", error);
    auto loaded = read_members(members);
    if (!error.empty()) return std::unexpected(error);
    return loaded;
}

std::expected<LoadedRun, std::string> read_run_file(const std::filesystem::path& file) {
    const auto text = read_file(file, report_size_limit);
    if (!text) return std::unexpected(text.error());
    auto run = read_run(*text);
    if (!run) return std::unexpected(fmt::format("{}: {}", file.string(), run.error()));
    return run;
}

}  // namespace confd::kit
