# What `cmake --install` puts where: the libraries, their headers below include/lithair, the program,
# and how to find it all: find_package(lithair), pkg-config lithair.

include(CMakePackageConfigHelpers)
set(lithair_package ${CMAKE_INSTALL_LIBDIR}/cmake/lithair)

foreach(room protocol persistence models actors http)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${room} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/lithair
    FILES_MATCHING PATTERN *.hpp)
endforeach()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/apps/lithair DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/lithair/apps
  FILES_MATCHING PATTERN *.hpp)
# The two that users include by name: <lithair/lithair.hpp> and <lithair/model.hpp>.
install(FILES ${PROJECT_SOURCE_DIR}/apps/lithair/lithair.hpp ${PROJECT_SOURCE_DIR}/apps/lithair/model.hpp
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/lithair)

install(EXPORT lithair_targets NAMESPACE lithair:: FILE lithair-targets.cmake DESTINATION ${lithair_package})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/lithair-config.cmake.in
  ${PROJECT_BINARY_DIR}/lithair-config.cmake INSTALL_DESTINATION ${lithair_package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/lithair-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/lithair-config.cmake ${PROJECT_BINARY_DIR}/lithair-config-version.cmake
  ${CMAKE_CURRENT_LIST_DIR}/dependencies.cmake DESTINATION ${lithair_package})

# It says where it is by where it lies.
file(RELATIVE_PATH lithair_prefix_from_pc /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${CMAKE_CURRENT_LIST_DIR}/lithair.pc.in ${PROJECT_BINARY_DIR}/lithair.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/lithair.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

if(PROJECT_IS_TOP_LEVEL)
  include(${PROJECT_SOURCE_DIR}/apps/packaging/packages.cmake)
endif()
