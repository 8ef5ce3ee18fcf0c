// SPDX-License-Identifier: Apache-2.0
// The names in stream events of a server that writes tags by name (UseIKP 1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/bytes.hpp"
#include "protocol/maapi/keypath.hpp"
#include "protocol/value/by_name.hpp"

namespace confd {

/// Remembers each name under its hash, whatever it stands for: a hash is the same everywhere.
class EventNames final : public Names {
  public:
    /// The peer chooses the names: beyond this many they are not remembered.
    static constexpr std::size_t most = 10'000;

    /// Takes the names out of the payload of a stream event; one that is damaged has none.
    void learn(ByteView payload);
    std::size_t size() const { return names_.size(); }

    std::optional<std::string_view> name_of(std::uint32_t ns, std::uint32_t tag) const override;
    std::optional<std::uint32_t> tag_of(std::uint32_t ns, std::string_view name) const override;

  private:
    HashNames names_;
};

}  // namespace confd
