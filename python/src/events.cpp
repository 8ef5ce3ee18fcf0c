// SPDX-License-Identifier: Apache-2.0
#include "python/src/events.hpp"

#include <fmt/format.h>

#include <limits>

#include "protocol/session/ack.hpp"
#include "protocol/session/subscription.hpp"
#include "python/src/constants.hpp"
#include "python/src/dict.hpp"
#include "python/src/error.hpp"
#include "python/src/events_doc.hpp"
#include "python/src/object.hpp"
#include "python/src/product.hpp"
#include "python/src/records.hpp"
#include "python/src/socket.hpp"
#include "python/src/value.hpp"

namespace confd::python {
namespace {

// ---- Arguments ----

/// The 32 bits of a mask. Older releases take a C int; newer ones have an event in bit 31.
std::uint32_t mask_of(PyObject* object, const Release& release) {
    if (release.dialect() == Dialect::v8x && PyLong_Check(object)) {
        const auto value = PyLong_AsLongLong(object);
        if (PyErr_Occurred() != nullptr) PyErr_Clear();
        if (value > std::numeric_limits<int>::max() && std::in_range<std::uint32_t>(value)) {
            return static_cast<std::uint32_t>(value);
        }
    }
    return static_cast<std::uint32_t>(int_of(object));
}

// ---- NotificationsData ----

struct NotificationsData {
    std::int64_t heartbeat_interval = 0;
    std::int64_t health_check_interval = 0;
    std::string stream_name;
    Value start_time;
    Value stop_time;
    std::string xpath_filter;
    std::int64_t usid = 0;
    std::int64_t verbosity = 0;
};

Value time_of(PyObject* object, const char* name) {
    const auto& value = held<Value>(object);
    if (value.type != ValueType::noexists && value.type != ValueType::datetime) {
        raise(PyExc_TypeError,
              fmt::format("{} argument must be of type C_NOEXISTS or C_DATETIME", name));
    }
    return value;
}

PyObject* new_data(PyTypeObject* type, PyObject* args, PyObject* keywords) {
    return guarded<PyObject*>(nullptr, [&] {
        static const char* const names[] = {"heartbeat_interval",
                                            "health_check_interval",
                                            "stream_name",
                                            "start_time",
                                            "stop_time",
                                            "xpath_filter",
                                            "usid",
                                            "verbosity",
                                            nullptr};
        int heartbeat = 0;
        int health_check = 0;
        const char* stream = nullptr;
        PyObject* start = nullptr;
        PyObject* stop = nullptr;
        const char* filter = nullptr;
        int usid = 0;
        int verbosity = 0;
        parse(args, keywords, "iisO!O!|zii", names, &heartbeat, &health_check, &stream,
              type_object<Value>, &start, type_object<Value>, &stop, &filter, &usid, &verbosity);
        NotificationsData data;
        data.heartbeat_interval = heartbeat;
        data.health_check_interval = health_check;
        data.stream_name = stream;
        data.start_time = time_of(start, "start_time");
        data.stop_time = time_of(stop, "stop_time");
        if (filter != nullptr) data.xpath_filter = filter;
        data.usid = usid;
        data.verbosity = verbosity;
        return wrap(std::move(data), type).release();
    });
}

Ref data_repr(PyObject* self) {
    const auto& d = held<NotificationsData>(self);
    return to_python(fmt::format(
        "{}.events.NotificationsData(heartbeat_interval={}, health_check_interval={}, "
        "stream_name='{}', start_time={}, stop_time={}, xpath_filter='{}', usid={}, verbosity={})",
        product().package, d.heartbeat_interval, d.health_check_interval, d.stream_name,
        display_text(d.start_time), display_text(d.stop_time), d.xpath_filter, d.usid,
        d.verbosity));
}

std::optional<Datetime> datetime_in(const Value& value) {
    if (value.type != ValueType::datetime) return std::nullopt;
    return std::get<Datetime>(value.payload);
}

// ---- Connecting ----

/// The release that was claimed, of connections for which it is not the usual one: it decides how
/// their events are laid out.
OfSockets<Release>& releases() {
    static OfSockets<Release> others;
    return others;
}

WireContext wire_of(int fd) {
    const auto* const other = releases().find(fd);
    return {(other == nullptr ? Release{} : *other).dialect(), product().product};
}

void check_reply(const Bytes& payload) {
    const auto reply = decode_reply(payload);
    if (!reply) raise_error(ERR_INTERNAL, "Bad reply to the subscription");
    if (!*reply) raise_error(reply->error().code, reply->error().text);
}

void subscribe(PyObject* sock, const Release& release, const Subscription& subscription,
               const Address& address) {
    const int fd = descriptor_of(sock);
    connect_socket(fd, family_of(sock), address);
    releases().forget(fd);
    if (release != Release{}) releases().put(fd, release);
    shake_hands(fd, CLIENT_EVENT_NOTIFICATIONS);
    send_frame(fd, [&](Bytes& out) {
        encode_subscription(without_unused(subscription), out, release.dialect());
    });
    check_reply(read_frame(fd));
}

Ref notifications_connect(PyObject*, PyObject* args, PyObject* keywords) {
    static const char* const names[] = {"sock", "mask", "ip", "port", "path", nullptr};
    PyObject* sock = nullptr;
    PyObject* mask_argument = nullptr;
    const char* ip = nullptr;
    PyObject* port = nullptr;
    const char* path = nullptr;
    parse(args, keywords, "OO|zOz:notifications_connect", names, &sock, &mask_argument, &ip, &port,
          &path);
    const auto release = release_to_claim();
    const auto mask = mask_of(mask_argument, release);
    descriptor_of(sock);
    if ((mask & (NOTIF_HEARTBEAT | NOTIF_HEALTH_CHECK)) != 0) {
        raise_error(ERR_PROTOUSAGE, "Need heartbeat interval");
    }
    if ((mask & NOTIF_STREAM_EVENT) != 0) {
        raise_error(ERR_PROTOUSAGE, "Need notification stream info");
    }
    subscribe(sock, release, {.mask = mask}, address_of(ip, port, path));
    return Ref::none();
}

const NotificationsData& data_of(PyObject* object) {
    // Exactly this type: the vendor's module takes no derived one.
    if (Py_TYPE(object) != type_object<NotificationsData>) {
        raise(PyExc_TypeError,
              fmt::format("data argument must be a {}.events.NotificationsData instance",
                          product().package));
    }
    return held<NotificationsData>(object);
}

Ref notifications_connect2(PyObject*, PyObject* args, PyObject* keywords) {
    static const char* const names[] = {"sock", "mask", "data", "ip", "port", "path", nullptr};
    PyObject* sock = nullptr;
    PyObject* mask_argument = nullptr;
    PyObject* data_argument = nullptr;
    const char* ip = nullptr;
    PyObject* port = nullptr;
    const char* path = nullptr;
    parse(args, keywords, "OOO|zOz:notifications_connect2", names, &sock, &mask_argument,
          &data_argument, &ip, &port, &path);
    const auto release = release_to_claim();
    const auto mask = mask_of(mask_argument, release);
    const auto& data = data_of(data_argument);
    StreamRequest stream;
    stream.name = data.stream_name;
    stream.start_time = datetime_in(data.start_time);
    stream.stop_time = datetime_in(data.stop_time);
    if (!data.xpath_filter.empty()) stream.xpath_filter = data.xpath_filter;
    stream.usid = data.usid;
    subscribe(sock, release,
              {.mask = mask,
               .heartbeat_interval = data.heartbeat_interval,
               .health_check_interval = data.health_check_interval,
               .stream = std::move(stream),
               .verbosity = data.verbosity},
              address_of(ip, port, path));
    return Ref::none();
}

// ---- Events ----

Ref read_notification(PyObject*, PyObject* args, PyObject* keywords) {
    static const char* const names[] = {"sock", nullptr};
    PyObject* sock = nullptr;
    parse(args, keywords, "O:read_notification", names, &sock);
    const int fd = descriptor_of(sock);
    const auto payload = read_frame(fd);
    const auto wire = wire_of(fd);
    const auto event = decode_notification(payload, {.context = wire, .strict = true});
    if (!event) raise_error(ERR_INTERNAL, "Bad notification struct");
    return dict_of(*event, wire);
}

Ref acknowledge(PyObject* sock, const Ack& ack) {
    send_frame(descriptor_of(sock), [&](Bytes& out) { encode_ack(ack, out); });
    return Ref::none();
}

Ref diff_notification_done(PyObject*, PyObject* args, PyObject* keywords) {
    static const char* const names[] = {"sock", "tctx", nullptr};
    PyObject* sock = nullptr;
    PyObject* tctx = nullptr;
    parse(args, keywords, "OO:diff_notification_done", names, &sock, &tctx);
    if (!is_a<TransCtxRef>(tctx)) {
        raise(PyExc_TypeError,
              fmt::format("tctx argument must be a {}.TransCtxRef instance", product().package));
    }
    return acknowledge(sock, {AckKind::diff_done, held<TransCtxRef>(tctx).th});
}

Ref sync_usid(PyObject* args, PyObject* keywords, const char* format, AckKind kind) {
    static const char* const names[] = {"sock", "usid", nullptr};
    PyObject* sock = nullptr;
    int usid = 0;
    parse(args, keywords, format, names, &sock, &usid);
    return acknowledge(sock, {kind, usid});
}

Ref sync_audit_notification(PyObject*, PyObject* args, PyObject* keywords) {
    return sync_usid(args, keywords, "Oi:sync_audit_notification", AckKind::audit_synced);
}

Ref sync_audit_network_notification(PyObject*, PyObject* args, PyObject* keywords) {
    return sync_usid(args, keywords, "Oi:sync_audit_network_notification",
                     AckKind::audit_network_synced);
}

Ref sync_ha_notification(PyObject*, PyObject* args, PyObject* keywords) {
    static const char* const names[] = {"sock", nullptr};
    PyObject* sock = nullptr;
    parse(args, keywords, "O:sync_ha_notification", names, &sock);
    return acknowledge(sock, {AckKind::ha_synced, 0});
}

constexpr int keyword_call = METH_VARARGS | METH_KEYWORDS;

/// NSO's alone: added when the package is _ncs.
PyMethodDef network_method{"sync_audit_network_notification",
                           with_keywords<sync_audit_network_notification>(), keyword_call,
                           sync_audit_network_doc};

}  // namespace

const char* const events_doc = module_doc;

PyMethodDef events_methods[] = {
    {"diff_notification_done", with_keywords<diff_notification_done>(), keyword_call,
     diff_done_doc},
    {"notifications_connect", with_keywords<notifications_connect>(), keyword_call, connect_doc},
    {"notifications_connect2", with_keywords<notifications_connect2>(), keyword_call, connect2_doc},
    {"read_notification", with_keywords<read_notification>(), keyword_call, read_doc},
    {"sync_audit_notification", with_keywords<sync_audit_notification>(), keyword_call,
     sync_audit_doc},
    {"sync_ha_notification", with_keywords<sync_ha_notification>(), keyword_call, sync_ha_doc},
    {nullptr, nullptr, 0, nullptr}};

void init_events(PyObject* module) {
    add(module, "NotificationsData",
        make_type<NotificationsData>("events.NotificationsData", can_be_base,
                                     {slot(Py_tp_new, new_data), slot(Py_tp_repr, entry<data_repr>),
                                      slot(Py_tp_str, entry<data_repr>), doc_slot(data_doc)}));
    init_notification(module);
    add_event_constants(module);
    if (product().product == Product::nso) {
        const auto name = must(PyModule_GetNameObject(module));
        add(module, network_method.ml_name,
            must(PyCFunction_NewEx(&network_method, module, name.get())));
    }
}

}  // namespace confd::python
