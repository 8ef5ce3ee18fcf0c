// Any bytes as a payload: the tree, the skipping reader and the writer must agree about them.
#include <cstddef>
#include <cstdint>

#include "fuzz/oracle.hpp"
#include "protocol/term/notation.hpp"
#include "protocol/term/tree.hpp"

using namespace confd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView payload(data, size);
    TermReader skipping(payload);
    const bool skipped = skipping.version() && skipping.skip() && skipping.finish();
    const auto tree = read_payload(payload);
    FUZZ_REQUIRE(tree.has_value() == skipped);
    if (!tree) {
        FUZZ_REQUIRE(tree.error().code == skipping.error().code);
        FUZZ_REQUIRE(tree.error().offset == skipping.error().offset);
        FUZZ_REQUIRE(tree.error().offset <= size);
        return 0;
    }
    const auto canonical = encode_payload(*tree);
    const auto again = read_payload(canonical);
    FUZZ_REQUIRE(again.has_value() && *again == *tree);
    FUZZ_REQUIRE(encode_payload(*again) == canonical);
    const auto parsed = parse_term(to_string(*tree));
    FUZZ_REQUIRE(parsed.has_value() && *parsed == *tree);
    return 0;
}
