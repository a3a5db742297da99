#include "harness/check/advice.h"

#include <gtest/gtest.h>

namespace check {
namespace {

TEST(Advice, IsByCauseNotByCase) {
  const auto crash = advice_for("500 instead of 401", "");
  ASSERT_TRUE(crash);
  EXPECT_NE(crash->why.find("unhandled error"), std::string::npos);
  EXPECT_EQ(crash->fix, advice_for("503 instead of 401 or 400", "")->fix);
  EXPECT_NE(advice_for("403 instead of 401", "")->fix, crash->fix);
  EXPECT_TRUE(advice_for("200 with a rejection inside", ""));
  EXPECT_TRUE(advice_for("302 instead of 401", ""));
}

TEST(Advice, NamesTheSettingOfAFrameworkThatIsKnown) {
  const auto fastapi = advice_for("500 instead of 401", "fastapi");
  EXPECT_NE(fastapi->fix.find("HTTPException"), std::string::npos);
  EXPECT_EQ(advice_for("500 instead of 401", "unheard of")->fix,
            advice_for("500 instead of 401", "")->fix);
}

TEST(Advice, LeavesOtherFindingsToTheirCase) {
  EXPECT_FALSE(advice_for("", "express"));
  EXPECT_FALSE(advice_for("accepted", "express"));
}

}  // namespace
}  // namespace check
