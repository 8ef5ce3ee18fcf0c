// SPDX-License-Identifier: Apache-2.0
// Runs cases of the server part.
#pragma once

#include <string>

#include "conformance/kit/model/case.hpp"
#include "conformance/kit/run/runner.hpp"
#include "conformance/kit/server/reach.hpp"
#include "conformance/kit/server/target.hpp"

namespace confd::kit::server {

/// The judge of server_judge(), with every time given.
Judge judge_of(Target target);

/// One case, beside no other, on a way to the server that is the caller's.
Verdict judge_case(const Case& test, const Target& target, Reach& reach);

/// What is wrong with the script of a case; empty when it can be run.
std::string script_fault(const Case& test);

}  // namespace confd::kit::server
