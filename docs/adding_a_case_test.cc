#include <gtest/gtest.h>

#include "suites/selftest/plan.h"

// The example of docs/adding-a-case.md is compiled into this program, as its only case.
TEST(AddingACase, TheExampleOfThePageIsProven) {
  const auto plan = selftest::make_plan({check::Mode::oauth}, {"example.*"}, "", 1);
  ASSERT_TRUE(plan) << plan.error().message;
  const auto matrix = selftest::carry_out(*plan, {});
  ASSERT_TRUE(matrix) << matrix.error().message;
  for (const auto& doubt : matrix->unproven) ADD_FAILURE() << doubt.case_id << ' ' << doubt.reason;
  EXPECT_EQ(matrix->cases.size(), 1U);
  EXPECT_TRUE(matrix->survivors().empty());
}
