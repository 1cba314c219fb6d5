# Debian packages, by `cpack --config build/release/CPackConfig.cmake -B DIR`: `lithair`, the node as a service;
# `lithairctl`, where it is built; and `liblithair-dev`, what `cmake --install` puts elsewhere. The same build makes the
# same bytes again, with SOURCE_DATE_EPOCH set.

set(lithair_packaging ${CMAKE_CURRENT_LIST_DIR})

# The files of a package that belong to a whole system are no part of `cmake --install`.
function(lithair_package_files component destination)
  install(FILES ${ARGN} DESTINATION ${destination} COMPONENT ${component} EXCLUDE_FROM_ALL)
endfunction()

# Made of what its --help says.
function(lithair_man_page program component)
  set(page ${PROJECT_BINARY_DIR}/packages/${program}.1.gz)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
  add_custom_command(OUTPUT ${page}
    COMMAND sh -c "\"$0\" \"$1\" | gzip -9n >\"$2\"" ${lithair_packaging}/man_page $<TARGET_FILE:${program}> ${page}
    DEPENDS ${program} ${lithair_packaging}/man_page VERBATIM)
  add_custom_target(${program}_man_page ALL DEPENDS ${page})
  install(FILES ${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT ${component})
endfunction()

# What `lithairctl completion SHELL` says, where that shell looks for it.
function(lithair_completion shell destination name)
  set(file ${PROJECT_BINARY_DIR}/packages/${shell}/${name})
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/packages/${shell})
  add_custom_command(OUTPUT ${file}
    COMMAND sh -c "\"$0\" completion \"$1\" >\"$2\"" $<TARGET_FILE:lithairctl> ${shell} ${file}
    DEPENDS lithairctl VERBATIM)
  add_custom_target(lithairctl_${shell}_completion ALL DEPENDS ${file})
  lithair_package_files(lithairctl ${destination} ${file})
endfunction()

lithair_man_page(lithair_node node)
lithair_package_files(node /usr/lib/systemd/system ${lithair_packaging}/lithair.service)
lithair_package_files(node /etc/lithair ${lithair_packaging}/lithair.toml)
lithair_package_files(node /usr/share/doc/lithair/examples ${PROJECT_SOURCE_DIR}/apps/examples/shop.toml)
lithair_package_files(node /usr/share/doc/lithair ${lithair_packaging}/debian/copyright)
install(FILES ${lithair_packaging}/lithair.sysusers DESTINATION /usr/lib/sysusers.d RENAME lithair.conf
  COMPONENT node EXCLUDE_FROM_ALL)
lithair_package_files(development /usr/share/doc/liblithair-dev ${lithair_packaging}/debian/copyright)

set(CPACK_COMPONENTS_ALL node development)
if(TARGET lithairctl)
  list(APPEND CPACK_COMPONENTS_ALL lithairctl)
  lithair_man_page(lithairctl lithairctl)
  lithair_package_files(lithairctl /usr/share/doc/lithairctl ${lithair_packaging}/debian/copyright)
  # What makes clients, for who has no sources.
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/apps/clients/ DESTINATION /usr/share/lithair/clients COMPONENT lithairctl
    EXCLUDE_FROM_ALL USE_SOURCE_PERMISSIONS PATTERN __pycache__ EXCLUDE PATTERN node_modules EXCLUDE)
  if(EXISTS ${PROJECT_SOURCE_DIR}/apps/lithairctl/completion_command.cpp)
    lithair_completion(bash /usr/share/bash-completion/completions lithairctl)
    lithair_completion(zsh /usr/share/zsh/vendor-completions _lithairctl)
    lithair_completion(fish /usr/share/fish/vendor_completions.d lithairctl.fish)
  endif()
endif()

# Debug information is not for packages; archives keep the names that linkers need.
install(CODE [[
  if(CMAKE_INSTALL_DO_STRIP)
    file(GLOB archives $ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/lib*/liblithair_*.a)
    execute_process(COMMAND strip --strip-debug --enable-deterministic-archives ${archives} COMMAND_ERROR_IS_FATAL ANY)
  endif()
]] COMPONENT development)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME lithair)
set(CPACK_PACKAGE_CONTACT "The authors of Lithair <lithair@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Models declared once, served as HTTP/JSON over Raft")
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_GROUPING ONE_PER_COMPONENT)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE gzip)  # half the time of xz; for a tenth more bytes

set(CPACK_DEBIAN_NODE_PACKAGE_NAME lithair)
set(CPACK_DEBIAN_NODE_PACKAGE_SECTION net)
set(CPACK_DEBIAN_NODE_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_NODE_PACKAGE_DEPENDS "systemd | adduser")
set(CPACK_DEBIAN_NODE_PACKAGE_SUGGESTS lithairctl)
set(CPACK_COMPONENT_NODE_DESCRIPTION "Models declared once in TOML, served as HTTP/JSON by one node or many.
Every write goes through Raft consensus and is on disk at a majority
before it is acknowledged; every read is linearizable unless asked for less.")
set(CPACK_DEBIAN_NODE_PACKAGE_CONTROL_EXTRA ${lithair_packaging}/debian/postinst ${lithair_packaging}/debian/prerm
  ${lithair_packaging}/debian/postrm ${lithair_packaging}/debian/conffiles)
set(CPACK_DEBIAN_NODE_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_LITHAIRCTL_PACKAGE_NAME lithairctl)
set(CPACK_DEBIAN_LITHAIRCTL_PACKAGE_SECTION net)
set(CPACK_DEBIAN_LITHAIRCTL_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_LITHAIRCTL_PACKAGE_SUGGESTS "curl, npm, python3")  # which clients are made with
set(CPACK_COMPONENT_LITHAIRCTL_DESCRIPTION "Administers clusters of Lithair from the command line, and makes clients
of their models for TypeScript and Python.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME liblithair-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libcaf-dev, libuv1-dev, liblmdb-dev, libssl-dev, libboost1.81-dev, \
libboost-json1.81-dev, libboost-url1.81-dev, libspdlog-dev, libfmt-dev, prometheus-cpp-dev, libxxhash-dev, libre2-dev, \
libexpected-dev")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "The library of Lithair, for programs with models and nodes of their own.")
include(CPack)
