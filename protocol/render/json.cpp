// SPDX-License-Identifier: Apache-2.0
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <utility>
#include <vector>

#include "protocol/render/printer.hpp"
#include "protocol/render/render.hpp"
#include "protocol/term/notation.hpp"
#include "protocol/utf8.hpp"

namespace confd {
namespace {

namespace json = boost::json;

class JsonPrinter : public Printer {
  public:
    void begin_object() override { stack_.emplace_back(json::object(), std::exchange(key_, {})); }
    void begin_array() override { stack_.emplace_back(json::array(), std::exchange(key_, {})); }
    void end_object() override { end(); }
    void end_array() override { end(); }
    void key(std::string_view name) override { key_ = name; }
    void integer(const Integer& value) override {
        std::int64_t narrow = 0;
        if (value.fits(narrow)) {
            put(narrow);
        } else {
            put(value.magnitude);
        }
    }
    void floating(double value) override { put(value); }
    void boolean(bool value) override { put(value); }
    void text(std::string_view value) override { put(json::value(utf8_sanitized(value))); }
    void enumerator(std::int64_t number, std::span<const Constant>) override { put(number); }
    void value(const Value& value) override { print_value(*this, value); }
    void name_of_number(std::string_view key, std::string_view name) override {
        this->key(key);
        text(name);
    }

    json::value take() { return std::move(done_); }

  private:
    void end() {
        auto [finished, key] = std::move(stack_.back());
        stack_.pop_back();
        key_ = std::move(key);
        put(std::move(finished));
    }
    void put(json::value value) {
        if (stack_.empty()) {
            done_ = std::move(value);
        } else if (auto* object = stack_.back().first.if_object()) {
            object->insert_or_assign(key_, std::move(value));
        } else {
            stack_.back().first.get_array().push_back(std::move(value));
        }
    }

    std::vector<std::pair<json::value, std::string>> stack_;  // open containers and their keys
    std::string key_;
    json::value done_;
};

std::string term_text(const GenericNotification& generic) {
    const auto term = read_term(generic.term);
    return term ? to_string(*term) : to_string(term.error());
}

}  // namespace

json::object to_json(const Notification& notification, const RenderOptions& options) {
    json::object out;
    out["type"] = notification.type;
    out["name"] = notif_name(notification.type).value_or("UNKNOWN");
    if (const auto* generic = notification.get<GenericNotification>()) {
        out["term"] = term_text(*generic);
        return out;
    }
    if (const auto key = key_of(notification); !key.empty()) {
        JsonPrinter printer;
        print_body(printer, notification, options);
        out[key] = printer.take();
    }
    return out;
}

json::object to_json(const Value& value) {
    JsonPrinter printer;
    print_value(printer, value);
    return std::move(printer.take().as_object());
}

json::object to_json(const Error& error) {
    return {{"error",
             {{"code", name_of(error.code)},
              {"offset", error.offset},
              {"path", error.path},
              {"message", utf8_sanitized(error.message)}}}};
}

}  // namespace confd
