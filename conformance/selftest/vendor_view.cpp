// SPDX-License-Identifier: Apache-2.0
#include "conformance/selftest/vendor_view.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "protocol/constants.hpp"
#include "protocol/term/tags.hpp"
#include "protocol/term/tree.hpp"

namespace confd::kit::test {
namespace {

/// Its array for the text of an audit message, the NUL at the end included.
constexpr std::size_t audit_array = 8192;
constexpr std::size_t uinfo_arity = 10;
constexpr std::size_t login_time_at = 7;
/// A number that is recognizably wrong.
constexpr std::int64_t garbage = 0x7ffd'dead'beef;

/// Reads a term as the library does where it does it wrong.
class Misreader {
  public:
    explicit Misreader(ByteView payload) : payload_(payload), reader_(payload) {}

    /// Nothing for what is no term. What stands behind the term is not looked at.
    std::optional<Term> read() {
        Term out;
        if (!reader_.version() || !read(out, 0)) return std::nullopt;
        return out;
    }

  private:
    Tag tag() const {
        const auto at = reader_.offset();
        return at < payload_.size() ? static_cast<Tag>(payload_[at]) : Tag{};
    }

    bool read(Term& out, int depth) {
        switch (reader_.peek()) {
            case TermKind::integer:
                return integer(out);
            case TermKind::tuple:
                return tuple(out, depth);
            case TermKind::list:
                return list(out, depth);
            default:
                return out.read(reader_);
        }
    }

    /// A big integer that need not have been one comes out wrong.
    bool integer(Term& out) {
        const bool big = tag() == Tag::small_big || tag() == Tag::large_big;
        Integer value;
        if (!reader_.integer(value)) return false;
        std::int32_t small = 0;
        out = big && value.fits(small) ? Term(garbage) : Term(value);
        return true;
    }

    bool elements(Term::Elements& out, std::uint32_t count, int depth) {
        for (std::uint32_t i = 0; i < count; ++i) {
            out.emplace_back();
            if (!read(out.back(), depth + 1)) return false;
        }
        return true;
    }

    /// Below the event itself a LARGE_TUPLE comes out wrong.
    bool tuple(Term& out, int depth) {
        const bool large = tag() == Tag::large_tuple && depth > 0;
        std::uint32_t arity = 0;
        Term::Elements found;
        if (!reader_.tuple(arity) || !elements(found, arity, depth)) return false;
        reader_.leave();
        out = large ? Term::atom("misread") : Term::tuple(std::move(found));
        return true;
    }

    bool list(Term& out, int depth) {
        ListHead head;
        if (!reader_.list(head)) return false;
        Term::Elements found;
        if (head.string) {
            for (std::uint32_t i = 0; i < head.count; ++i) {
                std::uint8_t byte = 0;
                if (!reader_.string_byte(byte)) return false;
                found.emplace_back(byte);
            }
        } else if (!elements(found, head.count, depth)) {
            return false;
        }
        if (head.string || reader_.at_proper_end(head)) {
            out = Term::list(std::move(found));
            return reader_.end_list(head);
        }
        Term tail;
        if (!read(tail, depth + 1)) return false;
        reader_.leave();
        out = Term::list(std::move(found), std::move(tail));
        return true;
    }

    ByteView payload_;
    TermReader reader_;
};

Term::Elements copied(const Term& term) {
    const auto elements = term.elements();
    return {elements.begin(), elements.end()};
}

/// Texts are C strings: the first NUL ends them.
Term with_c_strings(const Term& term) {
    if (const auto bytes = term.as_binary()) {
        const auto end = std::ranges::find(*bytes, 0);
        return Term::binary(bytes->first(static_cast<std::size_t>(end - bytes->begin())));
    }
    if (term.elements().empty() || term.tail() != nullptr) return term;
    auto elements = copied(term);
    for (auto& element : elements)
        element = with_c_strings(element);
    return term.kind() == TermKind::tuple ? Term::tuple(std::move(elements))
                                          : Term::list(std::move(elements));
}

/// A login time that is a binary is read as an address.
Term with_login_times(const Term& event) {
    auto elements = copied(event);
    for (auto& element : elements) {
        if (element.kind() != TermKind::tuple || element.elements().size() != uinfo_arity) continue;
        if (!element.elements()[login_time_at].as_binary()) continue;
        auto uinfo = copied(element);
        uinfo[login_time_at] = Term(garbage);
        element = Term::tuple(std::move(uinfo));
    }
    return Term::tuple(std::move(elements));
}

/// Timestamps of progress below 2^31 are read as garbage.
Term with_timestamps(const Term& event) {
    auto elements = copied(event);
    if (elements.size() < 2 || elements[1].elements().size() < 2) return event;
    auto progress = copied(elements[1]);
    const auto time = progress[1].as_integer();
    std::int32_t small = 0;
    if (time && time->fits(small)) progress[1] = Term(garbage);
    elements[1] = Term::tuple(std::move(progress));
    return Term::tuple(std::move(elements));
}

Term with_arrays(const Term& event) {
    auto elements = copied(event);
    const auto text = elements.back().as_binary();
    if (text && text->size() >= audit_array)
        elements.back() = Term::binary(text->first(audit_array - 1));
    return Term::tuple(std::move(elements));
}

Term as_read(const Term& event, std::uint32_t type) {
    if (type == NOTIF_STREAM_EVENT) return event;
    auto out = with_login_times(with_c_strings(event));
    if (type == NOTIF_AUDIT) out = with_arrays(out);
    if (type == NOTIF_PROGRESS || type == NOTIF_COMMIT_PROGRESS) out = with_timestamps(out);
    return out;
}

bool is_number(const Term& term, std::int64_t number) {
    return term.as_integer() == Integer(number);
}

/// It takes the device from where there is none.
bool lacks_its_device(const Term& event, std::uint32_t type) {
    constexpr std::size_t with_device = 7;
    return type == NCS_NOTIF_CALL_HOME_INFO && event.elements().size() < with_device &&
           event.elements().size() > 1 &&
           is_number(event.elements()[1], CALL_HOME_DEVICE_CONNECTED);
}

/// Elements too many are ignored, too few are the end of it. A field of a wrong kind is read all
/// the same, as whatever it is.
VendorView decoded(const Term& event, std::uint32_t type, const WireContext& context) {
    for (auto elements = copied(event); !elements.empty(); elements.pop_back()) {
        auto result = decode_notification(encode_payload(Term::tuple(elements)),
                                          {.context = context, .limits = {}});
        if (result) return {VendorView::Kind::event, std::move(*result)};
        if (result.error().code == Errc::wrong_arity) continue;
        auto wrong = make_notification(type, context.dialect);
        return {VendorView::Kind::event, wrong ? std::move(*wrong) : Notification()};
    }
    return {};
}

}  // namespace

VendorView vendor_view(ByteView payload, const WireContext& context) {
    TermReader head(payload);
    std::uint32_t arity = 0;
    if (!head.version() || !head.tuple(arity) || arity == 0) return {};
    // Whatever else stands there is no type that it knows.
    if (head.peek() != TermKind::integer) return {VendorView::Kind::unknown};
    const auto event = Misreader(payload).read();
    if (!event) return {};
    std::uint32_t type = 0;
    const auto first = event->elements().front().as_integer();
    const bool known =
        first && first->fits(type) && std::ranges::find(event_types(), type) != event_types().end();
    if (!known) return {VendorView::Kind::unknown};
    if (lacks_its_device(*event, type)) return {};
    return decoded(as_read(*event, type), type, context);
}

}  // namespace confd::kit::test
