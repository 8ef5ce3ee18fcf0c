# A launcher given on the command line or in the environment wins.
find_program(CONFD_CCACHE ccache)
if(CONFD_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CONFD_CCACHE}")
endif()
