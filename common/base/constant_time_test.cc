#include "common/base/compare.h"
#include "common/base/constant_time_testing.h"

namespace base {
namespace {

#if AUTHSPEC_HAS_VALGRIND

TEST_F(ConstantTime, EqualInConstantTimeHasNoBranchOnWhatItCompares) {
  const Undefined known("0123456789abcdef");
  EXPECT_EQ(complaints(false, [&] { return equal_in_constant_time("X123456789abcdef", known); }),
            0U);
  EXPECT_EQ(complaints(false, [&] { return equal_in_constant_time("0123456789abcdeX", known); }),
            0U);
  EXPECT_EQ(complaints(true, [&] { return equal_in_constant_time("0123456789abcdef", known); }),
            0U);
}

TEST_F(ConstantTime, EqualWithEarlyExitBranchesOnWhatItCompares) {
  const Undefined known("0123456789abcdef");
  EXPECT_GT(complaints(false, [&] { return equal_with_early_exit("0123456789abcdeX", known); }),
            0U);
}

#endif

}  // namespace
}  // namespace base
