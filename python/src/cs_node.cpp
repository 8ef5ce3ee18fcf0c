// SPDX-License-Identifier: Apache-2.0
// The types CsNode, CsNodeInfo and CsType, and the functions that lead to them.
#include "python/src/lib.hpp"
#include "python/src/object.hpp"
#include "python/src/schema.hpp"
#include "python/src/value.hpp"

namespace confd::python {
namespace {

const SchemaPlace& place_of(PyObject* self) {
    const auto& node = held<CsNode>(self);
    return *node.schema->at(node.place);
}

/// A node beside or below one, or None.
Ref related(PyObject* self, std::uint32_t place) {
    const auto& node = held<CsNode>(self);
    return node.schema->at(place) == nullptr ? Ref::none() : wrap(CsNode{node.schema, place});
}

Ref children(PyObject* self, PyObject*) {
    return related(self, place_of(self).child);
}
Ref next(PyObject* self, PyObject*) {
    return related(self, place_of(self).next);
}
Ref parent(PyObject* self, PyObject*) {
    return related(self, place_of(self).parent);
}
Ref ns(PyObject* self, PyObject*) {
    return to_python(place_of(self).name.ns);
}
Ref tag(PyObject* self, PyObject*) {
    return to_python(place_of(self).name.tag);
}
Ref info(PyObject* self, PyObject*) {
    return wrap(CsNodeInfo{held<CsNode>(self)});
}
Ref cs_type(PyObject* self, PyObject*) {
    const auto& type = place_of(self).type;
    return type.name.empty() ? Ref::none() : wrap(CsType{held<CsNode>(self).schema, type});
}

bool is_inner(const SchemaPlace& p) {
    return p.shape == container_shape;
}
bool is_leaf(const SchemaPlace& p) {
    return !is_inner(p) && (p.flags & NODE_LEAF_LIST) == 0;
}
bool is_key(const CsNode& node, const SchemaPlace& p) {
    const auto* const list = node.schema->at(p.parent);
    return list != nullptr && list->name.ns == p.name.ns &&
           std::ranges::find(list->keys, p.name.tag) != list->keys.end();
}
bool is_empty_leaf(const SchemaPlace& p) {
    return is_leaf(p) && p.shape == static_cast<std::uint32_t>(ValueType::xmltag);
}
bool is_union(const CsNode& node, const SchemaPlace& p) {
    const auto* const type = node.schema->type(p.type);
    return type != nullptr && type->derivation == "union";
}

template <std::uint32_t Flag>
Ref has_flag(PyObject* self, PyObject*) {
    return truth((place_of(self).flags & Flag) != 0);
}
template <auto Test>
Ref test(PyObject* self, PyObject*) {
    if constexpr (requires { Test(held<CsNode>(self), place_of(self)); }) {
        return truth(Test(held<CsNode>(self), place_of(self)));
    } else {
        return truth(Test(place_of(self)));
    }
}

bool is_non_empty_leaf(const SchemaPlace& p) {
    return is_leaf(p) && !is_empty_leaf(p);
}
bool is_list(const SchemaPlace& p) {
    return (p.flags & NODE_LIST) != 0;
}
bool is_plain_container(const SchemaPlace& p) {
    return (p.flags & NODE_CONTAINER) != 0 && !is_list(p);
}
bool is_presence(const SchemaPlace& p) {
    return is_plain_container(p) && p.min_occurs == 0;
}
bool is_no_presence(const SchemaPlace& p) {
    return is_plain_container(p) && p.min_occurs != 0;
}
bool is_oper(const SchemaPlace& p) {
    return (p.flags & NODE_WRITABLE) == 0;
}

Ref node_repr(PyObject* self) {
    const auto& p = place_of(self);
    const auto name = held<CsNode>(self).schema->names().name_of(p.name.ns, p.name.tag);
    return to_python(std::string("<CsNode ") +
                     (name ? std::string(*name) : std::to_string(p.name.tag)) + '>');
}

#define CONFD_PY_METHOD(name, function, doc) \
    {name, entry<function>, METH_NOARGS, name "($self, /)\n--\n\n" doc}

PyMethodDef node_methods[] = {
    CONFD_PY_METHOD("children", children, "children() -> CsNode or None\n\nThe first child."),
    CONFD_PY_METHOD("cs_type", cs_type, "cs_type() -> CsType or None\n\nThe type of a leaf."),
    CONFD_PY_METHOD("has_display_when", has_flag<1024>, "has_display_when() -> bool"),
    CONFD_PY_METHOD("has_when", has_flag<NODE_WHEN>, "has_when() -> bool"),
    CONFD_PY_METHOD("info", info, "info() -> CsNodeInfo"),
    CONFD_PY_METHOD("is_action", has_flag<NODE_ACTION>, "is_action() -> bool"),
    CONFD_PY_METHOD("is_action_param", has_flag<NODE_PARAMETER>, "is_action_param() -> bool"),
    CONFD_PY_METHOD("is_action_result", has_flag<NODE_RESULT>, "is_action_result() -> bool"),
    CONFD_PY_METHOD("is_case", has_flag<NODE_CASE>, "is_case() -> bool"),
    CONFD_PY_METHOD("is_container", has_flag<NODE_CONTAINER>, "is_container() -> bool"),
    CONFD_PY_METHOD("is_empty_leaf", test<is_empty_leaf>, "is_empty_leaf() -> bool"),
    CONFD_PY_METHOD("is_key", test<is_key>, "is_key() -> bool"),
    CONFD_PY_METHOD("is_leaf", test<is_leaf>, "is_leaf() -> bool"),
    CONFD_PY_METHOD("is_leaf_list", has_flag<NODE_LEAF_LIST>, "is_leaf_list() -> bool"),
    CONFD_PY_METHOD("is_leafref", has_flag<NODE_LEAFREF>, "is_leafref() -> bool"),
    CONFD_PY_METHOD("is_list", test<is_list>, "is_list() -> bool"),
    CONFD_PY_METHOD("is_mount_point", has_flag<32768>, "is_mount_point() -> bool"),
    CONFD_PY_METHOD("is_non_empty_leaf", test<is_non_empty_leaf>, "is_non_empty_leaf() -> bool"),
    CONFD_PY_METHOD("is_notif", has_flag<NODE_NOTIFICATION>, "is_notif() -> bool"),
    CONFD_PY_METHOD("is_np_container", test<is_no_presence>, "is_np_container() -> bool"),
    CONFD_PY_METHOD("is_oper", test<is_oper>, "is_oper() -> bool"),
    CONFD_PY_METHOD("is_p_container", test<is_presence>, "is_p_container() -> bool"),
    CONFD_PY_METHOD("is_union", test<is_union>, "is_union() -> bool"),
    CONFD_PY_METHOD("is_writable", has_flag<NODE_WRITABLE>, "is_writable() -> bool"),
    CONFD_PY_METHOD("next", next, "next() -> CsNode or None\n\nThe next sibling."),
    CONFD_PY_METHOD("ns", ns, "ns() -> int\n\nThe namespace's hash."),
    CONFD_PY_METHOD("parent", parent, "parent() -> CsNode or None"),
    CONFD_PY_METHOD("tag", tag, "tag() -> int\n\nThe name's hash."),
    {nullptr, nullptr, 0, nullptr}};

// ---- CsNodeInfo ----

const SchemaPlace& info_place(PyObject* self) {
    const auto& node = held<CsNodeInfo>(self);
    return *node.schema->at(node.place);
}

template <auto Member>
Ref number(PyObject* self, PyObject*) {
    return to_python(static_cast<std::int64_t>(info_place(self).*Member));
}
Ref default_value(PyObject* self, PyObject*) {
    return wrap(info_place(self).default_value);
}
Ref keys(PyObject* self, PyObject*) {
    return list_of(info_place(self).keys, [](std::uint32_t k) { return to_python(k).release(); });
}

PyMethodDef info_methods[] = {
    CONFD_PY_METHOD("cmp", number<&SchemaPlace::compare>,
                    "cmp() -> int\n\nHow entries are ordered."),
    CONFD_PY_METHOD("defval", default_value, "defval() -> Value\n\nC_NOEXISTS for none."),
    CONFD_PY_METHOD("flags", number<&SchemaPlace::flags>, "flags() -> int\n\nCS_NODE_ bits."),
    CONFD_PY_METHOD("keys", keys, "keys() -> list[int]\n\nHashes of the names of a list's keys."),
    CONFD_PY_METHOD("max_occurs", number<&SchemaPlace::max_occurs>,
                    "max_occurs() -> int\n\n-1 for unbounded."),
    CONFD_PY_METHOD("min_occurs", number<&SchemaPlace::min_occurs>, "min_occurs() -> int"),
    CONFD_PY_METHOD("shallow_type", number<&SchemaPlace::shape>,
                    "shallow_type() -> int\n\nThe type of a leaf's values: C_INT32, .."),
    {nullptr, nullptr, 0, nullptr}};

#undef CONFD_PY_METHOD

}  // namespace

void init_schema(PyObject* module) {
    add(module, "CsNode",
        make_type<CsNode>("CsNode", 0,
                          {slot(Py_tp_repr, entry<node_repr>), methods_slot(node_methods),
                           doc_slot("A node of the loaded schemas: see find_cs_root() and "
                                    "cs_node_cd().")}));
    add(module, "CsNodeInfo",
        make_type<CsNodeInfo>("CsNodeInfo", 0,
                              {methods_slot(info_methods), doc_slot("More about a CsNode.")}));
    add(module, "CsType",
        make_type<CsType>("CsType", 0, {doc_slot("The type of a leaf, for val2str().")}));
}

Ref find_cs_root(PyObject*, PyObject* args, PyObject* keywords) {
    static const char* const names[] = {"ns", nullptr};
    PyObject* ns = nullptr;
    parse(args, keywords, "O:find_cs_root", names, &ns);
    const auto loaded = shared_schema();
    const auto hash = hash_in(ns);
    const auto root = hash ? loaded->root(*hash) : 0;
    return loaded->at(root) == nullptr ? Ref::none() : wrap(CsNode{loaded, root});
}

Ref cs_node_cd(PyObject*, PyObject* args, PyObject* keywords) {
    static const char* const names[] = {"start", "path", nullptr};
    PyObject* start = nullptr;
    const char* path = nullptr;
    parse(args, keywords, "Os:cs_node_cd", names, &start, &path);
    CsNode from{shared_schema(), 0};
    if (start != Py_None) {
        if (!is_a<CsNode>(start)) raise(PyExc_TypeError, "start argument must be a CsNode or None");
        from = held<CsNode>(start);
    }
    const auto place = from.schema->find(from.place, path, std::nullopt);
    return from.schema->at(place) == nullptr ? Ref::none() : wrap(CsNode{from.schema, place});
}

}  // namespace confd::python
