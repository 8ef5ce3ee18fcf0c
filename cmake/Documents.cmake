# SPDX-License-Identifier: Apache-2.0
# Manual pages and completions, made of what the programs say of themselves, and installed with them:
# a page for each program and each of its commands, and a script for each program and shell.
find_program(CONFD_HELP2MAN help2man)
set(folder "${PROJECT_BINARY_DIR}/documents")
file(MAKE_DIRECTORY "${folder}")

# confd_document(<program> [<command>...])
function(confd_document program)
    foreach(shell IN ITEMS bash zsh fish)
        set(script "${folder}/${program}.${shell}")
        add_custom_command(OUTPUT "${script}"
            COMMAND ${program} --completions ${shell} > "${script}"
            DEPENDS ${program}
            VERBATIM)
        list(APPEND made "${script}")
    endforeach()
    install(FILES "${folder}/${program}.bash" RENAME "${program}"
        DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" COMPONENT runtime)
    install(FILES "${folder}/${program}.zsh" RENAME "_${program}"
        DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions" COMPONENT runtime)
    install(FILES "${folder}/${program}.fish"
        DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d" COMPONENT runtime)

    if(CONFD_HELP2MAN)
        foreach(command IN ITEMS "" ${ARGN})
            string(REGEX REPLACE "-$" "" name "${program}-${command}")
            set(page "${folder}/${name}.1.gz")
            add_custom_command(OUTPUT "${page}"
                COMMAND "${PROJECT_SOURCE_DIR}/packaging/manual-page"
                    "${CONFD_HELP2MAN}" "${PROJECT_VERSION}" "${page}" $<TARGET_FILE:${program}> ${command}
                DEPENDS ${program} "${PROJECT_SOURCE_DIR}/packaging/manual-page"
                VERBATIM)
            list(APPEND made "${page}")
            install(FILES "${page}" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1" COMPONENT runtime)
        endforeach()
    endif()
    add_custom_target(${program}-documents ALL DEPENDS ${made})
endfunction()

confd_document(confd-sim run serve random lint list show schema)
confd_document(confd-conformance client server codec list explain report)
confd_document(confd-listen)
confd_document(confd-decode)
