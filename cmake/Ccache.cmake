# SPDX-License-Identifier: Apache-2.0
# A launcher given on the command line or in the environment wins.
find_program(CONFD_CCACHE ccache)
if(CONFD_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # Precompiled headers are only cached when ccache may ignore their time stamps.
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        "${CONFD_CCACHE}")
endif()
