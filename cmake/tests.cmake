# One test program per folder; every test is a ctest of its own, so they run side by side.
enable_testing()
find_package(GTest REQUIRED)
include(GoogleTest)

get_property(tested GLOBAL PROPERTY AUTHSPEC_TESTED)
foreach(target ${tested})
  get_property(tests GLOBAL PROPERTY AUTHSPEC_TESTS_${target})
  add_executable(${target}_test ${tests})
  authspec_compile_options(${target}_test)
  # What they test is optimised; they themselves need not be, and compile in half the time.
  target_compile_options(${target}_test PRIVATE $<$<CONFIG:Release>:-O1>)
  target_link_libraries(${target}_test PRIVATE ${target} GTest::gmock GTest::gtest_main)
  gtest_discover_tests(${target}_test TEST_PREFIX "${target}." TEST_FILTER "-Blameless.*"
    DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 120)
endforeach()
target_link_libraries(timing_test PRIVATE timing_recordings)
# It runs the cases themselves.
target_link_libraries(selftest_test PRIVATE all_suites)

# What is tested as a whole. These drive the built program; `whole` is their label, so that a slow
# build (sanitizers) can leave them out.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(program $<TARGET_FILE:mcp-authspec>)
set(scripts ${PROJECT_SOURCE_DIR}/scripts)

add_test(NAME layers COMMAND ${Python3_EXECUTABLE} ${scripts}/check-layers)
add_test(NAME e2e COMMAND ${Python3_EXECUTABLE} ${scripts}/e2e ${program})
add_test(NAME selftest COMMAND ${program} selftest)
add_test(NAME golden COMMAND ${Python3_EXECUTABLE} ${scripts}/golden --binary ${program})
add_test(NAME trial COMMAND ${Python3_EXECUTABLE} ${scripts}/trial --binary ${program})
set_tests_properties(e2e selftest golden trial PROPERTIES LABELS whole TIMEOUT 600 PROCESSORS 2)
set_tests_properties(trial PROPERTIES SKIP_RETURN_CODE 77)
# These run nearly every case.
gtest_discover_tests(selftest_test TEST_PREFIX "selftest." TEST_FILTER "Blameless.*" TEST_LIST blameless
  DISCOVERY_TIMEOUT 60 PROPERTIES LABELS whole TIMEOUT 300)

# The worked example of a page is a case like any other: compile it, and prove it.
set(page ${PROJECT_SOURCE_DIR}/docs/adding-a-case.md)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${page})
file(READ ${page} text)
string(REGEX MATCH "```cpp\n([^`]*)```" found "${text}")
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/adding_a_case.cc CONTENT "${CMAKE_MATCH_1}" @ONLY)
add_executable(adding_a_case_test docs/adding_a_case_test.cc ${PROJECT_BINARY_DIR}/adding_a_case.cc)
authspec_compile_options(adding_a_case_test)
target_link_libraries(adding_a_case_test PRIVATE selftest GTest::gtest_main)
gtest_discover_tests(adding_a_case_test TEST_PREFIX "docs." PROPERTIES TIMEOUT 120)
