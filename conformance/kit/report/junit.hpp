// SPDX-License-Identifier: Apache-2.0
// A run as JUnit XML, in the form that Jenkins and GitLab read: report/junit.xsd.
#pragma once

#include <string>

#include "conformance/kit/model/result.hpp"

namespace confd::kit {

/// The name of a test is the ID of the case, its class the ID without the last part, with dots:
/// neither changes when a title does, so that histories stay whole. A SHOULD that was not kept
/// passes and says so in its output; a known failure is skipped.
std::string to_junit(const Run& run);

}  // namespace confd::kit
