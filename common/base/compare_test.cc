#include "common/base/compare.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace base {
namespace {

using namespace std::chrono_literals;

template <typename Compare>
void expect_equality(Compare equal) {
  EXPECT_TRUE(equal("", ""));
  EXPECT_TRUE(equal("abc", "abc"));
  EXPECT_FALSE(equal("abc", "abd"));
  EXPECT_FALSE(equal("xbc", "abc"));
  EXPECT_FALSE(equal("ab", "abc"));
  EXPECT_FALSE(equal("abc", "ab"));
  EXPECT_FALSE(equal("", "a"));
  EXPECT_FALSE(equal(std::string("a\0b", 3), std::string("a\0c", 3)));
}

TEST(EqualInConstantTime, IsEquality) { expect_equality(equal_in_constant_time); }

TEST(EqualWithEarlyExit, IsEquality) {
  expect_equality(
      [](std::string_view a, std::string_view b) { return equal_with_early_exit(a, b); });
}

TEST(EqualWithEarlyExit, LingersOnEachByteThatAgrees) {
  const auto begin = std::chrono::steady_clock::now();
  equal_with_early_exit("0123456789", "012345678x", 100us);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 900us);
}

TEST(AgreeingBytes, AreCountedUpToTheFirstDifference) {
  EXPECT_EQ(agreeing_bytes("abcd", "abxd"), 2U);
  EXPECT_EQ(agreeing_bytes("ab", "abcd"), 2U);
  EXPECT_EQ(agreeing_bytes("", "abcd"), 0U);
}

}  // namespace
}  // namespace base
