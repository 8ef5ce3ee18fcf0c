// SPDX-License-Identifier: Apache-2.0
#include "simulator/yang/statements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace confd::sim::yang {
namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view ends_of_words = " \t\r\n;{}";

class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {}

    std::expected<ModuleStatements, TextError> read() {
        if (const auto zero = text_.find('\0'); zero != std::string_view::npos) {
            at_ = zero;
            fail("a zero byte");
        } else {
            statements();
        }
        if (error_) return std::unexpected(std::move(*error_));
        return ModuleStatements{std::move(root_), std::move(quoted_)};
    }

  private:
    bool done() const { return at_ >= text_.size(); }
    bool sees(std::string_view what) const { return text_.substr(at_).starts_with(what); }

    /// Text is only walked forward, so each line is counted once.
    TextPlace place_of(std::size_t offset) {
        for (; counted_ < offset; ++counted_) {
            if (text_[counted_] != '\n') continue;
            ++line_;
            line_begin_ = counted_ + 1;
        }
        return {line_, static_cast<int>(offset - line_begin_) + 1};
    }

    void fail(std::string message) {
        if (!error_) error_ = TextError{place_of(std::min(at_, text_.size())), std::move(message)};
    }

    void skip_blanks() {
        while (!done()) {
            if (blanks.contains(text_[at_])) {
                ++at_;
            } else if (sees("//")) {
                at_ = std::min(text_.find('\n', at_), text_.size());
            } else if (sees("/*")) {
                const auto end = text_.find("*/", at_ + 2);
                if (end == std::string_view::npos) return fail("a comment that does not end");
                at_ = end + 2;
            } else {
                return;
            }
        }
    }

    std::string_view word() {
        const auto begin = at_;
        while (!done() && !ends_of_words.contains(text_[at_]) && !sees("//") && !sees("/*"))
            ++at_;
        return text_.substr(begin, at_ - begin);
    }

    std::string_view quoted(char quote) {
        const auto begin = at_ + 1;
        auto end = begin;
        while (end < text_.size() && text_[end] != quote)
            end += quote == '"' && text_[end] == '\\' ? 2U : 1U;
        if (end >= text_.size()) {
            fail("a string that does not end");
            return {};
        }
        if (quote == '"') quoted_.push_back({begin, end});
        at_ = end + 1;
        return text_.substr(begin, end - begin);
    }

    /// A word, or strings with + between them.
    std::string argument() {
        if (!sees("\"") && !sees("'")) return std::string(word());
        std::string out;
        while (!error_) {
            out += quoted(text_[at_]);
            skip_blanks();
            if (!sees("+")) break;
            const auto plus = at_++;
            skip_blanks();
            if (!sees("\"") && !sees("'")) {
                at_ = plus;
                fail("expected a string after +");
            }
        }
        return out;
    }

    void statements() {
        std::vector<Statement*> open;
        do {
            skip_blanks();
            if (error_) return;
            if (done()) return fail(open.empty() ? "expected a module" : unclosed(*open.back()));
            if (sees("}")) {
                if (open.empty()) return fail("expected a module, found }");
                ++at_;
                open.pop_back();
                continue;
            }
            auto* made = head(open.empty() ? nullptr : open.back());
            if (error_) return;
            if (text_[at_++] == '{') open.push_back(made);
            if (open.size() > max_statement_nesting) {
                return fail(
                    fmt::format("statements nested more than {} deep", max_statement_nesting));
            }
        } while (!open.empty());
    }

    static std::string unclosed(const Statement& statement) {
        return fmt::format("the text ends inside of {} {}, which begins in line {}",
                           statement.keyword, statement.argument, statement.place.line);
    }

    /// Keyword and argument, up to the ; or { that follows.
    Statement* head(Statement* parent) {
        // Those of the open statements stay where they are: only the last one's list grows.
        auto& made = parent == nullptr ? root_ : parent->children.emplace_back();
        made.place = place_of(at_);
        made.keyword = word();
        if (made.keyword.empty()) fail("expected a statement");
        skip_blanks();
        if (!done() && !sees(";") && !sees("{") && !sees("}")) made.argument = argument();
        skip_blanks();
        if (!sees(";") && !sees("{")) {
            fail(fmt::format("expected ; or {{ after {} {}", made.keyword, shortened(made)));
        }
        return &made;
    }

    static std::string shortened(const Statement& statement) {
        constexpr std::size_t shown = 40;
        return statement.argument.size() <= shown ? statement.argument
                                                  : statement.argument.substr(0, shown) + " ..";
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t counted_ = 0;
    std::size_t line_begin_ = 0;
    int line_ = 1;
    Statement root_;
    std::vector<QuotedText> quoted_;
    std::optional<TextError> error_;
};

bool has_meaning(char escaped) {
    return std::string_view("nt\"\\").contains(escaped);
}

/// Copies the text, adding characters as it goes along.
class Rewriter {
  public:
    explicit Rewriter(std::string_view text) : text_(text) { out_.reserve(text.size() + 64); }

    void string(const QuotedText& quoted) {
        copy_to(quoted.begin);
        // What libyang cuts off the lines that follow depends on the column of the first quote.
        const auto moved = std::string(added_, ' ');
        for (auto at = quoted.begin; at < quoted.end; ++at) {
            if (text_[at] == '\n') {
                copy_to(at + 1);
                out_ += moved;
                added_ = moved.size();
            } else if (text_[at] == '\\') {
                if (!has_meaning(text_[at + 1])) {
                    copy_to(at);
                    out_ += '\\';
                    ++added_;
                } else {
                    ++at;
                }
            }
        }
    }

    std::string take() {
        copy_to(text_.size());
        return std::move(out_);
    }

  private:
    void copy_to(std::size_t end) {
        const auto part = text_.substr(copied_, end - copied_);
        if (part.contains('\n')) added_ = 0;
        out_ += part;
        copied_ = end;
    }

    std::string_view text_;
    std::string out_;
    std::size_t copied_ = 0;
    std::size_t added_ = 0;  // characters more in this line than the text has
};

}  // namespace

const Statement* Statement::find(std::string_view wanted) const {
    const auto found = std::ranges::find(children, wanted, &Statement::keyword);
    return found == children.end() ? nullptr : &*found;
}

std::string_view Statement::text_of(std::string_view wanted) const {
    const auto* found = find(wanted);
    return found == nullptr ? std::string_view() : found->argument;
}

std::expected<ModuleStatements, TextError> read_statements(std::string_view text) {
    return Reader(text).read();
}

std::string for_libyang(std::string_view text, const ModuleStatements& statements) {
    if (statements.root.text_of("yang-version") == "1.1") return std::string(text);
    Rewriter rewriter(text);
    for (const auto& quoted : statements.quoted)
        rewriter.string(quoted);
    return rewriter.take();
}

}  // namespace confd::sim::yang
