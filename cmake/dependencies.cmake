# What the library is linked with, as targets lithair_deps::*: Debian's packages. Their headers are
# system headers: no warnings of theirs. Installed with the library, for whoever uses it.

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

find_package(Boost 1.81 REQUIRED COMPONENTS json url)
add_library(lithair_deps::boost_headers ALIAS Boost::headers)
add_library(lithair_deps::boost_json ALIAS Boost::json)
add_library(lithair_deps::boost_url ALIAS Boost::url)

lithair_found_library(expected tl/expected.hpp "")
lithair_found_library(lmdb lmdb.h lmdb)
lithair_found_library(xxhash xxhash.h xxhash)
lithair_found_library(crypto openssl/evp.h crypto)
lithair_found_library(ssl openssl/ssl.h ssl LINK lithair_deps::crypto)

find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
add_library(lithair_deps::spdlog ALIAS spdlog::spdlog)

pkg_check_modules(re2 REQUIRED IMPORTED_TARGET GLOBAL re2)
add_library(lithair_deps::re2 ALIAS PkgConfig::re2)

if(LITHAIR_CORE_ONLY)
  return()
endif()

lithair_found_library(uv uv.h uv)
lithair_found_library(caf_core caf/actor_system.hpp caf_core LINK Threads::Threads)
lithair_found_library(caf_io caf/io/middleman.hpp caf_io LINK lithair_deps::caf_core)
lithair_found_library(prometheus prometheus/metric_family.h "")  # what families consist of; it has no code
