# SPDX-License-Identifier: Apache-2.0
# confd_warnings(<target>)
#
# Private to the target: what a library asks of itself is not imposed on those that link it.
function(confd_warnings target)
    target_compile_options(${target} PRIVATE
        -Wall
        -Wextra
        -Wpedantic
        -Wcast-align
        -Wcast-qual
        -Wconversion
        -Wdouble-promotion
        -Wextra-semi
        -Wformat=2
        -Wimplicit-fallthrough
        -Wnon-virtual-dtor
        -Wold-style-cast
        -Woverloaded-virtual
        -Wshadow
        -Wsign-conversion
        -Wundef
        -Wunused
        # {.field = x} leaves the other fields at their defaults: that is what it is written for.
        -Wno-missing-field-initializers)

    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        target_compile_options(${target} PRIVATE
            -Wduplicated-cond
            -Wlogical-op)
        # GCC 12 reports overlapping copies inside its own std::string operator+ (PR 105651), and at
        # -O3 members of variants and temporaries that are never read. The sanitizers look for real
        # ones.
        if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
            target_compile_options(${target} PRIVATE -Wno-restrict -Wno-maybe-uninitialized)
        endif()
    endif()

    # With the library of GCC 12, clang warns of deprecated code inside std::stable_sort; and files
    # that are compiled in are longer than any literal has to be able to be.
    if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
        target_compile_options(${target} PRIVATE
            -Wno-deprecated-declarations
            -Wno-overlength-strings)
    endif()

    if(CONFD_WERROR)
        target_compile_options(${target} PRIVATE -Werror)
    endif()
endfunction()
