// A run as JUnit XML, in the form that Jenkins and GitLab read: tests/junit.xsd.
#pragma once

#include <cstddef>
#include <string>

#include "conformance/kit/result.hpp"

namespace confd::kit {

/// Of what the peer printed, for each case: GitLab takes files of 30 MB at most.
inline constexpr std::size_t junit_output_limit = std::size_t{64} * 1024;

/// The name of a test is the ID of the case, its class the ID without the last part, with dots:
/// neither changes when a title does, so that histories stay whole. A SHOULD that was not kept
/// passes and says so in its output; a known failure is skipped.
std::string to_junit(const Run& run);

}  // namespace confd::kit
