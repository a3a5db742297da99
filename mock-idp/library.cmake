# The mock identity provider as a library, with everything below it, and its installation as the
# CMake package `mock_idp`.
folder_library(base common/base fmt::fmt tl::expected nlohmann_json::nlohmann_json Boost::url)
folder_library(tls common/tls base OpenSSL::SSL OpenSSL::Crypto)
folder_library(http common/http tls)
folder_library(jose mock-idp/jose base OpenSSL::Crypto)
foreach(type rsa p256 p384 p521 secp256k1 ed25519)
  foreach(index RANGE 3)
    embed(jose key_${type}_${index} fixtures/keys/${type}-${index}.pem)
  endforeach()
endforeach()
folder_library(idp mock-idp/idp jose http)
embed(idp page_html mock-idp/idp/page/page.html)
embed(idp page_css mock-idp/idp/page/page.css)
embed(idp page_login mock-idp/idp/page/login.css)
embed(idp page_icon mock-idp/idp/page/icon.svg)
foreach(script api clock connect dom faults issuers journal keys main mint token)
  embed(idp page_${script} mock-idp/idp/page/${script}.js)
endforeach()

target_compile_definitions(base PUBLIC AUTHSPEC_VERSION="${PROJECT_VERSION}")
# Beast's parser asserts that the end of an empty chunked body comes in one piece, which is up to the
# peer; it reads it right in any case.
target_compile_definitions(http PRIVATE BOOST_DISABLE_ASSERTS)

add_library(mock_idp::mock_idp ALIAS idp)
set_target_properties(idp PROPERTIES EXPORT_NAME mock_idp)
if(AUTHSPEC_FETCH)
  # What was downloaded belongs to this build: nobody else could find it.
  return()
endif()

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/mock_idp)
# Its headers are included as in this repository: "mock-idp/idp/mock_idp.h".
set(headers ${CMAKE_INSTALL_INCLUDEDIR}/mcp-authspec)

# Public is what these include, and what that includes.
set(public)
set(pending mock-idp/idp/mock_idp.h mock-idp/idp/provider.h mock-idp/idp/mint.h
  common/http/client.h common/base/base64.h common/base/json.h common/base/text.h)
while(pending)
  list(POP_FRONT pending header)
  list(APPEND public ${AUTHSPEC_ROOT}/${header})
  file(STRINGS ${AUTHSPEC_ROOT}/${header} includes REGEX "^#include \"")
  list(TRANSFORM includes REPLACE "^#include \"([^\"]+)\".*" "\\1")
  foreach(include ${includes})
    if(NOT include IN_LIST pending AND NOT ${AUTHSPEC_ROOT}/${include} IN_LIST public)
      list(APPEND pending ${include})
    endif()
  endforeach()
endwhile()
target_sources(base PUBLIC FILE_SET HEADERS BASE_DIRS ${AUTHSPEC_ROOT} FILES ${public})

foreach(target base tls http jose idp)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES OUTPUT_NAME mcp_authspec_${target})
  install(TARGETS ${target} EXPORT mock_idp COMPONENT mock_idp
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    FILE_SET HEADERS DESTINATION ${headers} COMPONENT mock_idp)
endforeach()

install(EXPORT mock_idp NAMESPACE mock_idp:: FILE mock_idp-targets.cmake DESTINATION ${package}
  COMPONENT mock_idp)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/mock_idp-config.cmake.in
  ${PROJECT_BINARY_DIR}/mock_idp-config.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/mock_idp-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/mock_idp-config.cmake
  ${PROJECT_BINARY_DIR}/mock_idp-config-version.cmake DESTINATION ${package} COMPONENT mock_idp)
