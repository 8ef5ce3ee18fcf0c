# SPDX-License-Identifier: Apache-2.0
# Files that become part of a program, which then needs no folder to find them in.

# confd_embed(<variable> HEADER <header> FUNCTION <name> [FOLDER <folder>] FILES <file>...)
#
# Writes a source that defines the function <name>, such as confd::kit::case_files, which <header>
# declares as `std::span<const confd::EmbeddedFile> case_files()`: paths are those below FOLDER, the
# folder of the caller unless told. With TEXT <file> in place of FILES the function returns the text of
# that one file as a std::string_view. Texts end with a zero byte, which is not part of the view.
# <variable> is set to the source.
function(confd_embed variable)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "HEADER;FUNCTION;FOLDER;TEXT" "FILES")
    confd_reject_unparsed("confd_embed(${variable})" "${arg_UNPARSED_ARGUMENTS}")
    if(NOT arg_FOLDER)
        set(arg_FOLDER "${CMAKE_CURRENT_SOURCE_DIR}")
    endif()
    string(REGEX MATCH "^(.*)::([a-z_]+)$" matched "${arg_FUNCTION}")
    set(namespace "${CMAKE_MATCH_1}")
    set(function "${CMAKE_MATCH_2}")
    set(source "${CMAKE_CURRENT_BINARY_DIR}/${function}_embedded.cpp")
    set(new "${source}.new")
    file(WRITE "${new}" "#include \"${arg_HEADER}\"\n\nnamespace ${namespace} {\n\n")
    if(arg_TEXT)
        confd_literal("${arg_FOLDER}/${arg_TEXT}")
        file(APPEND "${new}" "std::string_view ${function}() {\n    return ${literal};\n}\n")
    else()
        file(APPEND "${new}" "std::span<const EmbeddedFile> ${function}() {\n"
            "    static constexpr EmbeddedFile files[] = {\n")
        foreach(path IN LISTS arg_FILES)
            confd_literal("${arg_FOLDER}/${path}")
            file(APPEND "${new}" "        {\"${path}\", ${literal}},\n")
        endforeach()
        file(APPEND "${new}" "    };\n    return files;\n}\n")
    endif()
    file(APPEND "${new}" "\n}  // namespace ${namespace}\n")
    # Written only when it differs, or every configuration would compile it again.
    file(COPY_FILE "${new}" "${source}" ONLY_IF_DIFFERENT)
    set(${variable} "${source}" PARENT_SCOPE)
endfunction()

# Sets `literal` to a C++ literal of the file's text, and has CMake run again when the file changes.
function(confd_literal path)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${path}")
    file(READ "${path}" text)
    set(literal "R\"file(${text})file\"" PARENT_SCOPE)
endfunction()
