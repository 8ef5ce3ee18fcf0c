# Everything the project links to, found once here; folders only name the targets.
# scripts/packages.txt lists the packages they come from.

find_package(Threads REQUIRED)
if(CONFD_HEADER_ONLY)
    find_package(Boost 1.81 REQUIRED) # Boost::headers
    include(HeaderOnly)               # fmt::fmt, Boost::json
else()
    find_package(Boost 1.81 REQUIRED COMPONENTS json) # Boost::headers, Boost::json
    find_package(fmt REQUIRED)                        # fmt::fmt
endif()
find_package(yaml-cpp REQUIRED)                   # yaml-cpp
find_package(CLI11 REQUIRED)                      # CLI11::CLI11
find_package(OpenSSL REQUIRED COMPONENTS Crypto)  # OpenSSL::Crypto
find_package(PkgConfig REQUIRED)
pkg_check_modules(libyang REQUIRED IMPORTED_TARGET libyang>=2.1) # PkgConfig::libyang

if(CONFD_BUILD_TESTS)
    find_package(GTest REQUIRED)      # GTest::gmock_main
    find_package(rapidcheck REQUIRED) # rapidcheck, rapidcheck_gtest
    include(GoogleTest)
endif()

if(CONFD_BUILD_BENCH)
    find_package(benchmark REQUIRED) # benchmark::benchmark
endif()
