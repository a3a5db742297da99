# One library per folder: its sources are whatever lies there, its tests whatever ends in _test.cc.
set_property(GLOBAL PROPERTY AUTHSPEC_TESTED "")
cmake_path(GET CMAKE_CURRENT_LIST_DIR PARENT_PATH AUTHSPEC_ROOT)

function(authspec_compile_options target)
  set(shadow -Wshadow)
  if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # Where files are joined, names of one shadow those of another, and g++ takes them for headers;
    # g++ 12 then sees uses of freed memory where it has put functions together.
    set(shadow -Wshadow=local -Wno-subobject-linkage -Wno-use-after-free)
  endif()
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${AUTHSPEC_ROOT}>)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic ${shadow} -Wnon-virtual-dtor
    -Woverloaded-virtual
    # Designated initialisers leave the rest at its default on purpose.
    -Wno-missing-field-initializers
    # g++ 12 sees overlapping copies in std::string where there are none (GCC bug 105329).
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
    $<$<BOOL:${AUTHSPEC_WERROR}>:-Werror>)
  if(AUTHSPEC_SANITIZE)
    # What is left out doubles the time to compile, and AddressSanitizer ends at such accesses anyway.
    target_compile_options(${target} PRIVATE -fsanitize=${AUTHSPEC_SANITIZE} -fno-omit-frame-pointer
      -fno-sanitize=null,alignment,object-size,vptr -fno-sanitize-recover=all)
    target_link_options(${target} PUBLIC -fsanitize=${AUTHSPEC_SANITIZE})
  endif()
endfunction()

function(folder_sources out folder)
  file(GLOB sources CONFIGURE_DEPENDS ${AUTHSPEC_ROOT}/${folder}/*.cc)
  list(FILTER sources EXCLUDE REGEX "_(test|fuzz)\\.cc$")
  set(${out} ${sources} PARENT_SCOPE)
endfunction()

function(note_tests target folder)
  file(GLOB tests CONFIGURE_DEPENDS ${AUTHSPEC_ROOT}/${folder}/*_test.cc)
  if(tests)
    set_property(GLOBAL APPEND PROPERTY AUTHSPEC_TESTED ${target})
    set_property(GLOBAL PROPERTY AUTHSPEC_TESTS_${target} ${tests})
  endif()
endfunction()

function(folder_library target folder)
  folder_sources(sources ${folder})
  if(sources)
    add_library(${target} STATIC ${sources})
    authspec_compile_options(${target})
    target_link_libraries(${target} PUBLIC ${ARGN} Threads::Threads)
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE ${AUTHSPEC_ROOT})
    target_link_libraries(${target} INTERFACE ${ARGN})
  endif()
  note_tests(${target} ${folder})
endfunction()

add_library(all_suites INTERFACE)

function(suite_library suite)
  folder_sources(sources suites/${suite})
  if(NOT sources)
    return()
  endif()
  add_library(suite_${suite} OBJECT ${sources})
  authspec_compile_options(suite_${suite})
  # g++ 12 warns about the clean-up of a half-built list of cases, which cannot happen.
  target_compile_options(suite_${suite} PRIVATE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_libraries(suite_${suite} PUBLIC check timing)
  target_link_libraries(all_suites INTERFACE suite_${suite} $<TARGET_OBJECTS:suite_${suite}>)
  note_tests(suite_${suite} suites/${suite})
endfunction()

# embed(TARGET NAME FILE): the file's bytes as `embedded::NAME`, a std::string_view.
function(embed target name file)
  set(source ${PROJECT_BINARY_DIR}/embedded/${name}.cc)
  add_custom_command(OUTPUT ${source}
    COMMAND ${CMAKE_COMMAND} -D INPUT=${AUTHSPEC_ROOT}/${file} -D OUTPUT=${source} -D NAME=${name}
            -P ${AUTHSPEC_ROOT}/cmake/embed.cmake
    DEPENDS ${AUTHSPEC_ROOT}/${file} ${AUTHSPEC_ROOT}/cmake/embed.cmake VERBATIM)
  target_sources(${target} PRIVATE ${source})
  # Whoever declares what is embedded may lie in a namespace of his own.
  set_source_files_properties(${source} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()
