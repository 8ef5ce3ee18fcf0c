// SPDX-License-Identifier: Apache-2.0
#include "simulator/yang/libyang.hpp"

#include <set>

namespace confd::sim::yang {

namespace {

/// Data location "/if:link-down/mtu". -> /if:link-down/mtu; of several places the first.
std::string path_of(const ly_err_item& item) {
    std::string_view path = item.path == nullptr ? "" : item.path;
    const auto first = path.find('"');
    const auto last = first == std::string_view::npos ? first : path.find('"', first + 1);
    if (last != std::string_view::npos)
        return std::string(path.substr(first + 1, last - first - 1));
    if (path.ends_with('.')) path.remove_suffix(1);
    return std::string(path);
}

void add_derived(const lysc_ident& base, std::vector<const lysc_ident*>& out,
                 std::set<const lysc_ident*>& seen) {
    for (const auto* identity : sized(base.derived)) {
        if (!seen.insert(identity).second) continue;
        out.push_back(identity);
        add_derived(*identity, out, seen);
    }
}

}  // namespace

void keep_quiet() {
    ly_log_options(LY_LOSTORE);
}

std::vector<Message> take_messages(const ly_ctx* context) {
    // Those that follow from the first tell which module it is about.
    constexpr std::size_t kept = 64;
    std::vector<Message> out;
    for (const auto* item = ly_err_first(context); item != nullptr && out.size() < kept;
         item = item->next) {
        if (item->level != LY_LLERR || item->msg == nullptr) continue;
        std::string text = item->msg;
        if (text.ends_with('.')) text.pop_back();
        out.push_back({std::move(text), path_of(*item)});
    }
    ly_err_clean(const_cast<ly_ctx*>(context), nullptr);
    return out;
}

std::vector<const lysc_node*> children_of(const lysc_node& parent) {
    std::vector<const lysc_node*> out;
    for (const lysc_node* node = nullptr;
         (node = lys_getnext(node, &parent, nullptr, 0)) != nullptr;) {
        out.push_back(node);
    }
    return out;
}

std::vector<const lysc_ident*> derived_from(const lysc_type_identityref& type) {
    std::vector<const lysc_ident*> out;
    std::set<const lysc_ident*> seen;
    const auto bases = sized(type.bases);
    add_derived(*bases.front(), out, seen);
    for (const auto* base : bases.subspan(1)) {
        std::vector<const lysc_ident*> others;
        seen.clear();
        add_derived(*base, others, seen);
        std::erase_if(out, [&](const lysc_ident* one) { return !seen.contains(one); });
    }
    return out;
}

const lys_module* find_module(const ly_ctx& context, std::string_view name) {
    const std::string text(name);
    if (const auto* module = ly_ctx_get_module_implemented(&context, text.c_str())) return module;
    const lys_module* found = nullptr;
    std::uint32_t index = 0;
    while (const auto* module = ly_ctx_get_module_iter(&context, &index)) {
        if (name != module->prefix && name != module->name) continue;
        // One that has data before one that only lends its types.
        if (found == nullptr || (module->implemented && !found->implemented)) found = module;
    }
    return found;
}

}  // namespace confd::sim::yang
