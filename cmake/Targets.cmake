# SPDX-License-Identifier: Apache-2.0
# The few kinds of target this project has. All of them get the project's warnings and see headers
# by their path from the root: #include "protocol/term/reader.hpp".

# In this build headers are where their sources are; installed, below a folder that is ours.
set(CONFD_INCLUDES
    "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>"
    "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/confd-events>")

# confd_library(<name> [SOURCES <file>...] [ALONE <file>...] [LINK <target>...]
#     [LINK_PRIVATE <target>...])
#
# LINK is what the library's headers need too, LINK_PRIVATE what only its sources need. Without
# sources it is a header-only library, and everything it links is passed on. Of SOURCES several may
# be compiled as one; those of ALONE never are, because they have names of their own in common.
# Parents that have this project as a subfolder link confd::<name without confd_>, as those do that
# find it installed.
function(confd_library name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;ALONE;LINK;LINK_PRIVATE")
    confd_reject_unparsed(${name} "${arg_UNPARSED_ARGUMENTS}")
    if(arg_SOURCES)
        add_library(${name} STATIC ${arg_SOURCES} ${arg_ALONE})
        confd_unity(${name} ${arg_ALONE})
        target_include_directories(${name} PUBLIC ${CONFD_INCLUDES})
        target_compile_features(${name} PUBLIC cxx_std_23)
        target_link_libraries(${name} PUBLIC ${arg_LINK} PRIVATE ${arg_LINK_PRIVATE})
        confd_warnings(${name})
        if(CONFD_PRECOMPILE)
            confd_library_headers()
            # Macros on the command line must be those that the headers were compiled with.
            target_link_libraries(${name} PRIVATE fmt::fmt)
            target_precompile_headers(${name} REUSE_FROM confd_library_headers)
        endif()
    else()
        add_library(${name} INTERFACE)
        target_include_directories(${name} INTERFACE ${CONFD_INCLUDES})
        target_compile_features(${name} INTERFACE cxx_std_23)
        target_link_libraries(${name} INTERFACE ${arg_LINK} ${arg_LINK_PRIVATE})
    endif()
    string(REGEX REPLACE "^confd_" "confd::" alias "${name}")
    add_library(${alias} ALIAS ${name})
endfunction()

# confd_executable(<name> SOURCES <file>... [LINK <target>...])
function(confd_executable name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK")
    confd_reject_unparsed(${name} "${arg_UNPARSED_ARGUMENTS}")
    add_executable(${name} ${arg_SOURCES})
    target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${name} PRIVATE ${arg_LINK})
    confd_warnings(${name})
endfunction()

# confd_test(<name> SOURCES <file>... [ALONE <file>...] [LINK <target>...] [LABELS <label>...]
#     [TIMEOUT <seconds>])
#
# One binary of GoogleTest, GoogleMock and RapidCheck tests. CTest lists every TEST in it as
# <name>.<suite>.<test>, each with its own process and deadline (300 s unless told). Tests find files
# of the tree (vectors, scenarios) under the macro CONFD_SOURCE_DIR. Does nothing when tests are off.
function(confd_test name)
    if(NOT CONFD_BUILD_TESTS)
        return()
    endif()
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "SOURCES;ALONE;LINK;LABELS")
    confd_reject_unparsed(${name} "${arg_UNPARSED_ARGUMENTS}")
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 300)  # for what hangs: a busy machine is ten times as slow
    endif()
    if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=")
        # Sanitizers slow programs down several times; a deadline is for what hangs.
        math(EXPR arg_TIMEOUT "5 * ${arg_TIMEOUT}")
    endif()
    confd_executable(${name}
        SOURCES ${arg_SOURCES} ${arg_ALONE}
        LINK ${arg_LINK} GTest::gmock_main rapidcheck_gtest)
    confd_unity(${name} ${arg_ALONE})
    target_compile_definitions(${name} PRIVATE CONFD_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    # Tests run for milliseconds and compile for minutes: what helps is to compile less.
    target_compile_options(${name} PRIVATE "$<$<CONFIG:Debug>:-O0;-g1>")
    confd_test_headers()
    target_precompile_headers(${name} REUSE_FROM confd_test_headers)

    # At test time rather than after linking: a binary that cannot start fails a test, not the build.
    # Tests that may take long begin first, and the others fill the time in which they wait.
    gtest_discover_tests(${name}
        TEST_PREFIX "${name}."
        DISCOVERY_MODE PRE_TEST
        PROPERTIES TIMEOUT ${arg_TIMEOUT} COST ${arg_TIMEOUT})

    # Not among the properties above: they keep only the first label of a list. CTest runs this file
    # after the discovery, which leaves the names in <name>_TESTS.
    if(arg_LABELS)
        set(labels_file "${CMAKE_CURRENT_BINARY_DIR}/${name}_labels.cmake")
        file(WRITE "${labels_file}"
            "set_tests_properties(\${${name}_TESTS} PROPERTIES LABELS \"${arg_LABELS}\")\n")
        set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${labels_file}")
    endif()
endfunction()

# Compiles some sources of the target as one, where CONFD_UNITY asks for that: much of the time goes
# into headers. The rest of the arguments are compiled alone. Presets without it see whether each
# source includes what it needs.
function(confd_unity name)
    if(CONFD_UNITY)
        set_target_properties(${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 5)
        set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    endif()
endfunction()

# The headers that nearly every library includes, compiled once. Sources include what they use all
# the same, and compile without this too: the fuzz preset does so.
function(confd_library_headers)
    if(TARGET confd_library_headers)
        return()
    endif()
    file(WRITE "${PROJECT_BINARY_DIR}/library_headers.cpp" "")
    add_library(confd_library_headers STATIC "${PROJECT_BINARY_DIR}/library_headers.cpp")
    target_include_directories(confd_library_headers PRIVATE "${PROJECT_SOURCE_DIR}")
    target_link_libraries(confd_library_headers PRIVATE fmt::fmt)
    confd_warnings(confd_library_headers)
    target_precompile_headers(confd_library_headers PRIVATE
        <fmt/format.h>
        <algorithm> <array> <chrono> <deque> <expected> <functional> <map> <memory> <optional> <set>
        <span> <string> <string_view> <utility> <variant> <vector>
        "${PROJECT_SOURCE_DIR}/protocol/notification/notification.hpp")
endfunction()

# The headers that nearly every test includes, compiled once. An executable, because precompiled
# headers can be shared only between targets with the same kind of position-independent code.
function(confd_test_headers)
    if(TARGET confd_test_headers)
        return()
    endif()
    file(WRITE "${PROJECT_BINARY_DIR}/test_headers.cpp" "int main() { return 0; }\n")
    add_executable(confd_test_headers "${PROJECT_BINARY_DIR}/test_headers.cpp")
    target_link_libraries(confd_test_headers PRIVATE GTest::gmock rapidcheck_gtest fmt::fmt)
    target_compile_definitions(confd_test_headers
        PRIVATE CONFD_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    target_compile_options(confd_test_headers PRIVATE "$<$<CONFIG:Debug>:-O0;-g1>")
    # A warning can define a macro (-Wpedantic does), and the macros must be the same.
    confd_warnings(confd_test_headers)
    target_include_directories(confd_test_headers PRIVATE "${PROJECT_SOURCE_DIR}")
    target_precompile_headers(confd_test_headers PRIVATE
        "${PROJECT_SOURCE_DIR}/protocol/notification/notification.hpp"
        <gmock/gmock.h> <gtest/gtest.h> <rapidcheck.h> <rapidcheck/gtest.h> <fmt/format.h>
        <algorithm> <functional> <map> <optional> <string> <variant> <vector>)
endfunction()

# confd_fuzz(<name> SOURCES <file>... [LINK <target>...] [CORPUS <folder>])
#
# SOURCES define LLVMFuzzerTestOneInput. Every compiler builds the target: with a fuzzing engine when
# CONFD_BUILD_FUZZ is on, with fuzz/replay.cpp otherwise. Either way the test <name>, labelled fuzz,
# runs each input of CORPUS once.
function(confd_fuzz name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "CORPUS" "SOURCES;LINK")
    confd_reject_unparsed(${name} "${arg_UNPARSED_ARGUMENTS}")
    confd_executable(${name} SOURCES ${arg_SOURCES} LINK ${arg_LINK})
    if(CONFD_BUILD_FUZZ)
        target_link_libraries(${name} PRIVATE "${CONFD_FUZZ_ENGINE}")
    else()
        confd_fuzz_replay()
        target_link_libraries(${name} PRIVATE confd_fuzz_replay)
    endif()
    if(arg_CORPUS)
        # -runs=0: libFuzzer runs the inputs it is given and stops; the replay main does so anyway.
        add_test(NAME ${name} COMMAND ${name} -runs=0 "${arg_CORPUS}")
        set_tests_properties(${name} PROPERTIES LABELS fuzz TIMEOUT 120)
    endif()
endfunction()

# The main function of all targets without an engine, compiled once.
function(confd_fuzz_replay)
    if(TARGET confd_fuzz_replay)
        return()
    endif()
    add_library(confd_fuzz_replay OBJECT "${PROJECT_SOURCE_DIR}/fuzz/replay.cpp")
    confd_warnings(confd_fuzz_replay)
    target_include_directories(confd_fuzz_replay PRIVATE "${PROJECT_SOURCE_DIR}")
endfunction()

# A misspelt keyword would otherwise vanish without a word.
function(confd_reject_unparsed name unparsed)
    if(unparsed)
        message(FATAL_ERROR "${name}: unexpected arguments: ${unparsed}")
    endif()
endfunction()
