// SPDX-License-Identifier: Apache-2.0
#include "python/src/lib.hpp"

#include "python/src/constants.hpp"
#include "python/src/object.hpp"
#include "python/src/records.hpp"
#include "python/src/schema.hpp"
#include "python/src/value.hpp"

namespace confd::python {
namespace {

std::optional<std::uint32_t> hash_argument(PyObject* args, PyObject* keywords, const char* format,
                                           const char* const* names) {
    PyObject* hash = nullptr;
    parse(args, keywords, format, names, &hash);
    return hash_in(hash);
}

Ref hash2str(PyObject*, PyObject* args, PyObject* keywords) {
    static const char* const names[] = {"hash", nullptr};
    const auto hash = hash_argument(args, keywords, "O:hash2str", names);
    if (!hash) return Ref::none();
    if (const auto name = schema().names().name_of(0, *hash)) return to_python(*name);
    const auto* const uri = schema().uri(*hash);
    return uri == nullptr ? Ref::none() : to_python(*uri);
}

Ref ns2prefix(PyObject*, PyObject* args, PyObject* keywords) {
    static const char* const names[] = {"ns", nullptr};
    const auto ns = hash_argument(args, keywords, "O:ns2prefix", names);
    const auto prefix = ns ? schema().names().prefix_of(*ns) : std::nullopt;
    return prefix ? to_python(*prefix) : Ref::none();
}

Ref str2hash(PyObject*, PyObject* args, PyObject* keywords) {
    static const char* const names[] = {"str", nullptr};
    const char* text = nullptr;
    parse(args, keywords, "s:str2hash", names, &text);
    if (const auto tag = schema().names().tag_of(0, text)) return to_python(*tag);
    return to_python(schema().namespace_of_uri(text).value_or(0));
}

Ref set_text_errors(PyObject*, PyObject* args, PyObject* keywords) {
    static const char* const names[] = {"errors", nullptr};
    const char* errors = nullptr;
    parse(args, keywords, "|z:text_errors", names, &errors);
    auto before = to_python(text_errors());
    if (errors != nullptr) {
        must(PyCodec_LookupError(errors));
        text_errors() = errors;
    }
    return before;
}

}  // namespace

PyMethodDef lib_methods[] = {
    {"cs_node_cd", with_keywords<cs_node_cd>(), METH_VARARGS | METH_KEYWORDS,
     "cs_node_cd($module, /, start, path)\n--\n\ncs_node_cd(start, path) -> CsNode or None\n\n"
     "The node at a path.\n\n"
     "Keyword arguments:\n"
     "start -- where a relative path begins (CsNode), or None\n"
     "path -- absolute or relative, keys are passed over (str)"},
    {"find_cs_root", with_keywords<find_cs_root>(), METH_VARARGS | METH_KEYWORDS,
     "find_cs_root($module, /, ns)\n--\n\nfind_cs_root(ns) -> CsNode or None\n\n"
     "The first top node of a namespace.\n\n"
     "Keyword arguments:\n"
     "ns -- the namespace's hash (int)"},
    {"hash2str", with_keywords<hash2str>(), METH_VARARGS | METH_KEYWORDS,
     "hash2str($module, /, hash)\n--\n\nhash2str(hash) -> str or None\n\n"
     "The name, or the namespace's URI, that has this hash; None when no loaded schema has it.\n\n"
     "Keyword arguments:\n"
     "hash -- int"},
    {"ns2prefix", with_keywords<ns2prefix>(), METH_VARARGS | METH_KEYWORDS,
     "ns2prefix($module, /, ns)\n--\n\nns2prefix(ns) -> str or None\n\n"
     "The prefix of a namespace; None when no loaded schema has it.\n\n"
     "Keyword arguments:\n"
     "ns -- the namespace's hash (int)"},
    {"str2hash", with_keywords<str2hash>(), METH_VARARGS | METH_KEYWORDS,
     "str2hash($module, /, str)\n--\n\nstr2hash(str) -> int\n\n"
     "The hash of a name or URI; 0 when no loaded schema has it.\n\n"
     "Keyword arguments:\n"
     "str -- str"},
    {"text_errors", with_keywords<set_text_errors>(), METH_VARARGS | METH_KEYWORDS,
     "text_errors($module, /, errors=None)\n--\n\ntext_errors(errors) -> str\n\n"
     "How text is taken that is not UTF-8, in all of this process: the name of an error handler, "
     "as\n"
     "of bytes.decode(). 'strict', the default, raises UnicodeDecodeError, as the vendor's module\n"
     "does; that module has no such function. Returns what was in force before.\n\n"
     "Keyword arguments:\n"
     "errors -- 'strict', 'replace', 'surrogateescape', .. (str); None changes nothing\n\n"
     "LookupError for a name without a handler."},
    {nullptr, nullptr, 0, nullptr}};

void init_lib(PyObject* module) {
    init_value(module);
    init_keypath(module);
    init_datetime(module);
    init_records(module);
    init_schema(module);
    add_package_constants(module);
}

}  // namespace confd::python
