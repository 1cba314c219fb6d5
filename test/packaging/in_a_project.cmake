# Has the library as a part of another project: that one chooses flags, and gets neither tests nor
# warnings as errors.
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)
file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/parent -B ${WORK} -G Ninja -DCMAKE_BUILD_TYPE=Debug
  -DCMAKE_CXX_COMPILER=${COMPILER} -DLITHAIR=${SOURCE})
run(${CMAKE_COMMAND} --build ${WORK} --target parent)
run(${WORK}/parent)
run(ninja -C ${WORK} -t targets all)
foreach(word test_ bench_ shop)
  if(said MATCHES "[/ ]${word}")
    message(FATAL_ERROR "a part of another project builds ${word}*")
  endif()
endforeach()
run(ninja -C ${WORK} -t commands)
if(said MATCHES "-Werror")
  message(FATAL_ERROR "warnings are errors in another project")
endif()
