// SPDX-License-Identifier: Apache-2.0
#include "python/src/records.hpp"

#include <sys/socket.h>

#include "protocol/value/text.hpp"
#include "python/src/object.hpp"
#include "python/src/product.hpp"
#include "python/src/schema.hpp"
#include "python/src/value.hpp"

namespace confd::python {
namespace {

constexpr PyGetSetDef no_more_members{nullptr, nullptr, nullptr, nullptr, nullptr};

[[noreturn]] void read_only(PyObject* self, const char* name) {
    PyErr_Format(PyExc_AttributeError, "attribute '%s' of %R is not writable", name,
                 reinterpret_cast<PyObject*>(Py_TYPE(self)));
    raise();
}

// ---- UserInfo ----

template <auto Member>
Ref session_get(PyObject* self, void*) {
    return to_python((*held<SessionRef>(self)).*Member);
}

template <auto Member>
int session_set(PyObject* self, PyObject* value, void*) {
    if (value == nullptr) raise(PyExc_TypeError, "cannot delete an attribute of UserInfo");
    auto& member = (*held<SessionRef>(self)).*Member;
    if constexpr (std::is_same_v<decltype(SessionInfo::usid),
                                 std::remove_cvref_t<decltype(member)>>) {
        member = integer_of(value);
    } else {
        member = text_of(value);
    }
    return 0;
}

template <auto Member>
PyGetSetDef session_member(const char* name, const char* doc) {
    return {name, entry<session_get<Member>>, entry<session_set<Member>>, doc, nullptr};
}

Ref session_repr(PyObject*) {
    return must(PyUnicode_FromFormat("%s.UserInfo", product().package));
}

PyGetSetDef session_members[] = {
    session_member<&SessionInfo::actx_thandle>("actx_thandle",
                                               "transaction of an action, -1 for none (int)"),
    session_member<&SessionInfo::addr>("addr", "source address (str)"),
    session_member<&SessionInfo::af>("af", "its family: socket.AF_INET or AF_INET6 (int)"),
    session_member<&SessionInfo::clearpass>("clearpass", "password, if the daemon tells (str)"),
    session_member<&SessionInfo::context>("context", "cli, webui, netconf, system, .. (str)"),
    session_member<&SessionInfo::flags>("flags", "USESS_FLAG_ bits (int)"),
    session_member<&SessionInfo::lmode>("lmode", "lock mode (int)"),
    session_member<&SessionInfo::logintime>("logintime", "seconds since 1970, 0 for none (int)"),
    session_member<&SessionInfo::port>("port", "source port (int)"),
    session_member<&SessionInfo::proto>("proto", "protocol: PROTO_SSH, .. (int)"),
    session_member<&SessionInfo::snmp_v3_ctx>("snmp_v3_ctx", "SNMP context (str)"),
    session_member<&SessionInfo::username>("username", "user (str)"),
    session_member<&SessionInfo::usid>("usid", "user session id (int)"),
    no_more_members};

// ---- TransCtxRef: its attributes are not in dir(), as in the vendor's module ----

std::string attribute_name(PyObject* name) {
    return PyUnicode_Check(name) ? text_of(name) : std::string();
}

Ref context_get(PyObject* self, PyObject* name) {
    const auto& context = held<TransCtxRef>(self);
    const auto which = attribute_name(name);
    if (which == "th") return to_python(context.th);
    if (which == "fd" || which == "vfd" || which == "secondary_index") {
        return to_python(std::int64_t{-1});
    }
    if (which == "username") return to_python(context.uinfo->username);
    if (which == "context") return to_python(context.uinfo->context);
    if (which == "uinfo") return wrap(context.uinfo);
    if (which == "accumulated") return Ref::none();
    if (which == "traversal_id") return to_python(std::int64_t{0});
    if (which == "cb_flags") return to_python(context.cb_flags);
    return must(PyObject_GenericGetAttr(self, name));
}

int context_set(PyObject* self, PyObject* name, PyObject* value) {
    const auto which = attribute_name(name);
    if (which != "cb_flags" || value == nullptr) read_only(self, which.c_str());
    held<TransCtxRef>(self).cb_flags = integer_of(value);
    return 0;
}

Ref context_repr(PyObject* self) {
    return must(PyUnicode_FromFormat("%s.TransCtxRef : fd=-1 : vfd=-1 : th=%S", product().package,
                                     to_python(held<TransCtxRef>(self).th).get()));
}

// ---- TagValue ----

struct PyTagValue {
    XmlTag tag;
    Value value;
};

PyObject* new_tag_value(PyTypeObject* type, PyObject* args, PyObject* keywords) {
    return guarded<PyObject*>(nullptr, [&] {
        PyObject* xml_tag = nullptr;
        PyObject* value = nullptr;
        PyObject* tag = nullptr;
        PyObject* ns = nullptr;
        static const char* const names[] = {"xmltag", "v", "tag", "ns", nullptr};
        parse(args, keywords, "|OOOO:TagValue", names, &xml_tag, &value, &tag, &ns);
        const auto given = [](PyObject* object) { return object != nullptr && object != Py_None; };
        if (given(value) && !is_a<Value>(value))
            raise(PyExc_TypeError, "v argument must be a Value");
        PyTagValue out;
        if (given(xml_tag)) {
            if (!is_a<XmlTag>(xml_tag)) raise(PyExc_TypeError, "xmltag argument must be an XmlTag");
            out.tag = held<XmlTag>(xml_tag);
        } else if (given(tag) && given(ns)) {
            out.tag = {hash_of(ns, "ns"), hash_of(tag, "tag")};
        } else {
            raise(PyExc_TypeError, "xmltag, or tag and ns arguments must be provided");
        }
        out.value = given(value) ? held<Value>(value) : Value{ValueType::xmltag, out.tag};
        return wrap(std::move(out), type).release();
    });
}

Ref tag_value_ns(PyObject* self, void*) {
    return to_python(held<PyTagValue>(self).tag.ns);
}
Ref tag_value_tag(PyObject* self, void*) {
    return to_python(held<PyTagValue>(self).tag.tag);
}

Ref tag_value_get(PyObject* self, PyObject* name) {
    if (attribute_name(name) == "v") return wrap(held<PyTagValue>(self).value);
    return must(PyObject_GenericGetAttr(self, name));
}

Ref tag_value_repr(PyObject* self) {
    const auto& tag = held<PyTagValue>(self).tag;
    return must(
        PyUnicode_FromFormat("%s.TagValue(tag=%u, ns=%u)", product().package, tag.tag, tag.ns));
}

Ref tag_value_str(PyObject* self) {
    const auto& tag = held<PyTagValue>(self).tag;
    const auto name = schema().names().name_of(tag.ns, tag.tag);
    return name ? to_python(*name) : tag_value_repr(self);
}

PyGetSetDef tag_value_members[] = {member<tag_value_ns>("ns", "namespace's hash (int)"),
                                   member<tag_value_tag>("tag", "name's hash (int)"),
                                   no_more_members};

// ---- SnmpVarbind ----

std::vector<std::uint32_t> sub_identifiers(PyObject* sequence, const char* name) {
    const auto items = must(PySequence_Tuple(sequence));
    std::vector<std::uint32_t> out;
    for (Py_ssize_t i = 0; i < PyTuple_Size(items.get()); ++i)
        out.push_back(hash_of(PyTuple_GetItem(items.get(), i), name));
    return out;
}

void take_variable(VarBind& out, PyObject* name, PyObject* oid, PyObject* cr) {
    const auto need = [](PyObject* object, const char* text) {
        if (object == nullptr || object == Py_None) raise(PyExc_TypeError, text);
        return object;
    };
    if (out.var.type == SNMP_VARIABLE) {
        out.var.name = text_of(need(name, "name argument must be provided for SNMP_VARIABLE"));
    } else if (out.var.type == SNMP_OID) {
        out.var.oid =
            sub_identifiers(need(oid, "oid argument must be provided for SNMP_OID"), "oid");
    } else if (out.var.type == SNMP_COL_ROW) {
        need(cr, "cr argument must be provided for SNMP_COL_ROW");
        if (!PyTuple_Check(cr) || PyTuple_Size(cr) != 2) {
            raise(PyExc_TypeError, "cr argument must be a tuple (column, row index)");
        }
        out.var.column = text_of(PyTuple_GetItem(cr, 0));
        out.var.rowindex = sub_identifiers(PyTuple_GetItem(cr, 1), "row index");
    } else {
        raise(PyExc_ValueError, "type argument must be SNMP_VARIABLE, SNMP_OID or SNMP_COL_ROW");
    }
}

PyObject* new_var_bind(PyTypeObject* type, PyObject* args, PyObject* keywords) {
    return guarded<PyObject*>(nullptr, [&] {
        int kind = 0;
        PyObject* value = nullptr;
        int vartype = 0;
        PyObject* name = nullptr;
        PyObject* oid = nullptr;
        PyObject* cr = nullptr;
        static const char* const names[] = {"type", "val", "vartype", "name", "oid", "cr", nullptr};
        parse(args, keywords, "iO|iOOO:SnmpVarbind", names, &kind, &value, &vartype, &name, &oid,
              &cr);
        if (value != Py_None && !is_a<Value>(value)) {
            raise(PyExc_TypeError, "val argument must be a Value");
        }
        VarBind out;
        out.var.type = static_cast<SnmpVarType>(kind);
        out.var.vartype = static_cast<SnmpType>(vartype);
        take_variable(out, name, oid, cr);
        if (value != Py_None && held<Value>(value).type != ValueType::noexists) {
            out.val.text = display_text(held<Value>(value));
        }
        return wrap(std::move(out), type).release();
    });
}

Ref bind_type(PyObject* self, void*) {
    return to_python(std::int64_t{held<VarBind>(self).var.type});
}
Ref bind_vartype(PyObject* self, void*) {
    return to_python(std::int64_t{held<VarBind>(self).var.vartype});
}
Ref number_list(const std::vector<std::uint32_t>& numbers) {
    return list_of(numbers, [](std::uint32_t number) { return to_python(number).release(); });
}
Ref bind_name(PyObject* self, void*) {
    const auto& var = held<VarBind>(self).var;
    return var.type == SNMP_VARIABLE ? to_python(std::string_view(var.name)) : Ref::none();
}
Ref bind_oid(PyObject* self, void*) {
    const auto& var = held<VarBind>(self).var;
    return var.type == SNMP_OID ? number_list(var.oid) : Ref::none();
}
Ref bind_cr(PyObject* self, void*) {
    const auto& var = held<VarBind>(self).var;
    if (var.type != SNMP_COL_ROW) return Ref::none();
    return tuple_of(std::string_view(var.column), number_list(var.rowindex));
}
Ref bind_val(PyObject* self, void*) {
    const auto& text = held<VarBind>(self).val.text;
    return wrap(text ? Value::buf(*text) : Value{});
}

PyGetSetDef bind_members[] = {
    member<bind_type>("type", "SNMP_VARIABLE, SNMP_OID or SNMP_COL_ROW (int)"),
    member<bind_vartype>("vartype", "the value's SNMP type: SNMP_INTEGER, .. (int)"),
    member<bind_name>("name", "name of an SNMP_VARIABLE (str), otherwise None"),
    member<bind_oid>("oid", "object identifier of an SNMP_OID (list of int), otherwise None"),
    member<bind_cr>("cr",
                    "(column, row index) of an SNMP_COL_ROW (str and list of int), else None"),
    member<bind_val>("val", "the value: C_BUF, or C_NOEXISTS for none (Value)"),
    no_more_members};

// ---- ProgressLink ----

Ref link_trace_id(PyObject* self, void*) {
    return to_python(held<SpanLink>(self).trace_id.value_or(""));
}
Ref link_span_id(PyObject* self, void*) {
    return to_python(held<SpanLink>(self).span_id.value_or(""));
}

/// Some releases have links as objects, others as dictionaries: programs read either.
Ref link_item(PyObject* self, PyObject* key) {
    const auto which = attribute_name(key);
    if (which == "trace_id") return link_trace_id(self, nullptr);
    if (which == "span_id") return link_span_id(self, nullptr);
    PyErr_SetObject(PyExc_KeyError, key);
    raise();
}

PyGetSetDef link_members[] = {member<link_span_id>("span_id", "span id (str)"),
                              member<link_trace_id>("trace_id", "trace id (str)"), no_more_members};

// ---- Attributes of a span ----

PyObject* attributes_class = nullptr;

Ref attribute_row(PyObject* name, PyObject* value) {
    auto row = must(PyDict_New());
    const bool number = PyLong_Check(value);
    must_succeed(PyDict_SetItemString(row.get(), "name", name));
    must_succeed(PyDict_SetItemString(
        row.get(), "type", to_python(number ? attribute_number : attribute_string).get()));
    must_succeed(PyDict_SetItemString(row.get(), number ? "number" : "string", value));
    return row;
}

/// attributes[0]: called for keys that are no names.
Ref attributes_missing(PyObject* self, PyObject* key) {
    if (!PyLong_Check(key)) {
        PyErr_SetObject(PyExc_KeyError, key);
        raise();
    }
    const auto items = must(PyDict_Items(self));
    const auto at = integer_of(key);
    const auto size = PyList_Size(items.get());
    const auto index = static_cast<Py_ssize_t>(at < 0 ? at + size : at);
    if (index < 0 || index >= size) raise(PyExc_IndexError, "attribute index out of range");
    auto* const row = PyList_GetItem(items.get(), index);
    return attribute_row(PyTuple_GetItem(row, 0), PyTuple_GetItem(row, 1));
}

PyMethodDef attributes_methods[] = {
    {"__missing__", entry<attributes_missing>, METH_O, "The attribute with an index."},
    {nullptr, nullptr, 0, nullptr}};

Ref make_attributes_class() {
    PyType_Slot slots[] = {
        methods_slot(attributes_methods),
        doc_slot(
            "Attributes of a span: values by name, as a dict; by index, {'name': .., 'type': ..,\n"
            "'string' or 'number': ..}. Releases of the vendor's module have one or the other."),
        {0, nullptr}};
    PyType_Spec spec{qualified_name("ProgressAttributes"), 0, 0,
                     static_cast<unsigned>(Py_TPFLAGS_DEFAULT), slots};
    const auto bases = must(PyTuple_Pack(1, &PyDict_Type));
    return must(PyType_FromSpecWithBases(&spec, bases.get()));
}

}  // namespace

SessionRef session_info(const UserInfo& info) {
    auto out = std::make_shared<SessionInfo>();
    out->username = info.username;
    out->usid = info.usid;
    out->context = info.context;
    const bool v4 = std::holds_alternative<Ip4>(info.addr.ip);
    out->af = v4 ? AF_INET : AF_INET6;
    out->addr = std::visit([](const auto& ip) { return to_text(ip); }, info.addr.ip);
    out->snmp_v3_ctx = info.snmp_v3_ctx;
    out->clearpass = info.clearpass;
    out->logintime = info.logintime.seconds;
    out->proto = static_cast<std::int64_t>(info.proto);
    out->port = info.port;
    out->flags = info.flags;
    return out;
}

Ref wrap_tag_value(const TagValue& tag) {
    return wrap(PyTagValue{{tag.ns, tag.tag}, value_of(tag)});
}

Ref wrap_attributes(const std::vector<SpanAttribute>& attributes) {
    auto out = must(PyObject_CallObject(attributes_class, nullptr));
    for (const auto& attribute : attributes) {
        const auto value =
            std::visit([](const auto& held) { return to_python(held); }, attribute.value);
        must_succeed(PyObject_SetItem(out.get(), to_python(attribute.name).get(), value.get()));
    }
    return out;
}

void init_records(PyObject* module) {
    add(module, "UserInfo",
        make_type<SessionRef>(
            "UserInfo", 0,
            {slot(Py_tp_repr, entry<session_repr>), slot(Py_tp_str, entry<session_repr>),
             members_slot(session_members),
             doc_slot("Information about a user session. It comes with events.")}));
    add(module, "TransCtxRef",
        make_type<TransCtxRef>(
            "TransCtxRef", 0,
            {slot(Py_tp_getattro, entry<context_get>), slot(Py_tp_setattro, entry<context_set>),
             slot(Py_tp_repr, entry<context_repr>), slot(Py_tp_str, entry<context_repr>),
             doc_slot("The transaction of a NOTIF_COMMIT_DIFF.\n\n"
                      "th              -- its handle (int)\n"
                      "uinfo           -- the user session (UserInfo)\n"
                      "username        -- uinfo's (str)\n"
                      "context         -- uinfo's (str)\n"
                      "fd, vfd         -- sockets, -1 in events (int)\n"
                      "secondary_index -- -1 in events (int)\n"
                      "accumulated     -- None in events\n"
                      "traversal_id    -- 0 in events (int)\n"
                      "cb_flags        -- the only one that can be written (int)")}));
    add(module, "TagValue",
        make_type<PyTagValue>(
            "TagValue", can_be_base,
            {slot(Py_tp_new, new_tag_value), slot(Py_tp_getattro, entry<tag_value_get>),
             slot(Py_tp_repr, entry<tag_value_repr>), slot(Py_tp_str, entry<tag_value_str>),
             members_slot(tag_value_members),
             doc_slot("TagValue(xmltag=None, v=None, tag=None, ns=None)\n--\n\n"
                      "TagValue(xmltag, v, tag, ns) -> TagValue\n\n"
                      "A name and its value, or a mark that opens or closes a level. `v` is a new\n"
                      "Value each time; str() is the name when schemas are loaded.\n\n"
                      "Keyword arguments:\n"
                      "xmltag -- the name (XmlTag), or else:\n"
                      "tag, ns -- its hashes (int)\n"
                      "v -- the value (Value); by default the name as C_XMLTAG")}));
    add(module, "SnmpVarbind",
        make_type<VarBind>(
            "SnmpVarbind", can_be_base,
            {slot(Py_tp_new, new_var_bind), members_slot(bind_members),
             doc_slot("SnmpVarbind(type, val, vartype=0, name=None, oid=None, cr=None)\n--\n\n"
                      "SnmpVarbind(type, val, vartype, name, oid, cr) -> SnmpVarbind\n\n"
                      "A variable binding of an SNMP PDU.\n\n"
                      "Keyword arguments:\n"
                      "type -- SNMP_VARIABLE, SNMP_OID or SNMP_COL_ROW (int)\n"
                      "val -- the value (Value)\n"
                      "vartype -- its SNMP type (int)\n"
                      "name -- for SNMP_VARIABLE (str)\n"
                      "oid -- for SNMP_OID (list of int)\n"
                      "cr -- for SNMP_COL_ROW: (column, row index) (str and list of int)\n\n"
                      "The vendor's module lets only `type` be read; here all of them can be.")}));
    add(module, "ProgressLink",
        make_type<SpanLink>("ProgressLink", 0,
                            {slot(Py_mp_subscript, entry<link_item>), members_slot(link_members),
                             doc_slot("A link from one span to another; link['trace_id'] works "
                                      "too.")}));
    auto attributes = make_attributes_class();
    attributes_class = Ref::borrowed(attributes.get()).release();
    add(module, "ProgressAttributes", std::move(attributes));
}

void init_notification(PyObject* events) {
    add(events, "Notification",
        make_type<NotificationRef>("events.Notification", 0,
                                   {doc_slot("What a dictionary of read_notification() has as "
                                             "'_notif'. Nothing can be read from it.")}));
}

}  // namespace confd::python
