# SPDX-License-Identifier: Apache-2.0
# Each source file names the licence in its first lines: cmake -DSOURCE=.. -P CheckLicence.cmake, as a test.
file(GLOB_RECURSE files "${SOURCE}/*.cpp" "${SOURCE}/*.hpp" "${SOURCE}/*.c" "${SOURCE}/*.py" "${SOURCE}/*.erl"
    "${SOURCE}/*.cmake" "${SOURCE}/CMakeLists.txt" "${SOURCE}/*.py.in" "${SOURCE}/*.pyi.in" "${SOURCE}/scripts/*")
set(without)
foreach(file IN LISTS files)
    file(RELATIVE_PATH path "${SOURCE}" "${file}")
    if(path MATCHES "^build/|^\\.git/|egg-info|\\.txt$" AND NOT path MATCHES "CMakeLists.txt$" OR path MATCHES "^build/")
        continue()
    endif()
    file(READ "${file}" head LIMIT 300)
    if(NOT head MATCHES "SPDX-License-Identifier: Apache-2\\.0")
        list(APPEND without "${path}")
    endif()
endforeach()
if(without)
    list(JOIN without "\n  " without)
    message(FATAL_ERROR "no line 'SPDX-License-Identifier: Apache-2.0' at the top of\n  ${without}")
endif()
