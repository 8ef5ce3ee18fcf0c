// SPDX-License-Identifier: Apache-2.0
#include "python/src/maapi.hpp"

#include <fmt/format.h>

#include <memory>
#include <variant>

#include "protocol/maapi/changes.hpp"
#include "protocol/maapi/messages.hpp"
#include "protocol/maapi/schema.hpp"
#include "python/src/error.hpp"
#include "python/src/object.hpp"
#include "python/src/product.hpp"
#include "python/src/records.hpp"
#include "python/src/schema.hpp"
#include "python/src/socket.hpp"
#include "python/src/value.hpp"

namespace confd::python {
namespace {

/// Asks for the path of a schema file. Files of the vendor's library are nothing to us: the answer
/// is passed over, and servers expect the question.
constexpr std::uint32_t op_schema_file = 262;

void send_request(int fd, const MaapiRequest& request) {
    send_frame(fd, [&](Bytes& out) { encode_maapi_request(request, out); });
}

[[noreturn]] void raise_undecodable(const char* what) {
    raise_error(ERR_INTERNAL, fmt::format("failed to decode {}", what));
}

void check_reply(const Bytes& payload, std::uint32_t op) {
    const auto reply = decode_maapi_reply(payload, op);
    if (!reply) raise_undecodable("the reply");
    if (!*reply) raise_error(reply->error().code, reply->error().text);
}

void call(int fd, const MaapiRequest& request) {
    send_request(fd, request);
    check_reply(read_frame(fd), op_of(request));
}

// ---- Schemas ----

void load(int fd, MaapiOp op, Schema& into) {
    send_request(fd, MaapiLoad{.op = op, .use_ikp = false, .namespaces = {}});
    SchemaLoad frames(op);
    while (true) {
        const auto payload = read_frame(fd);
        if (is_maapi_failure(payload)) return check_reply(payload, static_cast<std::uint32_t>(op));
        const auto frame = frames.take(payload, into);
        if (!frame) raise_undecodable("the schemas");
        if (*frame == LoadFrame::end) return;
    }
}

Ref load_schemas(PyObject*, PyObject* args, PyObject* keywords) {
    static const char* const names[] = {"sock", nullptr};
    PyObject* sock = nullptr;
    parse(args, keywords, "O:load_schemas", names, &sock);
    const int fd = descriptor_of(sock);
    send_request(fd, MaapiUnknown{.op = op_schema_file, .rest = {}});
    read_frame(fd);
    auto loaded = std::make_shared<Schema>();
    for (const auto op : {MAAPI_LOAD_ALL_NS, MAAPI_LOAD_MOUNT_POINTS, MAAPI_LOAD_HASH_DB})
        load(fd, op, *loaded);
    replace_schema(std::move(loaded));
    return Ref::none();
}

// ---- Transactions ----

std::int32_t handle_of(std::int64_t thandle) {
    if (!std::in_range<std::int32_t>(thandle)) {
        raise(PyExc_OverflowError, "the transaction handle is out of range");
    }
    return static_cast<std::int32_t>(thandle);
}

const TransCtxRef& context_of(PyObject* object) {
    if (!is_a<TransCtxRef>(object)) {
        raise(PyExc_TypeError,
              fmt::format("ctx argument must be a {}.TransCtxRef instance", product().package));
    }
    return held<TransCtxRef>(object);
}

/// The hash of a namespace; 0 and -1 are none.
std::int64_t namespace_of(PyObject* hashed_ns) {
    const auto number = integer_of(hashed_ns);
    if (number == 0 || number == no_namespace) return no_namespace;
    return hash_of(hashed_ns, "hashed_ns");
}

Ref attach(PyObject*, PyObject* args, PyObject* keywords) {
    static const char* const names[] = {"sock", "hashed_ns", "ctx", nullptr};
    PyObject* sock = nullptr;
    PyObject* hashed_ns = nullptr;
    PyObject* ctx = nullptr;
    parse(args, keywords, "OOO:attach", names, &sock, &hashed_ns, &ctx);
    const auto& context = context_of(ctx);
    MaapiAttach request;
    request.thandle = handle_of(context.th);
    request.ns = namespace_of(hashed_ns);
    request.usid = context.uinfo->usid;
    call(descriptor_of(sock), request);
    return Ref::none();
}

Ref attach2(PyObject*, PyObject* args, PyObject* keywords) {
    static const char* const names[] = {"sock", "hashed_ns", "usid", "thandle", nullptr};
    PyObject* sock = nullptr;
    PyObject* hashed_ns = nullptr;
    int usid = 0;
    int thandle = 0;
    parse(args, keywords, "OOii:attach2", names, &sock, &hashed_ns, &usid, &thandle);
    MaapiAttach request;
    request.thandle = thandle;
    request.ns = namespace_of(hashed_ns);
    // 0 stands for the owner of the transaction.
    if (usid != 0) request.usid = usid;
    call(descriptor_of(sock), request);
    return Ref::none();
}

Ref detach(PyObject*, PyObject* args, PyObject* keywords) {
    static const char* const names[] = {"sock", "ctx", nullptr};
    PyObject* sock = nullptr;
    PyObject* ctx = nullptr;
    parse(args, keywords, "OO:detach", names, &sock, &ctx);
    call(descriptor_of(sock), MaapiDetach{handle_of(context_of(ctx).th)});
    return Ref::none();
}

Ref detach2(PyObject*, PyObject* args, PyObject* keywords) {
    static const char* const names[] = {"sock", "thandle", nullptr};
    PyObject* sock = nullptr;
    int thandle = 0;
    parse(args, keywords, "Oi:detach2", names, &sock, &thandle);
    call(descriptor_of(sock), MaapiDetach{thandle});
    return Ref::none();
}

// ---- Changes ----

Ref wrap_or_none(const std::optional<Value>& value) {
    return value ? wrap(*value) : Ref::none();
}

Ref new_value_of(const DiffChange& change) {
    if (const auto* value = std::get_if<Value>(&change.new_value)) return wrap(*value);
    if (const auto* moved = std::get_if<MovedAfter>(&change.new_value)) {
        if (!moved->keys) return Ref::none();
        return list_of(moved->keys->items, [](const Value& key) { return wrap(key).release(); });
    }
    if (const auto* set = std::get_if<AttrSet>(&change.new_value)) {
        auto attr = wrap(Value{ValueType::uint32, std::int64_t{set->attr}});
        const auto* const list = std::get_if<ValueList>(&set->value.payload);
        if (list == nullptr) return tuple_of(std::move(attr), wrap(set->value));
        return tuple_of(std::move(attr), list_of(list->items, [](const Value& item) {
                            return wrap(item).release();
                        }));
    }
    return Ref::none();
}

/// What the callback answers; None means ITER_RECURSE.
IterAnswer visit(PyObject* callback, const DiffChange& change) {
    const auto args = tuple_of(wrap(change.path), std::int64_t{change.op},
                               wrap_or_none(change.old_value), new_value_of(change));
    const auto result = must(PyObject_CallObject(callback, args.get()));
    if (result.get() == Py_None) return ITER_RECURSE;
    const auto answer = integer_of(result.get());
    if (!name_of(constants<IterAnswer>, answer)) {
        raise(PyExc_ValueError, fmt::format("{} is no answer to a change", answer));
    }
    return static_cast<IterAnswer>(answer);
}

void send_answer(int fd, IterAnswer answer) {
    send_frame(fd, [&](Bytes& out) { encode_iter_answer(answer, out); });
}

/// Ends the iteration for the server too, whatever the callback raised.
[[noreturn]] void abandon(int fd) {
    PyObject* type = nullptr;
    PyObject* value = nullptr;
    PyObject* traceback = nullptr;
    PyErr_Fetch(&type, &value, &traceback);
    try {
        send_answer(fd, ITER_STOP);
    } catch (const Raised&) {
        PyErr_Clear();
    }
    PyErr_Restore(type, value, traceback);
    raise();
}

/// Whether the iteration goes on after this change.
bool answer(int fd, PyObject* callback, const DiffChange& change) {
    IterAnswer said{};
    try {
        said = visit(callback, change);
    } catch (const Raised&) {
        abandon(fd);
    }
    send_answer(fd, said);
    return said != ITER_STOP;
}

void check_end(const DiffEnd& end) {
    if (end.kind == DiffEnd::Kind::badstate) raise_error(ERR_BADSTATE, end.text);
    if (end.kind == DiffEnd::Kind::error) raise_error(ERR_NOEXISTS, end.text);
}

Ref diff_iterate(PyObject*, PyObject* args, PyObject* keywords) {
    static const char* const names[] = {"sock", "thandle", "iter", "flags", nullptr};
    PyObject* sock = nullptr;
    int thandle = 0;
    PyObject* callback = nullptr;
    int flags = 0;
    parse(args, keywords, "OiOi:diff_iterate", names, &sock, &thandle, &callback, &flags);
    if (PyCallable_Check(callback) == 0) raise(PyExc_TypeError, "iter argument must be callable");
    const int fd = descriptor_of(sock);
    const MaapiDiffIterate request{.thandle = thandle, .flags = static_cast<std::uint32_t>(flags)};
    send_request(fd, request);
    while (true) {
        const auto payload = read_frame(fd);
        if (is_maapi_failure(payload)) {
            check_reply(payload, MAAPI_DIFF_ITERATE);
            raise_undecodable("the change");
        }
        const auto message = decode_diff(payload);
        if (!message) raise_undecodable("the change");
        if (const auto* end = std::get_if<DiffEnd>(&*message)) {
            check_end(*end);
            return Ref::none();
        }
        // A server sends nothing more for an iteration that was stopped.
        if (!answer(fd, callback, std::get<DiffChange>(*message))) return Ref::none();
    }
}

Ref connect(PyObject*, PyObject* args, PyObject* keywords) {
    static const char* const names[] = {"sock", "ip", "port", "path", nullptr};
    PyObject* sock = nullptr;
    const char* ip = nullptr;
    PyObject* port = nullptr;
    const char* path = nullptr;
    parse(args, keywords, "O|zOz:connect", names, &sock, &ip, &port, &path);
    const int fd = descriptor_of(sock);
    connect_socket(fd, family_of(sock), address_of(ip, port, path));
    shake_hands(fd, CLIENT_MAAPI);
    return Ref::none();
}

constexpr int keyword_call = METH_VARARGS | METH_KEYWORDS;

}  // namespace

const char* const maapi_doc =
    "Low level module for MAAPI, as far as subscribers of events use it: names for hashes, and "
    "the\n"
    "changes of a transaction between NOTIF_COMMIT_DIFF and diff_notification_done().\n\n"
    "This is not the vendor's module but one that works like it; the rest of MAAPI is not here.";

PyMethodDef maapi_methods[] = {
    {"attach", with_keywords<attach>(), keyword_call,
     "attach($module, /, sock, hashed_ns, ctx)\n--\n\nattach(sock, hashed_ns, ctx) -> None\n\n"
     "Attaches to the transaction of an event, as its user session.\n\n"
     "Keyword arguments:\n"
     "sock -- a socket that connect() has connected\n"
     "hashed_ns -- the namespace's hash, 0 for none (int)\n"
     "ctx -- the transaction (TransCtxRef)\n\n"
     "Raises Error ERR_NOTRANS when there is no such transaction."},
    {"attach2", with_keywords<attach2>(), keyword_call,
     "attach2($module, /, sock, hashed_ns, usid, thandle)\n--\n\n"
     "attach2(sock, hashed_ns, usid, thandle) -> None\n\n"
     "Attaches to a transaction by its handle.\n\n"
     "Keyword arguments:\n"
     "sock -- a socket that connect() has connected\n"
     "hashed_ns -- the namespace's hash, 0 for none (int)\n"
     "usid -- user session to act for, 0 for the owner of the transaction (int)\n"
     "thandle -- the transaction's handle (int)\n\n"
     "Raises Error ERR_NOTRANS when there is no such transaction."},
    {"connect", with_keywords<connect>(), keyword_call,
     "connect($module, /, sock, ip=None, port=None, path=None)\n--\n\n"
     "connect(sock, ip, port, path) -> None\n\n"
     "Connects the socket.\n\n"
     "Keyword arguments:\n"
     "sock -- a socket that is not connected, or any object with fileno() and family\n"
     "ip -- IP address, no name, if the socket is AF_INET or AF_INET6 (str) - optional\n"
     "port -- port, then too (int) - optional\n"
     "path -- path of the socket if it is AF_UNIX (str) - optional"},
    {"detach", with_keywords<detach>(), keyword_call,
     "detach($module, /, sock, ctx)\n--\n\ndetach(sock, ctx) -> None\n\n"
     "Detaches from the transaction of an event.\n\n"
     "Keyword arguments:\n"
     "sock -- a socket that connect() has connected\n"
     "ctx -- the transaction (TransCtxRef)"},
    {"detach2", with_keywords<detach2>(), keyword_call,
     "detach2($module, /, sock, thandle)\n--\n\ndetach2(sock, thandle) -> None\n\n"
     "Detaches from a transaction by its handle.\n\n"
     "Keyword arguments:\n"
     "sock -- a socket that connect() has connected\n"
     "thandle -- the transaction's handle (int)"},
    {"diff_iterate", with_keywords<diff_iterate>(), keyword_call,
     "diff_iterate($module, /, sock, thandle, iter, flags)\n--\n\n"
     "diff_iterate(sock, thandle, iter, flags) -> None\n\n"
     "Calls iter(keypath, operation, oldvalue, newvalue) for each change of a transaction.\n\n"
     "keypath -- the node (HKeypathRef)\n"
     "operation -- MOP_CREATED, MOP_DELETED, MOP_MODIFIED, MOP_VALUE_SET, MOP_MOVED_AFTER or\n"
     "             MOP_ATTR_SET\n"
     "oldvalue -- Value, or None\n"
     "newvalue -- MOP_VALUE_SET: Value. MOP_MOVED_AFTER: list of Value, the keys of the entry it "
     "now\n"
     "            follows, None when it is first. MOP_ATTR_SET: (attribute, value), a Value and a\n"
     "            Value or list of Value. Otherwise None\n\n"
     "It returns ITER_RECURSE or None to go on, ITER_CONTINUE to skip what is below the node, "
     "ITER_UP\n"
     "to skip what is beside it too, ITER_STOP to end. What it raises ends the iteration, and is\n"
     "raised here; the socket can still be used.\n\n"
     "Keyword arguments:\n"
     "sock -- a socket that connect() has connected\n"
     "thandle -- the handle of an attached transaction (int)\n"
     "iter -- the function\n"
     "flags -- ITER_WANT_ bits (int)\n\n"
     "Raises Error ERR_BADSTATE or ERR_NOEXISTS with what the server says."},
    {"load_schemas", with_keywords<load_schemas>(), keyword_call,
     "load_schemas($module, /, sock)\n--\n\nload_schemas(sock) -> None\n\n"
     "Loads the names and types of everything that the server has, for all of this process.\n\n"
     "Keyword arguments:\n"
     "sock -- a socket that connect() has connected"},
    {nullptr, nullptr, 0, nullptr}};

}  // namespace confd::python
