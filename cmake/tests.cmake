# One test program per folder; every test is a ctest of its own, so they run side by side.
enable_testing()
find_package(GTest REQUIRED)
include(GoogleTest)

get_property(tested GLOBAL PROPERTY AUTHSPEC_TESTED)
foreach(target ${tested})
  get_property(tests GLOBAL PROPERTY AUTHSPEC_TESTS_${target})
  add_executable(${target}_test ${tests})
  authspec_compile_options(${target}_test)
  target_link_libraries(${target}_test PRIVATE ${target} GTest::gmock GTest::gtest_main)
  gtest_discover_tests(${target}_test TEST_PREFIX "${target}." PROPERTIES TIMEOUT 120 DISCOVERY_TIMEOUT 60)
endforeach()
