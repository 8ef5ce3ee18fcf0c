// SPDX-License-Identifier: Apache-2.0
// What the files of cases say of mutants: each must fail the cases that name it, and may fail
// others of the same files; beyond those only where a file says so.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/kit/model/case.hpp"
#include "conformance/kit/model/result.hpp"

namespace confd::kit::test {

/// Of each case that was judged: why it failed, empty when it passed.
using Judged = std::map<const Case*, std::string>;

/// What a verdict is to the self-tests. Skipped cases were not judged.
void note(Judged& into, const Case& test, const Result& result);

/// The cases that failed, and why, a line each.
std::string failures_among(const Judged& judged);

/// As the name of a parameter of a test.
std::string test_name(std::string mutant);

/// The cases that must catch it.
std::vector<const Case*> cases_for(Part part, std::string_view mutant);
/// The paths of the files whose cases name it in any way.
std::vector<std::string> files_about(Part part, std::string_view mutant);

// Each returns what is wrong, a line for each with its place; empty when nothing is.

/// Names that no mutant has, and mutants that no case names.
std::string wrong_names(Part part, std::span<const std::string_view> known);
/// Cases that the mutant should have failed, and those that it should not.
std::string wrong_failures(Part part, std::string_view mutant, const Judged& judged);
/// Files that let it fail although it passes all their cases.
std::string idle_permissions(Part part, std::string_view mutant, const Judged& judged);

}  // namespace confd::kit::test
