# What only building the library needs, and what its tests need, as targets lithair_deps::*.

lithair_found_library(toml toml++/toml.h "")
lithair_found_library(cli11 CLI/CLI.hpp "")
# For the programs that ask nodes; a node has no part of it.
lithair_found_library(curl curl/curl.h curl)

# msgpack-c's C++ headers; Debian's package asks for another Boost than ours, so `.ci/packages`
# unpacks it below .deps when it is not installed. The headers themselves need no Boost.
find_path(msgpack_INCLUDE msgpack.hpp PATHS ${PROJECT_SOURCE_DIR}/.deps/msgpack/usr/include REQUIRED)
add_library(lithair_deps::msgpack INTERFACE IMPORTED GLOBAL)
target_include_directories(lithair_deps::msgpack SYSTEM INTERFACE ${msgpack_INCLUDE})
target_compile_definitions(lithair_deps::msgpack INTERFACE MSGPACK_NO_BOOST)

if(NOT LITHAIR_CORE_ONLY)
  # llhttp comes as generated C sources.
  find_path(llhttp_SOURCE api.c PATHS /usr/share/llhttp NO_DEFAULT_PATH REQUIRED)
  find_path(llhttp_INCLUDE llhttp.h PATHS /usr/share/include/llhttp NO_DEFAULT_PATH REQUIRED)
  add_library(lithair_llhttp STATIC ${llhttp_SOURCE}/api.c ${llhttp_SOURCE}/http.c
    ${llhttp_SOURCE}/llhttp.c)
  target_include_directories(lithair_llhttp SYSTEM PUBLIC ${llhttp_INCLUDE})
  target_compile_options(lithair_llhttp PRIVATE -O2 -w)
  target_compile_definitions(lithair_llhttp PUBLIC LLHTTP_STRICT_MODE=1)
  add_library(lithair_deps::llhttp ALIAS lithair_llhttp)
  set_target_properties(lithair_llhttp PROPERTIES EXPORT_NAME llhttp)
  install(TARGETS lithair_llhttp EXPORT lithair_targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
endif()

if(LITHAIR_TESTS)
  lithair_found_library(rapidcheck rapidcheck.h rapidcheck)
  find_package(Boost 1.81 REQUIRED COMPONENTS unit_test_framework)
  add_library(lithair_deps::boost_test INTERFACE IMPORTED GLOBAL)
  target_link_libraries(lithair_deps::boost_test INTERFACE Boost::unit_test_framework)
  target_compile_definitions(lithair_deps::boost_test INTERFACE BOOST_TEST_DYN_LINK)
endif()
