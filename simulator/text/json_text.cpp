// SPDX-License-Identifier: Apache-2.0
#include "simulator/text/json_text.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <cstdint>
#include <utility>

namespace confd::sim {
namespace {

namespace json = boost::json;
using boost::system::error_code;

constexpr std::string_view blanks = " \t\r\n";

/// What the parser calls. It does not know where it is; its caller does.
class Handler {
  public:
    static constexpr std::size_t max_object_size = max_yaml_nodes;
    static constexpr std::size_t max_array_size = max_yaml_nodes;
    static constexpr std::size_t max_key_size = max_scenario_bytes;
    static constexpr std::size_t max_string_size = max_scenario_bytes;

    explicit Handler(TreeBuilder& tree) : tree_(tree) {}

    /// The parser gets the next byte of the text, which is there.
    void next(char byte, const Place& here) {
        const bool between = blanks.contains(byte) || byte == ',' || byte == ':';
        if (!in_token_ && !between) {
            place_ = here;
            in_token_ = true;
        }
    }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) { return open(YamlNode::Kind::map); }
    bool on_object_end(std::size_t, error_code&) { return close(); }
    bool on_array_begin(error_code&) { return open(YamlNode::Kind::sequence); }
    bool on_array_end(std::size_t, error_code&) { return close(); }
    bool on_key_part(json::string_view part, std::size_t, error_code&) { return add(part); }
    bool on_key(json::string_view part, std::size_t, error_code&) { return end(part, false); }
    bool on_string_part(json::string_view part, std::size_t, error_code&) { return add(part); }
    bool on_string(json::string_view part, std::size_t, error_code&) { return end(part, false); }
    bool on_number_part(json::string_view part, error_code&) { return add(part); }
    bool on_int64(std::int64_t, json::string_view part, error_code&) { return end(part, true); }
    bool on_uint64(std::uint64_t, json::string_view part, error_code&) { return end(part, true); }
    bool on_double(double, json::string_view part, error_code&) { return end(part, true); }
    bool on_bool(bool value, error_code&) { return end(value ? "true" : "false", true); }
    bool on_null(error_code&) {
        in_token_ = false;
        tree_.null(place_);
        return true;
    }
    bool on_comment_part(json::string_view, error_code&) { return true; }
    bool on_comment(json::string_view, error_code&) { return true; }

  private:
    bool open(YamlNode::Kind kind) {
        in_token_ = false;
        tree_.open(kind, place_);
        return true;
    }
    bool close() {
        in_token_ = false;
        tree_.close();
        return true;
    }
    bool add(json::string_view part) {
        text_.append(part.data(), part.size());
        return true;
    }
    bool end(json::string_view part, bool plain) {
        add(part);
        in_token_ = false;
        tree_.scalar(place_, std::exchange(text_, {}), plain);
        return true;
    }

    TreeBuilder& tree_;
    Place place_;  // where the token begins that is being read
    bool in_token_ = false;
    std::string text_;
};

/// Steps through a text and knows the line and column of each byte.
class Cursor {
  public:
    explicit Cursor(std::shared_ptr<const std::string> file) : place_{std::move(file), 1, 1} {}
    const Place& place() const { return place_; }
    void step(char byte) {
        if (byte == '\n') {
            ++place_.line;
            place_.column = 1;
        } else {
            ++place_.column;
        }
    }

  private:
    Place place_;
};

/// The parser calls half of a surrogate pair by several names, one of them "syntax error".
JsonError error_at(std::string_view text, std::size_t at, const error_code& error) {
    constexpr std::size_t escape_size = 6;  // a backslash, u, four digits
    const auto escape = text.rfind("\\u", at);
    if (escape != std::string_view::npos && at <= escape + escape_size) {
        const auto digits = text.substr(escape + 2, 2);
        if (digits.size() == 2 && (digits[0] | 32) == 'd' && digits[1] > '7') {
            return {std::max(at, escape + escape_size), "half of a surrogate pair"};
        }
    }
    return {at, error.message()};
}

}  // namespace

bool looks_like_json(std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

std::optional<JsonError> read_json(std::string_view text, TreeBuilder& tree) {
    json::parse_options options;
    options.max_depth = max_yaml_nesting + 1;  // the tree says it in its own words
    json::basic_parser<Handler> parser(options, tree);
    Cursor cursor(tree.file());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool blank = blanks.contains(text[i]);
        if (parser.done()) {
            if (!blank) return JsonError{i, "something follows it"};
            continue;
        }
        parser.handler().next(text[i], cursor.place());
        error_code error;
        // Byte by byte, because that is how we know where it is.
        parser.write_some(true, &text[i], 1, error);
        if (error) return error_at(text, i, error);
        cursor.step(text[i]);
    }
    if (!parser.done()) return JsonError{text.size(), "it ends too early"};
    return std::nullopt;
}

Place place_in(std::string_view text, std::size_t at, std::shared_ptr<const std::string> file) {
    Cursor cursor(std::move(file));
    for (const char byte : text.substr(0, at))
        cursor.step(byte);
    return cursor.place();
}

}  // namespace confd::sim
