# SPDX-License-Identifier: Apache-2.0
# fmt::fmt and Boost::json compiled into the programs, in place of the system's libraries: those
# are made for the system's standard library, and a program with another one (clang's libc++, as in
# ClusterFuzzLite and OSS-Fuzz) can't be linked with them. The others that are C++ and not headers,
# yaml-cpp alone, stay as they are: what needs them can't be built so.

find_path(CONFD_FMT_INCLUDE fmt/format.h REQUIRED)
add_library(confd_fmt INTERFACE)
target_include_directories(confd_fmt SYSTEM INTERFACE "${CONFD_FMT_INCLUDE}")
target_compile_definitions(confd_fmt INTERFACE FMT_HEADER_ONLY)
add_library(fmt::fmt ALIAS confd_fmt)

file(WRITE "${PROJECT_BINARY_DIR}/boost_json.cpp.new" "#include <boost/json/src.hpp>\n")
file(COPY_FILE "${PROJECT_BINARY_DIR}/boost_json.cpp.new" "${PROJECT_BINARY_DIR}/boost_json.cpp"
    ONLY_IF_DIFFERENT)
add_library(confd_boost_json STATIC "${PROJECT_BINARY_DIR}/boost_json.cpp")
target_link_libraries(confd_boost_json PUBLIC Boost::headers)
target_compile_definitions(confd_boost_json PUBLIC BOOST_JSON_NO_LIB)
add_library(Boost::json ALIAS confd_boost_json)

# As _GLIBCXX_ASSERTIONS for the system's library.
add_compile_definitions(_LIBCPP_HARDENING_MODE=_LIBCPP_HARDENING_MODE_EXTENSIVE)
