# SPDX-License-Identifier: Apache-2.0
# cmake -DPAGE=HACKING.md -P CheckPaths.cmake: every file or folder of this tree that the page names in
# backticks, with its path from the root, is there.
file(READ "${PAGE}" text)
get_filename_component(root "${PAGE}" DIRECTORY)
string(REGEX MATCHALL "`[A-Za-z_]+/[A-Za-z_./-]*`" named "${text}")
list(REMOVE_DUPLICATES named)
list(LENGTH named count)
if(count EQUAL 0)
    message(FATAL_ERROR "${PAGE} names no file")
endif()
foreach(path IN LISTS named)
    string(REPLACE "`" "" path "${path}")
    if(NOT EXISTS "${root}/${path}")
        message(SEND_ERROR "${PAGE} names ${path}, which is not there")
    endif()
endforeach()
message(STATUS "${count} paths")
