// SPDX-License-Identifier: Apache-2.0
#include "conformance/selftest/vendor_client.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <optional>

#include "conformance/selftest/mutant_diffs.hpp"
#include "conformance/selftest/vendor_view.hpp"
#include "protocol/frame/frame.hpp"
#include "protocol/render/render.hpp"
#include "protocol/session/client_handshake.hpp"
#include "protocol/session/subscription.hpp"

namespace confd::kit::test {
namespace {

/// The module of the type by which it reads a start or stop time.
constexpr std::string_view times_prefix = "yang";

class VendorClient {
  public:
    explicit VendorClient(Host& host)
        : host_(host),
          config_(config_of(host)),
          context_{config_.release.dialect(), config_.product},
          diffs_(like_the_vendor, config_, host) {}
    ~VendorClient() {
        if (socket_ != Host::no_socket) host_.close(socket_);
    }
    VendorClient(const VendorClient&) = delete;
    VendorClient& operator=(const VendorClient&) = delete;

    void run() {
        diffs_.load_schemas();
        const auto& stream = config_.subscription.stream;
        const bool has_times = stream && (stream->start_time || stream->stop_time);
        if (has_times && !diffs_.names().namespace_of(times_prefix)) host_.end();
        socket_ = host_.connect();
        if (socket_ == Host::no_socket || !shake_hands() || !subscribe()) host_.end();
        while (const auto payload = next_frame())
            on_event(*payload);
        host_.end();
    }

  private:
    /// False at the end of the connection.
    bool receive() {
        std::array<std::uint8_t, 65536> buffer;
        const auto size = host_.receive(socket_, buffer);
        input_.append(ByteView(buffer).first(size));
        return size > 0;
    }

    bool shake_hands() {
        Bytes output;
        ClientHandshake handshake({.release = config_.release, .secret = config_.secret}, output);
        bool eof = false;
        while (true) {
            if (!output.empty()) host_.send(socket_, std::exchange(output, {}));
            const auto step = handshake.step(input_, eof, output);
            if (step == ClientHandshake::Step::done) return true;
            if (step == ClientHandshake::Step::failed) return false;
            if (output.empty()) eof = !receive();
        }
    }

    bool subscribe() {
        Bytes payload;
        encode_subscription(without_unused(config_.subscription), payload, context_.dialect);
        send(payload);
        const auto answer = next_frame();
        if (!answer) return false;
        const auto reply = decode_reply(*answer);
        return reply && *reply;
    }

    void send(ByteView payload) {
        Bytes frame;
        append_frame(frame, payload);
        host_.send(socket_, frame);
    }

    /// Nothing at the end, for which it takes an empty frame too. Of a long one it waits for all.
    std::optional<Bytes> next_frame() {
        while (true) {
            const auto frame = input_.next();
            if (frame && *frame) return Bytes((*frame)->begin(), (*frame)->end());
            if (!frame && frame.error().code != Errc::frame_too_long) return std::nullopt;
            if (!receive()) return std::nullopt;
        }
    }

    void on_event(ByteView payload) {
        const auto view = vendor_view(payload, context_);
        if (view.kind == VendorView::Kind::dies) host_.crash();
        if (view.kind == VendorView::Kind::unknown) return;
        if (const auto* event = view.event.get<StreamNotification>()) check_tags(*event);
        auto line = to_json(view.event, {.context = context_});
        if (const auto* commit = view.event.get<CommitDiffNotification>()) {
            boost::json::array changes;
            for (const auto& change : diffs_.read(*commit))
                changes.push_back(to_json(change));
            line["diff"] = std::move(changes);
        }
        host_.print(boost::json::serialize(line));
        if (const auto ack = ack_owed(view.event, config_.subscription.mask)) {
            Bytes answer;
            encode_ack(*ack, answer);
            send(answer);
        }
    }

    /// It prints tags by name, and dies of one without.
    void check_tags(const StreamNotification& event) {
        const auto named = [&](const TagValue& value) {
            return diffs_.names().name_of(value.ns, value.tag).has_value();
        };
        if (!std::ranges::all_of(event.values, named)) host_.crash();
    }

    Host& host_;
    ClientConfig config_;
    WireContext context_;
    DiffReader diffs_;
    FrameReader input_;
    Host::Socket socket_ = Host::no_socket;
};

}  // namespace

void run_vendor_client(Host& host) {
    VendorClient(host).run();
}

}  // namespace confd::kit::test
