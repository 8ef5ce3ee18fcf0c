// SPDX-License-Identifier: Apache-2.0
// The types HKeypathRef and XmlTag.
#include "protocol/maapi/keypath.hpp"

#include <ranges>

#include "python/src/object.hpp"
#include "python/src/product.hpp"
#include "python/src/schema.hpp"
#include "python/src/value.hpp"

namespace confd::python {
namespace {

// ---- XmlTag ----

PyObject* new_tag(PyTypeObject* type, PyObject* args, PyObject* keywords) {
    return guarded<PyObject*>(nullptr, [&] {
        PyObject* ns = nullptr;
        PyObject* tag = nullptr;
        static const char* const names[] = {"ns", "tag", nullptr};
        parse(args, keywords, "OO:XmlTag", names, &ns, &tag);
        return wrap(XmlTag{hash_of(ns, "ns"), hash_of(tag, "tag")}, type).release();
    });
}

Ref tag_ns(PyObject* self, void*) {
    return to_python(held<XmlTag>(self).ns);
}
Ref tag_tag(PyObject* self, void*) {
    return to_python(held<XmlTag>(self).tag);
}

Ref tag_str(PyObject* self) {
    const auto& tag = held<XmlTag>(self);
    if (const auto name = schema().names().name_of(tag.ns, tag.tag)) return to_python(*name);
    return must(PyObject_Repr(self));
}

Ref tag_repr(PyObject* self) {
    const auto& tag = held<XmlTag>(self);
    return must(
        PyUnicode_FromFormat("%s.XmlTag(tag=%u, ns=%u)", product().package, tag.tag, tag.ns));
}

Py_ssize_t tag_hash(PyObject* self) {
    const auto& tag = held<XmlTag>(self);
    return static_cast<Py_ssize_t>(std::uint64_t{tag.ns} << 31 ^ tag.tag);
}

PyGetSetDef tag_members[] = {member<tag_ns>("ns", "namespace's hash (int)"),
                             member<tag_tag>("tag", "tag's hash (int)"),
                             {nullptr, nullptr, nullptr, nullptr, nullptr}};

// ---- HKeypathRef: innermost step first ----

const ObjectRef& path_of(PyObject* self) {
    return held<ObjectRef>(self);
}

Py_ssize_t length(PyObject* self) {
    return static_cast<Py_ssize_t>(path_of(self).steps.size());
}

/// The namespace of a step that is a bare tag is that of the next step outwards that has one.
Ref step_at(const ObjectRef& path, std::size_t index) {
    const auto& step = path.steps[index];
    if (step.keys) {
        const auto keys =
            list_of(step.keys->items, [](const Value& key) { return wrap(key).release(); });
        return must(PySequence_Tuple(keys.get()));
    }
    std::uint32_t ns = 0;
    for (const auto& outer : path.steps | std::views::drop(index)) {
        if (!outer.ns) continue;
        ns = *outer.ns;
        break;
    }
    return wrap(XmlTag{ns, step.tag});
}

Ref item(PyObject* self, Py_ssize_t index) {
    // Python has added the length to a negative index already.
    if (index < 0 || index >= length(self))
        raise(PyExc_IndexError, "HKeypathRef index out of range");
    return step_at(path_of(self), static_cast<std::size_t>(index));
}

ObjectRef outer_part(const ObjectRef& path, std::size_t first) {
    const auto begin = path.steps.begin() + static_cast<std::ptrdiff_t>(first);
    return {{begin, path.steps.end()}};
}

Ref slice(PyObject* self, PyObject* range) {
    Py_ssize_t start = 0;
    Py_ssize_t stop = 0;
    Py_ssize_t step = 0;
    must_succeed(PySlice_Unpack(range, &start, &stop, &step));
    PySlice_AdjustIndices(length(self), &start, &stop, step);
    if (step != 1 || stop != length(self)) {
        raise(PyExc_ValueError, "a slice of an HKeypathRef must include the last element");
    }
    return wrap(outer_part(path_of(self), static_cast<std::size_t>(std::min(start, stop))));
}

Ref subscript(PyObject* self, PyObject* key) {
    if (PySlice_Check(key)) return slice(self, key);
    const auto index = static_cast<Py_ssize_t>(integer_of(key));
    return item(self, index < 0 ? index + length(self) : index);
}

Ref dup(PyObject* self, PyObject*) {
    return wrap(path_of(self));
}

Ref dup_len(PyObject* self, PyObject* args, PyObject* keywords) {
    Py_ssize_t size = 0;
    static const char* const names[] = {"len", nullptr};
    parse(args, keywords, "n:dup_len", names, &size);
    if (size < 0 || size > length(self)) raise(PyExc_ValueError, "len is out of range");
    return wrap(outer_part(path_of(self), static_cast<std::size_t>(length(self) - size)));
}

Ref path_str(PyObject* self) {
    return to_python(path_text(path_of(self)));
}

Ref path_repr(PyObject* self) {
    return must(
        PyUnicode_FromFormat("<%s.HKeypathRef '%U'>", product().package, path_str(self).get()));
}

Py_ssize_t path_hash(PyObject* self) {
    return hash_of(Value{ValueType::objectref, path_of(self)});
}

PyMethodDef path_methods[] = {
    {"dup", entry<dup>, METH_NOARGS, "dup($self, /)\n--\n\ndup() -> HKeypathRef\n\nA copy."},
    {"dup_len", with_keywords<dup_len>(), METH_VARARGS | METH_KEYWORDS,
     "dup_len($self, /, len)\n--\n\ndup_len(len) -> HKeypathRef\n\n"
     "A copy of the outermost steps.\n\nKeyword arguments:\nlen -- how many (int)"},
    {nullptr, nullptr, 0, nullptr}};

constexpr const char* path_doc =
    "A path to a node: /if:interfaces/interface{eth0}/mtu.\n\n"
    "A sequence of its steps, innermost first: an XmlTag, or the keys of a list's entry as a "
    "tuple\n"
    "of Value. str() needs loaded schemas for names. A slice must reach to the end: path[1:] is\n"
    "the parent. Unlike those of the vendor's module, paths stay valid for as long as they are\n"
    "referred to.";

}  // namespace

std::string path_text(const ObjectRef& path) {
    auto text = to_text(path, schema().names());
    const auto whole = qualified(path);
    if (whole.steps.empty() || !whole.steps.back().ns) return text;
    const auto end = text.find_first_of("/{", 1);
    const auto prefix = schema().names().prefix_of(*whole.steps.back().ns);
    if (prefix && text.substr(0, end).find(':') == std::string::npos) {
        text.insert(1, std::string(*prefix) + ':');
    }
    return text;
}

void init_keypath(PyObject* module) {
    add(module, "XmlTag",
        make_type<XmlTag>(
            "XmlTag", can_be_base,
            {slot(Py_tp_new, new_tag), slot(Py_tp_str, entry<tag_str>),
             slot(Py_tp_repr, entry<tag_repr>), slot(Py_tp_richcompare, entry<compare<XmlTag>>),
             slot(Py_tp_hash, entry<tag_hash>), members_slot(tag_members),
             doc_slot("XmlTag(ns, tag)\n--\n\nXmlTag(ns, tag) -> XmlTag\n\n"
                      "A name in a namespace. str() is the name when schemas are "
                      "loaded.\n\nKeyword arguments:\n"
                      "ns -- the namespace's hash (int)\n"
                      "tag -- the name's hash (int)")}));
    add(module, "HKeypathRef",
        make_type<ObjectRef>(
            "HKeypathRef", 0,
            {slot(Py_sq_length, entry<length>), slot(Py_sq_item, entry<item>),
             slot(Py_mp_length, entry<length>), slot(Py_mp_subscript, entry<subscript>),
             slot(Py_tp_str, entry<path_str>), slot(Py_tp_repr, entry<path_repr>),
             slot(Py_tp_richcompare, entry<compare<ObjectRef, normal_path>>),
             slot(Py_tp_hash, entry<path_hash>), methods_slot(path_methods), doc_slot(path_doc)}));
}

}  // namespace confd::python
