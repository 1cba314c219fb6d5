# What every target of ours is compiled with; nothing here changes what the program does. Whoever has
# this project as a part of theirs chooses for themselves.

if(PROJECT_IS_TOP_LEVEL)
  # Whoever builds again and again has it installed; for the first build it costs a fifth on top.
  find_program(CCACHE_PROGRAM ccache)
  if(CCACHE_PROGRAM)
    set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
    # It must be told that precompiled headers are as good as the headers.
    set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
  endif()
  find_program(MOLD_PROGRAM mold)
  if(MOLD_PROGRAM)
    add_link_options(-fuse-ld=mold)
  endif()

  # g++ collects its garbage when it has as much memory: a seventh of the time, for a quarter more of it (1.4 GB the
  # largest file).
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:--param=ggc-min-heapsize=1500000>)
  endif()

  # Line tables are enough for a backtrace and halve the time and size of debug information. What is not
  # optimised has its flags in its preset.
  set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
  set(CMAKE_C_FLAGS_RELEASE "-O2")

  # Where the sources lie is no part of what is made of them.
  add_compile_options($<$<CONFIG:Release>:-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=>)

  if(LITHAIR_SANITIZE)
    add_compile_options(-fsanitize=${LITHAIR_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${LITHAIR_SANITIZE})
  endif()
endif()

add_library(lithair_warnings INTERFACE)
target_compile_options(lithair_warnings INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
  -Wconversion -Wno-sign-conversion $<$<BOOL:${PROJECT_IS_TOP_LEVEL}>:-Werror>>)
if(LITHAIR_SANITIZE)
  # g++ 12 reports uninitialized values that only exist in instrumented code.
  target_compile_options(lithair_warnings INTERFACE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-error=maybe-uninitialized>)
endif()

# A clean build takes a third less time when a few files of a room are compiled as one; after a small change it is
# the other way round, so that whoever works on the code may switch it off.
option(LITHAIR_UNITY "Compile a few files at a time as one" ON)

function(lithair_compile_together target)
  if(NOT LITHAIR_UNITY)
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  list(FILTER sources EXCLUDE REGEX "TARGET_OBJECTS|test/main.cpp$")
  foreach(source ${sources})
    # What is specialized for the whole program is not seen by files that happen to come before.
    file(STRINGS ${source} specializations REGEX "^template <>")
    if(specializations)
      list(REMOVE_ITEM sources ${source})
      set_source_files_properties(${source} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    endif()
  endforeach()
  lithair_breakable_sources(breakable ${sources})
  list(REMOVE_ITEM sources ${breakable})
  # What the tests replace is not mixed with what they keep.
  foreach(part breakable sources)
    set(count 0)
    foreach(source ${${part}})
      math(EXPR group "${count} / 8")
      math(EXPR count "${count} + 1")
      set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${part}_${group})
    endforeach()
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()

# lithair_breakable_sources(<variable> <source>...): those in which a rule can be broken on purpose, see `mutants.hpp`
# of the rooms.
function(lithair_breakable_sources variable)
  set(found)
  foreach(source ${ARGN})
    file(STRINGS ${source} includes REGEX "include \"[a-z]+/(mutants|implementation)\\.hpp\"|LITHAIR_MUTANTS")
    if(includes)
      list(APPEND found ${source})
    endif()
  endforeach()
  set(${variable} ${found} PARENT_SCOPE)
endfunction()

# lithair_breakable(<room> [LINK ...]): objects that take the place of those of the room in which rules can be broken,
# `lithair_breakable_<room>`; all else is the room's own. Programs name them themselves, for objects are linked by who
# names them. Nothing is broken unless a test says so. They run hundreds of thousands of lives, so they are optimised in
# every build.
function(lithair_breakable room)
  cmake_parse_arguments(arg "" "" "LINK" ${ARGN})
  set(name lithair_breakable_${room})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${room}/*.cpp)
  lithair_breakable_sources(breakable ${sources})
  add_library(${name} OBJECT ${breakable})
  target_compile_options(${name} PRIVATE $<IF:$<CONFIG:Debug>,-O1,-g0>)
  target_compile_definitions(${name} PUBLIC LITHAIR_MUTANTS PRIVATE _GLIBCXX_ASSERTIONS)
  target_link_libraries(${name} PUBLIC lithair::${room} ${arg_LINK} PRIVATE lithair_warnings)
  # Whom they replace may be brought in all the same, by a linker that takes a template of the standard library's
  # from there for somebody else: the first definition counts, and that is theirs.
  target_link_options(${name} PUBLIC LINKER:-z,muldefs)
  lithair_compile_together(${name})
endfunction()

# What is only there so that what is tested can run is not instrumented, nor optimized: half of the time that the
# instrumented build takes. The whole tree is, where its tests are, too.
function(lithair_spare_instruments target)
  if(LITHAIR_SANITIZE AND NOT LITHAIR_SANITIZE_TESTS)
    target_compile_options(${target} PRIVATE -fno-sanitize=all -O0)
  endif()
endfunction()

# lithair_library(<name> SOURCES ... [LINK ...] [PRIVATE_LINK ...] [HEADERS ...]): the library of one
# room, `lithair::<name>`. HEADERS are targets of which only headers are needed, and only to build it.
# Headers are included from the top of the tree: #include "protocol/core.hpp".
function(lithair_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK;PRIVATE_LINK;HEADERS" ${ARGN})
  add_library(lithair_${name} STATIC ${arg_SOURCES})
  add_library(lithair::${name} ALIAS lithair_${name})
  target_include_directories(lithair_${name} PUBLIC
    $<BUILD_INTERFACE:${lithair_SOURCE_DIR}> $<INSTALL_INTERFACE:include/lithair>)
  target_compile_features(lithair_${name} PUBLIC cxx_std_20)
  # What the standard library can see to be wrong ends the process, rather than going on with it.
  target_compile_definitions(lithair_${name} PRIVATE _GLIBCXX_ASSERTIONS)
  target_link_libraries(lithair_${name} PUBLIC ${arg_LINK}
    PRIVATE ${arg_PRIVATE_LINK} $<BUILD_INTERFACE:lithair_warnings>)
  foreach(target ${arg_HEADERS})
    target_link_libraries(lithair_${name} PRIVATE $<BUILD_INTERFACE:${target}>)
  endforeach()
  lithair_compile_together(lithair_${name})
  set_target_properties(lithair_${name} PROPERTIES EXPORT_NAME ${name})
  install(TARGETS lithair_${name} EXPORT lithair_targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
endfunction()

# lithair_precompile(<target> <header>...): reads these headers of others once for the whole target, and with
# `lithair_precompile(<target> REUSE_FROM <other>)` for others that are compiled with the same options.
option(LITHAIR_PRECOMPILE "Read what most files begin with once for all of them" ON)

function(lithair_precompile target)
  if(NOT LITHAIR_PRECOMPILE)
    return()
  endif()
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)  # as ccache needs it
  if(ARGV1 STREQUAL "REUSE_FROM")
    target_precompile_headers(${target} ${ARGN})
  else()
    target_precompile_headers(${target} PRIVATE ${ARGN})
  endif()
endfunction()

# What most files of the rooms above the core begin with: two thirds of the time that reading them takes.
set(lithair_actor_headers <caf/actor.hpp> <caf/event_based_actor.hpp> <caf/send.hpp> <spdlog/spdlog.h> <uv.h>)

# Tests are compiled often and run briefly: without optimization, and with the test library's header read once, that
# takes a third of the time; half of that again when each that is a namespace of its own is compiled with others, for
# what they compare and print is instantiated once. What they test is optimized.
option(LITHAIR_SANITIZE_TESTS "Instrument what tests consist of by UndefinedBehaviorSanitizer, too" OFF)

function(lithair_test_options target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O0$<SEMICOLON>-g0>)
  if(LITHAIR_SANITIZE)
    target_compile_options(${target} PRIVATE -O0)
  endif()
  # A quarter of the time that the comparisons of tests take to compile; what they test is instrumented.
  if(LITHAIR_SANITIZE MATCHES undefined AND NOT LITHAIR_SANITIZE_TESTS)
    target_compile_options(${target} PRIVATE -fno-sanitize=undefined)
  endif()
  # Where a function without arguments is spawned CAF binds a reference to nothing.
  if(LITHAIR_SANITIZE MATCHES undefined AND LITHAIR_SANITIZE_TESTS)
    target_compile_options(${target} PRIVATE -fno-sanitize=null)
  endif()
endfunction()

# lithair_test_headers(<name> LINK ... HEADERS ...): the test library's header, and these, read for whoever names it.
function(lithair_test_headers name)
  cmake_parse_arguments(arg "" "" "LINK;HEADERS" ${ARGN})
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "// Nothing but what is read in advance.\n")
  add_library(${name} OBJECT ${source})
  target_link_libraries(${name} PRIVATE ${arg_LINK} lithair_deps::boost_test lithair_warnings)
  lithair_test_options(${name})
  lithair_precompile(${name} <boost/test/unit_test.hpp> ${arg_HEADERS})
endfunction()

# lithair_compile_quickly(<target> [<headers>]): with what one of these has read, by default lithair_test_headers.
function(lithair_compile_quickly target)
  lithair_test_options(${target})
  set(headers ${ARGN})
  if(NOT headers)
    set(headers lithair_test_headers)
  endif()
  lithair_precompile(${target} REUSE_FROM ${headers})
  # It says in front of that header what the module is called.
  set_source_files_properties(${PROJECT_SOURCE_DIR}/test/main.cpp PROPERTIES
    SKIP_PRECOMPILE_HEADERS ON SKIP_UNITY_BUILD_INCLUSION ON)
  # Of several files in one, those that are included may have what is only theirs.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  lithair_compile_together(${target})
endfunction()

# lithair_test(<name> SOURCES ... LINK ... [HEADERS <headers>] [ARGUMENTS ...]): a Boost.Test binary, one ctest case.
function(lithair_test name)
  cmake_parse_arguments(arg "" "TIMEOUT;HEADERS" "SOURCES;LINK;LABELS;ARGUMENTS" ${ARGN})
  add_executable(test_${name} ${arg_SOURCES} ${PROJECT_SOURCE_DIR}/test/main.cpp)
  target_link_libraries(test_${name} PRIVATE ${arg_LINK} lithair_deps::boost_test lithair_warnings)
  target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR})
  lithair_compile_quickly(test_${name} ${arg_HEADERS})
  add_test(NAME ${name} COMMAND test_${name} --log_level=error --color_output=no ${arg_ARGUMENTS})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  if(LITHAIR_SANITIZE OR CMAKE_CXX_FLAGS_DEBUG MATCHES coverage)
    math(EXPR arg_TIMEOUT "${arg_TIMEOUT} * 4")  # instrumented code is many times slower
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT})
  if(arg_LABELS)
    set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}")
  endif()
endfunction()
