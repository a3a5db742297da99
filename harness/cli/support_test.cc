#include "harness/cli/support.h"

#include <gtest/gtest.h>

namespace cli {
namespace {

TEST(Support, ANumberOutOfRangeIsNamedWithTheRange) {
  const auto check = number_between(0.001, 3600);
  EXPECT_EQ(check("0.5"), "");
  EXPECT_EQ(check("3600"), "");
  EXPECT_EQ(check("0"), "\"0\" is not a number from 0.001 to 3600");
  for (const char* value : {"", "abc", "5s", "nan", "-1", "1e9"}) EXPECT_NE(check(value), "");
}

TEST(Support, AWholeNumberHasNoFraction) {
  const auto check = whole_number_between(1, 64);
  EXPECT_EQ(check("1"), "");
  EXPECT_EQ(check("64"), "");
  EXPECT_EQ(check("65"), "\"65\" is not a whole number from 1 to 64");
  for (const char* value : {"", "x", "1.5", "0", "-1", " 2", "99999999999999999999"}) {
    EXPECT_NE(check(value), "");
  }
}

}  // namespace
}  // namespace cli
