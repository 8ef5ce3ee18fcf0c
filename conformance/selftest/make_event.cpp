// SPDX-License-Identifier: Apache-2.0
// Makes a simulator with --control send events, as a trigger of the kit: each run is a user
// session, a transaction or a change of HA of its own, and waits as the daemon would.
//
//     make_event CONTROL_PORT EVENT [COUNT]
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>

namespace {

namespace json = boost::json;

/// The kit skips the case then.
constexpr int cannot = 77;

[[noreturn]] void give_up(const std::string& why) {
    fmt::print(stderr, "{}\n", why);
    std::exit(cannot);
}

/// The body of the answer.
json::value ask(std::uint16_t port, std::string_view method, std::string_view path,
                const std::string& body = {}) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        give_up("the control port does not answer");
    const auto request = fmt::format(
        "{} {} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        "Content-Length: {}\r\n\r\n{}",
        method, path, body.size(), body);
    std::string answer;
    if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) > 0) {
        char buffer[4096];
        for (ssize_t size = 0; (size = ::recv(fd, buffer, sizeof buffer, 0)) > 0;)
            answer.append(buffer, static_cast<std::size_t>(size));
    }
    ::close(fd);
    const auto at = answer.find("\r\n\r\n");
    if (!answer.starts_with("HTTP/1.1 200") || at == std::string::npos) give_up(answer);
    return json::parse(answer.substr(at + 4));
}

void wait_while(std::uint16_t port, const std::function<bool(const json::object&)>& is_open) {
    while (true) {
        bool open = false;
        for (const auto& barrier : ask(port, "GET", "/api/barriers").as_array())
            open = open || is_open(barrier.as_object());
        if (!open) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

std::string fields_of(std::string_view event) {
    const auto own = ::getpid();
    if (event == "NOTIF_AUDIT") return fmt::format(R"({{"usid":{},"user":"admin"}})", own);
    if (event == "NOTIF_COMMIT_DIFF")
        return fmt::format(R"({{"uinfo":{{"usid":17}},"tctx":{{"th":{}}}}})", own);
    if (event == "NCS_NOTIF_AUDIT_NETWORK") return fmt::format(R"({{"usid":{}}})", own);
    if (event == "NOTIF_HA_INFO") return R"({"type":"HA_INFO_IS_MASTER"})";
    return "{}";
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) give_up("usage: make_event CONTROL_PORT EVENT [COUNT]");
    const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    const std::string event = argv[2];
    const auto body = fmt::format(R"({{"event":"{}","fields":{}}})", event, fields_of(event));
    for (int left = argc > 3 ? std::atoi(argv[3]) : 1; left > 0; --left) {
        if (event == "NOTIF_HA_INFO")
            wait_while(port, [&](const auto& barrier) {
                return barrier.at("event").as_string() == event;
            });
        const auto sent = ask(port, "POST", "/api/send", body).as_object();
        if (sent.at("owed").to_number<int>() == 0) continue;
        wait_while(port,
                   [&](const auto& barrier) { return barrier.at("send") == sent.at("send"); });
    }
    return 0;
}
