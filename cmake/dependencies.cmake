# Debian's packages as targets lithair_deps::*. Their headers are system headers: no warnings of theirs.

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

function(lithair_found_library target header library)
  cmake_parse_arguments(arg "" "" "LINK" ${ARGN})
  string(MAKE_C_IDENTIFIER ${target} id)
  find_path(${id}_INCLUDE ${header} REQUIRED)
  add_library(lithair_deps::${target} INTERFACE IMPORTED GLOBAL)
  target_include_directories(lithair_deps::${target} SYSTEM INTERFACE ${${id}_INCLUDE})
  if(library)
    find_library(${id}_LIBRARY ${library} REQUIRED)
    target_link_libraries(lithair_deps::${target} INTERFACE ${${id}_LIBRARY} ${arg_LINK})
  endif()
endfunction()

find_package(Boost 1.81 REQUIRED COMPONENTS json url unit_test_framework)
add_library(lithair_deps::boost_headers ALIAS Boost::headers)
add_library(lithair_deps::boost_json ALIAS Boost::json)
add_library(lithair_deps::boost_url ALIAS Boost::url)
add_library(lithair_deps::boost_test INTERFACE IMPORTED GLOBAL)
target_link_libraries(lithair_deps::boost_test INTERFACE Boost::unit_test_framework)
target_compile_definitions(lithair_deps::boost_test INTERFACE BOOST_TEST_DYN_LINK)

lithair_found_library(expected tl/expected.hpp "")
lithair_found_library(lmdb lmdb.h lmdb)
lithair_found_library(xxhash xxhash.h xxhash)
lithair_found_library(toml toml++/toml.h "")
lithair_found_library(cli11 CLI/CLI.hpp "")

# msgpack-c's C++ headers; Debian's package asks for another Boost than ours, so `.ci/packages`
# unpacks it below .deps when it is not installed. The headers themselves need no Boost.
find_path(msgpack_INCLUDE msgpack.hpp PATHS ${PROJECT_SOURCE_DIR}/.deps/msgpack/usr/include REQUIRED)
add_library(lithair_deps::msgpack INTERFACE IMPORTED GLOBAL)
target_include_directories(lithair_deps::msgpack SYSTEM INTERFACE ${msgpack_INCLUDE})
target_compile_definitions(lithair_deps::msgpack INTERFACE MSGPACK_NO_BOOST)

find_library(rapidcheck_LIBRARY rapidcheck)
if(rapidcheck_LIBRARY)
  lithair_found_library(rapidcheck rapidcheck.h rapidcheck)
endif()

find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
add_library(lithair_deps::spdlog ALIAS spdlog::spdlog)

pkg_check_modules(re2 REQUIRED IMPORTED_TARGET GLOBAL re2)
add_library(lithair_deps::re2 ALIAS PkgConfig::re2)

if(LITHAIR_CORE_ONLY)
  return()
endif()

lithair_found_library(uv uv.h uv)
lithair_found_library(curl curl/curl.h curl)
lithair_found_library(caf_core caf/actor_system.hpp caf_core LINK Threads::Threads)
lithair_found_library(caf_io caf/io/middleman.hpp caf_io LINK lithair_deps::caf_core)
find_library(prometheus_core_LIBRARY prometheus-cpp-core REQUIRED)
lithair_found_library(prometheus prometheus/registry.h prometheus-cpp-core)

# llhttp comes as generated C sources.
find_path(llhttp_SOURCE api.c PATHS /usr/share/llhttp NO_DEFAULT_PATH REQUIRED)
find_path(llhttp_INCLUDE llhttp.h PATHS /usr/share/include/llhttp NO_DEFAULT_PATH REQUIRED)
add_library(lithair_llhttp STATIC ${llhttp_SOURCE}/api.c ${llhttp_SOURCE}/http.c
  ${llhttp_SOURCE}/llhttp.c)
target_include_directories(lithair_llhttp SYSTEM PUBLIC ${llhttp_INCLUDE})
target_compile_options(lithair_llhttp PRIVATE -O2 -w)
target_compile_definitions(lithair_llhttp PUBLIC LLHTTP_STRICT_MODE=1)
add_library(lithair_deps::llhttp ALIAS lithair_llhttp)
