// term and raw: what no event is: a term in text notation, bytes in hex.
#include <fmt/format.h>

#include "protocol/term/notation.hpp"
#include "simulator/scenario/steps/steps.hpp"
#include "simulator/text/scalars.hpp"

namespace confd::sim {
namespace {

constexpr Key term_keys[] = {
    {.name = "text",
     .takes = Takes::term,
     .doc = "the term, as in {1, 115, <<\"admin\">>, 17, <<\"hi\">>}; it goes out as one frame",
     .required = true},
    {.name = "to",
     .takes = Takes::role,
     .doc = "who gets it, whatever the mask",
     .otherwise = "all"},
};
constexpr MapShape term_shape{"the keys of term",
                              "Sends a term as a frame, whether it is an event or not.", term_keys,
                              "text"};

constexpr Key raw_keys[] = {
    {.name = "hex", .takes = Takes::hex, .doc = "the bytes; blanks are ignored", .required = true},
    {.name = "frame",
     .takes = Takes::flag,
     .doc = "put the length in front, as of a frame",
     .otherwise = "false"},
    {.name = "to",
     .takes = Takes::role,
     .doc = "who gets them, whatever the mask",
     .otherwise = "all"},
};
constexpr MapShape raw_shape{"the keys of raw", "Sends bytes as they are.", raw_keys, "hex"};

struct Send : StepSpec {
    using StepSpec::StepSpec;
    Bytes bytes;
    std::string role;
    std::string text;

    std::unique_ptr<StepRun> start(const Scope&) const override;
};

class SendRun : public StepRun {
  public:
    explicit SendRun(const Send& spec) : spec_(spec) {}
    StepStatus poll(World& world) override {
        if (world.traced()) world.trace(spec_, spec_.text + to_role(spec_.role));
        world.hub().send_bytes(spec_.bytes, spec_.role);
        return StepStatus::done;
    }

  private:
    const Send& spec_;
};

std::unique_ptr<StepRun> Send::start(const Scope&) const {
    return std::make_unique<SendRun>(*this);
}

StepPtr parse_term(const YamlPtr& body, Loading& loading, const Place& place) {
    auto step = std::make_shared<Send>(place);
    const DeclaredMap map(body, term_shape, loading);
    step->role = map.role("to");
    const auto text = map.text("text");
    if (!map.has("text")) return nullptr;
    step->text = "term " + text;
    const auto term = confd::parse_term(text);
    if (!term) {
        loading.diagnostics.report(map.raw("text")->place,
                                   fmt::format("not a term: {}", to_string(term.error())));
        return nullptr;
    }
    append_frame(step->bytes, encode_payload(*term));
    return step;
}

StepPtr parse_raw(const YamlPtr& body, Loading& loading, const Place& place) {
    auto step = std::make_shared<Send>(place);
    const DeclaredMap map(body, raw_shape, loading);
    step->role = map.role("to");
    const auto node = map.get("hex");
    if (node == nullptr) return nullptr;
    const auto bytes = parse_hex_bytes(*node, loading.diagnostics);
    if (!bytes) return nullptr;
    step->text = fmt::format("raw {} bytes", bytes->size());
    if (map.flag("frame", false)) {
        append_frame(step->bytes, *bytes);
    } else {
        step->bytes = *bytes;
    }
    return step;
}

}  // namespace

const StepKind term_kind{"term", term_shape, parse_term};
const StepKind raw_kind{"raw", raw_shape, parse_raw};

}  // namespace confd::sim
