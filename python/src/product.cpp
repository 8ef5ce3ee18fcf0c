// SPDX-License-Identifier: Apache-2.0
#include "python/src/product.hpp"

#include <cstdlib>

#include "files/read_file.hpp"
#include "protocol/limits.hpp"
#include "python/src/error.hpp"
#include "python/src/python.hpp"

namespace confd::python {
namespace {

constexpr ProductInfo confd_info{Product::confd, "_confd", "ConfD", "CONFD_IPC_"};
constexpr ProductInfo nso_info{Product::nso, "_ncs", "NCS", "NCS_IPC_"};

const ProductInfo* current = &confd_info;

}  // namespace

const ProductInfo& product() {
    return *current;
}

void set_product(Product product) {
    current = product == Product::nso ? &nso_info : &confd_info;
}

Release release_to_claim() {
    const char* const text = std::getenv("CONFD_EVENTS_RELEASE");
    if (text == nullptr || *text == '\0') return {};
    const auto release = parse_release(text);
    if (!release) {
        raise(PyExc_ValueError,
              std::string("CONFD_EVENTS_RELEASE: expected a release such as 7.8, found ") + text);
    }
    return *release;
}

std::optional<Bytes> access_secret() {
    const auto name = std::string(product().variable) + "ACCESS_FILE";
    const char* const path = std::getenv(name.c_str());
    if (path == nullptr || *path == '\0') return std::nullopt;
    const auto text = read_file(path, max_access_secret);
    if (!text) raise_error(ERR_PROTOUSAGE, name + ": cannot read the access file " + text.error());
    const auto secret = as_bytes(*text);
    return Bytes(secret.begin(), secret.end());
}

}  // namespace confd::python
