# cmake -D OUTPUT=FILE -P embed.cmake: a source with the files of the dashboard that stand beside this one.
set(made "// Made of http/dashboard/ by embed.cmake.\n#include \"http/dashboard_files.hpp\"\n
namespace lithair::http {\n\nnamespace {\n\nconstexpr dashboard_file files[] = {\n")
file(GLOB names RELATIVE ${CMAKE_CURRENT_LIST_DIR} ${CMAKE_CURRENT_LIST_DIR}/*.html
  ${CMAKE_CURRENT_LIST_DIR}/*.css ${CMAKE_CURRENT_LIST_DIR}/*.js)
list(SORT names)
foreach(name ${names})
  if(name MATCHES "html$")
    set(type "text/html; charset=utf-8")
  elseif(name MATCHES "css$")
    set(type "text/css; charset=utf-8")
  else()
    set(type "text/javascript; charset=utf-8")
  endif()
  file(READ ${CMAKE_CURRENT_LIST_DIR}/${name} text)
  file(SHA256 ${CMAKE_CURRENT_LIST_DIR}/${name} tag)
  string(SUBSTRING ${tag} 0 16 tag)
  string(APPEND made "    {\"${name}\", \"${type}\", \"${tag}\",\n     R\"file(${text})file\"},\n")
endforeach()
string(APPEND made "};\n\n}  // namespace\n
std::span<const dashboard_file> dashboard_files() { return files; }\n\n}  // namespace lithair::http\n")
file(WRITE ${OUTPUT} "${made}")
