// SPDX-License-Identifier: Apache-2.0
// Plays a client's case without sockets, processes or waiting: what judge.cpp does with them.
#pragma once

#include <functional>

#include "conformance/kit/client/played.hpp"
#include "conformance/kit/model/case.hpp"
#include "conformance/kit/run/options.hpp"
#include "conformance/selftest/mutant_client.hpp"
#include "simulator/scenario/scenario.hpp"

namespace confd::kit::test {

/// A program: it ends when it returns.
using ClientProgram = std::function<void(Host&)>;

Played play_on_loop(const Case& test, const sim::Scenario& scenario, const Options& options,
                    const ClientProgram& client);

}  // namespace confd::kit::test
