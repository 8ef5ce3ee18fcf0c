# SPDX-License-Identifier: Apache-2.0
# Release binaries face a peer that controls lengths, depth and counts, so what the compiler offers
# against memory errors is on there. Every other configuration checks the standard library's
# preconditions instead (an out-of-range operator[] aborts).

# Debian's compilers make position-independent executables anyway; others need to be told.
include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# -U first: some distributions predefine a lower level, and a redefinition warns.
add_compile_options(
    "$<$<CONFIG:Release>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=3;-fstack-protector-strong>")
add_link_options("$<$<CONFIG:Release>:-Wl,-z,relro;-Wl,-z,now>")
add_compile_definitions("$<$<NOT:$<CONFIG:Release>>:_GLIBCXX_ASSERTIONS>")
