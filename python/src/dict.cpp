// SPDX-License-Identifier: Apache-2.0
#include "python/src/dict.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "protocol/value/text.hpp"
#include "python/src/object.hpp"
#include "python/src/records.hpp"
#include "python/src/value.hpp"

namespace confd::python {
namespace {

/// A key's text as a template argument, so that each is made into a str once.
template <std::size_t N>
struct Key {
    std::array<char, N> text{};
    consteval Key(const char (&literal)[N]) { std::copy_n(literal, N, text.begin()); }
};

template <Key K>
PyObject* key() {
    static PyObject* const interned = PyUnicode_InternFromString(K.text.data());
    return interned;
}

class Dict {
  public:
    Dict() : dict_(must(PyDict_New())) {}

    template <Key K>
    Dict& set(Ref value) {
        must_succeed(PyDict_SetItem(dict_.get(), key<K>(), value.get()));
        return *this;
    }
    template <Key K>
    Dict& set(std::int64_t number) {
        return set<K>(to_python(number));
    }
    template <Key K, class E>
        requires std::is_enum_v<E>
    Dict& set(E value) {
        return set<K>(static_cast<std::int64_t>(value));
    }
    template <Key K>
    Dict& set(std::string_view text) {
        return set<K>(to_python(text));
    }
    template <Key K>
    Dict& set(const std::vector<std::uint32_t>& numbers) {
        return set<K>(list_of(numbers, [](std::uint32_t n) { return to_python(n).release(); }));
    }
    template <Key K>
    Dict& set(const std::vector<std::string>& texts) {
        return set<K>(list_of(texts, [](const std::string& t) { return to_python(t).release(); }));
    }
    template <Key K>
    Dict& set(const UserInfo& info) {
        return set<K>(wrap(session_info(info)));
    }
    /// A text that is absent or empty has no key.
    template <Key K>
    Dict& maybe(const OptionalText& text) {
        return text && !text->empty() ? set<K>(std::string_view(*text)) : *this;
    }
    template <Key K>
    Dict& maybe(const OptionalList<std::string>& texts) {
        return texts && !texts->empty() ? set<K>(*texts) : *this;
    }

    /// `af` and the address under the key of its family.
    template <class Address>
    Dict& address(const Address& address) {
        std::visit(
            [&]<class T>(const T& held) {
                if constexpr (std::is_same_v<T, std::string>) {
                    set<"af">(std::int64_t{AF_UNSPEC}).template set<"str">(std::string_view(held));
                } else if constexpr (std::is_same_v<T, Ip4>) {
                    set<"af">(std::int64_t{AF_INET}).template set<"ip4">(to_python(to_text(held)));
                } else {
                    set<"af">(std::int64_t{AF_INET6}).template set<"ip6">(to_python(to_text(held)));
                }
            },
            address);
        return *this;
    }

    Ref take() { return std::move(dict_); }

  private:
    Ref dict_;
};

/// What an event has beside 'type': the key of its body, and the body.
struct Body {
    PyObject* key = nullptr;  ///< none for events without a body
    Ref dict;
};

Body body_of(const AuditNotification& n) {
    Dict d;
    d.set<"logno">(n.logno.number).set<"user">(std::string_view(n.user));
    d.set<"msg">(std::string_view(n.msg)).set<"usid">(n.usid);
    return {key<"audit">(), d.take()};
}

Body body_of(const SyslogNotification& n) {
    Dict d;
    d.set<"prio">(n.prio).set<"logno">(n.logno.number).set<"msg">(std::string_view(n.msg));
    return {key<"syslog">(), d.take()};
}

Body body_of(const CommitNotification& n) {
    Dict d;
    d.set<"database">(n.database).set<"diff_available">(n.diff_available);
    d.set<"flags">(n.flags).set<"uinfo">(n.uinfo);
    return {key<"commit">(), d.take()};
}

Body body_of(const CommitDiffNotification& n) {
    Dict d;
    auto session = session_info(n.uinfo);
    d.set<"database">(n.database).set<"flags">(n.flags).set<"uinfo">(wrap(session));
    d.set<"tctx">(wrap(TransCtxRef{n.tctx.th, std::move(session)}));
    d.maybe<"comment">(n.comment).maybe<"label">(n.label);
    return {key<"commit_diff">(), d.take()};
}

Body body_of(const UserSessNotification& n) {
    Dict d;
    d.set<"type">(n.type).set<"uinfo">(n.uinfo).set<"database">(n.database);
    return {key<"user_sess">(), d.take()};
}

Ref node_dict(const HaNode& node) {
    Dict d;
    d.set<"nodeid">(wrap(node.nodeid)).address(node.addr);
    return d.take();
}

/// Under the name of older and of newer releases.
template <Key Old, Key New>
void set_both(Dict& d, Ref value) {
    d.set<Old>(Ref::borrowed(value.get())).template set<New>(std::move(value));
}

Body body_of(const HaNotification& n) {
    Dict d;
    d.set<"type">(n.type);
    switch (n.type) {
        case HA_INFO_NOMASTER:
            set_both<"nomaster", "noprimary">(d, to_python(std::int64_t{n.nomaster}));
            break;
        case HA_INFO_SLAVE_DIED:
            set_both<"slave_died", "secondary_died">(d, node_dict(n.slave_died));
            break;
        case HA_INFO_SLAVE_ARRIVED:
            set_both<"slave_arrived", "secondary_arrived">(d, node_dict(n.slave_arrived));
            break;
        case HA_INFO_SLAVE_INITIALIZED:
            d.set<"cdb_initialized_by_copy">(n.cdb_initialized_by_copy);
            break;
        case HA_INFO_BESLAVE_RESULT:
            set_both<"beslave_result", "besecondary_result">(
                d, to_python(std::int64_t{n.beslave_result}));
            break;
        default:
            break;
    }
    return {key<"hnot">(), d.take()};
}

Body body_of(const SubagentNotification& n) {
    Dict d;
    d.set<"type">(n.type).set<"name">(std::string_view(n.name));
    return {key<"subagent">(), d.take()};
}

Body body_of(const CommitFailedNotification& n) {
    Dict d;
    d.set<"provider">(n.provider).set<"dbname">(n.dbname);
    if (n.provider == DP_NETCONF) d.set<"port">(std::int64_t{n.port}).address(n.ip);
    if (n.provider == DP_EXTERNAL) d.set<"daemon_name">(std::string_view(n.daemon_name));
    return {key<"cfail">(), d.take()};
}

Body body_of(const SnmpaNotification& n) {
    Dict d;
    d.set<"pdu_type">(n.pdu_type).set<"request_id">(n.request_id);
    d.set<"error_status">(n.error_status).set<"error_index">(n.error_index);
    d.set<"port">(std::int64_t{n.port}).address(n.ip);
    if (!n.vb.empty()) {
        d.set<"vb">(list_of(n.vb, [](const VarBind& b) { return wrap(b).release(); }));
    }
    if (n.pdu_type == SNMPA_PDU_V1TRAP) {
        d.set<"generic_trap">(n.generic_trap).set<"specific_trap">(n.specific_trap);
        d.set<"time_stamp">(n.time_stamp).set<"enterprise">(n.enterprise);
    }
    return {key<"snmpa">(), d.take()};
}

Body body_of(const ForwardNotification& n) {
    Dict d;
    d.set<"type">(n.type).set<"target">(std::string_view(n.target)).set<"uinfo">(n.uinfo);
    return {key<"forward">(), d.take()};
}

Body body_of(const ConfirmedCommitNotification& n) {
    Dict d;
    d.set<"type">(n.type).set<"timeout">(n.timeout).set<"uinfo">(n.uinfo);
    return {key<"confirm">(), d.take()};
}

Body body_of(const UpgradeNotification& n) {
    Dict d;
    d.set<"event">(n.event);
    return {key<"upgrade">(), d.take()};
}

Body body_of(const CommitProgressNotification& n) {
    Dict d;
    d.set<"database">(n.database).set<"usid">(n.usid).set<"thandle">(n.thandle);
    d.set<"msg">(std::string_view(n.msg));
    return {key<"progress">(), d.take()};
}

Body body_of(const ProgressNotification& n) {
    Dict d;
    d.set<"type">(n.type).set<"timestamp">(n.timestamp);
    if (n.type == PROGRESS_STOP) d.set<"duration">(n.duration.value_or(0));
    d.set<"usid">(n.usid).set<"tid">(n.tid).set<"datastore">(n.datastore);
    d.maybe<"context">(n.context).maybe<"trace_id">(n.trace_id).maybe<"subsystem">(n.subsystem);
    d.maybe<"phase">(n.phase).maybe<"msg">(n.msg).maybe<"annotation">(n.annotation);
    // Only NSO has what follows.
    d.maybe<"service">(n.service).maybe<"service_phase">(n.service_phase);
    const auto queue_item = n.commit_queue_id.value_or(0);
    if (queue_item != 0) d.set<"commit_queue_id">(queue_item);
    d.maybe<"node">(n.node).maybe<"device">(n.device).maybe<"device_phase">(n.device_phase);
    d.maybe<"package">(n.package);
    return {key<"progress">(), d.take()};
}

Body body_of(const ProgressSpanNotification& n) {
    Dict d;
    d.set<"type">(n.type).set<"timestamp">(n.timestamp);
    if (n.type == PROGRESS_STOP) d.set<"duration">(n.duration.value_or(0));
    d.set<"span_id">(std::string_view(n.span_id ? *n.span_id : ""));
    d.maybe<"parent_span_id">(n.parent_span_id);
    d.set<"usid">(n.usid).set<"tid">(n.tid).set<"datastore">(n.datastore);
    d.maybe<"context">(n.context).maybe<"trace_id">(n.trace_id).maybe<"subsystem">(n.subsystem);
    d.maybe<"msg">(n.msg).maybe<"annotation">(n.annotation);
    if (!n.attributes.empty()) {
        d.set<"num_attributes">(std::ssize(n.attributes));
        d.set<"attributes">(wrap_attributes(n.attributes));
    }
    if (!n.links.empty()) {
        d.set<"num_links">(std::ssize(n.links));
        d.set<"links">(list_of(n.links, [](const SpanLink& l) { return wrap(l).release(); }));
    }
    return {key<"progress">(), d.take()};
}

Body body_of(const StreamNotification& n) {
    Dict d;
    d.set<"type">(n.type);
    if (n.type == STREAM_REPLAY_FAILED) {
        // The manual's name, and that of the vendor's example.
        set_both<"error", "replay_error">(d, to_python(n.error));
    }
    if (n.type == STREAM_NOTIFICATION_EVENT) {
        d.set<"event_time">(wrap(n.event_time));
        d.set<"values">(
            list_of(n.values, [](const TagValue& t) { return wrap_tag_value(t).release(); }));
    }
    return {key<"stream">(), d.take()};
}

/// The devices of a service: a LIST, whose str() is the names with spaces.
Ref devices(const std::vector<std::string>& names) {
    ValueList list;
    for (const auto& name : names)
        list.items.push_back(Value::buf(name));
    return wrap(Value{ValueType::list, std::move(list)});
}

/// One list of each column, for rows that are there.
template <Key K, class Row, class Make>
void column(Dict& d, const Columns<Row>& columns, Make&& make) {
    if (!columns.rows || columns.rows->empty()) return;
    d.set<K>(list_of(*columns.rows, [&](const Row& row) { return make(row).release(); }));
}

/// One for each, of which the wire says nothing: programs for newer releases read them.
Ref no_reasons(const std::vector<std::string>& names) {
    return list_of(names, [](const std::string&) { return to_python("").release(); });
}

Body body_of(const CqProgressNotification& n, const WireContext& wire) {
    Dict d;
    d.set<"type">(n.type).set<"timestamp">(wrap(n.timestamp)).maybe<"cq_tag">(n.cq_tag);
    d.set<"cq_id">(n.cq_id).maybe<"completed_devices">(n.completed_devices);
    d.maybe<"transient_devices">(n.transient_devices);
    if (wire.dialect == Dialect::v8x && n.transient_devices && !n.transient_devices->empty()) {
        d.set<"transient_reasons">(no_reasons(*n.transient_devices));
    }
    column<"failed_devices">(d, n.failed_devices, [](auto& row) { return to_python(row.device); });
    column<"failed_reasons">(d, n.failed_devices, [](auto& row) { return to_python(row.reason); });
    const auto& done = n.completed_services;
    column<"completed_services">(d, done, [](auto& row) { return to_python(row.service); });
    column<"completed_services_completed_devices">(
        d, done, [](auto& row) { return devices(row.completed_devices); });
    const auto& failed = n.failed_services;
    column<"failed_services">(d, failed, [](auto& row) { return to_python(row.service); });
    column<"failed_services_completed_devices">(
        d, failed, [](auto& row) { return devices(row.completed_devices); });
    column<"failed_services_failed_devices">(d, failed,
                                             [](auto& row) { return devices(row.failed_devices); });
    d.maybe<"trace_id">(n.trace_id);
    return {key<"cq_progress">(), d.take()};
}

Body body_of(const CallHomeNotification& n) {
    Dict d;
    d.set<"type">(n.type);
    if (n.type != CALL_HOME_UNKNOWN_DEVICE) d.set<"device">(std::string_view(n.device));
    if (n.type != CALL_HOME_DEVICE_DISCONNECTED) {
        d.address(n.ip).set<"port">(std::int64_t{n.port});
        d.set<"ssh_host_key">(std::string_view(n.ssh_host_key));
        d.set<"ssh_key_alg">(std::string_view(n.ssh_key_alg));
    }
    return {key<"call_home">(), d.take()};
}

Body body_of(const AuditNetworkNotification& n) {
    Dict d;
    d.set<"usid">(n.usid).set<"tid">(n.tid).set<"user">(std::string_view(n.user));
    d.set<"device">(std::string_view(n.device)).maybe<"trace_id">(n.trace_id);
    d.maybe<"config">(n.config);
    return {key<"audit_network">(), d.take()};
}

Body body_of(const CompactionNotification& n) {
    Dict d;
    d.set<"dbfile">(n.dbfile).set<"type">(n.type).set<"fsize_start">(n.fsize_start);
    d.set<"fsize_end">(n.fsize_end).set<"fsize_last">(n.fsize_last);
    d.set<"time_start">(n.time_start).set<"duration">(n.duration).set<"ntrans">(n.ntrans);
    return {key<"compaction">(), d.take()};
}

Body body_of(const SignalNotification&) {
    return {};
}
Body body_of(const GenericNotification&) {
    return {};
}

/// _confd's library knows the types of events that only NSO has, and nothing of what is in them.
bool has_body(const Notification& event, const WireContext& wire) {
    return wire.product == Product::nso || (event.type & nso_bits) == 0;
}

}  // namespace

Ref dict_of(const Notification& event, const WireContext& wire) {
    Dict d;
    d.set<"_notif">(wrap(NotificationRef{})).set<"type">(std::int64_t{event.type});
    if (!has_body(event, wire)) return d.take();
    auto body = std::visit(
        [&](const auto& n) {
            if constexpr (requires { body_of(n, wire); }) {
                return body_of(n, wire);
            } else {
                return body_of(n);
            }
        },
        event.body);
    auto dict = d.take();
    if (body.key != nullptr) {
        must_succeed(PyDict_SetItem(dict.get(), body.key, body.dict.get()));
    }
    return dict;
}

}  // namespace confd::python
