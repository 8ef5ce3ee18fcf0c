// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/codec/payloads.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <random>
#include <sstream>
#include <stdexcept>

#include "generate/events.hpp"
#include "protocol/constants.hpp"
#include "protocol/mask.hpp"
#include "protocol/notification/notification.hpp"
#include "protocol/render/render.hpp"
#include "protocol/value/text.hpp"

namespace confd::kit::codec {
namespace {

class RandomChoices : public Choices {
  public:
    explicit RandomChoices(std::uint64_t seed) : engine_(seed) {}
    // By remainder and not by a distribution: a seed gives the same payloads everywhere.
    std::uint64_t below(std::uint64_t bound) override { return engine_() % bound; }

  private:
    std::mt19937_64 engine_;
};

constexpr WireContext measured{Dialect::v7x, Product::confd};

boost::json::object json_of(ByteView bytes, const WireContext& context) {
    const auto event =
        decode_notification(bytes, {.context = context, .strict = true, .limits = {}});
    if (!event) throw std::invalid_argument("a payload is no event: " + to_string(event.error()));
    return to_json(*event, {.context = context, .show_clearpass = true, .log_names = false});
}

Bytes hex_word(std::istream& words) {
    std::string text;
    words >> text;
    const auto bytes = parse_hex(text);
    if (!bytes || bytes->empty()) throw std::invalid_argument("not hexadecimal: " + text);
    return *bytes;
}

std::uint32_t event_word(std::istream& words) {
    std::string name;
    words >> name;
    const auto bit = value_of(mask_constants, name);
    if (!bit) throw std::invalid_argument("no event is called " + name);
    return static_cast<std::uint32_t>(*bit);
}

bool exists(std::uint32_t type, const WireContext& context) {
    return (type & known_bits(context)) != 0;
}

boost::json::object error_of(std::string_view code) {
    return {{"error", boost::json::object{{"code", code}}}};
}

class Collector {
  public:
    explicit Collector(std::uint64_t seed, bool code_matters)
        : choices_(seed), code_matters_(code_matters) {}

    void line(const std::string& text) {
        std::istringstream words(text);
        std::string kind;
        words >> kind;
        if (kind.empty() || kind.starts_with('#')) return;
        if (kind == "golden") {
            golden(words);
        } else if (kind == "generated") {
            generated(words);
        } else if (kind == "same") {
            same(words);
        } else if (kind == "bad") {
            bad(words);
        } else if (kind == "cut") {
            cut(words);
        } else {
            throw std::invalid_argument("no payloads are called " + kind);
        }
    }

    std::vector<Payload> take() { return std::move(payloads_); }

  private:
    void golden(std::istream& words) {
        std::string event;
        words >> event;
        for (const auto product : {Product::confd, Product::nso}) {
            std::istringstream lines{std::string(product == Product::nso ? golden_vectors_nso()
                                                                         : golden_vectors_confd())};
            std::size_t number = 0;
            for (std::string text; std::getline(lines, text);) {
                const auto vector = boost::json::parse(text).as_object();
                if (vector.at("event").as_string() != event) continue;
                ++number;
                for (const auto& payload : vector.at("payloads").as_array()) {
                    add_event(fmt::format("golden {} {} of {}", event, number, to_string(product)),
                              *parse_hex(std::string_view(payload.as_string())),
                              {Dialect::v7x, product});
                }
            }
        }
        if (payloads_.empty()) throw std::invalid_argument("no golden vector is of " + event);
    }

    void generated(std::istream& words) {
        const auto type = event_word(words);
        int count = 0;
        words >> count;
        for (const auto& context : contexts()) {
            if (!exists(type, context)) continue;
            for (int i = 0; i < count; ++i) {
                Bytes bytes;
                const auto event = generate_notification(choices_, type, context);
                if (!encode_notification(event, bytes, context)) continue;
                add_event(
                    fmt::format("generated {} {} {} {}", *notif_name(type),
                                to_string(context.product), to_string(context.dialect), i + 1),
                    std::move(bytes), context);
            }
        }
    }

    void same(std::istream& words) {
        auto bytes = hex_word(words);
        std::string as;
        words >> as;
        const auto usual = hex_word(words);
        for (const auto& context : contexts()) {
            payloads_.push_back({fmt::format("unusual {}", payloads_.size() + 1), bytes, context,
                                 json_of(usual, context)});
        }
    }

    void bad(std::istream& words) {
        std::string code;
        words >> code;
        const auto bytes = hex_word(words);
        for (const auto& context : contexts())
            add_bad(code, bytes, context);
    }

    void cut(std::istream& words) {
        const auto type = event_word(words);
        for (const auto& context : contexts()) {
            if (!exists(type, context)) continue;
            Bytes bytes;
            if (!encode_notification(generate_notification(choices_, type, context), bytes,
                                     context)) {
                continue;
            }
            for (std::size_t size = 1; size < std::min<std::size_t>(bytes.size(), 400); ++size) {
                add_bad("truncated", {bytes.begin(), bytes.begin() + static_cast<long>(size)},
                        context);
            }
        }
    }

    void add_event(std::string name, Bytes bytes, const WireContext& context) {
        auto expected = json_of(bytes, context);
        payloads_.push_back({std::move(name), std::move(bytes), context, std::move(expected)});
    }

    void add_bad(std::string_view code, Bytes bytes, const WireContext& context) {
        payloads_.push_back({fmt::format("{} {}", code, payloads_.size() + 1), std::move(bytes),
                             context, error_of(code), code_matters_});
    }

    RandomChoices choices_;
    bool code_matters_;
    std::vector<Payload> payloads_;
};

}  // namespace

std::span<const WireContext> contexts() {
    static constexpr WireContext all[] = {{Dialect::v6x, Product::confd},
                                          {Dialect::v6x, Product::nso},
                                          measured,
                                          {Dialect::v7x, Product::nso},
                                          {Dialect::v8x, Product::confd},
                                          {Dialect::v8x, Product::nso}};
    return all;
}

std::vector<Payload> payloads_of(const Case& test, std::uint64_t seed) {
    // That something is an error is a MUST, which one it is a SHOULD: cases of their own.
    Collector collector(seed, test.strength == Strength::should);
    std::istringstream lines(test.script);
    for (std::string text; std::getline(lines, text);)
        collector.line(text);
    return collector.take();
}

}  // namespace confd::kit::codec
