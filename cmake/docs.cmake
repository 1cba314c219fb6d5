find_program(CMARK_GFM_PROGRAM cmark-gfm REQUIRED)

# lithair_packer(<name>): a program that makes a source of files that nodes serve.
function(lithair_packer name)
  set(folder ${PROJECT_SOURCE_DIR}/docs/site)
  add_executable(lithair_${name} ${folder}/${name}.cpp ${folder}/packing.cpp)
  target_include_directories(lithair_${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(lithair_${name} PRIVATE lithair_deps::boost_headers lithair_warnings)
endfunction()

# lithair_docs_site(<variable>): the source file with the site that nodes serve at /docs, made of docs/, the examples and the clients.
function(lithair_docs_site variable)
  set(made ${PROJECT_BINARY_DIR}/docs_parts.cpp)
  lithair_packer(make_site)
  set(apps ${PROJECT_SOURCE_DIR}/apps)
  file(GLOB parts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/*.md ${PROJECT_SOURCE_DIR}/docs/*.svg
    ${PROJECT_SOURCE_DIR}/docs/site/site.* ${apps}/*/*.md ${apps}/*/*/*.md ${apps}/*/*/*.svg)
  add_custom_command(OUTPUT ${made} VERBATIM
    COMMAND lithair_make_site ${CMARK_GFM_PROGRAM} ${PROJECT_SOURCE_DIR} ${made}
    DEPENDS lithair_make_site ${parts}
    COMMENT "Making the site of the documentation")
  set_source_files_properties(${made} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON SKIP_PRECOMPILE_HEADERS ON)
  set(${variable} ${made} PARENT_SCOPE)
endfunction()
