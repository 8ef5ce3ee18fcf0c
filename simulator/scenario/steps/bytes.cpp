// SPDX-License-Identifier: Apache-2.0
// term and raw: what no event is: a term in text notation, bytes in hex.
#include <fmt/format.h>

#include "protocol/term/notation.hpp"
#include "simulator/scenario/steps/steps.hpp"
#include "simulator/text/scalars.hpp"

namespace confd::sim {
namespace {

struct Send : StepSpec {
    using StepSpec::StepSpec;
    Bytes bytes;
    std::string role = std::string(all_roles);
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

// ---- term ----

struct SendTerm : Send {
    using Send::Send;
    std::string written;

    void finish(const Given& given, Loading& loading);
};

constexpr Key term_keys[] = {
    key<&SendTerm::written>(
        "text", forms::text,
        "the term, as in {1, 115, <<\"admin\">>, 17, <<\"hi\">>}; it goes out as one frame",
        {.presence = Presence::required, .alone = true}),
    key<&SendTerm::role, SendTerm>("to", forms::role, "who gets it, whatever the mask"),
};
constexpr auto term_shape = shape_of<SendTerm>(
    "the keys of term", "Sends a term as a frame, whether it is an event or not.", term_keys);

void SendTerm::finish(const Given& given, Loading& loading) {
    if (!given.has<&SendTerm::written>()) return;
    text = "term " + written;
    const auto term = confd::parse_term(written);
    if (!term) {
        return loading.diagnostics.report(given.place<&SendTerm::written>(),
                                          fmt::format("not a term: {}", to_string(term.error())));
    }
    append_frame(bytes, encode_payload(*term));
}

// ---- raw ----

struct SendRaw : Send {
    using Send::Send;
    Bytes written;
    bool frame = false;

    void finish(const Given& given, Loading& loading) {
        text = fmt::format("raw {} bytes", written.size());
        if (frame && written.empty()) {
            if (given.has<&SendRaw::written>()) {
                loading.diagnostics.report(given.place<&SendRaw::written>(),
                                           "a frame has at least one byte");
            }
        } else if (frame) {
            append_frame(bytes, written);
        } else {
            bytes = written;
        }
    }
};

constexpr Key raw_keys[] = {
    key<&SendRaw::written>("hex", forms::hex, "the bytes; blanks are ignored",
                           {.presence = Presence::required, .alone = true}),
    key<&SendRaw::frame>("frame", "put the length in front, as of a frame"),
    key<&SendRaw::role, SendRaw>("to", forms::role, "who gets them, whatever the mask"),
};
constexpr auto raw_shape =
    shape_of<SendRaw>("the keys of raw", "Sends bytes as they are.", raw_keys);

}  // namespace

extern constexpr StepKind term_kind = step_kind<SendTerm, term_shape>("term");
extern constexpr StepKind raw_kind = step_kind<SendRaw, raw_shape>("raw");

}  // namespace confd::sim
