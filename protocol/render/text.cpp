// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <string>

#include "protocol/render/printer.hpp"
#include "protocol/render/render.hpp"
#include "protocol/term/notation.hpp"
#include "protocol/utf8.hpp"
#include "protocol/value/text.hpp"

namespace confd {
namespace {

/// A text in quotes, safe for a terminal: control characters are written as escapes.
std::string quoted(std::string_view bytes) {
    std::string out = "\"";
    for (const char c : utf8_sanitized(bytes)) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += {'\\', c};
        } else if (c == '\n') {
            out += "\\n";
        } else if (byte < 0x20 || byte == 0x7f) {
            out += fmt::format("\\x{:02x}", byte);
        } else {
            out += c;
        }
    }
    return out + '"';
}

/// `key=value key={key=value}`, the outermost object without braces.
class TextPrinter : public Printer {
  public:
    explicit TextPrinter(const Names& names) : names_(names) {}

    void begin_object() override {
        if (depth_++ > 0) open('{');
    }
    void end_object() override {
        if (--depth_ > 0) close('}');
    }
    void begin_array() override { open('['); }
    void end_array() override { close(']'); }
    void key(std::string_view name) override {
        separate();
        out_ += name;
        out_ += '=';
        fresh_ = true;
    }
    void integer(const Integer& value) override { put(to_string(value)); }
    void floating(double value) override { put(fmt::format("{}", value)); }
    void boolean(bool value) override { put(value ? "true" : "false"); }
    void text(std::string_view value) override { put(quoted(value)); }
    void enumerator(std::int64_t number, std::span<const Constant> names) override {
        const auto name = name_of(names, number);
        put(name ? std::string(*name) : fmt::format("{}", number));
    }
    void name_of_number(std::string_view, std::string_view) override {}  // enumerator() has it
    void value(const Value& value) override {
        // Most values are clear without their type; the others show it.
        if (const auto* text = std::get_if<std::string>(&value.payload)) return put(quoted(*text));
        if (const auto* path = std::get_if<ObjectRef>(&value.payload)) {
            return put(confd::to_text(*path, names_));
        }
        const auto& info = info_of(value.type);
        if (info.shape == ValueShape::nothing) return put(std::string(info.name));
        ++depth_;  // inside a list the braces matter
        print_value(*this, value);
        --depth_;
    }

    std::string take() { return std::move(out_); }

  private:
    void separate() {
        if (!fresh_) out_ += ' ';
        fresh_ = false;
    }
    void open(char bracket) {
        separate();
        out_ += bracket;
        fresh_ = true;
    }
    void close(char bracket) {
        out_ += bracket;
        fresh_ = false;
    }
    void put(std::string_view text) {
        separate();
        out_ += text;
    }

    const Names& names_;
    std::string out_;
    int depth_ = 0;
    bool fresh_ = true;  // nothing to separate from
};

}  // namespace

std::string to_text(const Notification& notification, const RenderOptions& options) {
    const auto name = notif_name(notification.type);
    std::string out = name ? std::string(*name) : fmt::format("UNKNOWN({})", notification.type);
    if (const auto* generic = notification.get<GenericNotification>()) {
        const auto term = read_term(generic->term);
        return out + ' ' + (term ? to_string(*term) : to_string(term.error()));
    }
    TextPrinter printer(options.known_names());
    print_body(printer, notification, options);
    const auto body = printer.take();
    return body.empty() ? out : out + ' ' + body;
}

}  // namespace confd
