// SPDX-License-Identifier: Apache-2.0
// Which changes of a diff a client gets, given how it answers them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "protocol/maapi/changes.hpp"

namespace confd::sim::test {

/// The rules of docs/protocol.md, said another way than the simulator does: a change is sent
/// unless an answer before has excluded it. Paths are outermost first; answers begin anew when
/// they run out.
inline std::vector<std::size_t> allowed(const std::vector<std::vector<PathStep>>& paths,
                                        const std::vector<IterAnswer>& answers) {
    std::vector<std::size_t> sent;
    std::vector<std::vector<PathStep>> excluded;  // what is below these
    for (std::size_t i = 0; i < paths.size(); ++i) {
        const auto below = [&](const std::vector<PathStep>& above) {
            return above.size() < paths[i].size() &&
                   std::equal(above.begin(), above.end(), paths[i].begin());
        };
        if (std::ranges::any_of(excluded, below)) continue;
        const auto answer = answers[sent.size() % answers.size()];
        sent.push_back(i);
        if (answer == ITER_STOP) break;
        if (answer == ITER_RECURSE) continue;
        auto above = paths[i];
        if (answer == ITER_UP) above.pop_back();
        excluded.push_back(std::move(above));
    }
    return sent;
}

}  // namespace confd::sim::test
