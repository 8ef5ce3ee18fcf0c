// Any bytes as an event, in every dialect and product: an event that survives a round trip, or an
// error with a place in the bytes.
#include <cstddef>
#include <cstdint>

#include "fuzz/oracle.hpp"
#include "protocol/notification/notification.hpp"

using namespace confd;

/// The first byte chooses dialect, product and strictness, the rest is the payload.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    DecodeOptions options;
    options.context.dialect = static_cast<Dialect>(data[0] % dialect_count);
    options.context.product = (data[0] & 0x40) != 0 ? Product::nso : Product::confd;
    options.strict = (data[0] & 0x80) != 0;
    const ByteView payload(data + 1, size - 1);
    const auto event = decode_notification(payload, options);
    if (!event) {
        FUZZ_REQUIRE(event.error().offset <= payload.size());
        FUZZ_REQUIRE(!event.error().message.empty());
        return 0;
    }
    Bytes encoded;
    FUZZ_REQUIRE(encode_notification(*event, encoded, options.context).has_value());
    const auto again = decode_notification(encoded, options);
    FUZZ_REQUIRE(again.has_value() && *again == *event);
    for (std::size_t cut = 0; cut < payload.size(); ++cut) {
        const auto prefix = decode_notification(payload.first(cut), options);
        FUZZ_REQUIRE(!prefix.has_value() && prefix.error().code == Errc::truncated);
        // Both ends of a long one are enough.
        if (cut == 64 && payload.size() > 256) cut = payload.size() - 64;
    }
    return 0;
}
