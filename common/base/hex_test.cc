#include "common/base/hex.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(Hex, HasTwoLowerCaseDigitsForEachByte) {
  EXPECT_EQ(to_hex(""), "");
  EXPECT_EQ(to_hex(std::string_view("\0\x0f\xaZ\xff", 5)), "000f0a5aff");
}

}  // namespace
}  // namespace base
