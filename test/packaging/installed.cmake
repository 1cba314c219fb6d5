# Installs the library into an empty prefix, then builds and runs the programs that the README shows,
# with nothing else of this project on their include path.
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)
set(prefix ${WORK}/prefix)
set(program ${WORK}/program)
file(REMOVE_RECURSE ${WORK})

run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})
run(${prefix}/bin/lithair_node --version)
run(${prefix}/bin/lithairctl --version)

file(COPY ${CMAKE_CURRENT_LIST_DIR}/consumer/CMakeLists.txt ${SOURCE}/apps/examples/notes.cpp
  ${SOURCE}/apps/examples/counter.cpp ${SOURCE}/apps/examples/scores.cpp DESTINATION ${program})
run(${CMAKE_COMMAND} -S ${program} -B ${program}/build -G Ninja -DCMAKE_BUILD_TYPE=Debug
  -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_PREFIX_PATH=${prefix})
run(${CMAKE_COMMAND} --build ${program}/build)
run(${program}/build/notes --help)
run(${program}/build/scores --help)
foreach(times 1 2)
  run(${program}/build/counter ${program}/data)
endforeach()
if(NOT said MATCHES "started 2 times")
  message(FATAL_ERROR "counter said: ${said}")
endif()

# And without CMake.
set(ENV{PKG_CONFIG_PATH} ${prefix}/lib/pkgconfig)
file(GLOB_RECURSE pc ${prefix}/lib/*/pkgconfig/lithair.pc ${prefix}/lib/pkgconfig/lithair.pc)
cmake_path(GET pc PARENT_PATH pkgconfig)
set(ENV{PKG_CONFIG_PATH} ${pkgconfig})
run(pkg-config --define-prefix --cflags lithair)
separate_arguments(cflags UNIX_COMMAND "${said}")
run(pkg-config --define-prefix --libs lithair)
separate_arguments(libs UNIX_COMMAND "${said}")
run(${COMPILER} ${cflags} ${program}/notes.cpp -o ${program}/notes_by_hand ${libs})
run(${program}/notes_by_hand --help)
