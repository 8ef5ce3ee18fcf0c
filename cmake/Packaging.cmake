# SPDX-License-Identifier: Apache-2.0
# Debian packages, of what was built: cpack -G DEB in the build folder, after building.
# scripts/check-deb tries them in a bare system.
#
#   confd-events-kit       the programs, their scenarios, manual pages and completions
#   libconfd-events-dev    libraries and headers
#   python3-confd-events   the Python packages
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME "${PROJECT_NAME}")
set(CPACK_PACKAGE_VENDOR "${PROJECT_NAME}")
set(CPACK_PACKAGE_CONTACT "${PROJECT_NAME} <none@example.com>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_COMPONENTS_ALL)

# What Debian wants in the documents of each package.
string(TIMESTAMP date "%a, %d %b %Y 00:00:00 +0000" UTC)
# confd_package(<component> <name> <section> <summary> <description>)
function(confd_package component name section summary description)
    string(TOUPPER ${component} upper)
    set(documents "${PROJECT_BINARY_DIR}/packages/${name}")
    configure_file("${PROJECT_SOURCE_DIR}/cmake/debian/copyright" "${documents}/copyright" COPYONLY)
    configure_file("${PROJECT_SOURCE_DIR}/cmake/debian/changelog.in" "${documents}/changelog" @ONLY)
    find_program(CONFD_GZIP gzip REQUIRED)
    execute_process(COMMAND "${CONFD_GZIP}" -9nf "${documents}/changelog" COMMAND_ERROR_IS_FATAL ANY)
    install(FILES "${documents}/copyright" "${documents}/changelog.gz"
        DESTINATION share/doc/${name} COMPONENT ${component})
    set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${name} PARENT_SCOPE)
    set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION ${section} PARENT_SCOPE)
    set(CPACK_DEBIAN_${upper}_PACKAGE_SHLIBDEPS ON PARENT_SCOPE)
    set(CPACK_DEBIAN_${upper}_DESCRIPTION "${summary}\n${description}" PARENT_SCOPE)
    set(CPACK_COMPONENTS_ALL ${CPACK_COMPONENTS_ALL} ${component} PARENT_SCOPE)
endfunction()

if(TARGET confd-sim)
    confd_package(runtime confd-events-kit net
        "simulator and conformance kit for event notifications"
        "confd-sim plays a ConfD or NSO server of event notifications from scenario files; confd-listen
subscribes; confd-decode reads payloads; confd-conformance judges clients, servers and decoders.")
    confd_package(development libconfd-events-dev libdevel
        "client library for event notifications of ConfD and NSO"
        "Static libraries and headers: the client library, the protocol, and the simulator for tests.")
    # Those of the targets that are exported.
    set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SHLIBDEPS OFF)
    set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libboost-dev | libboost1.81-dev, libfmt-dev, libssl-dev")
    set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS
        "libboost-json-dev | libboost-json1.81-dev, libyaml-cpp-dev, libyang-dev | libyang2-dev, libxml2-dev, libpcre2-dev")
endif()
if(CONFD_PYTHON)
    confd_package(python python3-confd-events python
        "event notifications of ConfD and NSO for Python"
        "The packages _confd, _ncs, confd and ncs, in which programs that were written for the vendor's
modules of these names read events without the vendor's library.")
    set(CPACK_DEBIAN_PYTHON_PACKAGE_DEPENDS "python3 (>= 3.8)")
    set(CPACK_DEBIAN_PYTHON_PACKAGE_CONTROL_EXTRA
        "${PROJECT_SOURCE_DIR}/cmake/debian/postinst;${PROJECT_SOURCE_DIR}/cmake/debian/prerm")
endif()
include(CPack)
