// SPDX-License-Identifier: Apache-2.0
// The only file that sees Beast: its parser, which needs no socket.
#include "simulator/control/http_session.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <string>
#include <utility>

#include "simulator/control/limits.hpp"

namespace confd::sim::control {
namespace {

namespace http = boost::beast::http;
using Parser = http::request_parser<http::string_body>;
using boost::beast::error_code;

std::optional<std::string> field(const Parser::value_type& message, std::string_view name) {
    const auto found = message.find({name.data(), name.size()});
    if (found == message.end()) return std::nullopt;
    return std::string(found->value());
}

int status_of(const error_code& error) {
    if (error == http::error::header_limit) return 431;
    if (error == http::error::body_limit) return 413;
    return 400;
}

}  // namespace

struct HttpSession::Impl {
    std::string buffer;     // does not move while a read into it is under way
    std::size_t begin = 0;  // of what has not been parsed
    std::size_t end = 0;    // of what has been read
    std::optional<Parser> parser;
    bool expectation_seen = false;
    Request request;
    std::optional<Response> failure;

    std::size_t left() const { return end - begin; }

    Poll poll() {
        if (failure) return Poll::failed;
        if (!parser) start();
        while (left() > 0) {
            error_code error;
            const boost::asio::const_buffer rest(buffer.data() + begin, left());
            begin += parser->put(rest, error);
            if (error == http::error::need_more) break;
            if (error) return fail(status_of(error), error.message());
            if (parser->is_done()) return take();
            if (parser->is_header_done() && expects_continue()) return Poll::expectation;
        }
        // Only a chunk's header can be longer: the parser has no limit for that.
        if (left() > max_request_header) return fail(400, "a chunk's header is too long");
        return Poll::need_input;
    }

    void start() {
        parser.emplace();
        parser->header_limit(max_request_header);
        parser->body_limit(max_request_body);
        expectation_seen = false;
    }

    bool expects_continue() {
        if (expectation_seen) return false;
        expectation_seen = true;
        const auto& message = parser->get();
        return message.version() >= 11 &&
               boost::beast::iequals(message[http::field::expect], "100-continue");
    }

    Poll take() {
        auto message = parser->release();
        parser.reset();
        // Two of them would be a way around the check of one.
        if (message.count(http::field::host) != 1) return fail(400, "expected one Host field");
        request = {.method = std::string(message.method_string()),
                   .target = std::string(message.target()),
                   .host = std::string(message[http::field::host]),
                   .origin = field(message, "Origin"),
                   .fetch_site = field(message, "Sec-Fetch-Site"),
                   .last_event_id = field(message, "Last-Event-ID").value_or(std::string()),
                   .body = std::move(message.body()),
                   .keep_alive = message.keep_alive()};
        return Poll::request;
    }

    Poll fail(int status, const std::string& text) {
        failure = error_response(status, text);
        return Poll::failed;
    }
};

HttpSession::HttpSession() : impl_(std::make_unique<Impl>()) {}
HttpSession::~HttpSession() = default;

std::span<std::uint8_t> HttpSession::prepare(std::size_t size) {
    auto& in = *impl_;
    in.buffer.erase(0, in.begin);
    in.end -= std::exchange(in.begin, 0);
    in.buffer.resize(in.end + size);
    return {reinterpret_cast<std::uint8_t*>(in.buffer.data()) + in.end, size};
}

void HttpSession::commit(std::size_t size) {
    impl_->end += size;
}

HttpSession::Poll HttpSession::poll() {
    return impl_->poll();
}

const Request& HttpSession::request() const {
    return impl_->request;
}

Response HttpSession::failure() const {
    return *impl_->failure;
}

bool HttpSession::in_request() const {
    return impl_->left() > 0 || (impl_->parser && impl_->parser->got_some());
}

}  // namespace confd::sim::control
