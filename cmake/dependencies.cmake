# Every dependency is a package of Debian bookworm; other systems may let CMake download them.
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)

if(AUTHSPEC_FETCH)
  include(FetchContent)
  FetchContent_Declare(fmt URL https://github.com/fmtlib/fmt/archive/refs/tags/9.1.0.tar.gz)
  FetchContent_Declare(nlohmann_json
    URL https://github.com/nlohmann/json/releases/download/v3.11.2/json.tar.xz)
  FetchContent_Declare(CLI11 URL https://github.com/CLIUtils/CLI11/archive/refs/tags/v2.2.0.tar.gz)
  FetchContent_Declare(expected URL https://github.com/TartanLlama/expected/archive/refs/tags/v1.0.0.tar.gz)
  set(EXPECTED_BUILD_TESTS OFF CACHE INTERNAL "")
  set(EXPECTED_BUILD_PACKAGE OFF CACHE INTERNAL "")
  FetchContent_MakeAvailable(fmt nlohmann_json CLI11 expected)
  if(NOT TARGET tl::expected)
    add_library(tl::expected ALIAS expected)
  endif()
else()
  find_package(fmt REQUIRED)
  find_package(nlohmann_json 3.11 REQUIRED)
  if(NOT AUTHSPEC_LIBRARY_ONLY)
    find_package(CLI11 REQUIRED)
  endif()
  find_package(tl-expected QUIET)
  if(NOT TARGET tl::expected)
    find_path(TL_EXPECTED_INCLUDE tl/expected.hpp REQUIRED)
    add_library(tl::expected INTERFACE IMPORTED)
    set_target_properties(tl::expected PROPERTIES
      INTERFACE_INCLUDE_DIRECTORIES ${TL_EXPECTED_INCLUDE})
  endif()
endif()

# Servers may compress what they answer. The library of the provider does not need it.
if(NOT AUTHSPEC_LIBRARY_ONLY)
  find_package(ZLIB REQUIRED)
endif()

# Boost 1.81 is the first with Boost.URL; Beast (headers only) parses HTTP for us.
find_package(Boost 1.81 REQUIRED COMPONENTS url)
