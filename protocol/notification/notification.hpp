// SPDX-License-Identifier: Apache-2.0
// Events: the structs of the catalogue, from and to the payload of a frame.
//
// The layout of some events depends on the release and product at the other end; WireContext says
// which. See docs/protocol.md, "Events".
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/bytes.hpp"
#include "protocol/error.hpp"
#include "protocol/limits.hpp"
#include "protocol/notification/catalogue.hpp"
#include "protocol/term/reader.hpp"

namespace confd {

struct Notification {
    std::uint32_t type = 0;  ///< the mask bit: NOTIF_AUDIT, ...
    NotificationBody body;

    // In notification.cpp: copying, comparing and destroying twenty structs is much to compile, and
    // not for every file that passes an event on.
    Notification();
    Notification(const Notification& other);
    Notification(Notification&& other) noexcept;
    Notification& operator=(const Notification& other);
    Notification& operator=(Notification&& other) noexcept;
    ~Notification();
    bool operator==(const Notification& other) const;

    /// An event with a body that must be the one of its type: see encode_notification().
    template <class Body>
    Notification(std::uint32_t of_type, Body content)
        : type(of_type), body(std::in_place_type<Body>, std::move(content)) {}

    /// The body as a B, or null.
    template <class B>
    const B* get() const {
        return std::get_if<B>(&body);
    }
};

struct DecodeOptions {
    WireContext context;
    /// Treat an event type outside the catalogue as unknown_event instead of keeping its term.
    bool strict = false;
    /// With a lower nesting than the usual one decoding takes longer: the quick readers, which look
    /// at no depth, are not used then.
    Limits limits;
};

/// Decodes a frame's payload (131, then the term) straight into the struct. Reusing one
/// Notification keeps the capacity of its texts and lists when events of a type repeat; where types
/// alternate, a NotificationDecoder keeps them too.
std::expected<void, Error> decode_notification(ByteView payload, Notification& out,
                                               const DecodeOptions& options = {});
Result<Notification> decode_notification(ByteView payload, const DecodeOptions& options = {});

/// Decodes one event after another, of whatever types. Each kind of body has a Notification of its
/// own, and the memory of optional texts that an event lacks serves the next event that has one: so
/// once texts have grown to the sizes that occur, an event without lists allocates nothing.
class NotificationDecoder {
  public:
    explicit NotificationDecoder(DecodeOptions options = {}) : options_(options) {}

    /// The event, which is the caller's to change or to move from until the next call.
    Result<Notification*> decode(ByteView payload);

  private:
    Notification& keep(std::size_t body);
    Result<Notification*> decode_unusual(ByteView payload);

    DecodeOptions options_;
    std::array<std::unique_ptr<Notification>, std::variant_size_v<NotificationBody>> kept_;
    std::vector<std::string> spare_texts_;
};

/// Appends the payload to `out`. Fails with bad_value when the body is not the one that the type
/// has in this dialect; see to_dialect().
std::expected<void, Error> encode_notification(const Notification& notification, Bytes& out,
                                               const WireContext& context);

/// The event with the body that its type has in this dialect. Progress events changed their
/// fields between releases: what both forms have is kept. Other events come back as they are.
Notification to_dialect(const Notification& notification, Dialect dialect);
/// The same, or nothing when it would come back as it is.
std::optional<Notification> other_form(const Notification& notification, Dialect dialect);

/// An event of this type with default fields, or nothing for an unknown type.
std::optional<Notification> make_notification(std::uint32_t type, Dialect dialect);

/// Types of the catalogue, in its order, each once.
std::span<const std::uint32_t> event_types();

/// Key of the object with the event's fields in JSON, such as "audit"; empty when it has none.
std::string_view key_of(const Notification& notification);

}  // namespace confd
