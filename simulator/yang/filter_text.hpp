// XPath 1.0 filters, checked and rewritten for libyang, which evaluates them.
//
// A filter comes from a peer. libyang would follow it wherever it leads: so it is parsed here
// first, every error is found before there is any event, and what it can cost is bounded.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>

namespace confd::sim::yang {

/// Longest filter in characters. Real ones are a line; libyang stops at 65535 of what it is given,
/// which is longer than what the peer wrote.
inline constexpr std::size_t max_filter_length = 4096;

/// Deepest nesting of brackets and parentheses: libyang recurses with them.
inline constexpr std::size_t max_filter_nesting = 16;

/// Highest power of an event's number of nodes that evaluating a filter may take: //a[//b] is the
/// second power, and each further predicate that looks at the whole event again is one more.
inline constexpr std::size_t max_filter_degree = 3;

/// What evaluating costs at most, as a polynomial in the number of nodes of the event.
class FilterCost {
  public:
    /// `power` of the number of nodes, once more; false when it is beyond max_filter_degree.
    bool add(std::size_t power) {
        if (power > max_filter_degree) return false;
        ++terms_[power];
        return true;
    }
    double for_nodes(double nodes) const {
        double sum = 0;
        for (std::size_t power = terms_.size(); power-- > 0;)
            sum = sum * nodes + terms_[power];
        return sum;
    }

  private:
    std::array<std::uint32_t, max_filter_degree + 1> terms_{};
};

struct FilterText {
    /// With module names as prefixes; names that had none match by local-name(); paths from the
    /// root, since libyang starts at the notification.
    std::string xpath;
    FilterCost cost;
};

/// The module that a prefix stands for. An empty text: none has nodes of this prefix; the error is
/// a sentence.
using FindPrefix = std::function<std::expected<std::string, std::string>(std::string_view prefix)>;

/// The error is a sentence for the peer.
std::expected<FilterText, std::string> rewrite_filter(std::string_view xpath,
                                                      const FindPrefix& find_prefix);

}  // namespace confd::sim::yang
