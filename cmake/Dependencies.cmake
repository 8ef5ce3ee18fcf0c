# SPDX-License-Identifier: Apache-2.0
# Everything the project links to, found once here; folders only name the targets.
# scripts/packages.txt lists the packages they come from.

set(CONFD_BOOST_VERSION 1.81)
find_package(Threads REQUIRED)
if(CONFD_HEADER_ONLY)
    find_package(Boost ${CONFD_BOOST_VERSION} REQUIRED) # Boost::headers
    include(HeaderOnly)                                 # fmt::fmt, Boost::json
elseif(CONFD_CLIENT_ONLY)
    find_package(Boost ${CONFD_BOOST_VERSION} REQUIRED)
    find_package(fmt REQUIRED)
else()
    find_package(Boost ${CONFD_BOOST_VERSION} REQUIRED COMPONENTS json) # Boost::headers, Boost::json
    find_package(fmt REQUIRED)                                          # fmt::fmt
endif()
find_package(OpenSSL REQUIRED COMPONENTS Crypto)  # OpenSSL::Crypto

if(CONFD_BUILD_PYTHON)
    # The system's, unless another one is asked for: any will do, since one build serves all releases.
    if(NOT Python3_EXECUTABLE AND EXISTS /usr/bin/python3)
        set(Python3_EXECUTABLE /usr/bin/python3)
    endif()
    find_package(Python3 3.8 COMPONENTS Interpreter OPTIONAL_COMPONENTS Development.Module)
endif()
if(CONFD_PYTHON_ONLY OR CONFD_CLIENT_ONLY)
    return()
endif()

find_package(yaml-cpp REQUIRED)                   # yaml-cpp
find_package(CLI11 REQUIRED)                      # CLI11::CLI11
find_package(PkgConfig REQUIRED)
pkg_check_modules(libyang REQUIRED IMPORTED_TARGET libyang>=2.1) # PkgConfig::libyang
pkg_check_modules(libpcre2 REQUIRED IMPORTED_TARGET libpcre2-8)  # PkgConfig::libpcre2
find_package(LibXml2 REQUIRED)                                   # LibXml2::LibXml2

if(CONFD_BUILD_TESTS)
    find_package(GTest REQUIRED)      # GTest::gmock_main
    find_package(rapidcheck REQUIRED) # rapidcheck, rapidcheck_gtest
    find_package(pugixml REQUIRED)    # pugixml::pugixml
    find_package(valijson REQUIRED)   # valijson
    include(GoogleTest)
endif()

if(CONFD_BUILD_BENCH)
    find_package(benchmark REQUIRED) # benchmark::benchmark
endif()

# Erlang's C library, with which most peers encode and decode. It has no CMake package: where it is
# installed, Erlang::ei.
file(GLOB CONFD_EI_FOLDERS /usr/lib/erlang/lib/erl_interface-*)
list(TRANSFORM CONFD_EI_FOLDERS APPEND /include OUTPUT_VARIABLE CONFD_EI_INCLUDE_FOLDERS)
list(TRANSFORM CONFD_EI_FOLDERS APPEND /lib OUTPUT_VARIABLE CONFD_EI_LIBRARY_FOLDERS)
find_path(CONFD_EI_INCLUDE ei.h HINTS ${CONFD_EI_INCLUDE_FOLDERS})
find_library(CONFD_EI_LIBRARY ei HINTS ${CONFD_EI_LIBRARY_FOLDERS})
if(CONFD_EI_INCLUDE AND CONFD_EI_LIBRARY)
    add_library(Erlang::ei UNKNOWN IMPORTED)
    set_target_properties(Erlang::ei PROPERTIES
        IMPORTED_LOCATION "${CONFD_EI_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${CONFD_EI_INCLUDE}"
        INTERFACE_LINK_LIBRARIES Threads::Threads)
endif()
