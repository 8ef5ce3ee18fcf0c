# SPDX-License-Identifier: Apache-2.0
# Writes program/built_from.hpp, as a script at each build: a commit does not configure again.
#   cmake -DSOURCE=.. -DOUTPUT=.. -DVERSION=.. -DCOMPILER=.. -DCLIENT=.. -DSIMULATOR=.. -P BuiltFrom.cmake
set(commit unknown)
find_program(GIT git)
if(GIT)
    execute_process(COMMAND "${GIT}" -C "${SOURCE}" rev-parse --short=12 HEAD
        OUTPUT_VARIABLE found RESULT_VARIABLE failed OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(NOT failed)
        set(commit "${found}")
    endif()
endif()
file(WRITE "${OUTPUT}.new" "// What the programs are made from.
#pragma once

#include <string_view>

namespace confd::program {

inline constexpr std::string_view built_version = \"${VERSION}\";
inline constexpr std::string_view built_commit = \"${commit}\";
inline constexpr std::string_view built_compiler = \"${COMPILER}\";
inline constexpr std::string_view client_libraries = \"${CLIENT}\";
inline constexpr std::string_view simulator_libraries = \"${SIMULATOR}\";

}  // namespace confd::program
")
file(COPY_FILE "${OUTPUT}.new" "${OUTPUT}" ONLY_IF_DIFFERENT)
