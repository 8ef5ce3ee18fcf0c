// Events made from the input: each survives encoding and decoding, and is canonical.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "fuzz/oracle.hpp"
#include "protocol/notification/generate.hpp"
#include "protocol/term/tree.hpp"

using namespace confd;

/// The first byte chooses dialect and product, the rest are the choices, four bytes each.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    DecodeOptions options;
    options.context.dialect = static_cast<Dialect>(data[0] % dialect_count);
    options.context.product = (data[0] & 0x40) != 0 ? Product::nso : Product::confd;
    options.strict = true;
    std::vector<std::uint32_t> numbers((size - 1) / sizeof(std::uint32_t));
    if (!numbers.empty()) {
        std::memcpy(numbers.data(), data + 1, numbers.size() * sizeof(std::uint32_t));
    }
    ListedChoices choices(numbers);
    const auto event = generate_notification(choices, options.context);
    Bytes encoded;
    FUZZ_REQUIRE(encode_notification(event, encoded, options.context).has_value());
    const auto decoded = decode_notification(encoded, options);
    FUZZ_REQUIRE(decoded.has_value() && *decoded == event);
    const auto tree = read_payload(encoded);
    FUZZ_REQUIRE(tree.has_value() && encode_payload(*tree) == encoded);
    return 0;
}
