# Fuzz targets: x_fuzz.cc beside x.cc, one program each, with clang's libFuzzer. The libraries are
# instrumented by the flags that scripts/fuzz configures with.
if(NOT CMAKE_CXX_COMPILER_ID MATCHES Clang)
  message(FATAL_ERROR "The fuzz targets need clang (-DCMAKE_CXX_COMPILER=clang++)")
endif()

# fuzz_target(LIBRARY FILE): a program fuzz_NAME for FILE, NAME_fuzz.cc.
function(fuzz_target library file)
  get_filename_component(name ${file} NAME_WE)
  string(REGEX REPLACE "_fuzz$" "" name ${name})
  add_executable(fuzz_${name} ${file})
  set_target_properties(fuzz_${name} PROPERTIES UNITY_BUILD OFF)
  authspec_compile_options(fuzz_${name})
  target_link_libraries(fuzz_${name} PRIVATE ${library})
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  add_dependencies(fuzz fuzz_${name})
endfunction()

add_custom_target(fuzz)
fuzz_target(http common/http/request_parser_fuzz.cc)
fuzz_target(timing harness/timing/answer_fuzz.cc)
fuzz_target(jose mock-idp/jose/key_read_fuzz.cc)
fuzz_target(idp mock-idp/idp/client_assertion_fuzz.cc)
fuzz_target(idp mock-idp/idp/client_metadata_fuzz.cc)
fuzz_target(idp mock-idp/idp/configuration_fuzz.cc)
fuzz_target(idp mock-idp/idp/endpoints_fuzz.cc)
fuzz_target(reference_server fixtures/reference-server/token_fuzz.cc)
