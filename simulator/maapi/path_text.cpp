// SPDX-License-Identifier: Apache-2.0
#include "simulator/maapi/path_text.hpp"

#include <fmt/format.h>

#include <utility>

namespace confd::sim::maapi {
namespace {

class Parser {
  public:
    explicit Parser(std::string_view text) : rest_(text) {}

    std::expected<std::vector<TextStep>, std::string> parse() {
        std::vector<TextStep> steps;
        while (!rest_.empty()) {
            if (steps.size() == max_path_steps) return fail("too many steps");
            if (!take('/')) return fail("expected '/'");
            TextStep step{until("/{} "), {}};
            if (step.name.empty()) return fail("expected a name");
            if (take('{') && !keys(step.keys.emplace())) return fail(error_);
            steps.push_back(std::move(step));
        }
        if (steps.empty()) return fail("expected a path such as /interfaces/interface{eth0}/mtu");
        return steps;
    }

  private:
    bool take(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    std::string until(std::string_view stops) {
        const auto out = rest_.substr(0, rest_.find_first_of(stops));
        rest_.remove_prefix(out.size());
        return std::string(out);
    }

    /// Those after the opening brace, and the closing one.
    bool keys(std::vector<std::string>& out) {
        while (true) {
            while (take(' ')) {
            }
            if (take('}')) return !out.empty() || wrong("a list entry needs its keys");
            if (rest_.empty()) return wrong("'}' is missing");
            if (out.size() == max_path_keys) return wrong("too many keys");
            if (take('"')) {
                if (!quoted(out.emplace_back())) return wrong("'\"' is missing");
            } else {
                out.push_back(until(" }"));
            }
        }
    }

    bool quoted(std::string& out) {
        while (!rest_.empty()) {
            if (take('"')) return true;
            take('\\');
            if (rest_.empty()) break;
            out += rest_.front();
            rest_.remove_prefix(1);
        }
        return false;
    }

    bool wrong(std::string_view what) {
        error_ = what;
        return false;
    }

    std::unexpected<std::string> fail(std::string_view what) const {
        return std::unexpected(rest_.empty() ? std::string(what)
                                             : fmt::format("{} before \"{}\"", what, rest_));
    }

    std::string_view rest_;
    std::string_view error_;
};

}  // namespace

std::expected<std::vector<TextStep>, std::string> parse_path_text(std::string_view text) {
    return Parser(text).parse();
}

}  // namespace confd::sim::maapi
