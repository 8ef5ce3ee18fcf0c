// SPDX-License-Identifier: Apache-2.0
#include "protocol/notification/notification.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <concepts>
#include <type_traits>
#include <vector>

#include "protocol/notification/quick.hpp"
#include "protocol/notification/read.hpp"
#include "protocol/notification/write.hpp"

namespace confd {
namespace {

/// What to do with events of one type in one dialect.
struct Layout {
    bool (*read)(TermReader&, Notification&, std::size_t at, std::uint32_t arity,
                 const WireContext&) = nullptr;
    /// The same for what is usual: from after the type, `count` elements more.
    quick::Stop (*take)(quick::Cursor, Notification&, std::uint32_t count,
                        codec::QuickContext&) = nullptr;
    /// False when the body is another type's.
    bool (*write)(const Notification&, TermWriter&, const WireContext&) = nullptr;
    void (*reset)(Notification&) = nullptr;
    std::size_t body = 0;  ///< its index in NotificationBody
};

template <class Body, class... Bodies>
consteval std::size_t index_of(std::type_identity<std::variant<Bodies...>>) {
    std::size_t index = 0;
    (void)((std::same_as<Body, Bodies> || (++index, false)) || ...);
    return index;
}
template <class Body>
constexpr std::size_t body_index = index_of<Body>(std::type_identity<NotificationBody>{});

template <class Body>
Body& body_of(Notification& out) {
    auto* body = std::get_if<Body>(&out.body);
    return body != nullptr ? *body : out.body.template emplace<Body>();
}

template <class Body>
constexpr Layout layout_of() {
    return {
        .read =
            [](TermReader& reader, Notification& out, std::size_t at, std::uint32_t arity,
               const WireContext& context) {
                return codec::read_body(reader, body_of<Body>(out), at, arity, context);
            },
        .take =
            [](quick::Cursor cursor, Notification& out, std::uint32_t count,
               codec::QuickContext& context) {
                return codec::take_body(cursor, body_of<Body>(out), count, context);
            },
        .write =
            [](const Notification& notification, TermWriter& writer, const WireContext& context) {
                const auto* body = std::get_if<Body>(&notification.body);
                if (body == nullptr) return false;
                codec::write_body(writer, notification.type, *body, context);
                return true;
            },
        .reset = [](Notification& out) { out.body.template emplace<Body>(); },
        .body = body_index<Body>,
    };
}

constexpr std::size_t bit_count = 32;
using Layouts = std::array<std::array<Layout, bit_count>, dialect_count>;

constexpr Layouts layouts = [] {
    Layouts table{};
    for_each_event([&]<class E>() {
        for (std::size_t d = 0; d < dialect_count; ++d) {
            if (E::in(static_cast<Dialect>(d))) {
                table[d][static_cast<std::size_t>(std::countr_zero(E::type))] =
                    layout_of<typename E::Body>();
            }
        }
    });
    return table;
}();

/// The layout of a type, or null for a number that is no event of the catalogue.
const Layout* find_layout(std::uint64_t type, Dialect dialect) {
    // One bit; std::has_single_bit calls into libgcc on the x86-64 baseline.
    if (type > UINT32_MAX || type == 0 || (type & (type - 1)) != 0) return nullptr;
    const auto& layout = layouts[static_cast<std::size_t>(dialect)]
                                [static_cast<std::size_t>(std::countr_zero(type))];
    return layout.read == nullptr ? nullptr : &layout;
}

bool read_generic(TermReader& reader, ByteView payload, const Integer& type, Notification& out,
                  const DecodeOptions& options) {
    if (options.strict) {
        return reader.fail(Errc::unknown_event, 1,
                           fmt::format("{} is no known event type", to_string(type)));
    }
    if (!type.fits(out.type)) out.type = 0;  // a number no mask can name
    TermReader whole(payload, options.limits);
    ByteView term;
    if (!whole.version() || !whole.raw(term) || !whole.finish()) {
        auto error = whole.take_error();
        return reader.fail(error.code, error.offset, std::move(error.message));
    }
    body_of<GenericNotification>(out).term.assign(term.begin(), term.end());
    return true;
}

/// Reads any event, or says what is wrong. `out_for(index)` is the Notification for a body of this
/// index.
bool read_notification(TermReader& reader, ByteView payload, const DecodeOptions& options,
                       auto&& out_for) {
    if (!reader.version()) return false;
    const auto at = reader.offset();
    std::uint32_t arity = 0;
    if (!reader.tuple(arity)) return false;
    if (arity == 0) return reader.fail_arity(at, "at least 1", arity);
    Integer type;
    if (!reader.integer(type)) return reader.within("type");
    const auto* layout =
        type.negative ? nullptr : find_layout(type.magnitude, options.context.dialect);
    if (layout == nullptr) {
        return read_generic(reader, payload, type, out_for(body_index<GenericNotification>),
                            options);
    }
    Notification& out = out_for(layout->body);
    out.type = static_cast<std::uint32_t>(type.magnitude);
    return layout->read(reader, out, at, arity, options.context) && reader.finish();
}

/// Reads an event of the usual form; false for any other, whose remains in `out` do not count.
bool take_notification(ByteView payload, const DecodeOptions& options, codec::SpareTexts* spare,
                       auto&& out_for) {
    quick::Cursor cursor{payload.data(), payload.data() + payload.size()};
    if (cursor.left() == 0 || *cursor.next != term_version) return false;
    ++cursor.next;
    std::uint32_t arity = 0;
    std::uint32_t type = 0;
    if (!quick::tuple(cursor, arity) || arity == 0 || !quick::integer(cursor, type)) return false;
    const auto* layout = find_layout(type, options.context.dialect);
    // It does not look at the depth, which no event makes reach the limit but a lower one.
    if (layout == nullptr || options.limits.nesting < Limits{}.nesting) return false;
    Notification& out = out_for(layout->body);
    out.type = type;
    codec::QuickContext context{options.context, spare, options.limits.elements};
    return layout->take(cursor, out, arity - 1, context) == cursor.end;
}

/// What progress events of different releases have in common.
struct ProgressCommon {
    ProgressType type = PROGRESS_INFO;
    std::int64_t timestamp = 0;
    OptionalInt duration;
    std::int64_t usid = 0;
    std::int64_t tid = 0;
    Datastore datastore{};
    OptionalText context, trace_id, subsystem, msg, annotation;
};

ProgressCommon common_of(const CommitProgressNotification& n) {
    ProgressCommon common;
    common.usid = n.usid;
    common.tid = n.thandle;
    common.datastore = n.database;
    common.msg = n.msg;
    return common;
}

template <class Progress>
    requires requires(Progress p) { p.subsystem; }
ProgressCommon common_of(const Progress& n) {
    return {n.type,    n.timestamp, n.duration,  n.usid, n.tid,       n.datastore,
            n.context, n.trace_id,  n.subsystem, n.msg,  n.annotation};
}

void assign(CommitProgressNotification& out, const ProgressCommon& common) {
    out = {common.datastore, common.usid, common.tid, common.msg.value_or("")};
}

template <class Progress>
    requires requires(Progress p) { p.subsystem; }
void assign(Progress& out, const ProgressCommon& c) {
    out.type = c.type;
    out.timestamp = c.timestamp;
    out.duration = c.duration;
    out.usid = c.usid;
    out.tid = c.tid;
    out.datastore = c.datastore;
    out.context = c.context;
    out.trace_id = c.trace_id;
    out.subsystem = c.subsystem;
    out.msg = c.msg;
    out.annotation = c.annotation;
}

}  // namespace

Notification::Notification() = default;
Notification::Notification(const Notification& other) = default;
Notification::Notification(Notification&& other) noexcept = default;
Notification& Notification::operator=(const Notification& other) = default;
Notification& Notification::operator=(Notification&& other) noexcept = default;
Notification::~Notification() = default;
bool Notification::operator==(const Notification& other) const = default;

std::expected<void, Error> decode_notification(ByteView payload, Notification& out,
                                               const DecodeOptions& options) {
    const auto out_for = [&](std::size_t) -> Notification& { return out; };
    if (take_notification(payload, options, nullptr, out_for)) return {};
    TermReader reader(payload, options.limits);
    if (read_notification(reader, payload, options, out_for)) return {};
    return std::unexpected(reader.take_error());
}

Result<Notification*> NotificationDecoder::decode(ByteView payload) {
    Notification* out = nullptr;
    const auto out_for = [&](std::size_t body) -> Notification& {
        out = kept_[body].get();
        return out != nullptr ? *out : *(out = &keep(body));
    };
    if (take_notification(payload, options_, &spare_texts_, out_for)) return out;
    return decode_unusual(payload);
}

[[gnu::noinline]] Notification& NotificationDecoder::keep(std::size_t body) {
    auto& kept = kept_[body];
    if (kept == nullptr) kept = std::make_unique<Notification>();
    return *kept;
}

[[gnu::noinline]] Result<Notification*> NotificationDecoder::decode_unusual(ByteView payload) {
    TermReader reader(payload, options_.limits);
    Notification* out = nullptr;
    const auto out_for = [&](std::size_t body) -> Notification& { return *(out = &keep(body)); };
    if (read_notification(reader, payload, options_, out_for)) return out;
    return std::unexpected(reader.take_error());
}

Result<Notification> decode_notification(ByteView payload, const DecodeOptions& options) {
    Notification out;
    if (auto done = decode_notification(payload, out, options); !done) {
        return std::unexpected(std::move(done.error()));
    }
    return out;
}

std::expected<void, Error> encode_notification(const Notification& notification, Bytes& out,
                                               const WireContext& context) {
    if (const auto* generic = notification.get<GenericNotification>()) {
        out.push_back(term_version);
        out.insert(out.end(), generic->term.begin(), generic->term.end());
        return {};
    }
    // Room for nearly every event; what is longer goes to the buffer in parts.
    std::array<std::uint8_t, 512> scratch;
    TermWriter writer(out, scratch);
    writer.version();
    const auto* layout = find_layout(notification.type, context.dialect);
    if (layout != nullptr && layout->write(notification, writer, context)) {
        writer.flush();
        return {};
    }
    return std::unexpected(
        Error{Errc::bad_value, 0, std::string(key_of(notification)),
              fmt::format("an event of type {} does not carry this body in the {} dialect",
                          notification.type, to_string(context.dialect))});
}

Notification to_dialect(const Notification& notification, Dialect dialect) {
    return other_form(notification, dialect).value_or(notification);
}

std::optional<Notification> other_form(const Notification& notification, Dialect dialect) {
    const bool progress =
        notification.type == NOTIF_COMMIT_PROGRESS || notification.type == NOTIF_PROGRESS;
    auto out = progress ? make_notification(notification.type, dialect) : std::nullopt;
    if (!out || out->body.index() == notification.body.index()) return std::nullopt;
    std::visit(
        [](const auto& from, auto& to) {
            if constexpr (requires { assign(to, common_of(from)); }) assign(to, common_of(from));
        },
        notification.body, out->body);
    return out;
}

std::optional<Notification> make_notification(std::uint32_t type, Dialect dialect) {
    const auto* layout = find_layout(type, dialect);
    if (layout == nullptr) return std::nullopt;
    Notification out;
    out.type = type;
    layout->reset(out);
    return out;
}

std::span<const std::uint32_t> event_types() {
    static const auto types = [] {
        std::vector<std::uint32_t> list;
        for_each_event([&]<class E>() {
            if (std::ranges::find(list, E::type) == list.end()) list.push_back(E::type);
        });
        return list;
    }();
    return types;
}

std::string_view key_of(const Notification& notification) {
    return std::visit(
        []<class Body>(const Body&) -> std::string_view {
            if constexpr (requires { Body::key; }) return Body::key;
            return "term";
        },
        notification.body);
}

}  // namespace confd
