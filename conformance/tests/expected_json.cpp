// SPDX-License-Identifier: Apache-2.0
#include "conformance/tests/expected_json.hpp"

#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>

#include "protocol/constants.hpp"

namespace confd::test {
namespace {

namespace json = boost::json;

struct Names {
    std::string_view event;
    std::string_view key;
};

// Written out rather than taken from the catalogue: a test should not ask what it tests.
constexpr std::array names{
    Names{"audit", "audit"},
    Names{"daemon", "syslog"},
    Names{"netconf", "syslog"},
    Names{"devel", "syslog"},
    Names{"jsonrpc", "syslog"},
    Names{"webui", "syslog"},
    Names{"commit_simple", "commit"},
    Names{"commit_diff", "commit_diff"},
    Names{"user_session", "user_sess"},
    Names{"ha_info", "hnot"},
    Names{"subagent_info", "subagent"},
    Names{"commit_failed", "cfail"},
    Names{"snmpa", "snmpa"},
    Names{"forward_info", "forward"},
    Names{"confirmed_commit", "confirm"},
    Names{"upgrade_event", "upgrade"},
    Names{"commit_progress", "progress"},
    Names{"progress", "progress"},
    Names{"stream_event", "stream"},
    Names{"cq_progress", "cq_progress"},
    Names{"call_home_info", "call_home"},
    Names{"audit_network", "audit_network"},
};

std::string_view key_of_event(std::string_view event) {
    for (const auto& entry : names) {
        if (entry.event == event) return entry.key;
    }
    return {};
}

std::string zone_text(const json::object& time) {
    const auto* zone = time.if_contains("timezone");
    if (zone == nullptr || !zone->is_int64()) return {};
    const auto hours = zone->as_int64();
    const auto minutes = time.at("timezone_minutes").as_int64();
    if (hours == 0 && minutes == 0) return "Z";
    return fmt::format("{}{:02}:{:02}", hours < 0 ? '-' : '+', std::abs(hours), std::abs(minutes));
}

std::string clock_text(const json::object& t) {
    const auto micro = t.at("micro").as_int64();
    return fmt::format("{:02}:{:02}:{:02}{}", t.at("hour").as_int64(), t.at("min").as_int64(),
                       t.at("sec").as_int64(), micro == 0 ? "" : fmt::format(".{:06}", micro));
}

std::string date_text(const json::object& t) {
    return fmt::format("{:04}-{:02}-{:02}", t.at("year").as_int64(), t.at("month").as_int64(),
                       t.at("day").as_int64());
}

std::string datetime_text(const json::object& t) {
    return date_text(t) + "T" + clock_text(t) + zone_text(t);
}

std::string duration_text(const json::object& t) {
    const auto part = [&](const char* name, char unit) {
        const auto n = t.at(name).as_int64();
        return n == 0 ? std::string() : fmt::format("{}{}", n, unit);
    };
    const auto micros = t.at("micros").as_int64();
    const auto secs =
        micros == 0 ? part("secs", 'S') : fmt::format("{}.{:06}S", t.at("secs").as_int64(), micros);
    const auto date = part("years", 'Y') + part("months", 'M') + part("days", 'D');
    const auto time = part("hours", 'H') + part("mins", 'M') + secs;
    return "P" + date + (time.empty() ? "" : "T" + time);
}

json::object value_json(const json::object& value);

json::array values_json(const json::array& list) {
    json::array out;
    for (const auto& item : list)
        out.push_back(value_json(item.as_object()));
    return out;
}

json::array path_json(const json::array& steps) {
    json::array out;
    for (const auto& item : steps) {
        const auto& step = item.as_object();
        if (const auto* keys = step.if_contains("keys")) {
            out.push_back(json::object{{"keys", values_json(keys->as_array())}});
        } else {
            out.push_back(
                json::object{{"type", "xmltag"}, {"ns", step.at("ns")}, {"tag", step.at("tag")}});
        }
    }
    return out;
}

json::object value_json(const json::object& value) {
    const std::string name(value.at("name").as_string());
    json::object out = value;
    out.erase("name");
    out["type"] = name;
    if (const auto* hex = value.if_contains("hex")) {
        out["value"] = *hex;
        out.erase("hex");
    } else if (value.contains("address")) {
        out["value"] = fmt::format("{}/{}", std::string_view(value.at("address").as_string()),
                                   value.at("len").as_int64());
        out.erase("address");
        out.erase("len");
    } else if (name == "datetime") {
        out["value"] = datetime_text(value.at("value").as_object());
    } else if (name == "date") {
        const auto& t = value.at("value").as_object();
        out["value"] = date_text(t) + zone_text(t);
    } else if (name == "time") {
        const auto& t = value.at("value").as_object();
        out["value"] = clock_text(t) + zone_text(t);
    } else if (name == "duration") {
        out["value"] = duration_text(value.at("value").as_object());
    } else if (name == "list") {
        out["value"] = values_json(value.at("value").as_array());
    } else if (name == "objectref") {
        out["value"] = path_json(value.at("value").as_array());
    }
    return out;
}

json::array tag_values_json(const json::array& list) {
    json::array out;
    for (const auto& item : list) {
        const auto& tag = item.as_object();
        out.push_back(json::object{{"ns", tag.at("ns")},
                                   {"tag", tag.at("tag")},
                                   {"v", value_json(tag.at("v").as_object())}});
    }
    return out;
}

void split_ip(json::object& out) {
    const auto* found = out.if_contains("ip");
    if (found == nullptr) return;
    const json::string ip = found->as_string();  // inserting below moves the members
    const bool v6 = ip.find(':') != json::string::npos;
    out["af"] = v6 ? "inet6" : "inet";
    out[v6 ? "ip6" : "ip4"] = ip;
    out.erase("ip");
}

json::object uinfo_json(const json::object& uinfo) {
    json::object out = uinfo;
    out["addr"] = uinfo.at("ip");
    out.erase("ip");
    if (!uinfo.at("clearpass").as_string().empty()) out["clearpass"] = "***";
    return out;
}

/// Lists of the C structs' services, one object each, as parallel arrays.
void transpose_services(json::object& out, std::string_view name) {
    const auto* found = out.if_contains(name);
    if (found == nullptr) return;
    const json::array services = found->as_array();
    json::array titles;
    std::array<std::pair<std::string_view, json::array>, 2> columns{
        std::pair{std::string_view("completed_devices"), json::array()},
        std::pair{std::string_view("failed_devices"), json::array()}};
    for (const auto& item : services) {
        const auto& service = item.as_object();
        titles.push_back(service.at("service"));
        for (auto& [column, list] : columns) {
            const auto* devices = service.if_contains(column);
            if (devices == nullptr) continue;
            json::array texts;
            for (const auto& device : devices->at("value").as_array()) {
                texts.push_back(device.at("value"));
            }
            list.push_back(std::move(texts));
        }
    }
    out[name] = std::move(titles);
    for (auto& [column, list] : columns) {
        if (!list.empty()) out[fmt::format("{}_{}", name, column)] = std::move(list);
    }
}

void rename(json::object& out, std::string_view from, std::string_view to) {
    if (const auto* found = out.if_contains(from)) {
        json::value value = *found;
        out.erase(from);
        out[to] = std::move(value);
    }
}

json::object body_json(const json::object& expect) {
    json::object out = expect;
    out.erase("type");
    for (const auto* name :
         {"session_type", "ha_type", "subagent_type", "forward_type", "confirm_type",
          "progress_type", "stream_type", "cq_type", "call_home_type"}) {
        rename(out, name, "type");
    }
    rename(out, "replay_error", "error");
    if (const auto* th = out.if_contains("thandle")) {
        const json::value handle = *th;
        out["tctx"] = {{"th", handle}};
        out.erase("thandle");
    }
    if (const auto* uinfo = out.if_contains("uinfo")) out["uinfo"] = uinfo_json(uinfo->as_object());
    for (const auto* name : {"event_time", "timestamp"}) {
        if (auto* time = out.if_contains(name); time != nullptr && time->is_object()) {
            out[name] = datetime_text(time->as_object());
        }
    }
    if (const auto* list = out.if_contains("values")) {
        out["values"] = tag_values_json(list->as_array());
    }
    if (auto* list = out.if_contains("vb")) {
        for (auto& item : list->as_array()) {
            item.as_object()["val"] = value_json(item.at("val").as_object());
        }
    }
    for (const auto* name : {"slave_died", "slave_arrived"}) {
        if (auto* node = out.if_contains(name)) {
            node->as_object()["nodeid"] = value_json(node->at("nodeid").as_object());
        }
    }
    transpose_services(out, "completed_services");
    transpose_services(out, "failed_services");
    split_ip(out);
    return out;
}

bool is_nothing(const json::value& value) {
    return value.is_null() || (value.is_string() && value.get_string().empty()) ||
           (value.is_array() && value.get_array().empty());
}

}  // namespace

json::value without_empty(const json::value& value) {
    if (const auto* array = value.if_array()) {
        json::array out;
        for (const auto& item : *array)
            out.push_back(without_empty(item));
        return out;
    }
    if (const auto* object = value.if_object()) {
        json::object out;
        for (const auto& [key, member] : *object) {
            if (!is_nothing(member)) out[key] = without_empty(member);
        }
        return out;
    }
    return value;
}

json::object expected_json(std::string_view event, const json::object& expect) {
    json::object out;
    const auto type = expect.at("type").to_number<std::uint32_t>();
    out["type"] = type;
    out["name"] = notif_name(type).value_or("?");
    if (const auto key = key_of_event(event); !key.empty()) out[key] = body_json(expect);
    return out;
}

}  // namespace confd::test
