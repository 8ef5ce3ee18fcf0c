# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` installs, by component: runtime (the programs and their scenarios),
# development (libraries, headers, CMake and pkg-config files) and python.
#
# Libraries come in two sets, since the client library needs neither libyang nor yaml-cpp. Each set
# is what its roots link, which is read from the targets: find_package(confd-events) has confd::client
# and confd::protocol from the first, confd::simulator from the second.
include(CMakePackageConfigHelpers)

set(CONFD_HEADERS "${CMAKE_INSTALL_INCLUDEDIR}/confd-events")
set(CONFD_CMAKE_FOLDER "${CMAKE_INSTALL_LIBDIR}/cmake/confd-events")

# confd_closure(<variable> <target>...): these, and all libraries of this project that they link.
function(confd_closure variable)
    set(found)
    set(waiting ${ARGN})
    while(waiting)
        list(POP_FRONT waiting target)
        if(target IN_LIST found)
            continue()
        endif()
        list(APPEND found ${target})
        get_target_property(linked ${target} INTERFACE_LINK_LIBRARIES)
        foreach(item IN LISTS linked)
            string(REGEX REPLACE "^\\$<LINK_ONLY:(.*)>$" "\\1" item "${item}")
            if(item MATCHES "^confd_")
                list(APPEND waiting ${item})
            endif()
        endforeach()
    endwhile()
    set(${variable} "${found}" PARENT_SCOPE)
endfunction()

# confd_install_libraries(<set> <target>...): as confd::<name without confd_>.
function(confd_install_libraries set)
    foreach(target IN LISTS ARGN)
        string(REPLACE "confd_" "" name ${target})
        set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
    endforeach()
    install(TARGETS ${ARGN} EXPORT confd-events-${set}
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development)
    install(EXPORT confd-events-${set}
        NAMESPACE confd::
        DESTINATION "${CONFD_CMAKE_FOLDER}"
        COMPONENT development)
endfunction()

# Headers keep their paths from the root, below a folder that is ours.
function(confd_install_headers)
    foreach(folder IN LISTS ARGN)
        install(DIRECTORY "${PROJECT_SOURCE_DIR}/${folder}"
            DESTINATION "${CONFD_HEADERS}"
            COMPONENT development
            FILES_MATCHING PATTERN "*.hpp"
            PATTERN "tests" EXCLUDE
            PATTERN "confd_listen" EXCLUDE
            PATTERN "decode" EXCLUDE
            PATTERN "examples" EXCLUDE
            PATTERN "cli" EXCLUDE)
    endforeach()
endfunction()

function(confd_install_development)
    confd_closure(client confd_client)
    confd_install_libraries(client ${client})
    confd_install_headers(protocol files transport client)
    if(TARGET confd_simulator)
        confd_closure(simulator confd_simulator)
        list(REMOVE_ITEM simulator ${client})
        confd_install_libraries(simulator ${simulator})
        confd_install_headers(generate text report program simulator)
    endif()

    configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/confd-events-config.cmake.in"
        "${PROJECT_BINARY_DIR}/confd-events-config.cmake"
        INSTALL_DESTINATION "${CONFD_CMAKE_FOLDER}")
    write_basic_package_version_file("${PROJECT_BINARY_DIR}/confd-events-config-version.cmake"
        COMPATIBILITY SameMinorVersion)
    install(FILES
        "${PROJECT_BINARY_DIR}/confd-events-config.cmake"
        "${PROJECT_BINARY_DIR}/confd-events-config-version.cmake"
        DESTINATION "${CONFD_CMAKE_FOLDER}" COMPONENT development)

    # For those without CMake: the client library.
    string(REPLACE "confd_" "-lconfd_" CONFD_PC_LIBRARIES "${client}")
    list(JOIN CONFD_PC_LIBRARIES " " CONFD_PC_LIBRARIES)
    file(RELATIVE_PATH CONFD_PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
    configure_file("${PROJECT_SOURCE_DIR}/cmake/confd-events.pc.in"
        "${PROJECT_BINARY_DIR}/confd-events.pc" @ONLY)
    install(FILES "${PROJECT_BINARY_DIR}/confd-events.pc"
        DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT development)
endfunction()

function(confd_install_programs)
    install(TARGETS confd-sim confd-listen confd-decode confd-conformance
        RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT runtime)
    install(DIRECTORY "${PROJECT_SOURCE_DIR}/scenarios"
        DESTINATION "${CMAKE_INSTALL_DATADIR}/${PROJECT_NAME}"
        COMPONENT runtime
        FILES_MATCHING PATTERN "*.yaml" PATTERN "*.yang" PATTERN "*.json" PATTERN "README.md")
    install(FILES
        "${PROJECT_SOURCE_DIR}/docs/notification.schema.json"
        "${PROJECT_SOURCE_DIR}/conformance/report.schema.json"
        DESTINATION "${CMAKE_INSTALL_DATADIR}/${PROJECT_NAME}" COMPONENT runtime)
    install(FILES "${PROJECT_SOURCE_DIR}/README.md" "${PROJECT_SOURCE_DIR}/CHANGELOG.md"
        DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT runtime)
    install(DIRECTORY "${PROJECT_SOURCE_DIR}/docs/"
        DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT runtime
        FILES_MATCHING PATTERN "*.md")
endfunction()

confd_install_development()
if(TARGET confd-sim)
    confd_install_programs()
    include(Documents)
endif()
