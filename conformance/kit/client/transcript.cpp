// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/client/transcript.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <set>

#include "conformance/kit/report/json_text.hpp"
#include "files/read_file.hpp"
#include "protocol/frame/frame.hpp"
#include "protocol/notification/notification.hpp"
#include "protocol/render/render.hpp"
#include "protocol/session/handshake.hpp"
#include "protocol/term/notation.hpp"
#include "protocol/value/text.hpp"
#include "simulator/server/recorder.hpp"
#include "transport/connection.hpp"

namespace confd::kit {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& line, std::string_view key) {
    const auto* value = line.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

template <class Number>
Number number_of(const json::object& line, std::string_view key) {
    const auto* value = line.if_contains(key);
    boost::system::error_code error;
    const auto number = value == nullptr ? Number{} : value->to_number<Number>(error);
    return error ? Number{} : number;
}

/// "sync_audit_notification(17)".
std::string call_of(const json::object& line) {
    const auto* ack = line.if_contains("ack");
    if (ack == nullptr || !ack->is_object()) return {};
    const auto& fields = ack->get_object();
    const auto* id = fields.if_contains("id");
    return fmt::format("{}({})", text_of(fields, "call"),
                       id == nullptr ? "" : json::serialize(*id));
}

Message message_of(const json::object& line) {
    Message out;
    out.at = number_of<double>(line, "t");
    out.from_peer = text_of(line, "dir") == "in";
    out.kind = text_of(line, "kind");
    out.peer = number_of<std::uint64_t>(line, "peer");
    out.text = text_of(line, "text");
    out.call = call_of(line);
    out.bytes = parse_hex(text_of(line, "hex")).value_or(Bytes{});
    return out;
}

bool is_exchanged(std::string_view kind) {
    constexpr std::array kinds{
        "connect",         "hello", "hello_reply", "challenge",  "subscribe", "event",
        "subscribe_reply", "ack",   "maapi",       "disconnect", "raw"};
    return std::ranges::find(kinds, kind) != kinds.end();
}

bool is_frame(const Message& message) {
    constexpr std::array kinds{"subscribe", "subscribe_reply", "event", "ack"};
    return std::ranges::find(kinds, message.kind) != kinds.end();
}

std::string hello_text(const Message& message) {
    if (message.bytes.size() != hello_size) return {};
    const auto hello = parse_hello(message.bytes);
    return fmt::format("client id {}{}, protocol {}, library 0x{:08x}, depth {}, keys {}",
                       hello.client_id, hello.wants_challenge ? " with challenge" : "",
                       hello.protocol_version, hello.library_version, hello.max_depth,
                       hello.max_key_length);
}

std::string reply_text(const Message& message) {
    if (message.bytes.size() != hello_size) return {};
    const auto reply = parse_hello_reply(message.bytes);
    return fmt::format("status {}, protocol {}, release 0x{:08x}", reply.status,
                       reply.protocol_version, reply.release);
}

void describe_event(const Message& message, WireContext context, Exchange& out) {
    const auto event = decode_notification(payload_of(message), {.context = context, .limits = {}});
    if (!event) return;
    const RenderOptions options{.context = context};
    out.summary = to_text(*event, options);
    out.fields = json::serialize(to_json(*event, options));
}

std::string summary_of(const Message& message) {
    if (message.kind == "hello") return hello_text(message);
    if (message.kind == "hello_reply") return reply_text(message);
    if (message.kind == "ack") return message.call;
    if (message.kind == "raw" || message.kind == "challenge")
        return fmt::format("{} bytes", message.bytes.size());
    return message.text;
}

Exchange exchange_of(const Message& message, WireContext context) {
    Exchange out;
    out.at = message.at;
    out.from_peer = message.from_peer || message.kind == "connect";
    out.kind = message.kind == "disconnect" ? "close" : message.kind;
    out.summary = summary_of(message);
    out.bytes = to_hex(message.bytes);
    if (is_frame(message)) {
        if (const auto term = read_payload(payload_of(message))) out.term = to_string(*term);
    }
    if (message.kind == "event") describe_event(message, context, out);
    if (out.summary.empty()) out.summary = out.term;
    return out;
}

}  // namespace

Log parse_log(std::string text) {
    Log out;
    out.text = std::move(text);
    std::string_view rest = out.text;
    bool over = false;
    while (!rest.empty()) {
        const auto end = std::min(rest.find('\n'), rest.size());
        const auto value = parse_json(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (!value || !value->is_object()) break;
        auto message = message_of(value->get_object());
        over |= message.kind == "log" && message.text == sim::scenario_over;
        out.kept_open |= over && message.kind == "disconnect" &&
                         message.text.ends_with(transport::peer_did_not_close);
        if (message.kind == "step") {
            out.last_step = message.text;
            out.last_step_at = out.messages.size();
        }
        if (is_exchanged(message.kind)) out.messages.push_back(std::move(message));
    }
    return out;
}

Log read_log(const std::filesystem::path& file) {
    std::string text;
    // What is wrong with the file shows in what is missing of it: the case fails.
    (void)read_pieces(file, [&](std::string_view piece) {
        text += piece.substr(0, log_size_limit - text.size());
        return text.size() < log_size_limit;
    });
    return parse_log(std::move(text));
}

bool is_maapi_hello(ByteView hello) {
    constexpr std::uint8_t client_id_bits = 0x7f;  // the other one asks for the challenge
    return !hello.empty() && (hello.front() & client_id_bits) == CLIENT_MAAPI;
}

bool opened_maapi(const Log& log) {
    std::set<std::uint64_t> others;
    for (const auto& message : log.messages) {
        if (message.kind == "connect") others.insert(message.peer);
        if (message.kind == "hello" && !is_maapi_hello(message.bytes)) others.erase(message.peer);
    }
    return !others.empty();
}

ByteView payload_of(const Message& message) {
    return ByteView(message.bytes).subspan(std::min(frame_header_size, message.bytes.size()));
}

std::vector<Exchange> exchange_of(const Log& log, WireContext context) {
    std::vector<Exchange> out;
    for (const auto& message : log.messages)
        out.push_back(exchange_of(message, context));
    return out;
}

}  // namespace confd::kit
